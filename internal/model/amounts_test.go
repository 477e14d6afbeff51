package model_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/usage-operator/usage-operator/internal/model"
)

// integer is the truth about a Sum.
func integer(s model.Sum) *big.Int {
	hi, lo := s.Words()
	n := new(big.Int).Lsh(big.NewInt(hi), 64)
	return n.Add(n, new(big.Int).SetUint64(lo))
}

var edges = []int64{0, 1, -1, 2, -2, 120345, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1, 1 << 32, -1 << 32, 5e18, -5e18}

func TestSumOfTwoEdges(t *testing.T) {
	for _, a := range edges {
		for _, b := range edges {
			x, y := model.Sum{}.Plus(a), model.Sum{}.Plus(b)
			bigA, bigB := big.NewInt(a), big.NewInt(b)
			equal(t, "Plus", x.Plus(b), new(big.Int).Add(bigA, bigB))
			equal(t, "Add", x.Add(y), new(big.Int).Add(bigA, bigB))
			equal(t, "Sub", x.Sub(y), new(big.Int).Sub(bigA, bigB))
			equal(t, "Half", x.Add(y).Half(), new(big.Int).Rsh(new(big.Int).Add(bigA, bigB), 1))
			if got := model.SumOfWords(x.Sub(y).Words()); got != x.Sub(y) {
				t.Errorf("SumOfWords gives %v, want %v", integer(got), integer(x.Sub(y)))
			}
			if got, want := x.Compare(y), bigA.Cmp(bigB); got != want {
				t.Errorf("Compare(%d, %d) = %d, want %d", a, b, got, want)
			}
			if got, want := x.IsZero(), a == 0; got != want {
				t.Errorf("IsZero(%d) = %t", a, got)
			}
		}
	}
}

// TestSumWalks adds and takes away at random, far beyond 64 bits on both sides
// of 0.
func TestSumWalks(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		s, want := model.Sum{}, new(big.Int)
		before, bigBefore := s, new(big.Int)
		for range 2000 {
			n := random.Int64() >> random.IntN(63)
			if random.IntN(2) == 0 {
				n = -n
			}
			switch random.IntN(8) {
			case 0:
				n = edges[random.IntN(len(edges))]
			case 1: // doubling reaches the high word fast
				if want.BitLen() < 120 {
					s, want = s.Add(s), want.Add(want, want)
				}
			case 2:
				before, bigBefore = s, new(big.Int).Set(want)
			case 3:
				s, want = s.Sub(before), want.Sub(want, bigBefore)
			}
			s, want = s.Plus(n), want.Add(want, big.NewInt(n))
			equal(t, "the walk", s, want)
			if got, want := s.Compare(before), want.Cmp(bigBefore); got != want {
				t.Errorf("Compare(%v, %v) = %d, want %d", integer(s), bigBefore, got, want)
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

func equal(t *testing.T, what string, got model.Sum, want *big.Int) {
	t.Helper()
	if integer(got).Cmp(want) != 0 {
		t.Errorf("%s gives %v, want %v", what, integer(got), want)
	}
}

func TestSumFloat(t *testing.T) {
	for _, amounts := range [][]int64{
		{}, {1}, {120345}, {1 << 53}, {1<<53 + 1}, {math.MaxInt64}, {math.MaxInt64, math.MaxInt64, 2},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64, 12345}, {math.MinInt64}, {math.MinInt64, math.MinInt64, math.MinInt64},
	} {
		var s model.Sum
		for _, a := range amounts {
			s = s.Plus(a)
		}
		want, _ := new(big.Float).SetInt(integer(s)).Float64()
		if got := s.Float(); got != want {
			t.Errorf("Float of %v is %v, want %v", integer(s), got, want)
		}
	}
}

// TestSumFloatKeepsOrder matters more than the last bit: rows are ranked by it.
func TestSumFloatKeepsOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	for range 10_000 {
		a := model.Sum{}.Plus(random.Int64()).Plus(random.Int64() >> random.IntN(63))
		b := a.Plus(random.Int64() >> random.IntN(63))
		if a.Compare(b) <= 0 && a.Float() > b.Float() {
			t.Errorf("%v is not more than %v, but its float is", integer(a), integer(b))
		}
	}
}

func TestSums(t *testing.T) {
	a := model.Sums{}.Plus(model.Amounts{model.CPU: 7, model.Memory: math.MaxInt64})
	b := a.Plus(model.Amounts{model.CPU: -10, model.Memory: 1})
	sum, difference := a.Add(b), b.Sub(a)
	equal(t, "CPU", b[model.CPU], big.NewInt(-3))
	equal(t, "memory", b[model.Memory], new(big.Int).Lsh(big.NewInt(1), 63))
	equal(t, "the sum of CPU", sum[model.CPU], big.NewInt(4))
	equal(t, "the sum of memory", sum[model.Memory], new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(1)))
	equal(t, "the difference of CPU", difference[model.CPU], big.NewInt(-10))
	equal(t, "the difference of memory", difference[model.Memory], big.NewInt(1))
	equal(t, "the operand", a[model.CPU], big.NewInt(7))
	for _, x := range []model.Sums{a, b, sum, difference} {
		for _, y := range []model.Sums{a, b, sum, difference} {
			z := x
			if z.Accumulate(&y); z != x.Add(y) {
				t.Errorf("Accumulate(%v, %v) = %v, want %v", x, y, z, x.Add(y))
			}
		}
	}
}

// TestPartsOf compares with math/big, for numbers of all lengths.
func TestPartsOf(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	number := func(mostBits int) model.Sum {
		s := model.SumOfWords(random.Int64(), random.Uint64())
		for range 127 - random.IntN(mostBits+1) {
			s = s.Half()
		}
		return s
	}
	for range 200_000 {
		s, whole := number(96), number(127)
		switch random.IntN(4) {
		case 0:
			whole = s // around 1
		case 1:
			whole = s.Plus(random.Int64N(3) - 1)
		}
		if whole.Compare(model.Sum{}) <= 0 {
			continue
		}
		want := new(big.Int).Mul(integer(s), big.NewInt(1e9))
		want.Div(want, integer(whole))
		if !want.IsInt64() {
			want.SetInt64(math.MaxInt64)
		}
		if got := s.PartsOf(whole, 1e9); got != want.Int64() {
			t.Fatalf("%v of %v is %d, want %v", integer(s), integer(whole), got, want)
		}
	}
}

func TestInt64(t *testing.T) {
	most := model.Sum{}.Plus(math.MaxInt64)
	for s, want := range map[model.Sum]int64{{}: 0, model.Sum{}.Plus(7): 7, most: math.MaxInt64, most.Plus(1): math.MaxInt64, most.Add(most).Add(most): math.MaxInt64} {
		if got := s.Int64(); got != want {
			t.Errorf("%v is %d, want %d", integer(s), got, want)
		}
	}
}
