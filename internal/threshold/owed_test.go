package threshold_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/threshold"
)

// owing is a state that owes notices of some pods, the first a minute before the
// others.
func owing(t *testing.T) threshold.State {
	t.Helper()
	rule := ruleOf(critical)
	state, _, _ := threshold.Step(rule, threshold.State{}, at(noon, map[string]int64{"a": 96}), noon, longest)
	now := noon.Add(time.Minute)
	state, transitions, _ := threshold.Step(rule, state, at(now, map[string]int64{"a": 96, "b": 96, "c": 96}), now, longest)
	for i := range transitions {
		transitions[i].Note = "of " + transitions[i].Subject.Pod
	}
	return state.WithNotes(transitions)
}

// owed shows the subjects and notes of what is owed.
func owed(s threshold.State) (texts []string) {
	for _, n := range s.Owed {
		texts = append(texts, strings.TrimSpace(n.Subject.Pod+" "+n.Note))
	}
	return texts
}

func mustOwe(t *testing.T, s threshold.State, want ...string) {
	t.Helper()
	for _, s := range []threshold.State{s, restored(t, s)} {
		if diff := cmp.Diff(want, owed(s)); diff != "" {
			t.Errorf("owed (-want +got):\n%s", diff)
		}
	}
}

func TestWithNotes(t *testing.T) {
	mustOwe(t, owing(t), "a", "b of b", "c of c")
	_, transitions, _ := threshold.Step(ruleOf(critical), threshold.State{}, at(noon, map[string]int64{"a": 96}), noon, longest)
	state, _, _ := threshold.Step(ruleOf(critical), threshold.State{}, at(noon, map[string]int64{"a": 96}), noon, longest)
	transitions[0].Note = strings.Repeat("é", threshold.MaxNote)
	long := state.WithNotes(transitions)
	if note := long.Owed[0].Note; len(note) != threshold.MaxNote || !utf8.ValidString(note) {
		t.Errorf("the note has %d bytes, valid: %v", len(note), utf8.ValidString(note))
	}
	mustOwe(t, state, "a") // which is another state
}

// TestShed: the oldest are given up.
func TestShed(t *testing.T) {
	state := owing(t)
	kept, shed := state.Shed(2)
	mustOwe(t, kept, "b of b", "c of c")
	mustOwe(t, state, "a", "b of b", "c of c") // which is another state
	if len(shed) != 1 || shed[0].Subject.Pod != "a" {
		t.Errorf("%+v is shed", shed)
	}
	if kept, shed = state.Shed(3); len(kept.Owed) != 3 || len(shed) != 0 {
		t.Errorf("%d are kept and %d shed where there is room for all", len(kept.Owed), len(shed))
	}
}

func TestDelivered(t *testing.T) {
	state := owing(t)
	stored := restored(t, state)
	mustOwe(t, state.Delivered(stored.Owed[1:2]), "a", "c of c")
	mustOwe(t, state.Delivered(nil), "a", "b of b", "c of c")
	mustOwe(t, state, "a", "b of b", "c of c")
	other := state.Owed[0]
	other.Time = other.Time.Add(1)
	mustOwe(t, state.Delivered([]threshold.Notice{other}), "a", "b of b", "c of c")
	mustOwe(t, stored.Delivered(state.Owed))
}

func TestExpire(t *testing.T) {
	state := owing(t)
	kept, dropped := state.Expire(noon.Add(threshold.OwedFor))
	mustOwe(t, kept, "a", "b of b", "c of c")
	if len(dropped) > 0 {
		t.Errorf("dropped is %+v", dropped)
	}
	kept, dropped = state.Expire(noon.Add(threshold.OwedFor + 1))
	mustOwe(t, kept, "b of b", "c of c")
	if len(dropped) != 1 || dropped[0].Subject != pod("a") {
		t.Errorf("dropped is %+v", dropped)
	}
	if len(kept.Alerts) != len(state.Alerts) {
		t.Errorf("%d alerts are left of %d", len(kept.Alerts), len(state.Alerts))
	}
	for len(state.Owed) <= threshold.MaxOwed {
		state.Owed = append(state.Owed, state.Owed...)
	}
	surplus := len(state.Owed) - threshold.MaxOwed
	kept, dropped = state.Expire(noon)
	if len(kept.Owed) != threshold.MaxOwed || len(dropped) != surplus {
		t.Errorf("%d are kept, %d dropped", len(kept.Owed), len(dropped))
	}
}
