package report

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
)

// TestQuantitiesOfAnySum writes sums of all sizes that a cluster could declare,
// up to two billion containers with the largest limit there is.
func TestQuantitiesOfAnySum(t *testing.T) {
	admitted := quantitySchema(t)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 10_000 {
		n := randomInteger(random, round%95)
		s := sumOf(n)
		for r, unit := range []*big.Rat{big.NewRat(1, 1_000_000_000), big.NewRat(1, 1)} {
			want := new(big.Rat).Mul(new(big.Rat).SetInt(n), unit)
			for _, q := range []v1alpha1.Quantity{measured(model.Resource(r), s), declared(model.Resource(r), s)} {
				if !admitted(q) {
					t.Fatalf("%v of resource %d is written as %s, which the schema refuses", n, r, q)
				}
				mustParse(t, q)
			}
			checkMeasured(t, model.Resource(r), s, want)
			checkDeclared(t, model.Resource(r), s, want)
		}
	}
}

func checkMeasured(t *testing.T, r model.Resource, s model.Sum, want *big.Rat) {
	t.Helper()
	q := measured(r, s)
	off, step := new(big.Rat).Sub(value(q), want), stepOf(r, want)
	switch steps := new(big.Rat).Quo(want, step); {
	case len(steps.FloatString(0)) > maxDigits: // rounded up
		mustBeNear(t, q, want)
		return
	case r == model.Memory: // rounded down
		off.Neg(off)
	}
	if off.Sign() < 0 || off.Cmp(step) >= 0 {
		t.Fatalf("resource %d: %s is not %s, rounded", r, q, want.FloatString(9))
	}
}

// stepOf is what measured amounts are rounded to: cores or bytes.
func stepOf(r model.Resource, amount *big.Rat) *big.Rat {
	switch {
	case r == model.CPU:
		return big.NewRat(1, 1000)
	case amount.Cmp(big.NewRat(10*mi, 1)) < 0:
		return big.NewRat(ki, 1)
	default:
		return big.NewRat(mi, 1)
	}
}

// mustBeNear compares a quantity of the largest size with an amount that it
// cannot say exactly.
func mustBeNear(t *testing.T, q v1alpha1.Quantity, want *big.Rat) {
	t.Helper()
	off := new(big.Rat).Sub(value(q), want)
	if off.Quo(off, want).Abs(off).Cmp(big.NewRat(1, 100_000_000_000)) >= 0 {
		t.Fatalf("%s is too far from %s", q, want.FloatString(9))
	}
}

func checkDeclared(t *testing.T, r model.Resource, s model.Sum, want *big.Rat) {
	t.Helper()
	q := declared(r, s)
	switch {
	case value(q).Cmp(want) == 0:
	case fits(r, integer(s)):
		t.Fatalf("resource %d: %s is not exactly %s", r, q, want.FloatString(9))
	default:
		mustBeNear(t, q, want)
	}
}

// fits tells whether a unit exists in which n has at most 15 digits and no
// fraction.
func fits(r model.Resource, n *big.Int) bool {
	factors := []int64{1000}
	if r == model.Memory {
		factors = append(factors, ki)
	}
	return slices.ContainsFunc(factors, func(factor int64) bool {
		n, rest := new(big.Int).Set(n), new(big.Int)
		for len(n.String()) > maxDigits && rest.Sign() == 0 {
			n.DivMod(n, big.NewInt(factor), rest)
		}
		return rest.Sign() == 0
	})
}
