package account_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

// someLedger has three periods, prices, and more rows than are shown.
func someLedger(t testing.TB) *account.Ledger {
	t.Helper()
	terms := newTerms(t, calendar.Hour, "Asia/Kolkata", 3)
	terms.Top, terms.Prices = 2, &account.Prices{Currency: "INR", PerHour: [model.ResourceCount]account.Price{5, 7}, Basis: account.Larger}
	l := account.New(terms)
	for i := range 5 {
		s := account.Step{To: time.Unix(1e9+int64(i)*1800, 0), Observed: 10 * time.Minute}
		for k := range 4 {
			subject := model.Subject{
				Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: fmt.Sprint(k), ClusterScoped: k == 2},
				Labels: [model.MaxGroupKeys]model.LabelValue{{Present: true}, {}, {Present: true, Value: "x"}},
			}
			m := used(int64(k+1) * 1e18)
			m.Requests, m.Larger = m.Usage, m.Usage
			s.Rows = append(s.Rows, account.Row{Subject: &subject, Length: 10 * time.Minute, Measures: m})
		}
		l.Record(&s)
	}
	return l
}

func encoded(t testing.TB, l *account.Ledger) []byte {
	t.Helper()
	data, err := l.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestEncoding: what is read again is the same and goes on alike. A step that
// reaches back before it was stored counts nothing twice.
func TestEncoding(t *testing.T) {
	l := someLedger(t)
	again, rest, err := account.Decode(append(encoded(t, l), "rest"...))
	if err != nil || string(rest) != "rest" {
		t.Fatalf("%v, rest %q", err, rest)
	}
	for i := range 3 {
		if diff := cmp.Diff(l.Periods(), again.Periods(), cmp.Comparer(func(a, b model.Sum) bool { return a == b })); diff != "" {
			t.Fatalf("after %d steps (-want +got):\n%s", i, diff)
		}
		at := time.Unix(1e9+4*1800+int64(1+i*2000), 0)
		for _, x := range []*account.Ledger{l, again} {
			x.Record(&account.Step{To: at, Observed: time.Hour, Rows: []account.Row{
				{Subject: &model.Subject{Namespace: "new"}, Length: time.Hour, Measures: used(1)}}})
		}
	}
	if terms, want := again.Terms(), l.Terms(); !terms.Equal(&want) {
		t.Errorf("the terms are %+v, want %+v", terms, want)
	}
}

func TestEncodingOfNothing(t *testing.T) {
	l := account.New(newTerms(t, calendar.Week, "UTC", 1))
	again, rest, err := account.Decode(encoded(t, l))
	if err != nil || len(rest) > 0 || len(again.Periods()) > 0 {
		t.Fatalf("%v, %d bytes left, %v", err, len(rest), again.Periods())
	}
	record(again, "2026-11-21T06:30:00Z", time.Minute, "a")
	mustBe(t, again, "16T00:00:00–23T00:00:00 running 1m0s 60")
}

func TestDecodeOfParts(t *testing.T) {
	data := encoded(t, someLedger(t))
	for n := range data {
		if _, _, err := account.Decode(data[:n]); err == nil {
			t.Errorf("%d of %d bytes are a ledger", n, len(data))
		}
	}
}

// FuzzDecode takes whatever bytes. What is a ledger encodes to what decodes to
// the same, and lives on.
func FuzzDecode(f *testing.F) {
	data := encoded(f, someLedger(f))
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(encoded(f, account.New(newTerms(f, calendar.Month, "Europe/Berlin", 36))))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, rest, err := account.Decode(data)
		if err != nil {
			return
		}
		once := encoded(t, l)
		again, _, err := account.Decode(once)
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if twice := encoded(t, again); !bytes.Equal(once, twice) {
			t.Errorf("%x encodes to %x", once, twice)
		}
		if len(rest) > len(data) {
			t.Errorf("%d bytes are left of %d", len(rest), len(data))
		}
		for _, at := range []time.Time{time.Unix(0, 0), time.UnixMilli(1 << 41), time.UnixMilli(1 << 45)} {
			l.Record(&account.Step{To: at, Observed: time.Minute, Rows: []account.Row{
				{Subject: &model.Subject{Pod: "a"}, Length: time.Minute, Measures: used(1)}}})
			l.Restart()
		}
		starts := l.Periods()
		if !slices.IsSortedFunc(starts, func(a, b account.Period) int { return b.Start.Compare(a.Start) }) {
			t.Errorf("the periods are %+v", starts)
		}
	})
}
