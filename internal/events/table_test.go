package events

import (
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/inventory"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// cluster has a Deployment, a static pod, their node, and thresholds of both kinds.
type cluster struct {
	*fixture
	client      client.Client
	clusterWide About
	node        string
	uids        map[string]types.UID
}

// newCluster returns one that an inventory knows.
func newCluster(t *testing.T) *cluster {
	config := apiServer.Config(t)
	pods, err := inventory.New(config, logr.Discard())
	if err != nil {
		t.Fatal(err)
	}
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	direct, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{fixture: newFixture(t, pods), client: direct, uids: map[string]types.UID{}}
	c.node = "node-of-" + c.namespace
	c.createWorkloads()
	c.createThresholds()
	ended := make(chan error, 1)
	go func() { ended <- pods.Start(t.Context()) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := pods.WaitForSync(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cluster) createWorkloads() {
	template := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
		Spec:       corev1.PodSpec{NodeName: c.node, Containers: []corev1.Container{{Name: "app", Image: "example.org/web"}}},
	}
	selector := &metav1.LabelSelector{MatchLabels: template.Labels}
	c.create(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: c.node}})
	d := &appsv1.Deployment{ObjectMeta: c.meta("web"), Spec: appsv1.DeploymentSpec{Selector: selector, Template: template}}
	c.create(d)
	rs := &appsv1.ReplicaSet{ObjectMeta: c.meta("web-1"), Spec: appsv1.ReplicaSetSpec{Selector: selector, Template: template}}
	c.create(rs, *metav1.NewControllerRef(d, appsv1.SchemeGroupVersion.WithKind("Deployment")))
	c.create(&corev1.Pod{ObjectMeta: c.meta("web-1-a"), Spec: template.Spec}, *metav1.NewControllerRef(rs, appsv1.SchemeGroupVersion.WithKind("ReplicaSet")))
	c.create(&corev1.Pod{ObjectMeta: c.meta("etcd"), Spec: template.Spec},
		metav1.OwnerReference{APIVersion: "v1", Kind: "Node", Name: c.node, UID: "forged", Controller: new(true)})
}

func (c *cluster) createThresholds() {
	settings := v1alpha1.ThresholdSettings{
		Resource: v1alpha1.ResourceMemory, Measure: v1alpha1.MeasurePercentOfLimits,
		Levels: []v1alpha1.ThresholdLevel{{Severity: v1alpha1.SeverityWarning, Above: "90%"}},
	}
	c.clusterWide = About{Kind: "ClusterResourceThreshold", Name: "memory-of-" + c.namespace, LabelKeys: []string{"team"}}
	c.create(&v1alpha1.ResourceThreshold{ObjectMeta: c.meta(c.about.Name), Spec: v1alpha1.ResourceThresholdSpec{ThresholdSettings: settings}})
	c.create(&v1alpha1.ClusterResourceThreshold{
		ObjectMeta: metav1.ObjectMeta{Name: c.clusterWide.Name}, Spec: v1alpha1.ClusterResourceThresholdSpec{ThresholdSettings: settings},
	})
	c.about.UID, c.clusterWide.UID = string(c.uids[c.about.Name]), string(c.uids[c.clusterWide.Name])
}

func (c *cluster) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: c.namespace, Name: name, Labels: map[string]string{"app": "web"}}
}

// create creates an object and keeps its UID by its name.
func (c *cluster) create(o client.Object, owners ...metav1.OwnerReference) {
	c.Helper()
	o.SetOwnerReferences(owners)
	if err := c.client.Create(c.Context(), o); err != nil {
		c.Fatal(err)
	}
	c.uids[o.GetName()] = o.GetUID()
}

