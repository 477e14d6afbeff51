package sketch

import (
	"math/big"
	"math/rand/v2"
	"sort"
	"testing"
)

func (a wide) big() *big.Int {
	n := new(big.Int).Lsh(new(big.Int).SetUint64(a.hi), 64)
	return n.Add(n, new(big.Int).SetUint64(a.lo))
}

// TestEveryCell proves the bound for all values: in a cell, the error is largest
// at one of its ends.
func TestEveryCell(t *testing.T) {
	if bounds[0] != (wide{}) || bounds[1] != (wide{lo: 1}) {
		t.Errorf("the cells begin with %v, want one for zero", bounds[:2])
	}
	for i := range cellCount {
		first, next := bounds[i], bounds[i+1]
		if !first.less(next) {
			t.Fatalf("cell %d is empty", i)
		}
		r := representative(first)
		for _, v := range []wide{first, next.minus(wide{lo: 1})} {
			mustBeWithinOnePercent(t, r.big(), v.big())
		}
	}
	if last := bounds[cellCount-1]; last.bitLen() > valueBits {
		t.Errorf("%d cells are too many: the last one begins at %v", cellCount, last.big())
	}
	if end := bounds[cellCount]; end.bitLen() <= valueBits {
		t.Errorf("%d cells are too few: they end at %v", cellCount, end.big())
	}
}

func mustBeWithinOnePercent(t *testing.T, got, want *big.Int) {
	t.Helper()
	off := new(big.Int).Sub(got, want)
	if off.Abs(off).Mul(off, big.NewInt(100)).Cmp(want) > 0 {
		t.Fatalf("%v is not within 1 %% of %v", got, want)
	}
}

func TestCellOf(t *testing.T) {
	largest := wide{hi: 1<<(valueBits-64) - 1, lo: 1<<64 - 1}
	check := func(v wide) {
		t.Helper()
		want := sort.Search(cellCount, func(i int) bool { return v.less(bounds[i+1]) })
		if got := cellOf(v); int(got) != want {
			t.Fatalf("cellOf(%v) = %d, want %d", v.big(), got, want)
		}
	}
	for i := range cellCount {
		check(bounds[i])
		check(smaller(bounds[i+1].minus(wide{lo: 1}), largest))
	}
	random := rand.New(rand.NewPCG(1, 0))
	for range 100_000 {
		check(randomWide(random, valueBits))
	}
	for v := range uint64(5000) {
		check(wide{lo: v})
	}
}

// randomWide is of any length in bits.
func randomWide(random *rand.Rand, most int) wide {
	v := wide{hi: random.Uint64(), lo: random.Uint64()}
	return v.shiftedRight(uint(128 - most + random.IntN(most+1)))
}

func TestWide(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 0))
	equal := func(what string, got wide, want *big.Int) {
		t.Helper()
		if got.big().Cmp(want) != 0 {
			t.Fatalf("%s gives %v, want %v", what, got.big(), want)
		}
	}
	for range 20_000 {
		a, b := randomWide(random, 126), randomWide(random, 126)
		x, y := a.big(), b.big()
		equal("plus", a.plus(b), new(big.Int).Add(x, y))
		equal("larger", larger(a, b), []*big.Int{x, y}[max(0, y.Cmp(x))])
		equal("smaller", smaller(a, b), []*big.Int{x, y}[max(0, x.Cmp(y))])
		if !a.less(b) {
			equal("minus", a.minus(b), new(big.Int).Sub(x, y))
		}
		n := random.Uint64()>>random.IntN(64) | 1
		equal("over", a.over(n), new(big.Int).Div(x, new(big.Int).SetUint64(n)))
		v, weight := randomWide(random, valueBits), random.Uint64N(maxWeight)
		equal("times", v.times(weight), new(big.Int).Mul(v.big(), new(big.Int).SetUint64(weight)))
		shift := uint(random.IntN(127))
		equal("shiftedRight", a.shiftedRight(shift), new(big.Int).Rsh(x, shift))
		equal("shiftedLeft", v.shiftedLeft(shift%40), new(big.Int).Lsh(v.big(), shift%40))
		if got := a.bitLen(); got != x.BitLen() {
			t.Fatalf("bitLen(%v) = %d, want %d", x, got, x.BitLen())
		}
	}
}
