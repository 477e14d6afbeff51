package threshold_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// pod is a subject by its name.
func pod(name string) model.Subject { return model.Subject{Namespace: "shop", Pod: name} }

// at returns complete readings of pods, all sampled at the same time.
func at(now time.Time, values map[string]int64) (readings []usage.Reading) {
	for name, v := range values {
		readings = append(readings, usage.Reading{
			Subject: pod(name), Value: v * percent, Lower: v * percent, Upper: v * percent, Denominator: 1000, Pods: 1, SampleTime: now,
		})
	}
	return readings
}

// TestOverall: the threshold as a whole tells of the first subject that fires, of
// worse ones, and of the last that does not.
func TestOverall(t *testing.T) {
	rule := ruleOf(threshold.LevelRule{Severity: threshold.Warning, Threshold: 80 * percent, Clear: 80 * percent}, critical)
	rule.Objects = true
	silence := func(until time.Duration) func() { return func() { rule.SilencedUntil = noon.Add(until) } }
	steps := []struct {
		edit   func()
		values map[string]int64
		want   string
		phase  string
	}{
		{nil, map[string]int64{"a": 70, "b": 70}, "", "OK 0 since 0s"},
		{nil, map[string]int64{"a": 81, "b": 70}, "a Exceeded Warning, overall Exceeded Warning", "Firing 1 since 15s"},
		{nil, map[string]int64{"a": 81, "b": 81}, "b Exceeded Warning", "Firing 1 since 15s"},
		{nil, map[string]int64{"a": 81, "b": 96}, "b Exceeded Critical, overall Exceeded Critical", "Firing 2 since 15s"},
		{nil, map[string]int64{"a": 80, "b": 96}, "a Cleared Warning (Recovered)", "Firing 2 since 15s"},
		{nil, map[string]int64{"a": 80, "b": 81}, "b Cleared Critical (Recovered), overall Cleared Critical (Recovered)", "Firing 1 since 15s"},
		{nil, map[string]int64{"a": 80}, "b Cleared Warning (SubjectGone), overall Cleared Warning (SubjectGone)", "OK 0 since 1m30s"},
		{nil, map[string]int64{"a": 81, "b": 96}, "a Exceeded Warning, b Exceeded Critical, overall Exceeded Critical", "Firing 2 since 1m45s"},
		{silence(time.Hour), map[string]int64{"a": 96, "b": 70}, "", "Firing 2 since 1m45s"},
		{silence(0), map[string]int64{"a": 96, "b": 70},
			"a Exceeded Critical, b Cleared Critical (Recovered)", "Firing 2 since 1m45s"},
		{func() { rule.Meaning[0]++; rule.Objects = false }, map[string]int64{"c": 96},
			"a Cleared Critical (SpecChanged), c Exceeded Critical, overall Cleared Critical (SpecChanged)", "Firing 2 since 1m45s"},
	}
	var state threshold.State
	for i, step := range steps {
		now := noon.Add(time.Duration(i) * tick)
		if step.edit != nil {
			step.edit()
		}
		next, transitions, _ := threshold.Step(rule, state, at(now, step.values), now, longest)
		var got []string
		for k, text := range notices(t, transitions, now) {
			got = append(got, strings.TrimSpace(transitions[k].Subject.Pod+" "+text))
		}
		slices.Sort(got) // and that of the whole is the last
		if text := strings.Join(got, ", "); text != step.want {
			t.Errorf("step %d: %q, want %q", i, text, step.want)
		}
		phase := fmt.Sprintf("%s %d since %s", next.Phase, next.Severity, next.PhaseTime.Sub(noon))
		if phase != step.phase {
			t.Errorf("step %d: it is %s, want %s", i, phase, step.phase)
		}
		if len(next.Owed)-len(state.Owed) != len(transitions) {
			t.Errorf("step %d: %d notices are owed, %d were, %d are new", i, len(next.Owed), len(state.Owed), len(transitions))
		}
		state = restored(t, next)
	}
}

// TestOverallTimes: two notices about the whole have different times, though the
// samples of two subjects have the same.
func TestOverallTimes(t *testing.T) {
	rule := ruleOf(critical)
	rule.Objects = true
	state, transitions, _ := threshold.Step(rule, threshold.State{}, at(noon, map[string]int64{"a": 96}), noon, longest)
	first := transitions[1]
	state, _, _ = threshold.Step(rule, state, nil, noon.Add(tick), longest)
	_, transitions, _ = threshold.Step(rule, state, at(noon, map[string]int64{"b": 96}), noon.Add(2*tick), longest)
	if len(transitions) != 2 {
		t.Fatalf("the transitions are %+v", transitions)
	}
	second := transitions[1]
	if !first.Overall || !second.Overall || first.Reason != second.Reason || !second.Time.After(first.Time) {
		t.Errorf("first %+v, second %+v", first.Notice, second.Notice)
	}
	if !transitions[0].Time.Equal(noon) {
		t.Errorf("the second subject fires at %s, want %s", transitions[0].Time, noon)
	}
}

