package checkpoint

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

// TestFold: accounts of three years whose names are as long as names can be do not
// fit. The oldest leave for the totals, and no total is lost; nor are the rows.
func TestFold(t *testing.T) {
	hours, err := calendar.New(calendar.Hour, "UTC")
	if err != nil {
		t.Fatal(err)
	}
	ledger := account.New(account.Terms{Calendar: hours, Keep: account.MaxKeep, Top: 20})
	random := rand.New(rand.NewPCG(1, 0))
	name := func(size int) string {
		text := make([]byte, size/2)
		for i := range text {
			text[i] = byte(random.Uint32())
		}
		return hex.EncodeToString(text)
	}
	for i := range account.MaxKeep + 1 {
		step := &account.Step{To: noon.Add(time.Duration(i) * time.Hour), Observed: time.Minute}
		for range 20 {
			s := &model.Subject{Namespace: name(62), Workload: model.Workload{Group: name(252), Kind: name(62), Name: name(252)}, Pod: name(252)}
			m := account.Measures{Usage: model.Sums{model.Sum{}.Plus(random.Int64N(1e12))}}
			step.Rows = append(step.Rows, account.Row{Subject: s, Length: time.Minute, Measures: m})
		}
		ledger.Record(step)
	}
	c := busy(20, time.Hour, 1)
	accounts, _ := ledger.AppendBinary(nil)
	c.Snapshot.Sections = map[string][]byte{"accounts": accounts}
	const limit = 256 << 10
	base, data, omitted, err := EncodeBase(c, limit)
	if err != nil || len(data) > limit || omitted.Accounts == 0 || omitted.Rows > 0 {
		t.Fatalf("%d bytes, left out are %+v: %v", len(data), omitted, err)
	}
	mustHaveFolded(t, ledger, mustDecode(t, data), omitted.Accounts)
	again, omitted, err := base.Encode(c, 64<<10)
	if err != nil || len(again) > 64<<10 || omitted.Rows > 0 {
		t.Fatalf("beside a base %d bytes, left out are %+v: %v", len(again), omitted, err)
	}
	decoded, err := Decode(again, data)
	if err != nil {
		t.Fatal(err)
	}
	mustHaveFolded(t, ledger, decoded, omitted.Accounts)
}

func mustHaveFolded(t *testing.T, ledger *account.Ledger, c *Content, omitted int) {
	t.Helper()
	got, _, err := account.Decode(c.Snapshot.Sections["accounts"])
	if err != nil || len(c.Snapshot.Rows) != 20 {
		t.Fatalf("decoded %d rows: %v", len(c.Snapshot.Rows), err)
	}
	want, periods := ledger.Periods(), got.Periods()
	if len(periods) != len(want) || len(want) != account.MaxKeep+1 {
		t.Fatalf("there are %d periods, want %d", len(periods), len(want))
	}
	missing := 0
	for i := range want {
		missing += len(want[i].Accounts) - len(periods[i].Accounts)
		if i < 2 && missing > 0 {
			t.Errorf("of the period %d, which is new, %d accounts are left out", i, missing)
		}
		if diff := cmp.Diff(want[i].Cut(len(periods[i].Accounts)), periods[i], cmp.AllowUnexported(model.Sum{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("period %d (-want +got):\n%s", i, diff)
		}
	}
	if missing != omitted {
		t.Errorf("%d accounts are left out, told are %d", missing, omitted)
	}
}
