package sketch

import (
	"math/bits"

	"github.com/usage-operator/usage-operator/internal/model"
)

// wide is an unsigned integer of 128 bits.
type wide struct{ hi, lo uint64 }

// valueBits bounds the values: 2^80 is a million exabytes, in bytes, and 10^15
// cores, in nanocores.
const valueBits = 80

// fromSum returns s, and false where it is negative or too much for a window.
func fromSum(s model.Sum) (v wide, ok bool) {
	hi, lo := s.Words()
	return wide{hi: uint64(hi), lo: lo}, hi >= 0 && hi < 1<<(valueBits-64)
}

func (a wide) sum() model.Sum { return model.SumOfWords(int64(a.hi), a.lo) }

func (a wide) plus(b wide) wide {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return wide{hi: a.hi + b.hi + carry, lo: lo}
}

func (a wide) minus(b wide) wide {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	return wide{hi: a.hi - b.hi - borrow, lo: lo}
}

// times returns a × n, which must fit: a value times the weight of a window does.
func (a wide) times(n uint64) wide {
	hi, lo := bits.Mul64(a.lo, n)
	return wide{hi: hi + a.hi*n, lo: lo}
}

// over returns a ÷ n without the remainder.
func (a wide) over(n uint64) wide {
	lo, _ := bits.Div64(a.hi%n, a.lo, n)
	return wide{hi: a.hi / n, lo: lo}
}

func (a wide) less(b wide) bool {
	return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo
}

func (a wide) bitLen() int {
	if a.hi != 0 {
		return 64 + bits.Len64(a.hi)
	}
	return bits.Len64(a.lo)
}

func (a wide) shiftedRight(n uint) wide {
	return wide{hi: a.hi >> n, lo: a.lo>>n | a.hi<<(64-n) | a.hi>>(n-64)}
}

func (a wide) shiftedLeft(n uint) wide {
	return wide{hi: a.hi<<n | a.lo>>(64-n) | a.lo<<(n-64), lo: a.lo << n}
}

func larger(a, b wide) wide {
	if a.less(b) {
		return b
	}
	return a
}

func smaller(a, b wide) wide {
	if b.less(a) {
		return b
	}
	return a
}
