package scale

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	testingclock "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// resolution is that of the metrics pipeline, and the time from tick to tick.
const resolution = 15 * time.Second

// pipeline hands on new samples of all pods each time that it is read.
type pipeline struct {
	tb      testing.TB
	clock   *testingclock.FakePassiveClock
	answer  *answer
	reader  *metricsapi.Reader
	samples model.Samples
}

func newPipeline(tb testing.TB, c cluster) *pipeline {
	tb.Helper()
	answer, err := newAnswer(c)
	if err != nil {
		tb.Fatal(err)
	}
	p := &pipeline{tb: tb, clock: testingclock.NewFakePassiveClock(began.Add(time.Hour)), answer: answer}
	p.reader, err = metricsapi.New(&rest.Config{Host: "http://cluster", Transport: p.answer}, p.clock)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// scrape lets a resolution pass and renews the samples.
func (p *pipeline) scrape() {
	now := p.clock.Now().Add(resolution)
	p.clock.SetTime(now)
	p.answer.at(now.Add(-time.Second))
}

func (p *pipeline) read() {
	if err := p.reader.Read(p.tb.Context(), nil, &p.samples); err != nil {
		p.tb.Fatal(err)
	}
}

// engine returns one that knows the cluster and had some ticks.
func (p *pipeline) engine(changes []model.Change, reports ...report) *usage.Engine {
	e := usage.New()
	for _, r := range reports {
		e.Set(r.id, r.plan, usage.Need{Top: 20})
	}
	e.Apply(changes)
	for range 3 {
		p.scrape()
		p.read()
		e.Tick(&p.samples)
	}
	return e
}

// report is one as its reconciler sets it.
type report struct {
	id   usage.ID
	plan *selection.Plan
}

// clusterReport is over all pods.
func clusterReport(tb testing.TB, name string, keys ...v1alpha1.GroupKey) report {
	return newReport(tb, usage.ID{Kind: "ClusterUsageReport", Name: name}, keys)
}

func newReport(tb testing.TB, id usage.ID, keys []v1alpha1.GroupKey) report {
	tb.Helper()
	s := v1alpha1.ClusterSelection{}
	s.GroupBy = keys
	plan, err := selection.Compile(id.Namespace, s)
	if err != nil {
		tb.Fatal(err)
	}
	return report{id, plan}
}

var (
	byWorkload  = v1alpha1.GroupKey{Type: v1alpha1.GroupByWorkload}
	byNamespace = v1alpha1.GroupKey{Type: v1alpha1.GroupByNamespace}
	byNode      = v1alpha1.GroupKey{Type: v1alpha1.GroupByNode}
	byTeam      = v1alpha1.GroupKey{Type: v1alpha1.GroupByPodLabel, Label: "team"}
)

// fiveReports have each pod in five rows, most of them of some 10,000.
func fiveReports(tb testing.TB) []report {
	return []report{
		clusterReport(tb, "workloads", byWorkload), clusterReport(tb, "namespaces", byNamespace), clusterReport(tb, "nodes", byNode),
		clusterReport(tb, "workloads-of-namespaces", byNamespace, byWorkload), clusterReport(tb, "workloads-of-teams", byTeam, byWorkload),
	}
}

// namespaced returns as many reports by workload, one in each namespace and
// from the first one again.
func namespaced(tb testing.TB, c cluster, n int) (all []report) {
	for i := range n {
		id := usage.ID{Kind: "UsageReport", Namespace: c.namespace(i % c.namespaces()), Name: fmt.Sprint("by-workload-", i)}
		all = append(all, newReport(tb, id, []v1alpha1.GroupKey{byWorkload}))
	}
	return all
}

// spent is the processor time that the whole process takes for something.
func spent(tb testing.TB, do func()) time.Duration {
	begin := processor(tb)
	do()
	return processor(tb) - begin
}

func processor(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// least keeps the shortest of many durations.
type least time.Duration

func (l *least) of(d time.Duration) {
	if *l == 0 || least(d) < *l {
		*l = least(d)
	}
}
