package usage_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var (
	seed  = flag.Uint64("seed", 0, "run TestEngineAgreesWithOracle with this seed only")
	steps = flag.Int("steps", 150, "steps of each run of TestEngineAgreesWithOracle")
)

// TestEngineAgreesWithOracle leads the engine through clusters that change at
// random, and compares every report with the oracle at each step.
func TestEngineAgreesWithOracle(t *testing.T) {
	seeds := make([]uint64, 40)
	for i := range seeds {
		seeds[i] = uint64(i + 1)
	}
	switch {
	case *seed != 0:
		seeds = []uint64{*seed}
	case testing.Short():
		seeds = seeds[:6]
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(seed)
			for step := range *steps {
				w.step(t)
				if t.Failed() {
					t.Fatalf("step %d; run it again with -run %s -seed=%d -steps=%d", step, "TestEngineAgreesWithOracle", seed, step+1)
				}
			}
			w.mustHaveSeen(t)
		})
	}
}

// TestEqualHashes: rows whose subjects have the same hash are told apart.
func TestEqualHashes(t *testing.T) {
	defer usage.Collide()()
	w := newWorld(1)
	for step := range *steps {
		if w.step(t); t.Failed() {
			t.Fatalf("step %d", step)
		}
	}
}

// world is a cluster that changes, the engine that follows it and the oracle
// that knows the truth.
type world struct {
	*rand.Rand
	engine *usage.Engine
	truth  oracle
	plans  map[usage.ID]*selection.Plan
	clock  time.Time
	born   int
	// thresholds tells that all reports are thresholds.
	thresholds bool
	// seen counts what the comparison met, so that a run cannot pass by
	// comparing nothing.
	seen struct {
		rows, others, between, unsampled, cut int
		followed, left, gaps                  int
		quotasOfRows, quotasOfTotals          int
		reasons                               [5]int
		readings                              readingsSeen
	}
}

func newWorld(seed uint64) *world {
	w := &world{
		Rand:   rand.New(rand.NewPCG(seed, 0)),
		engine: usage.New(),
		plans:  map[usage.ID]*selection.Plan{},
		clock:  time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		truth: oracle{
			namespaces:  map[string]model.Labels{},
			nodes:       map[string]model.Labels{},
			allocatable: map[string]model.Declared{},
			quotas:      map[quotaName]model.Quota{},
			reports:     map[usage.ID]*trueReport{},
		},
	}
	w.engine.SetMaxSeries(math.MaxInt)
	return w
}

func (w *world) chance(p float64) bool { return w.Float64() < p }

func pick[T any](w *world, from ...T) T { return from[w.IntN(len(from))] }

// step lets the cluster change, then the reports, then time pass, in any order
// that the operator can meet.
func (w *world) step(t *testing.T) {
	t.Helper()
	if w.chance(0.4) {
		w.changeReport(t)
	}
	w.apply()
	if w.chance(0.4) {
		w.changeReport(t)
	}
	if w.chance(0.3) {
		w.compare(t, false)
	}
	w.clock = w.clock.Add(w.pause())
	switch {
	case w.chance(0.15):
		w.engine.Sum(w.clock)
		w.truth.tick(w.clock)
	default:
		w.tick(t)
	}
	w.compare(t, true)
}

// pause is the time to the next tick. Sometimes ticks fail for a while, and
// sometimes the clock is put back.
func (w *world) pause() time.Duration {
	switch {
	case w.chance(0.05):
		return time.Duration(20+w.IntN(300)) * time.Second
	case w.chance(0.02):
		return -time.Duration(w.IntN(5000)) * time.Millisecond
	default:
		return time.Duration(10_000+w.IntN(10_000)) * time.Millisecond
	}
}

func (w *world) compare(t *testing.T, ticked bool) {
	t.Helper()
	for id, r := range w.truth.reports {
		if r.need.Alert != nil {
			w.compareReadings(t, id, r, ticked)
			continue
		}
		v, ok := w.engine.View(id)
		if !ok {
			t.Errorf("%v: no view", id)
			continue
		}
		w.truth.same(t, id, v, ticked)
		w.count(v, ticked)
	}
	if got := w.engine.Len(); got != len(w.truth.reports) {
		t.Errorf("the engine has %d reports, want %d", got, len(w.truth.reports))
	}
	if got := w.engine.Resolution(); got != w.truth.resolution {
		t.Errorf("resolution %v, want %v", got, w.truth.resolution)
	}
}

func (w *world) count(v *usage.View, ticked bool) {
	w.seen.rows += len(v.Rows)
	if v.Other != nil {
		w.seen.others++
	}
	w.countSeries(v)
	w.countQuotas(v)
	for _, m := range v.Missing {
		w.seen.reasons[m.Reason]++
	}
	w.seen.unsampled += v.UnsampledRuns
	w.seen.cut += v.MissingOmitted
	if !ticked && v.Containers.Observed > 0 {
		w.seen.between++
	}
}

