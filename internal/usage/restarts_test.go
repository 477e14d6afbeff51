package usage_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/sketch"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// TestRestartsAgreeWithOracle replaces the engine at random moments by a new one
// that goes on from the last snapshots, as after a kill, and compares every report
// with an oracle that lost the same time and nothing else.
func TestRestartsAgreeWithOracle(t *testing.T) {
	restored, lingering, seeds := 0, 0, 30
	if testing.Short() {
		seeds = 3
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := restarting{world: newWorld(seed + 1000), saved: map[usage.ID]saved{}, bases: map[usage.ID]*base{}}
			for step := range *steps {
				w.step(t)
				switch {
				case w.chance(0.2):
					w.save(t)
				case w.chance(0.08):
					w.restart(t)
				}
				if t.Failed() {
					t.Fatalf("step %d", step)
				}
			}
			restored, lingering = restored+w.restored, lingering+w.lingering
		})
	}
	if restored < 10*seeds || lingering < 3*seeds {
		t.Errorf("%d reports were restored, with %d rows that had no pods", restored, lingering)
	}
}

// restarting is a world whose operator is killed now and then.
type restarting struct {
	*world
	bases               map[usage.ID]*base
	saved               map[usage.ID]saved
	restored, lingering int
}

// saved is a report's snapshot, and the oracle's of the same time.
type saved struct {
	plan     *selection.Plan
	snapshot *usage.Snapshot
	time     time.Time
	total    *track
	tracks   map[model.Subject]*track
}

// base is a checkpoint that others refer to.
type base struct {
	*checkpoint.Base
	data []byte
}

// save takes snapshots of all reports.
func (w *restarting) save(t *testing.T) {
	t.Helper()
	clear(w.saved)
	for id, r := range w.truth.reports {
		s, ok := w.engine.Snapshot(id, w.plans[id])
		if !ok {
			t.Fatalf("%v: no snapshot", id)
		}
		if _, ok := w.engine.Snapshot(id, new(selection.Plan)); ok {
			t.Errorf("%v: a snapshot of another plan", id)
		}
		truth := saved{plan: w.plans[id], snapshot: w.stored(t, id, s), time: w.truth.now, tracks: map[model.Subject]*track{}}
		if r.total != nil {
			truth.total = r.total.clone()
		}
		for subject, row := range r.tracks {
			truth.tracks[subject] = row.clone()
		}
		w.saved[id] = truth
	}
}

// stored is a snapshot that has been a checkpoint, mostly one that refers to a former
// one.
func (w *restarting) stored(t *testing.T, id usage.ID, s *usage.Snapshot) *usage.Snapshot {
	t.Helper()
	c := &checkpoint.Content{Owner: "uid", Snapshot: s}
	if w.bases[id] == nil || w.chance(0.2) {
		b, data, _, err := checkpoint.EncodeBase(c, checkpoint.MaxBytes)
		if err != nil {
			t.Fatal(err)
		}
		w.bases[id] = &base{b, data}
	}
	data, omitted, err := w.bases[id].Encode(c, checkpoint.MaxBytes)
	if err != nil || omitted != (checkpoint.Omitted{}) {
		t.Fatalf("left out are %+v: %v", omitted, err)
	}
	opened, err := checkpoint.Open(data, w.bases[id].data, "uid", checkpoint.Hash{})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// restart ends the engine without warning and starts another one.
func (w *restarting) restart(t *testing.T) {
	t.Helper()
	w.engine = usage.New()
	w.engine.SetMaxSeries(1 << 30)
	w.clock = w.clock.Add(time.Duration(w.IntN(200)-20) * time.Second)
	w.truth.restart()
	if w.chance(0.5) { // the reconcilers may come before the inventory, or after it
		w.engine.Apply(w.everything())
		w.continueReports(t)
	} else {
		w.continueReports(t)
		w.engine.Apply(w.everything())
	}
	clear(w.saved)
}

func (w *restarting) continueReports(t *testing.T) {
	t.Helper()
	for id, r := range w.truth.reports {
		r.reads, r.unsampled, r.total, r.tracks = 0, 0, nil, nil
		s, ok := w.saved[id]
		if !ok || s.plan != w.plans[id] {
			w.engine.Set(id, w.plans[id], r.need)
			continue
		}
		if !w.engine.Restore(id, w.plans[id], r.need, s.snapshot, w.clock) {
			t.Errorf("%v: not restored", id)
		}
		if r.need.Window > 0 && s.total != nil {
			r.goOn(&s, w.clock)
			w.restored++
		}
		for _, row := range r.tracks {
			if row.empty.Before(s.time) {
				w.lingering++
			}
		}
	}
}

// goOn continues with what was saved: no moment counts twice.
func (r *trueReport) goOn(s *saved, now time.Time) {
	r.total, r.tracks = s.total, s.tracks
	r.total.keep(r.need.History)
	for _, row := range slices.AppendSeq([]*track{r.total}, maps.Values(r.tracks)) {
		if row.until.After(now) {
			row.until = now
		}
		if row.empty.IsZero() {
			row.empty = s.time
		}
		if row.empty.After(now) {
			row.empty = now
		}
		for _, window := range row.windows {
			window.Resize(r.need.Window)
		}
	}
}

// clone is by way of the encodings of windows and histories.
func (t *track) clone() *track {
	c := *t
	for r, window := range t.windows {
		data, err := window.AppendBinary(nil)
		if err != nil {
			panic(err)
		}
		if c.windows[r], _, err = sketch.Decode(data); err != nil {
			panic(err)
		}
	}
	if t.history == nil {
		return &c
	}
	data, err := t.history.AppendBinary(nil)
	if err != nil {
		panic(err)
	}
	if c.history, _, err = history.Decode(data); err != nil {
		panic(err)
	}
	return &c
}

// restart forgets what only an engine's memory held.
func (o *oracle) restart() {
	o.now, o.born, o.resolution, o.reads, o.forgotten, o.departed = time.Time{}, time.Time{}, 0, 0, false, nil
	for _, p := range o.pods {
		p.history, p.known, p.knownOf, p.starts = nil, nil, 0, starts{news: true}
	}
}

// everything is what a new feed of the inventory begins with.
func (w *world) everything() (changes []model.Change) {
	for name, labels := range w.truth.namespaces {
		changes = append(changes, model.Change{Namespace: &model.Namespace{Name: name, Labels: labels}})
	}
	for name, labels := range w.truth.nodes {
		changes = append(changes, model.Change{Node: &model.Node{Name: name, Labels: labels}})
	}
	for _, q := range w.truth.quotas {
		changes = append(changes, model.Change{Quota: &q})
	}
	for _, p := range w.truth.pods {
		changes = append(changes, model.Change{Pod: p.Pod})
	}
	return changes
}
