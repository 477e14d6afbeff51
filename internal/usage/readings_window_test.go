package usage_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// followed is an engine with a threshold of the pod a, which is limited to 8 cores,
// and is as old as told.
func followed(t *testing.T, age float64, need usage.Need) (*usage.Engine, *model.Pod, *selection.Plan) {
	t.Helper()
	a := limited(changed(newPod("shop", "a", "app"), func(p *model.Pod) {
		p.StartTime, p.Started = at(-age).Unix(), []int64{at(-age).Unix()}
	}), 1, 8)
	plan := compiled(t, "", byPod)
	e := usage.New()
	e.Apply(present(a))
	e.Set(clusterThreshold, plan, need)
	return e, a, plan
}

// tickFor ticks each 15 s, from a time to another, while the pod a uses some cores.
func tickFor(e *usage.Engine, from, to float64, n int64) {
	for second := from; second <= to; second += 15 {
		e.Tick(answerOf(at(second), one("shop", "a", at(second-5), n)))
	}
}

// TestUnobservedWindow: half of the window of five minutes was observed at 4 cores;
// in the other half it can have been nothing, or 8.
func TestUnobservedWindow(t *testing.T) {
	for s, want := range map[usage.Statistic]figure{
		usage.Average: {usage.Partial, 4 * cores, 2 * cores, 6 * cores},
		usage.Maximum: {usage.Partial, 4 * cores, 4 * cores, 8 * cores},
		usage.P95:     {usage.Partial, 4 * cores, 4 * cores, 8 * cores},
	} {
		e, _, _ := followed(t, 3600, overMinutes(5, s))
		tickFor(e, 15, 150, 4)
		mustRead(t, fmt.Sprint("statistic ", s), e, want)
		tickFor(e, 165, 300, 4)
		mustRead(t, fmt.Sprint("later statistic ", s), e, figure{usage.Complete, 4 * cores, 4 * cores, 4 * cores})
	}
}

// TestNewSubject: the window of a subject that has just begun is as long as its life.
func TestNewSubject(t *testing.T) {
	e, _, _ := followed(t, 20, overMinutes(5, usage.Average))
	tickFor(e, 15, 30, 4)
	mustRead(t, "a new pod", e, figure{usage.Complete, 4 * cores, 4 * cores, 4 * cores})
	e, _, _ = followed(t, 270, overMinutes(5, usage.Average))
	tickFor(e, 15, 30, 4)
	mustRead(t, "one of five minutes", e, figure{usage.Partial, 4 * cores, 400_000_000, 7_600_000_000})
}

// TestGapInWindow: a gap is unobserved, and what is carried is not.
func TestGapInWindow(t *testing.T) {
	e, _, _ := followed(t, 20, overMinutes(5, usage.Average))
	tickFor(e, 15, 60, 4)
	e.Tick(answerOf(at(75)))
	mustRead(t, "while the sample is carried", e, figure{usage.Complete, 4 * cores, 4 * cores, 4 * cores})
	e.Tick(answerOf(at(105)))
	e.Tick(answerOf(at(120)))
	if x := theReading(t, e); x.Data != usage.Partial || x.Value != 4*cores || x.Lower != 2*cores || x.Upper != 6*cores {
		t.Errorf("after 60 of 120 s: %+v", x)
	}
	tickFor(e, 180, 180, 4)
	if x := theReading(t, e); x.Data != usage.Partial || x.Lower >= x.Value || x.Upper <= x.Value || x.Upper >= 8*cores {
		t.Errorf("after the gap: %+v", x)
	}
	e.Tick(answerOf(at(700)))
	mustRead(t, "without anything in the window", e, figure{usage.MissingData, 0, 0, 8 * cores})
}

