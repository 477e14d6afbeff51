package report

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

func TestQuotaInJSON(t *testing.T) {
	uses := func(nanocores int64, q usage.Quota) usage.Amount {
		return usage.Amount{Observed: true, Usage: sum(nanocores), Quota: &q}
	}
	for _, row := range []struct {
		name   string
		amount usage.Amount
		want   string
	}{
		{"counted", uses(1_210_000_001, usage.Quota{Hard: 4_000_000_000, Used: 3_500_000_000, Counted: true}),
			`{"usage":"1211m","quota":{"hard":"4","used":"3500m"},"percentOf":{"quota":30}}`},
		{"not counted", uses(0, usage.Quota{Hard: 4_000_000_000}), `{"usage":"0","quota":{"hard":"4"},"percentOf":{"quota":0}}`},
		{"counted as nothing", uses(0, usage.Quota{Hard: 4_000_000_000, Counted: true}),
			`{"usage":"0","quota":{"hard":"4","used":"0"},"percentOf":{"quota":0}}`},
		{"nothing allowed", uses(1_000_000, usage.Quota{Counted: true}), `{"usage":"1m","quota":{"hard":"0","used":"0"}}`},
		{"nothing observed", usage.Amount{Quota: &usage.Quota{Hard: 1_000_000_000}}, `{"quota":{"hard":"1"}}`},
		{"more than allowed", uses(3_000_000_000, usage.Quota{Hard: 2_000_000_000}), `{"usage":"3000m","quota":{"hard":"2"},"percentOf":{"quota":150}}`},
		{"the smallest there is", uses(math.MaxInt64, usage.Quota{Hard: 1}),
			`{"usage":"9223372036855m","quota":{"hard":"1n"},"percentOf":{"quota":9007199254740991}}`},
	} {
		got, err := json.Marshal(newResource(model.CPU, &row.amount))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// TestPercentOfAnyQuota divides amounts of all sizes, up to those of many
// namespaces with the largest quota there is.
func TestPercentOfAnyQuota(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 10_000 {
		used, hard := randomInteger(random, round%70), randomInteger(random, round%63)
		a := usage.Amount{Observed: true, Usage: sumOf(used), Quota: &usage.Quota{Hard: hard.Int64()}}
		got := percentOfQuota(&a)
		if hard.Sign() == 0 {
			if got != nil {
				t.Fatalf("%v of a quota of 0 is %d percent", used, *got)
			}
			continue
		}
		want := new(big.Int).Div(new(big.Int).Mul(used, big.NewInt(100)), hard)
		if most := big.NewInt(maxPercent); want.Cmp(most) > 0 {
			want = most
		}
		if got == nil || *got != want.Int64() {
			t.Fatalf("%v of a quota of %v is %v percent, want %v", used, hard, got, want)
		}
	}
}
