package usage

import (
	"cmp"
	"math"

	"github.com/usage-operator/usage-operator/internal/model"
)

// part is what some containers tell of a value: those of a pod, or of a row.
type part struct {
	// value is what was seen and can be divided, lower what is used at least where
	// nothing is missing from the divisor, and upper what is used at most.
	value, lower, upper fraction
	// idle is what those would be divided by that do not run.
	idle model.Sum
	// seen tells that something was seen that counts in the value, and missing that
	// anything runs that was not.
	seen, missing bool
}

// fraction is usage and what it is divided by, in nanocores or bytes.
type fraction struct {
	used, of model.Sum
	// endless tells that nothing bounds the usage.
	endless bool
	// size is what it has been compared by.
	size int64
}

func (f *fraction) add(o *fraction) {
	f.used, f.of, f.endless = f.used.Add(o.used), f.of.Add(o.of), f.endless || o.endless
}

func (f *fraction) sub(o *fraction) { f.used, f.of = f.used.Sub(o.used), f.of.Sub(o.of) }

// amount is the usage itself.
func (f *fraction) amount() int64 {
	if f.endless {
		return math.MaxInt64
	}
	return f.used.Int64()
}

// ratio is in billionths, rounded down; -1 where there is nothing to divide by.
func (f *fraction) ratio() int64 {
	switch {
	case f.of.IsZero():
		return -1
	case f.endless:
		return math.MaxInt64
	default:
		return f.used.PartsOf(f.of, billion)
	}
}

// measure sets the size.
func (f *fraction) measure(m Measure) {
	if m.divides() {
		f.size = f.ratio()
	} else {
		f.size = f.amount()
	}
}

// keep keeps the larger of two that have been measured. Of equal ones it is always
// the same, so that the order of pods does not matter.
func (f *fraction) keep(o *fraction) {
	switch {
	case f.endless || o.size < f.size:
	case o.endless || o.size > f.size || cmp.Or(o.used.Compare(f.used), o.of.Compare(f.of)) > 0:
		*f = *o
	}
}

func (x *part) add(o *part) {
	x.value.add(&o.value)
	x.lower.add(&o.lower)
	x.upper.add(&o.upper)
	x.idle = x.idle.Add(o.idle)
	x.seen, x.missing = x.seen || o.seen, x.missing || o.missing
}

// largest keeps the larger of the values, and of each of their bounds. Where nothing
// is missing, these are the value.
func (x *part) largest(o *part, m Measure) {
	o.value.measure(m)
	lower, upper := &o.value, &o.value
	if o.missing {
		lower, upper = &o.lower, &o.upper
		lower.measure(m)
		upper.measure(m)
	}
	x.value.keep(&o.value)
	x.lower.keep(lower)
	x.upper.keep(upper)
	if o.idle.Compare(x.idle) > 0 {
		x.idle = o.idle
	}
	x.seen, x.missing = x.seen || o.seen, x.missing || o.missing
}

// divide divides all by the same.
func (x *part) divide(by int64) {
	of := model.Sum{}.Plus(by)
	x.value.of, x.lower.of, x.upper.of = of, of, of
}

// bound bounds the usage by what can be used, unless more was seen.
func (x *part) bound(most int64) {
	limit := model.Sum{}.Plus(most)
	if x.lower.used.Compare(limit) > 0 {
		limit = x.lower.used
	}
	if x.upper.endless || x.upper.used.Compare(limit) > 0 {
		x.upper.used, x.upper.endless = limit, false
	}
}

func (x *part) data() Data {
	switch {
	case !x.missing:
		return Complete
	case x.seen:
		return Partial
	default:
		return MissingData
	}
}