func (w *world) countSeries(v *usage.View) {
	for i := range v.Rows {
		if v.Rows[i].Resources[model.CPU].Over == nil {
			continue
		}
		w.seen.followed++
		if v.Rows[i].Pods == 0 {
			w.seen.left++
		}
	}
}

func (w *world) mustHaveSeen(t *testing.T) {
	t.Helper()
	w.seen.gaps = w.truth.gaps
	if s := w.seen; *steps >= 100 && (s.rows < 500 || s.others < 20 || s.between < 10 || s.unsampled < 10 ||
		s.quotasOfRows < 5 || s.quotasOfTotals < 5 || slices.Min(s.reasons[:]) < 5 ||
		s.followed < 100 || s.left < 10 || s.gaps < 10) {
		t.Errorf("the comparison met too little: %+v", s)
	}
}

// tick reads the Metrics API.
func (w *world) tick(t *testing.T) {
	t.Helper()
	s, given := w.samples()
	got := w.engine.Tick(s)
	var want usage.Ticked
	for _, p := range w.truth.pods {
		r, ok := given[p]
		if !ok {
			continue
		}
		r.startTime, r.carry = p.StartTime, w.truth.carryNow()
		before := len(p.accepted())
		p.history = append(p.history, r)
		if len(p.accepted()) > before {
			want.New++
			if r.time.After(want.Newest) {
				want.Newest = r.time
			}
		}
	}
	if got.New != want.New || !got.Newest.Equal(want.Newest) {
		t.Errorf("Tick returned %v, want %v", got, want)
	}
	w.truth.reads++
	w.truth.tick(s.ReadTime) // a resolution holds from the next tick on
	w.truth.observeResolution(s.ReadTime)
	w.truth.follow()
}

// samples is an answer of the Metrics API with all that can be wrong with one,
// and what it says of each pod.
func (w *world) samples() (*model.Samples, map[*truePod]reading) {
	s := &model.Samples{ReadTime: w.clock}
	given := map[*truePod]reading{}
	pods := slices.Clone(w.truth.pods)
	for range w.IntN(3) { // pods that the inventory does not know
		pods = append(pods, &truePod{Pod: w.pod(pick(w, namespaces...))})
	}
	slices.SortFunc(pods, func(a, b *truePod) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
	})
	nodeLost := pick(w, nodes...)
	for i, p := range pods {
		if w.chance(0.08) || nodeLost == "n4" && p.Node == nodeLost || i > 0 && pods[i-1].Name == p.Name && pods[i-1].Namespace == p.Namespace {
			continue
		}
		r := w.reading(p)
		w.give(s, p, r)
		given[p] = r
	}
	return s, given
}

// rarely is how often the clock of the provider is set back.
const rarely = 0.02

// reading makes up what the Metrics API says of a pod.
func (w *world) reading(p *truePod) reading {
	r := reading{readTime: w.clock, window: 15 * time.Second, usage: map[string]model.Amounts{}}
	r.time = w.clock.Add(-time.Duration(w.IntN(15_000)) * time.Millisecond)
	before := w.clock
	if len(p.history) > 0 {
		before = p.history[len(p.history)-1].time
	}
	switch {
	case w.chance(0.03):
		r.time = time.Time{}
	case w.chance(0.05): // another replica of the provider
		r.time = before
	case w.chance(0.04):
		r.time = before.Add(-time.Duration(w.IntN(60)) * time.Second)
	case w.chance(rarely): // the clock of the provider is set back, for this pod
		r.time = before.Add(-time.Duration(w.IntN(3600)) * time.Second)
	case w.chance(0.02):
		r.window = 0
	}
	for i := range p.Containers {
		if !w.chance(0.05) {
			r.usage[p.Containers[i].Name] = model.Amounts{w.cpu(), w.memory()}
		}
	}
	if w.chance(0.05) {
		r.usage["ended"] = model.Amounts{w.cpu(), w.memory()}
	}
	return r
}

// give writes a reading into an answer; mostly in the order of the pod's
// containers.
func (w *world) give(s *model.Samples, p *truePod, r reading) {
	names := slices.Sorted(maps.Keys(r.usage))
	if w.chance(0.3) {
		w.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
	first := int32(len(s.Containers))
	for _, name := range names {
		s.Containers = append(s.Containers, model.ContainerSample{Name: name, Usage: r.usage[name]})
	}
	s.Pods = append(s.Pods, model.PodSample{
		Namespace: p.Namespace, Name: p.Name, Time: r.time, Window: r.window,
		First: first, Last: int32(len(s.Containers)),
	})
}
