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
	// partial tells that outside or lacking is not zero.
	partial bool
	outside bounds
	lacking lack
}

// bounds are sums about the requests and the limits. Outside of them is the
// usage of containers that declare none, or 0: percentages leave it out.
type bounds struct{ requests, limits model.Sums }

// lack is what is declared and has no usage to compare with.
type lack struct {
	pods, containers, running int32
	bounds
}

func (o *observation) add(x *observation) {
	accumulate(&o.usage, &x.usage)
	o.newest = max(o.newest, x.newest)
	if !x.partial {
		return
	}
	o.partial = true
	o.outside.add(&x.outside)
	o.lacking.pods += x.lacking.pods
	o.lacking.containers += x.lacking.containers
	o.lacking.running += x.lacking.running
	o.lacking.bounds.add(&x.lacking.bounds)
}

// sub takes back what add added. The newest sample stays the newest until the
// next tick.
func (o *observation) sub(x *observation) {
	o.usage = o.usage.Sub(x.usage)
	o.outside.sub(&x.outside)
	o.lacking.pods -= x.lacking.pods
	o.lacking.containers -= x.lacking.containers
	o.lacking.running -= x.lacking.running
	o.lacking.bounds.sub(&x.lacking.bounds)
}

func (b *bounds) add(x *bounds) {
	accumulate(&b.requests, &x.requests)
	accumulate(&b.limits, &x.limits)
}

func (b *bounds) sub(x *bounds) {
	b.requests = b.requests.Sub(x.requests)
	b.limits = b.limits.Sub(x.limits)
}

// accumulate adds in place, without a loop: a tick spends most of its time here.
func accumulate(s, x *model.Sums) {
	s[model.CPU] = s[model.CPU].Add(x[model.CPU])
	s[model.Memory] = s[model.Memory].Add(x[model.Memory])
}
