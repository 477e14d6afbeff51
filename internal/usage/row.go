package usage

import "github.com/usage-operator/usage-operator/internal/model"

// row is the running sum of one subject of one report. What a tick touches
// comes first.
type row struct {
	// tick is the tick that observed belongs to; an older one means nothing.
	tick     uint64
	owner    *report
	observed observation
	// series is nil where the report wants none, or has too many.
	series *series
	// pace is that of a row without a series which is in the accounts.
	pace     *pace
	declared declared
	subject  model.Subject
	// next is the next row whose subject has the same hash.
	next *row
	// place is where the row stands among the report's, and rank, while a view is
	// made, where it stands in that, from 1; 0 for a row that is not shown.
	place, rank int
}

// declared is what pods ask for, and how many they are.
type declared struct {
	pods, containers                 int32
	expectedPods, expectedContainers int32
	requests, limits                 tally
}

// tally sums what containers declare and counts those that do and do not.
type tally struct {
	sum        model.Sums
	set, unset [model.ResourceCount]int32
}

func (d *declared) add(o *declared) {
	d.pods += o.pods
	d.containers += o.containers
	d.expectedPods += o.expectedPods
	d.expectedContainers += o.expectedContainers
	d.requests.add(&o.requests)
	d.limits.add(&o.limits)
}

func (d *declared) sub(o *declared) {
	d.pods -= o.pods
	d.containers -= o.containers
	d.expectedPods -= o.expectedPods
	d.expectedContainers -= o.expectedContainers
	d.requests.sub(&o.requests)
	d.limits.sub(&o.limits)
}

func (t *tally) add(o *tally) {
	t.sum = t.sum.Add(o.sum)
	for r := range t.unset {
		t.set[r] += o.set[r]
		t.unset[r] += o.unset[r]
	}
}

func (t *tally) sub(o *tally) {
	t.sum = t.sum.Sub(o.sum)
	for r := range t.unset {
		t.set[r] -= o.set[r]
		t.unset[r] -= o.unset[r]
	}
}

// observe adds to the row on a tick; the first addition of a tick starts anew.
func (w *row) observe(tick uint64, o *observation) {
	if w.tick != tick {
		w.tick, w.observed = tick, observation{}
	}
	w.observed.add(o)
}

// withdraw takes out what a pod that leaves has added on a tick.
func (w *row) withdraw(tick uint64, o *observation) {
	if w.tick == tick {
		w.observed.sub(o)
	}
}

// seen returns what the row observed on a tick; a row that no pod was added to
// since has none.
func (w *row) seen(tick uint64) *observation {
	if w.tick != tick {
		return &observation{}
	}
	return &w.observed
}
