package events

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/test/apiserver"
	"github.com/usage-operator/usage-operator/test/series"
)

var apiServer = apiserver.Shared{CRDs: []string{"../../config/crd/bases"}}

func TestMain(m *testing.M) { os.Exit(apiServer.Main(m)) }

// fixture is a namespace with a threshold in it, and a writer.
type fixture struct {
	testing.TB
	*Writer
	server    kubernetes.Interface
	namespace string
	about     About
	log       *logged
	clock     *hasty
}

// hasty is a clock by which all waiting is 100 times as fast. It keeps what was
// waited for.
type hasty struct {
	clock.RealClock
	mu     sync.Mutex
	waited []time.Duration
}

func (h *hasty) NewTimer(d time.Duration) clock.Timer {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waited = append(h.waited, d)
	return h.RealClock.NewTimer(d / 100)
}

// strangers is a resolver that knows nobody.
type strangers struct{}

func (strangers) Identify([]model.Reference) {}

// newFixture returns a fixture whose writer sends through the given transports.
func newFixture(t testing.TB, resolver Resolver, transports ...func(http.RoundTripper) http.RoundTripper) *fixture {
	t.Helper()
	config := rest.CopyConfig(apiServer.Config(t))
	config.QPS = -1
	f := &fixture{TB: t, server: kubernetes.NewForConfigOrDie(config), log: &logged{}, clock: &hasty{}}
	ns, err := f.server.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "shop-"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.namespace = ns.Name
	f.about = About{Kind: "ResourceThreshold", Namespace: ns.Name, Name: "memory", UID: "uid-of-" + ns.Name}
	for _, transport := range transports {
		config.Wrap(transport)
	}
	f.Writer, err = New(config, resolver, f.clock, f.log.logger(), Options{Instance: "operator-1", PerSecond: 1_000, Pending: func() int { return 7 }})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// setPace sets how many requests may be sent in a second.
func (f *fixture) setPace(perSecond int) { f.pace.SetLimit(rate.Limit(perSecond)) }

// noon is about now: Events of long ago would be as good, but kubectl shows ages.
var noon = time.Now().Truncate(time.Second).UTC()

// notice is one about a pod.
func (f *fixture) notice(pod string) threshold.Notice {
	return threshold.Notice{
		Subject: model.Subject{Namespace: f.namespace, Pod: pod}, Reason: threshold.Exceeded, Severity: threshold.Warning,
		Time: noon, Note: "Pod " + pod + " uses too much",
	}
}

// mustAnnounce announces notices, all of which must be delivered.
func (f *fixture) mustAnnounce(owed ...threshold.Notice) {
	f.Helper()
	delivered, err := f.Announce(f.Context(), f.about, owed)
	if err != nil || !slices.Equal(delivered, owed) {
		f.Fatalf("delivered are %d of %d, %v", len(delivered), len(owed), err)
	}
}

// stored returns the Events of a namespace by their notes.
func (f *fixture) stored(namespace string) map[string]eventsv1.Event {
	f.Helper()
	list, err := f.server.EventsV1().Events(namespace).List(f.Context(), metav1.ListOptions{})
	if err != nil {
		f.Fatal(err)
	}
	events := map[string]eventsv1.Event{}
	for _, e := range list.Items {
		if _, twice := events[e.Note]; twice {
			f.Errorf("there are two Events with the note %q", e.Note)
		}
		events[e.Note] = e
	}
	return events
}

// mustHave fails where the Events of the namespace are not those of these pods.
func (f *fixture) mustHave(pods ...string) {
	f.Helper()
	var got []string
	for _, e := range f.stored(f.namespace) {
		got = append(got, e.Regarding.Name)
	}
	slices.Sort(got)
	if slices.Sort(pods); !slices.Equal(got, pods) {
		f.Errorf("the Events are about %q, want %q", got, pods)
	}
}

// counts returns the writer's metrics that are not 0, by name and reason.
func (f *fixture) counts() map[string]float64 {
	f.Helper()
	return series.Of(f, f.Collectors())
}

// logged are lines of the log.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) logger() logr.Logger {
	return funcr.New(func(_, args string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.lines = append(l.lines, args)
	}, funcr.Options{})
}

// kubectl runs the real one against the API server, and returns what it prints.
func (f *fixture) kubectl(args ...string) string {
	f.Helper()
	path := filepath.Join(f.TempDir(), "kubeconfig")
	config := apiServer.Config(f)
	err := clientcmd.WriteToFile(api.Config{
		Clusters:       map[string]*api.Cluster{"c": {Server: config.Host, CertificateAuthorityData: config.CAData}},
		AuthInfos:      map[string]*api.AuthInfo{"u": {ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}},
		Contexts:       map[string]*api.Context{"c": {Cluster: "c", AuthInfo: "u"}},
		CurrentContext: "c",
	}, path)
	if err != nil {
		f.Fatal(err)
	}
	command := exec.CommandContext(f.Context(), filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+path, "HOME="+f.TempDir())
	out, err := command.CombinedOutput()
	if err != nil {
		f.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
