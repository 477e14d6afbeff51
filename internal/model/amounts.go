package model

import (
	"math"
	"math/bits"
)

// Resource is a resource that the Metrics API measures.
type Resource uint8

// The resources, in the order of Amounts.
const (
	CPU Resource = iota
	Memory
	ResourceCount
)

// Amounts is an amount of each resource: CPU in nanocores, memory in bytes.
type Amounts [ResourceCount]int64

// Sum adds amounts exactly: two limits of 5E bytes are more than an int64
// holds, and such limits exist. The zero value is 0. It is a 128-bit two's
// complement integer.
type Sum struct {
	hi int64
	lo uint64
}

// Plus returns s + amount.
func (s Sum) Plus(amount int64) Sum {
	lo, carry := bits.Add64(s.lo, uint64(amount), 0)
	return Sum{hi: s.hi + amount>>63 + int64(carry), lo: lo}
}

// Add returns s + other.
func (s Sum) Add(other Sum) Sum {
	lo, carry := bits.Add64(s.lo, other.lo, 0)
	return Sum{hi: s.hi + other.hi + int64(carry), lo: lo}
}

// Sub returns s - other.
func (s Sum) Sub(other Sum) Sum {
	lo, borrow := bits.Sub64(s.lo, other.lo, 0)
	return Sum{hi: s.hi - other.hi - int64(borrow), lo: lo}
}

// Half returns s / 2, rounded down.
func (s Sum) Half() Sum { return Sum{hi: s.hi >> 1, lo: s.lo>>1 | uint64(s.hi)<<63} }

// IsZero tells whether s is 0.
func (s Sum) IsZero() bool { return s == Sum{} }

// Compare returns -1, 0 or 1 as s is less than, equal to or greater than other.
func (s Sum) Compare(other Sum) int {
	switch {
	case s == other:
		return 0
	case s.hi < other.hi, s.hi == other.hi && s.lo < other.lo:
		return -1
	default:
		return 1
	}
}

// Float returns the nearest floating-point number.
func (s Sum) Float() float64 { return float64(s.hi)*(1<<64) + float64(s.lo) }

// SumOfWords returns the number that has these high and low 64 bits.
func SumOfWords(hi int64, lo uint64) Sum { return Sum{hi: hi, lo: lo} }

// Words returns the number as its high and its low 64 bits.
func (s Sum) Words() (hi int64, lo uint64) { return s.hi, s.lo }

// Sums is a sum for each resource.
type Sums [ResourceCount]Sum

// Plus returns s with amounts added.
func (s Sums) Plus(amounts Amounts) Sums {
	for r := range s {
		s[r] = s[r].Plus(amounts[r])
	}
	return s
}

// Add returns s with other added.
func (s Sums) Add(other Sums) Sums {
	for r := range s {
		s[r] = s[r].Add(other[r])
	}
	return s
}

// Accumulate adds other in place. It is Add for the innermost loop.
func (s *Sums) Accumulate(other *Sums) {
	a, b := &s[CPU], &s[Memory]
	x, y := &other[CPU], &other[Memory]
	var carry, carried uint64
	a.lo, carry = bits.Add64(a.lo, x.lo, 0)
	b.lo, carried = bits.Add64(b.lo, y.lo, 0)
	a.hi += x.hi + int64(carry)
	b.hi += y.hi + int64(carried)
}

// Sub returns s with other taken away.
func (s Sums) Sub(other Sums) Sums {
	for r := range s {
		s[r] = s[r].Sub(other[r])
	}
	return s
}

// Times returns s × n, which must fit.
func (s Sum) Times(n int64) Sum {
	hi, lo := bits.Mul64(s.lo, uint64(n))
	return Sum{hi: int64(hi) + s.hi*n, lo: lo}
}

// Int64 returns s, which is not negative, or math.MaxInt64 where that is less.
func (s Sum) Int64() int64 {
	if s.hi != 0 || s.lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(s.lo)
}

// PartsOf returns s × parts ÷ whole, rounded down, or math.MaxInt64 where that is
// less. None of them is negative, whole is not 0, and s × parts must fit.
func (s Sum) PartsOf(whole Sum, parts int64) int64 {
	n := s.Times(parts)
	if whole.hi == 0 {
		return n.over(whole.lo)
	}
	// The leading 64 bits of the divisor give a quotient that is too large by at most
	// 1 (Warren, Hacker's Delight, 9-5).
	shift := bits.LeadingZeros64(uint64(whole.hi))
	top := uint64(whole.hi)<<shift | whole.lo>>(64-shift)
	q, _ := bits.Div64(uint64(n.hi)>>1, uint64(n.hi)<<63|n.lo>>1, top)
	q >>= 63 - shift
	if q > 0 {
		q--
	}
	if rest := n.Sub(whole.Times(int64(q))); rest.Compare(whole) >= 0 {
		q++
	}
	return Sum{lo: q}.Int64()
}

// over returns s ÷ n, rounded down, or math.MaxInt64 where that is less.
func (s Sum) over(n uint64) int64 {
	if uint64(s.hi) >= n {
		return math.MaxInt64
	}
	q, _ := bits.Div64(uint64(s.hi), s.lo, n)
	return Sum{lo: q}.Int64()
}