// TestSubjectThatComesBack is not read while it is away, and keeps its window.
func TestSubjectThatComesBack(t *testing.T) {
	e, a, _ := followed(t, 20, overMinutes(5, usage.Maximum))
	tickFor(e, 15, 60, 4)
	e.Apply(gone(a))
	e.Tick(answerOf(at(75)))
	if x := theReading(t, e); x.Pods != 0 || x.Value != 4*cores || x.Upper != x.Value {
		t.Errorf("at once: %+v", x)
	}
	for second := 90.0; second <= 120; second += 15 {
		e.Tick(answerOf(at(second)))
	}
	if readings, _, ok := e.Readings(clusterThreshold); len(readings) != 0 || !ok {
		t.Errorf("after the carry: %+v", readings)
	}
	b := changed(a, func(p *model.Pod) { p.UID = "another" })
	e.Apply(present(b))
	tickFor(e, 135, 150, 1)
	mustRead(t, "after it came back", e, figure{usage.Complete, 4 * cores, 4 * cores, 4 * cores})
}

// TestIdleSubject: between two runs nothing is used, of whatever is declared.
func TestIdleSubject(t *testing.T) {
	e, a, _ := followed(t, 20, usage.Need{Window: 5 * time.Minute, Alert: &usage.Alert{Measure: usage.PercentOfLimits, Statistic: usage.Average}})
	tickFor(e, 15, 60, 4)
	e.Apply(present(changed(a, func(p *model.Pod) { p.Started = []int64{0} })))
	for second := 75.0; second <= 135; second += 15 {
		e.Tick(answerOf(at(second)))
	}
	if x := theReading(t, e); x.Data != usage.Complete || x.Value >= 50*percent || x.Value <= 0 || x.Lower != x.Value {
		t.Errorf("after it has stopped: %+v", x)
	}
}

// TestTooManyWindows: a subject without a window has no data, rather than a wrong
// value, and is counted.
func TestTooManyWindows(t *testing.T) {
	e, _, _ := followed(t, 20, overMinutes(5, usage.Average))
	e.SetMaxSeries(1)
	e.Apply(present(newPod("shop", "b", "app")))
	e.Tick(answerOf(at(15), one("shop", "a", at(10), 4), one("shop", "b", at(10), 4)))
	readings, _, _ := e.Readings(clusterThreshold)
	if len(readings) != 2 || figureOf(readings[0]) != (figure{usage.Complete, 4 * cores, 4 * cores, 4 * cores}) ||
		figureOf(readings[1]) != (figure{usage.MissingData, 0, 0, math.MaxInt64}) {
		t.Errorf("the readings are %+v", readings)
	}
	if _, waiting := e.Windows(); e.Unfollowed(clusterThreshold) != 1 || waiting != 1 {
		t.Errorf("%d subjects are not followed, and %d in all", e.Unfollowed(clusterThreshold), waiting)
	}
	e.BoundWindows(0)
	e.SetMaxSeries(10)
	e.Tick(answerOf(at(30), one("shop", "a", at(25), 4), one("shop", "b", at(25), 4)))
	if bytes, _ := e.Windows(); e.Unfollowed(clusterThreshold) != 1 || bytes == 0 {
		t.Errorf("without room %d are not followed, and the others take %d bytes", e.Unfollowed(clusterThreshold), bytes)
	}
}

// TestThresholdGoesOn: a restart in the middle of a window is a gap of it, and no more.
func TestThresholdGoesOn(t *testing.T) {
	for _, by := range []v1alpha1.ClusterSelection{byPod, everyPod} {
		need := overMinutes(5, usage.Average)
		e, a, _ := followed(t, 3600, need)
		plan := compiled(t, "", by)
		e.Set(clusterThreshold, plan, need)
		tickFor(e, 15, 300, 2)
		s, ok := e.Snapshot(clusterThreshold, plan)
		if !ok || s.Total == nil || !s.Total.Until.Equal(at(300)) {
			t.Fatalf("the snapshot is %+v", s)
		}
		tickFor(e, 315, 315, 2)
		for _, away := range []float64{15, 120} {
			again := usage.New()
			again.Restore(clusterThreshold, plan, need, s, at(300+away))
			again.Apply(present(a))
			tickFor(again, 300+away, 300+away, 2)
			x := theReading(t, again)
			if away == 15 && x != theReading(t, e) {
				t.Errorf("without a restart %+v, with one %+v", theReading(t, e), x)
			}
			// Of the two minutes 22.5 s count. Slots reach 30 s further back.
			if share := float64(x.Lower) / float64(x.Value); away == 120 && (x.Data != usage.Partial || share < 0.6 || share > 0.75) {
				t.Errorf("after two minutes %+v", x)
			}
			s, _ = e.Snapshot(clusterThreshold, plan)
			s.Time = at(300)
		}
	}
}

