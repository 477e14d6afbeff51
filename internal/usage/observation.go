package usage

import "github.com/usage-operator/usage-operator/internal/model"

// observation is what pods were seen to use, beside what they declare.
//
// Most pods are seen in full, and many declare all that can be declared. So it
// does not hold the sums that percentages divide, but what keeps these from
// being the sums of all: most pods then add little on a tick.
type observation struct {
	usage model.Sums
	// newest is the newest sample's time, in Unix seconds.
	newest int64
	// has tells which of the fields below are not zero.
	has parts
	// unrequested and unlimited are the usage of containers that declare no
	// requests, or no limits, or ones of 0: percentages leave it out.
	unrequested, unlimited model.Sums
	lacking                lack
}

// parts are the less common parts of an observation.
type parts uint8

const (
	unrequested parts = 1 << iota
	unlimited
	lacking
)

// lack is what is declared and has no usage to compare with.
type lack struct {
	pods, containers, running int32
	// lost are the pods that run and had a sample before.
	lost             int32
	requests, limits model.Sums
}

func (o *observation) add(x *observation) {
	o.usage.Accumulate(&x.usage)
	o.newest = max(o.newest, x.newest)
	if x.has == 0 {
		return
	}
	o.has |= x.has
	if x.has&unrequested != 0 {
		o.unrequested.Accumulate(&x.unrequested)
	}
	if x.has&unlimited != 0 {
		o.unlimited.Accumulate(&x.unlimited)
	}
	if x.has&lacking != 0 {
		o.lacking.add(&x.lacking)
	}
}

// sub takes back what add added. The newest sample stays the newest until the
// next tick.
func (o *observation) sub(x *observation) {
	o.usage = o.usage.Sub(x.usage)
	o.unrequested = o.unrequested.Sub(x.unrequested)
	o.unlimited = o.unlimited.Sub(x.unlimited)
	o.lacking.sub(&x.lacking)
}

func (l *lack) add(x *lack) {
	l.pods += x.pods
	l.containers += x.containers
	l.running += x.running
	l.lost += x.lost
	l.requests.Accumulate(&x.requests)
	l.limits.Accumulate(&x.limits)
}

func (l *lack) sub(x *lack) {
	l.pods -= x.pods
	l.containers -= x.containers
	l.running -= x.running
	l.lost -= x.lost
	l.requests = l.requests.Sub(x.requests)
	l.limits = l.limits.Sub(x.limits)
}
