package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestReadingsAgreeWithOracle leads the engine through clusters that change at
// random, and compares the readings of all thresholds with the oracle's.
func TestReadingsAgreeWithOracle(t *testing.T) {
	seeds := uint64(20)
	if testing.Short() {
		seeds = 6
	}
	var seen readingsSeen
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(seed + 1)
			w.thresholds = true
			for step := range *steps {
				w.step(t)
				if t.Failed() {
					t.Fatalf("seed %d, step %d", seed+1, step)
				}
			}
			seen.add(&w.seen.readings)
		})
	}
	seen.mustSuffice(t)
}

// readingsSeen counts what the comparison met.
type readingsSeen struct {
	data                                      [3]int
	measures                                  [6]int
	combines                                  [3]int
	statistics                                [6]int
	bounded, unbounded, undivided, above, all int
}

func (s *readingsSeen) count(a *usage.Alert, x *usage.Reading) {
	s.all++
	s.data[x.Data]++
	s.statistics[a.Statistic]++
	if x.Data == usage.Complete {
		return
	}
	s.measures[a.Measure]++
	s.combines[a.Combine]++
	switch {
	case x.Upper == 1<<63-1:
		s.unbounded++
	case x.Upper > x.Lower:
		s.bounded++
	}
	if x.Denominator == 0 && a.Measure != usage.Usage {
		s.undivided++
	}
	if x.Upper == x.Value && x.Lower < x.Value {
		s.above++
	}
}

func (s *readingsSeen) add(o *readingsSeen) {
	sum := func(to, from []int) {
		for i := range to {
			to[i] += from[i]
		}
	}
	sum(s.data[:], o.data[:])
	sum(s.measures[:], o.measures[:])
	sum(s.combines[:], o.combines[:])
	sum(s.statistics[:], o.statistics[:])
	s.bounded += o.bounded
	s.unbounded += o.unbounded
	s.undivided += o.undivided
	s.above += o.above
	s.all += o.all
}

func (s *readingsSeen) mustSuffice(t *testing.T) {
	t.Helper()
	least := s.all
	for _, n := range [][]int{s.data[:], s.combines[:], s.statistics[:], {
		s.measures[usage.Usage], s.measures[usage.PercentOfRequests], s.measures[usage.PercentOfLimits],
		s.measures[usage.PercentOfAllocatable], s.measures[usage.PercentOfQuota], s.bounded, s.unbounded, s.undivided, s.above,
	}} {
		for _, n := range n {
			least = min(least, n)
		}
	}
	if *steps >= 100 && least < 50 {
		t.Errorf("the comparison met too little: %+v", *s)
	}
}

// alert is a threshold's need.
func (w *world) alert() usage.Need {
	a := &usage.Alert{
		Resource:  pick(w, model.CPU, model.Memory),
		Measure:   pick(w, usage.Usage, usage.PercentOfRequests, usage.PercentOfLimits, usage.PercentOfAllocatable, usage.PercentOfQuota),
		Combine:   pick(w, usage.Sum, usage.Sum, usage.MaximumPod, usage.MaximumContainer),
		Statistic: pick(w, usage.Current, usage.Current, usage.Average, usage.Maximum, usage.P50, usage.P95, usage.P99),
	}
	need := usage.Need{Alert: a}
	if a.Statistic != usage.Current {
		need.Window = pick(w, 5*time.Minute, 20*time.Minute, time.Hour)
	}
	return need
}

// alertSelection suits the measure of an alert, mostly.
func (w *world) alertSelection(a *usage.Alert, namespaced bool) v1alpha1.ClusterSelection {
	switch {
	case w.chance(0.1):
	case a.Measure == usage.PercentOfQuota:
		s := w.wholeNamespaces()
		if namespaced && w.chance(0.3) {
			s.GroupBy = nil
		}
		return s
	case a.Measure == usage.PercentOfAllocatable:
		s := w.selection(namespaced)
		s.GroupBy = grouped(pick(w, []v1alpha1.GroupKeyType{v1alpha1.GroupByNode}, []v1alpha1.GroupKeyType{v1alpha1.GroupByNode, v1alpha1.GroupByNamespace})...).GroupBy
		return s
	}
	return w.selection(namespaced)
}

// compareReadings compares one threshold with the oracle.
func (w *world) compareReadings(t *testing.T, id usage.ID, r *trueReport, ticked bool) {
	t.Helper()
	readings, longest, ok := w.engine.Readings(id)
	if !ok || longest != w.truth.carryNow() {
		t.Errorf("%v: there are readings: %t, gaps are longer than %s", id, ok, longest)
	}
	shares := w.truth.shares(r)
	for subject, track := range r.values {
		if _, present := shares[subject]; !present && (track.empty.IsZero() || w.truth.now.Sub(track.empty) <= w.truth.carryNow()) {
			shares[subject] = nil
		}
	}
	if len(readings) != len(shares) {
		t.Errorf("%v: %d readings, want %d", id, len(readings), len(shares))
	}
	for i := range readings {
		x := &readings[i]
		of, known := shares[x.Subject]
		if !known || i > 0 && compareSubjects(readings[i-1].Subject, x.Subject) >= 0 {
			t.Errorf("%v: a reading of %+v stands where it does not belong", id, x.Subject)
			continue
		}
		w.compareReading(t, r, of, x, ticked)
		w.seen.readings.count(r.need.Alert, x)
	}
}

func (w *world) compareReading(t *testing.T, r *trueReport, shares []trueShare, x *usage.Reading, ticked bool) {
	t.Helper()
	a := r.need.Alert
	want := w.truth.instant(r, x.Subject, shares)
	sampled := w.truth.sum(shares).newest.Truncate(time.Second)
	if want.data == usage.Complete && sampled.IsZero() {
		sampled = w.truth.now.Truncate(time.Second)
	}
	if r.need.Window > 0 {
		w.truth.window(r, r.values[x.Subject], &want, w.truth.ceiling(r, x.Subject, shares))
	}
	percentile := a.Statistic == usage.P50 || a.Statistic == usage.P95 || a.Statistic == usage.P99
	fits := func(got, want int64) bool {
		off := got - want
		return off == 0 || percentile && max(off, -off) <= want/100
	}
	if !fits(x.Value, want.value) || !fits(x.Lower, want.lower) || !fits(x.Upper, want.upper) || x.Data != want.data ||
		!want.usage[x.Usage] || a.Measure != usage.Usage && !want.denominator[x.Denominator] || x.Pods != len(podsOf(shares)) ||
		ticked && !x.SampleTime.Equal(sampled) {
		t.Errorf("%+v over %s: got %+v, want %+v at %s", *a, r.need.Window, *x, want, sampled)
	}
	if x.Lower > x.Value || x.Value > x.Upper || x.Data == usage.Complete && x.Lower != x.Upper {
		t.Errorf("%+v is out of order", *x)
	}
}

func podsOf(shares []trueShare) map[string]bool {
	pods := map[string]bool{}
	for _, s := range shares {
		pods[s.UID] = true
	}
	return pods
}
