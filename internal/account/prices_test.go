package account_test

import (
	"testing"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/model"
)

func mustParse(t testing.TB, text string) account.Price {
	t.Helper()
	p, err := account.ParsePrice(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParsePrice(t *testing.T) {
	for text, want := range map[string]account.Price{
		"0": 0, "1": 1e9, "0.031": 31_000_000, "0.000000001": 1, "007.50": 7.5e9, "999999999.999999999": 1e18 - 1,
	} {
		if got := mustParse(t, text); got != want {
			t.Errorf("%s is %d, want %d", text, got, want)
		}
		if again := mustParse(t, want.String()); again != want {
			t.Errorf("%s becomes %s", text, want)
		}
	}
	for _, text := range []string{"", ".5", "1.", "-1", "+1", "1e3", "0.0000000001", "1000000000", "1,5", "½", "1 "} {
		if p, err := account.ParsePrice(text); err == nil {
			t.Errorf("%q is %s", text, p)
		}
	}
	if got := account.Price(31_000_000).String() + " " + account.Price(2e9).String(); got != "0.031 2" {
		t.Errorf("prices are written %s", got)
	}
}

// TestCost charges an hour of two cores and 4 GiB, of which the half is used.
func TestCost(t *testing.T) {
	const hour = 3_600_000
	var m account.Measures
	for r, unit := range []int64{core, 2 * gib} {
		m.Usage[r] = m.Usage[r].Plus(unit).Times(hour)
		m.Requests[r] = m.Requests[r].Plus(2 * unit).Times(hour)
		m.Larger[r] = m.Larger[r].Plus(3 * unit).Times(hour)
	}
	for basis, want := range map[account.Basis]string{account.Usage: "0.039", account.Requests: "0.078", account.Larger: "0.117"} {
		p := account.Prices{Currency: "EUR", Basis: basis}
		p.PerHour[model.CPU], p.PerHour[model.Memory] = mustParse(t, "0.031"), mustParse(t, "0.004")
		if got := p.Cost(&m).FloatString(3); got != want {
			t.Errorf("basis %d costs %s, want %s", basis, got, want)
		}
	}
}

// FuzzPrice: what is read is written as what is read again, and costs nothing less
// than nothing.
func FuzzPrice(f *testing.F) {
	for _, text := range []string{"0.031", "999999999.999999999", "0", "00.10", ".5", "1e9", "-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		price, err := account.ParsePrice(text)
		if err != nil {
			return
		}
		if again, err := account.ParsePrice(price.String()); price < 0 || err != nil || again != price {
			t.Errorf("%q is %d, written %s, read again %d with the error %v", text, price, price, again, err)
		}
	})
}