// TestTable: each row of the table in the package's documentation, by the API server
// and by kubectl.
func TestTable(t *testing.T) {
	c := newCluster(t)
	x, own, wide := c.namespace, c.objectOf(&c.about), c.objectOf(&c.clusterWide)
	workload := model.Subject{Namespace: x, Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "web"}}
	deployment := corev1.ObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Namespace: x, Name: "web", UID: c.uids["web"]}
	pod := corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: x, Name: "web-1-a", UID: c.uids["web-1-a"]}
	container, staticNode := pod, corev1.ObjectReference{APIVersion: "v1", Kind: "Node", Namespace: x, Name: c.node, UID: c.uids[c.node]}
	container.FieldPath = "spec.containers{app}"
	node := staticNode
	node.Namespace = ""
	team := model.Subject{Labels: [model.MaxGroupKeys]model.LabelValue{{Value: "a", Present: true}}}
	for _, row := range []struct {
		note      string
		about     About
		subject   model.Subject
		overall   bool
		regarding corev1.ObjectReference
		namespace string
		found     [][]string
	}{
		{"a workload", c.about, workload, false, deployment, x, [][]string{
			{"get", "events", "-n", x}, {"describe", "deploy", "web", "-n", x}, {"events", "--for", "deployment/web", "-n", x}}},
		{"a workload of any namespace", c.clusterWide, workload, false, deployment, x, [][]string{
			{"describe", "deploy", "web", "-n", x}}},
		{"a container of all its pods", c.about, model.Subject{Namespace: x, Workload: workload.Workload, Container: "app"}, false, deployment, x, nil},
		{"a workload that is gone", c.about, model.Subject{Namespace: x, Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "gone"}}, false,
			corev1.ObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Namespace: x, Name: "gone"}, x, [][]string{
				{"events", "--for", "deployment/gone", "-n", x}}},
		{"a pod", c.about, model.Subject{Namespace: x, Pod: "web-1-a"}, false, pod, x, [][]string{
			{"describe", "pod", "web-1-a", "-n", x}, {"events", "--for", "pod/web-1-a", "-n", x}}},
		{"a pod of a workload on a node", c.clusterWide, model.Subject{Namespace: x, Workload: workload.Workload, Pod: "web-1-a", Node: c.node}, false, pod, x, nil},
		{"a container", c.about, model.Subject{Namespace: x, Pod: "web-1-a", Container: "app"}, false, container, x, [][]string{
			{"describe", "pod", "web-1-a", "-n", x}}},
		{"a static pod's owner", c.clusterWide, model.Subject{Namespace: x, Workload: model.Workload{Kind: "Node", Name: c.node, ClusterScoped: true}}, false, staticNode, x, [][]string{
			{"events", "--for", "node/" + c.node, "-n", x}}},
		{"a namespace", c.about, model.Subject{Namespace: x}, false, corev1.ObjectReference{APIVersion: "v1", Kind: "Namespace", Namespace: x, Name: x}, x, [][]string{
			{"events", "--for", "ns/" + x, "-n", x}}},
		{"a node", c.clusterWide, model.Subject{Node: c.node}, false, node, "default", [][]string{
			{"describe", "node", c.node}, {"events", "--for", "node/" + c.node}}},
		{"a node that a namespaced threshold groups by", c.about, model.Subject{Node: c.node}, false, own, x, nil},
		{"a workload of another namespace", c.about, model.Subject{Namespace: "default", Workload: workload.Workload}, false, own, x, nil},
		{"pods by a label", c.about, team, false, own, x, [][]string{
			{"describe", "rth", c.about.Name, "-n", x}, {"events", "--for", "resourcethreshold/" + c.about.Name, "-n", x}}},
		{"pods of any namespace by a label", c.clusterWide, team, false, wide, "default", [][]string{
			{"describe", "crth", c.clusterWide.Name}, {"events", "--for", "clusterresourcethreshold/" + c.clusterWide.Name}}},
		{"the sum", c.about, model.Subject{}, false, own, x, nil},
		{"all subjects", c.about, model.Subject{}, true, own, x, [][]string{{"describe", "rth", c.about.Name, "-n", x}}},
		{"all subjects of any namespace", c.clusterWide, model.Subject{}, true, wide, "default", [][]string{
			{"describe", "crth", c.clusterWide.Name}}},
	} {
		t.Run(row.note, func(t *testing.T) {
			n := threshold.Notice{
				Subject: row.subject, Overall: row.overall, Reason: threshold.Exceeded, Severity: threshold.Critical,
				Time: noon, Note: "In " + x + ": " + row.note + "!",
			}
			delivered, err := c.Announce(t.Context(), row.about, []threshold.Notice{n})
			if err != nil || len(delivered) != 1 {
				t.Fatalf("delivered %v, %v", delivered, err)
			}
			related := c.objectOf(&row.about)
			want := eventsv1.Event{
				ObjectMeta: metav1.ObjectMeta{Namespace: row.namespace, Labels: map[string]string{
					"usage-operator.io/threshold-uid": row.about.UID, "usage-operator.io/severity": "Critical"}},
				EventTime: metav1.NewMicroTime(noon), ReportingController: "usage-operator", ReportingInstance: "operator-1",
				Action: "Evaluate", Reason: "ThresholdExceeded", Type: "Warning", Note: n.Note, Regarding: row.regarding, Related: &related,
			}
			got := c.stored(row.namespace)[n.Note]
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(metav1.ObjectMeta{}, "Name", "UID", "ResourceVersion", "CreationTimestamp", "ManagedFields")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if !strings.HasPrefix(got.Name, row.regarding.Name+".") {
				t.Errorf("the Event is called %s", got.Name)
			}
			for _, command := range row.found {
				if printed := c.kubectl(command...); !strings.Contains(printed, n.Note) {
					t.Errorf("kubectl %s does not show it:\n%s", strings.Join(command, " "), printed)
				}
			}
		})
	}
}

func (c *cluster) objectOf(a *About) corev1.ObjectReference {
	r := a.reference()
	return objectReference(&r)
}

// TestReasons: what each sort of notice becomes.
func TestReasons(t *testing.T) {
	f := newFixture(t, strangers{})
	for _, test := range []struct {
		reason       threshold.Reason
		severity     threshold.Severity
		want         string
		wantSeverity string
	}{
		{threshold.Exceeded, threshold.Warning, "Warning ThresholdExceeded", "Warning"},
		{threshold.StillExceeded, threshold.Warning, "Warning ThresholdStillExceeded", "Warning"},
		{threshold.Unknown, threshold.Critical, "Warning ThresholdUnknown", "Critical"},
		{threshold.Cleared, threshold.Critical, "Normal ThresholdCleared", "Critical"},
	} {
		n := f.notice("web")
		n.Reason, n.Severity, n.Note = test.reason, test.severity, test.want
		f.mustAnnounce(n)
		e := f.stored(f.namespace)[n.Note]
		if got := e.Type + " " + e.Reason; got != test.want || e.Labels[v1alpha1.SeverityLabel] != test.wantSeverity {
			t.Errorf("%v becomes %q with the labels %v", test.reason, got, e.Labels)
		}
	}
}

// TestNoteIsCut: a note that is too long is cut at a border of its characters.
func TestNoteIsCut(t *testing.T) {
	f := newFixture(t, strangers{})
	n := f.notice("web")
	n.Note = "a" + strings.Repeat("é", 600)
	f.mustAnnounce(n)
	if _, ok := f.stored(f.namespace)["a"+strings.Repeat("é", 511)]; !ok {
		t.Errorf("stored is %v", f.stored(f.namespace))
	}
}
