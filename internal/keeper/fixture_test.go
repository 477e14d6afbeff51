package keeper

import (
	"os"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
	"github.com/usage-operator/usage-operator/test/apiserver"
	"github.com/usage-operator/usage-operator/test/series"
)

var apiServer = apiserver.Shared{CRDs: []string{"../../config/crd/bases"}}

func TestMain(m *testing.M) { os.Exit(apiServer.Main(m)) }

var start = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// fixture is a namespace for reports and checkpoints.
type fixture struct {
	testing.TB
	server    client.WithWatch
	namespace string
	clock     *testingclock.FakeClock
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	scheme := runtime.NewScheme()
	utilruntime.Must(corev1.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	config := rest.CopyConfig(apiServer.Config(t))
	config.QPS = -1 // without a bound
	server, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "operator-"}}
	if err := server.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	return &fixture{TB: t, server: server, namespace: ns.Name, clock: testingclock.NewFakeClock(start)}
}

// operator is a keeper with an engine of one pod.
type operator struct {
	*fixture
	*Keeper
	engine   *usage.Engine
	reloaded []usage.ID
	ticks    int
}

// Snapshot and Drop make an operator the source of its keeper.
func (o *operator) Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool) {
	return o.engine.Snapshot(id, plan)
}

func (o *operator) Drop(id usage.ID) { o.engine.Remove(id) }

// kinds are those of these tests.
var kinds = []Kind{{Name: "UsageReport", MaxBytes: 256 << 10}, {Name: "ClusterUsageReport", MaxBytes: 256 << 10}}

// operator starts another one. It has nothing of what the one before had.
func (f *fixture) operator(broken interceptor.Funcs) *operator {
	o := &operator{fixture: f, engine: usage.New()}
	options := Options{Namespace: f.namespace, Interval: DefaultInterval, BytesPerSecond: 1 << 20}
	o.Keeper = New(interceptor.NewClient(f.server, broken), f.server, kinds, o, f.clock, logr.Discard(), options)
	o.OnReload("UsageReport", func(id usage.ID) { o.reloaded = append(o.reloaded, id) })
	o.engine.Apply([]model.Change{{Pod: &model.Pod{
		UID: "1", Namespace: f.namespace, Name: "web", StartTime: 1, Started: []int64{1}, Containers: []model.Container{{Name: "app"}},
	}}})
	return o
}

// report creates a report.
func (f *fixture) report(name string) *v1alpha1.UsageReport {
	f.Helper()
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: name}}
	r.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
	if err := f.server.Create(f.Context(), r); err != nil {
		f.Fatal(err)
	}
	return r
}

func idOf(r *v1alpha1.UsageReport) usage.ID {
	return usage.ID{Kind: "UsageReport", Namespace: r.Namespace, Name: r.Name}
}

func ownedBy(r *v1alpha1.UsageReport) Owner { return Owner{ID: idOf(r), UID: string(r.UID)} }

// serve does as a reconciler does, and tells whether the report went on.
func (o *operator) serve(r *v1alpha1.UsageReport) (wentOn bool) {
	o.Helper()
	plan, err := selection.Compile(r.Namespace, r.SelectionSpec())
	if err != nil {
		o.Fatal(err)
	}
	hash, err := checkpoint.HashOf(r.SelectionSpec())
	if err != nil {
		o.Fatal(err)
	}
	s, err := o.Resume(o.Context(), ownedBy(r), plan, hash)
	if err != nil {
		o.Fatal(err)
	}
	need := usage.Need{Top: 10, Window: time.Hour, Statistics: []usage.Statistic{usage.Maximum}}
	if s != nil {
		return o.engine.Restore(idOf(r), plan, need, s, o.fixture.clock.Now()) && !s.Changed
	}
	o.engine.Set(idOf(r), plan, need)
	return false
}

// tick lets 15 seconds pass and reads a sample.
func (o *operator) tick() {
	o.fixture.clock.Step(15 * time.Second)
	at := o.fixture.clock.Now()
	o.ticks++
	o.engine.Tick(&model.Samples{
		ReadTime:   at,
		Containers: []model.ContainerSample{{Name: "app", Usage: model.Amounts{int64(o.ticks) * 1e9, 1 << 20}}},
		Pods:       []model.PodSample{{Namespace: o.namespace, Name: "web", Time: at.Add(-time.Second), Window: 15 * time.Second, Last: 1}},
	})
}

// observed is for how long a report was.
func (o *operator) observed(r *v1alpha1.UsageReport) time.Duration {
	o.Helper()
	v, ok := o.engine.View(idOf(r))
	if !ok {
		o.Fatalf("%s is not in the engine", r.Name)
	}
	return v.Window.Observed
}

// interval lets one pass, with its round.
func (o *operator) interval() {
	o.fixture.clock.Step(DefaultInterval)
	o.round(o.Context())
}

// stored is the checkpoint of a report; nil for none.
func (f *fixture) stored(r *v1alpha1.UsageReport) *v1alpha1.UsageCheckpoint {
	f.Helper()
	c := &v1alpha1.UsageCheckpoint{}
	err := f.server.Get(f.Context(), client.ObjectKey{Namespace: f.namespace, Name: string(r.UID)}, c)
	if client.IgnoreNotFound(err) != nil {
		f.Fatal(err)
	}
	if err != nil {
		return nil
	}
	return c
}

// metric is the value of one of the keeper's metrics.
func (o *operator) metric(name string) float64 {
	o.Helper()
	return series.Of(o, o.Collectors())[name]
}

func (o *operator) mustHaveFailed(reason string, want int) {
	o.Helper()
	if got := int(o.metric("checkpoint_failures_total " + reason)); got != want {
		o.Errorf("%d failures are counted as %s, want %d", got, reason, want)
	}
}
