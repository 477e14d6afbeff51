package history

import (
	"math/bits"

	"github.com/usage-operator/usage-operator/internal/model"
)

const (
	// valueBits bounds the values: 2^80 is a million exabytes, in bytes, and 10^15
	// cores, in nanocores.
	valueBits = 80
	// maxWeight bounds what is observed of one step, in milliseconds. Times a value
	// it is less than 2^123. It is far more than a step, since a clock that is set
	// back lets a time pass twice.
	maxWeight = 1<<43 - 1
)

// point is what was observed of a step.
type point struct {
	// start is in milliseconds since 1970, and weight in milliseconds: how long
	// was observed.
	start  int64
	weight uint64
	// sums are those of value × weight.
	sums, maxima model.Sums
}

// add takes values that stood for some time. It returns false where that is more
// than a point can hold.
func (p *point) add(values *model.Sums, weight uint64) bool {
	o := point{weight: weight, maxima: *values}
	for r, value := range values {
		o.sums[r] = times(value, weight)
	}
	return p.merge(&o)
}

// merge takes what was observed of another point.
func (p *point) merge(o *point) bool {
	if o.weight > maxWeight-p.weight {
		return false
	}
	p.weight += o.weight
	p.sums.Accumulate(&o.sums)
	for r, value := range o.maxima {
		if value.Compare(p.maxima[r]) > 0 {
			p.maxima[r] = value
		}
	}
	return true
}

// averages are rounded to the nearest integers, a half up.
func (p *point) averages() (out model.Sums) {
	for r, sum := range p.sums {
		out[r] = over(sum.Add(sum).Add(model.SumOfWords(0, p.weight)), 2*p.weight)
	}
	return out
}

func areBounded(values model.Sums) bool {
	for _, value := range values {
		if hi, _ := value.Words(); hi < 0 || hi >= 1<<(valueBits-64) {
			return false
		}
	}
	return true
}

// times returns v × n, which must fit: a value times the weight of a point does.
func times(v model.Sum, n uint64) model.Sum {
	hi, lo := v.Words()
	carry, low := bits.Mul64(lo, n)
	return model.SumOfWords(hi*int64(n)+int64(carry), low)
}

// over returns v ÷ n without the remainder. Neither is negative.
func over(v model.Sum, n uint64) model.Sum {
	hi, lo := v.Words()
	low, _ := bits.Div64(uint64(hi)%n, lo, n)
	return model.SumOfWords(hi/int64(n), low)
}