// TestLifeOutlivesTheOperator: how long a subject lives is remembered, where its pods
// are others after a restart.
func TestLifeOutlivesTheOperator(t *testing.T) {
	need := overMinutes(60, usage.Average)
	e, a, plan := followed(t, 3600, need)
	tickFor(e, 15, 300, 2)
	before := theReading(t, e)
	s, _ := e.Snapshot(clusterThreshold, plan)
	again := usage.New()
	again.Restore(clusterThreshold, plan, need, s, at(301))
	again.Apply(present(changed(a, func(p *model.Pod) {
		p.UID, p.StartTime, p.Started = "another", at(290).Unix(), []int64{at(290).Unix()}
	})))
	tickFor(again, 315, 315, 2)
	after := theReading(t, again)
	if before.Data != usage.Partial || after.Data != usage.Partial || after.Lower > before.Lower*11/10 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// TestEditedThreshold: a shorter window and another statistic go on with the values,
// another measure begins anew.
func TestEditedThreshold(t *testing.T) {
	e, _, plan := followed(t, 3600, overMinutes(60, usage.Average))
	tickFor(e, 15, 300, 4)
	e.Set(clusterThreshold, plan, overMinutes(5, usage.Maximum))
	mustRead(t, "over a shorter window", e, figure{usage.Complete, 4 * cores, 4 * cores, 4 * cores})
	need := overMinutes(5, usage.Maximum)
	need.Alert.Measure = usage.PercentOfLimits
	e.Set(clusterThreshold, plan, need)
	mustRead(t, "by another measure", e, figure{usage.MissingData, 0, 0, math.MaxInt64})
	tickFor(e, 315, 315, 4)
	mustRead(t, "after a tick", e, figure{usage.Partial, 50 * percent, 50 * percent, 100 * percent})
	e.Set(clusterThreshold, plan, ofCPU(usage.Usage, usage.Sum))
	mustRead(t, "without a window", e, figure{usage.Complete, 4 * cores, 4 * cores, 4 * cores})
	if s, ok := e.Snapshot(clusterThreshold, plan); !ok || s.Total != nil || len(s.Rows) != 0 {
		t.Errorf("without a window it remembers %+v", s)
	}
}

// TestForeignSnapshot: what was stored for a threshold does no harm to a report, nor
// the other way round.
func TestForeignSnapshot(t *testing.T) {
	need := overMinutes(5, usage.Average)
	e, a, plan := followed(t, 3600, need)
	tickFor(e, 15, 60, 2)
	s, _ := e.Snapshot(clusterThreshold, plan)
	e.Set(clusterReport, plan, overFiveMinutes)
	tickFor(e, 75, 120, 2)
	ofReport, _ := e.Snapshot(clusterReport, plan)
	again := usage.New()
	again.Apply(present(a))
	again.Restore(clusterReport, plan, overFiveMinutes, s, at(121))
	again.Restore(clusterThreshold, plan, need, ofReport, at(121))
	tickFor(again, 135, 150, 2)
	mustBeOver(t, "the report", &view(t, again, clusterReport).Total, 2, 2, 2)
	if x := theReading(t, again); x.Value != 2*cores || x.Data != usage.Complete {
		t.Errorf("the threshold: %+v", x) // its values are usage, and its life is not known
	}
}
