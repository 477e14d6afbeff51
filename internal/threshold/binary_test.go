package threshold_test

import (
	"bytes"
	"compress/flate"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// someState has each kind of alert and of notice.
func someState(t testing.TB) threshold.State {
	t.Helper()
	rule := ruleOf(warning, critical)
	rule.Objects, rule.KeepFiringFor, rule.FireOnNoData = true, time.Minute, true
	var state threshold.State
	var transitions []threshold.Transition
	for i, values := range []map[string]int64{
		{"fires": 85, "gone": 96, "clears": 96},
		{"fires": 85, "gone": 96, "clears": 70},
		{"fires": 85, "pending": 85, "clears": 70},
	} {
		now := noon.Add(time.Duration(i)*tick + 17)
		readings := append(at(now.Truncate(time.Second), values), usage.Reading{
			Subject: model.Subject{
				Node:   "node-1",
				Labels: [model.MaxGroupKeys]model.LabelValue{{Present: true}, {}, {Present: true, Value: "x"}},
			},
			Data: usage.MissingData, Denominator: 1, Upper: 1<<63 - 1, Pods: 3,
		})
		state, transitions, _ = threshold.Step(rule, state, readings, now, longest)
		for i := range transitions {
			transitions[i].Note = fmt.Sprintf("note %d", i)
		}
		state = state.WithNotes(transitions)
	}
	if len(state.Alerts) != 5 || len(state.Owed) < 5 {
		t.Fatalf("there are %d alerts, and %d notices are owed", len(state.Alerts), len(state.Owed))
	}
	return state
}

// TestEncoding: what is read again is the same.
func TestEncoding(t *testing.T) {
	undecided := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Undecided" }, cmp.Ignore())
	for _, state := range []threshold.State{{}, someState(t), owing(t)} {
		if diff := cmp.Diff(state, restored(t, state), exported, undecided); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	closed, _ := threshold.State{}.Close(threshold.Deleted, noon)
	if diff := cmp.Diff(closed, restored(t, closed), exported, undecided); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var update = flag.Bool("update", false, "write testdata/v1 anew; states in clusters stay as they are")

// TestStoredState reads what an earlier operator wrote. Where this fails, the
// version must change.
func TestStoredState(t *testing.T) {
	want := someState(t)
	if *update {
		if err := os.WriteFile("testdata/v1", encoded(t, want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile("testdata/v1")
	if err != nil {
		t.Fatal(err)
	}
	got, rest, err := threshold.Decode(data)
	if err != nil || len(rest) > 0 {
		t.Fatalf("%v, %d bytes left", err, len(rest))
	}
	if diff := cmp.Diff(want, got, exported); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEncodingHasNoMonotonicClock: a state that has lived with it is stored as one
// that has not.
func TestEncodingHasNoMonotonicClock(t *testing.T) {
	now := time.Now()
	for _, at := range [][]byte{encodedAt(t, now), encodedAt(t, now.Round(0).UTC())} {
		if !bytes.Equal(at, encodedAt(t, now)) {
			t.Errorf("%x is stored as %x", encodedAt(t, now), at)
		}
	}
}

func encodedAt(t *testing.T, now time.Time) []byte {
	t.Helper()
	state, _, _ := threshold.Step(ruleOf(critical), threshold.State{}, at(noon, map[string]int64{"a": 96}), now, longest)
	return encoded(t, state)
}

// TestEncodingLeavesOut names that are too long to be read again.
func TestEncodingLeavesOut(t *testing.T) {
	readings := at(noon, map[string]int64{"a": 96, strings.Repeat("x", 1025): 96})
	state, _, _ := threshold.Step(ruleOf(critical), threshold.State{}, readings, noon, longest)
	again := restored(t, state)
	if len(state.Alerts) != 2 || len(again.Alerts) != 1 || len(again.Owed) != 1 || *again.Alerts[0].Subject() != pod("a") {
		t.Errorf("%d alerts, again %+v", len(state.Alerts), again)
	}
}

func TestDecodeOfParts(t *testing.T) {
	data := encoded(t, someState(t))
	for n := range data {
		if _, _, err := threshold.Decode(data[:n]); err == nil {
			t.Errorf("%d of %d bytes are a state", n, len(data))
		}
	}
	data[0]++
	if _, _, err := threshold.Decode(data); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("another version: %v", err)
	}
}

// TestSize: five thousand pods that fire at once, each with an Event that is owed,
// fit into a checkpoint.
func TestSize(t *testing.T) {
	const n = 5000
	var state threshold.State
	rule, readings := ruleOf(warning, critical), crowd(n)
	for i := range 3 {
		var transitions []threshold.Transition
		now := noon.Add(time.Duration(i)*tick + 123_456_789)
		sampled(readings, now)
		state, transitions, _ = threshold.Step(rule, state, readings, now, longest)
		for i := range transitions {
			transitions[i].Note = noteOf(&transitions[i])
		}
		state = state.WithNotes(transitions)
	}
	if state.Counts.Firing != n || len(state.Owed) != n {
		t.Fatalf("%d fire, and %d notices are owed", state.Counts.Firing, len(state.Owed))
	}
	data, packed := encoded(t, state), packed(t, state)
	t.Logf("%d bytes, packed %d: %d a pod", len(data), packed, packed/n)
	if packed > 1<<20 {
		t.Errorf("%d bytes are more than a MiB", packed)
	}
}

func packed(t testing.TB, s threshold.State) int {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(encoded(t, s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Len()
}

// crowd returns readings of so many pods with names as in a cluster, above both
// levels.
func crowd(n int) (readings []usage.Reading) {
	random := rand.New(rand.NewPCG(1, 1))
	for len(readings) < n {
		replicas := fmt.Sprintf("service-%d-%s", random.IntN(200), letters(random, 10))
		namespace := fmt.Sprintf("team-%d", random.IntN(50))
		for range min(1+random.IntN(10), n-len(readings)) {
			limit := 1 + random.Int64N(1<<33)
			used := 96*percent + random.Int64N(4*percent)
			readings = append(readings, usage.Reading{
				Subject: model.Subject{Namespace: namespace, Pod: replicas + "-" + letters(random, 5)},
				Value:   used, Lower: used, Upper: used, Usage: limit / 1000 * (used / 1e6), Denominator: limit, Pods: 1,
			})
		}
	}
	return readings
}

// sampled gives each pod a sample of the last tick.
func sampled(readings []usage.Reading, now time.Time) {
	for i := range readings {
		readings[i].SampleTime = now.Truncate(time.Second).Add(-time.Duration(i%15) * time.Second)
	}
}

func letters(random *rand.Rand, n int) string {
	const some = "bcdfghjklmnpqrstvwxz2456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = some[random.IntN(len(some))]
	}
	return string(b)
}

// noteOf is as long as a note may well be.
func noteOf(x *threshold.Transition) string {
	return fmt.Sprintf("Pod %s uses %dKi of memory, %d%% of its limits (%dKi), above %d%% for %s; largest: %s/main %dKi, %s/proxy %dKi",
		x.Subject.Pod, x.Reading.Usage>>10, x.Reading.Value/percent, x.Reading.Denominator>>10, x.Rule.Threshold/percent, x.Level.Held,
		x.Subject.Pod, x.Reading.Usage>>10, x.Subject.Pod, x.Reading.Usage>>14) +
		". What it means: a container that reaches its limit is killed; see https://example.com/runbooks/memory"
}

// FuzzDecode takes whatever bytes. What is a state encodes to what decodes to the
// same, and lives on.
func FuzzDecode(f *testing.F) {
	state := someState(f)
	f.Add(encoded(f, threshold.State{}))
	f.Add(encoded(f, state))
	f.Add(encoded(f, state)[:500])
	f.Add(encoded(f, state.Resume()))
	closed, _ := state.Close(threshold.Deleted, noon)
	f.Add(encoded(f, closed))
	f.Fuzz(func(t *testing.T, data []byte) {
		state, rest, err := threshold.Decode(data)
		if err != nil {
			return
		}
		if len(rest) > len(data) {
			t.Errorf("%d bytes are left of %d", len(rest), len(data))
		}
		once := encoded(t, state)
		again, _, err := threshold.Decode(once)
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if twice := encoded(t, again); !bytes.Equal(once, twice) {
			t.Errorf("%x encodes to %x", once, twice)
		}
		rule := ruleOf(warning, critical)
		rule.Objects, rule.Meaning, rule.RepeatInterval = true, state.Meaning, time.Minute
		for i, at := range [][]usage.Reading{at(noon, map[string]int64{"fires": 85, "x": 96}), nil} {
			state, _, _ = threshold.Step(rule, state, at, noon.Add(time.Duration(i)*tick), longest)
			state = state.Resume()
		}
		state, _ = state.Expire(noon)
		closed, _ := state.Close(threshold.Deleted, noon)
		restored(t, closed.Delivered(state.Owed))
	})
}