// TestTransition: a notice comes with what can be told in it.
func TestTransition(t *testing.T) {
	rule := ruleOf(warning, critical)
	s := run(t, rule, worse[:0]+`
		85  Pending
		85  Pending
		85  Firing Exceeded Warning`)
	s.now = s.now.Add(tick)
	_, transitions, _ := threshold.Step(rule, s.live, at(s.now, nil), s.now, longest)
	want := []threshold.Transition{{
		Notice: threshold.Notice{
			Subject: web, Reason: threshold.Cleared, Severity: threshold.Warning, Time: noon.Add(4 * tick), OwedTime: noon.Add(4 * tick)},
		Previous: threshold.Warning, Announced: threshold.None, Cause: threshold.SubjectGone,
		Reading: s.last,
		Level: threshold.Level{
			Phase: threshold.PhaseFiring, PendingTime: noon.Add(tick), FiringTime: noon.Add(3 * tick), Held: 2 * tick,
			Crossing: true, DecidedTime: noon.Add(3 * tick)},
		Rule: warning,
	}}
	if diff := cmp.Diff(want, transitions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTooMany: of more subjects than can be followed, some are, and the others are
// counted.
func TestTooMany(t *testing.T) {
	const surplus = 7
	rule := ruleOf(warning, critical)
	readings := make([]usage.Reading, threshold.MaxSubjects+surplus)
	for i := range readings {
		readings[i] = at(noon, map[string]int64{fmt.Sprintf("pod-%05d", i): 96})[0]
	}
	state, transitions, _ := threshold.Step(rule, threshold.State{}, readings, noon, longest)
	want := threshold.Counts{Total: len(readings), Firing: threshold.MaxSubjects, Unknown: surplus}
	if state.Counts != want || state.TooMany != surplus || len(transitions) != threshold.MaxSubjects {
		t.Fatalf("counts %+v, %d too many, %d transitions", state.Counts, state.TooMany, len(transitions))
	}
	if last := state.Alerts[len(state.Alerts)-1].Subject().Pod; last != "pod-09999" {
		t.Errorf("the last that is followed is %s", last)
	}
	// Where some are well again, the next have their turn.
	for i := range readings {
		readings[i].SampleTime = noon.Add(tick)
		if i < surplus-2 {
			readings[i].Value, readings[i].Lower, readings[i].Upper = 0, 0, 0
		}
	}
	state, _, _ = threshold.Step(rule, state, readings, noon.Add(tick), longest)
	want = threshold.Counts{Total: len(readings), OK: surplus - 2, Firing: threshold.MaxSubjects, Unknown: 2}
	if state.Counts != want || state.TooMany != 2 || len(state.Owed) != threshold.MaxSubjects+2*(surplus-2) {
		t.Errorf("counts %+v, %d too many, %d owed", state.Counts, state.TooMany, len(state.Owed))
	}
	// Those that something else closes do not take the places of others.
	rule.Meaning[0]++
	for i := range readings {
		readings[i].Subject.Namespace = "other"
	}
	state, _, _ = threshold.Step(rule, state, readings, noon.Add(2*tick), longest)
	if state.Counts.Firing != threshold.MaxSubjects || len(state.Alerts) != 2*threshold.MaxSubjects {
		t.Errorf("counts %+v, %d alerts", state.Counts, len(state.Alerts))
	}
}

// TestUndecided: of the subjects of which nothing is known, the first are listed.
func TestUndecided(t *testing.T) {
	rule := ruleOf(warning)
	var readings []usage.Reading
	var want []string
	for i := range 3 * threshold.MaxUndecided {
		name := fmt.Sprintf("pod-%03d", i)
		readings = append(readings, usage.Reading{Subject: pod(name), Data: usage.MissingData, Upper: 100 * percent, Denominator: 1000})
		if i < threshold.MaxUndecided {
			want = append(want, name)
		}
	}
	slices.Reverse(readings)
	readings[1], readings[77] = readings[77], readings[1]
	state, _, moved := threshold.Step(rule, threshold.State{}, readings, noon, longest)
	var got []string
	for _, a := range state.Undecided {
		got = append(got, a.Subject().Pod)
		if a.Phase != threshold.PhaseUnknown {
			t.Errorf("%s is %s", a.Subject().Pod, a.Phase)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("undecided (-want +got):\n%s", diff)
	}
	if !moved || len(state.Alerts) > 0 || state.Counts.Unknown != len(readings) || state.Phase != threshold.PhaseUnknown {
		t.Errorf("%d alerts, counts %+v, phase %s, moved %v", len(state.Alerts), state.Counts, state.Phase, moved)
	}
}
