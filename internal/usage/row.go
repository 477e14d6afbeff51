package usage

import "github.com/usage-operator/usage-operator/internal/model"

// row is the running sum of one subject of one report.
type row struct {
	subject  model.Subject
	declared declared
	observed observed
	// tick is the tick that observed belongs to; an older one means nothing.
	tick uint64
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

// observed is what pods were seen to use.
type observed struct {
	// containers are all that were seen, running those of them that run by their
	// pods' status, and pods the pods with such a one.
	pods, containers, running int32
	usage                     model.Sums
	ofRequests                ratio
	ofLimits                  ratio
	// newest is the newest sample's time, in Unix seconds.
	newest int64
}

// ratio is the usage of the observed containers that declare a denominator, and
// the sum of their denominators.
type ratio struct {
	usage, base model.Sums
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

func (o *observed) add(x *observed) {
	o.pods += x.pods
	o.containers += x.containers
	o.running += x.running
	accumulate(&o.usage, &x.usage)
	o.ofRequests.add(&x.ofRequests)
	o.ofLimits.add(&x.ofLimits)
	o.newest = max(o.newest, x.newest)
}

// accumulate adds in place, without a loop: a tick spends most of its time here.
func accumulate(s, x *model.Sums) {
	s[model.CPU] = s[model.CPU].Add(x[model.CPU])
	s[model.Memory] = s[model.Memory].Add(x[model.Memory])
}

// sub takes back what add added. The newest sample stays the newest until the
// next tick.
func (o *observed) sub(x *observed) {
	o.pods -= x.pods
	o.containers -= x.containers
	o.running -= x.running
	o.usage = o.usage.Sub(x.usage)
	o.ofRequests.sub(&x.ofRequests)
	o.ofLimits.sub(&x.ofLimits)
}

func (a *ratio) add(b *ratio) {
	accumulate(&a.usage, &b.usage)
	accumulate(&a.base, &b.base)
}

func (a *ratio) sub(b *ratio) {
	a.usage = a.usage.Sub(b.usage)
	a.base = a.base.Sub(b.base)
}

// observe adds to the row on a tick; the first addition of a tick starts anew.
func (w *row) observe(tick uint64, x *observed) {
	if w.tick != tick {
		w.tick, w.observed = tick, observed{}
	}
	w.observed.add(x)
}

// withdraw takes out what a pod that leaves has added on a tick.
func (w *row) withdraw(tick uint64, x *observed) {
	if w.tick == tick {
		w.observed.sub(x)
	}
}

// seen returns what the row observed on a tick.
func (w *row) seen(tick uint64) observed {
	if w.tick != tick {
		return observed{}
	}
	return w.observed
}
