package account_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

const core, gib = 1_000_000_000, 1 << 30

// record adds a step in which all of these subjects used a core each.
func record(l *account.Ledger, to string, length time.Duration, subjects ...string) {
	at, err := time.Parse(time.RFC3339, to)
	if err != nil {
		panic(err)
	}
	s := account.Step{To: at, Observed: length}
	for _, name := range subjects {
		s.Rows = append(s.Rows, account.Row{Subject: &model.Subject{Namespace: name}, Length: length, Measures: used(core)})
	}
	l.Record(&s)
}

var reasons = map[account.Reason]string{account.Running: "running", account.PeriodEnded: "ended", account.SpecChanged: "changed"}

// inShort is a line for each period: its bounds, why it closed, what was observed
// of it and the core-seconds in all.
func inShort(l *account.Ledger) (lines []string) {
	for _, p := range l.Periods() {
		seconds := account.Integer(p.Total.Usage[model.CPU]).Int64() / core / 1000
		lines = append(lines, fmt.Sprintf("%s–%s %s %s %d", p.Start.Format("02T15:04:05"), p.End.Format("02T15:04:05"), reasons[p.Reason], p.Observed, seconds))
	}
	return lines
}

func mustBe(t *testing.T, l *account.Ledger, want ...string) {
	t.Helper()
	if got := inShort(l); !slices.Equal(got, want) {
		t.Errorf("the periods are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestStepOverAnEnd(t *testing.T) {
	l := account.New(newTerms(t, calendar.Hour, "UTC", 3))
	record(l, "2026-11-21T06:59:50Z", 15*time.Second, "a")
	record(l, "2026-11-21T07:00:05Z", 15*time.Second, "a")
	mustBe(t, l, "21T07:00:00–21T08:00:00 running 5s 5", "21T06:00:00–21T07:00:00 ended 25s 25")
}

func TestStepToAnEnd(t *testing.T) {
	l := account.New(newTerms(t, calendar.Hour, "UTC", 3))
	record(l, "2026-11-21T07:00:00Z", 15*time.Second, "a")
	mustBe(t, l, "21T07:00:00–21T08:00:00 running 0s 0")
	record(l, "2026-11-21T08:00:00Z", 15*time.Second, "a")
	mustBe(t, l, "21T08:00:00–21T09:00:00 running 0s 0", "21T07:00:00–21T08:00:00 ended 15s 15")
}

// TestNothingIsInvented: periods that passed unseen close with nothing, as far as
// they are kept.
func TestNothingIsInvented(t *testing.T) {
	l := account.New(newTerms(t, calendar.Hour, "UTC", 3))
	record(l, "2026-11-21T06:30:00Z", 15*time.Second, "a")
	record(l, "2026-11-21T08:30:00Z", 15*time.Second, "a")
	mustBe(t, l, "21T08:00:00–21T09:00:00 running 15s 15", "21T07:00:00–21T08:00:00 ended 0s 0", "21T06:00:00–21T07:00:00 ended 15s 15")
	record(l, "2026-11-25T10:30:00Z", 15*time.Second, "a")
	mustBe(t, l, "25T10:00:00–25T11:00:00 running 15s 15",
		"25T09:00:00–25T10:00:00 ended 0s 0", "25T08:00:00–25T09:00:00 ended 0s 0", "25T07:00:00–25T08:00:00 ended 0s 0")
}

func TestClockSetBack(t *testing.T) {
	l := account.New(newTerms(t, calendar.Hour, "UTC", 3))
	record(l, "2026-11-21T06:30:00Z", time.Minute, "a")
	record(l, "2026-11-21T07:10:00Z", time.Minute, "a")
	for _, to := range []string{"2026-11-21T06:45:00Z", "2026-11-21T06:59:00Z", "2026-11-21T07:00:30Z", "2026-11-21T07:09:50Z", "2026-11-21T07:10:20Z"} {
		record(l, to, time.Minute, "a")
	}
	mustBe(t, l, "21T07:00:00–21T08:00:00 running 1m20s 80", "21T06:00:00–21T07:00:00 ended 1m0s 60")
}

func TestRestart(t *testing.T) {
	l := account.New(newTerms(t, calendar.Hour, "UTC", 3))
	l.Restart()
	record(l, "2026-11-21T06:30:00Z", time.Minute, "a")
	l.Restart()
	l.Restart()
	mustBe(t, l, "21T06:00:00–21T06:30:00 changed 1m0s 60")
	record(l, "2026-11-21T06:30:20Z", time.Minute, "a")
	mustBe(t, l, "21T06:30:00–21T07:00:00 running 20s 20", "21T06:00:00–21T06:30:00 changed 1m0s 60")
}

func TestRenew(t *testing.T) {
	terms := newTerms(t, calendar.Hour, "UTC", 3)
	l := account.New(terms)
	for _, to := range []string{"2026-11-21T06:30:00Z", "2026-11-21T07:30:00Z", "2026-11-21T08:30:00Z"} {
		record(l, to, time.Minute, "a")
	}
	terms.Keep, terms.Top = 1, 5
	l.Renew(terms)
	mustBe(t, l, "21T08:00:00–21T09:00:00 running 1m0s 60", "21T07:00:00–21T08:00:00 ended 1m0s 60")
	terms = newTerms(t, calendar.Day, "Asia/Kolkata", 3)
	l.Renew(terms)
	record(l, "2026-11-21T08:31:00Z", time.Minute, "a")
	mustBe(t, l, "21T08:30:00–21T18:30:00 running 1m0s 60", "21T08:00:00–21T08:30:00 changed 1m0s 60", "21T07:00:00–21T08:00:00 ended 1m0s 60")
	terms.Prices = &account.Prices{Currency: "USD", Basis: account.Requests}
	l.Renew(terms)
	if periods := l.Periods(); periods[0].Reason != account.Running || periods[0].Prices == nil || periods[1].Prices != nil {
		t.Errorf("prices must be those of the running period only: %+v", periods)
	}
	larger := terms
	larger.Prices = &account.Prices{Currency: "USD", Basis: account.Larger}
	l.Renew(larger)
	if p := l.Periods()[0]; p.Reason != account.SpecChanged || *p.Prices != *terms.Prices {
		t.Errorf("what is charged was not counted so far, but the period is %+v", p)
	}
}

// TestTooManySubjects: what has no account of its own is in the rest, and the
// total has all.
func TestTooManySubjects(t *testing.T) {
	terms := newTerms(t, calendar.Day, "UTC", 3)
	terms.Top = 7
	l := account.New(terms)
	var names []string
	for i := range account.MaxAccounts + 10 {
		names = append(names, fmt.Sprintf("n%03d", i))
	}
	record(l, "2026-11-21T06:30:00Z", time.Minute, names...)
	record(l, "2026-11-21T06:31:00Z", time.Minute, names[3])
	record(l, "2026-11-21T06:30:00Z", time.Minute, names...) // the clock was set back
	p := l.Periods()[0]
	if len(p.Accounts) != 7 || p.Accounts[0].Subject.Namespace != "n003" || p.Accounts[1].Subject.Namespace != "n000" {
		t.Errorf("the accounts are %+v", p.Accounts)
	}
	sum := *p.Other
	for i := range p.Accounts {
		sum.Add(&p.Accounts[i].Measures)
	}
	if sum != p.Total || p.Total.Usage[model.CPU] != (model.Sum{}).Plus(core).Times(1000*60*(account.MaxAccounts+10+1)) {
		t.Errorf("accounts and others are %+v, the total %+v", sum, p.Total)
	}
}

// TestEqualHashes: subjects with the same hash have accounts of their own.
func TestEqualHashes(t *testing.T) {
	defer account.Collide()()
	TestTooManySubjects(t)
}

// TestNoRoom: who has an account when there is no more room goes on with it; others
// are in the rest.
func TestNoRoom(t *testing.T) {
	l := account.New(newTerms(t, calendar.Day, "UTC", 3))
	record(l, "2026-11-21T06:30:00Z", time.Minute, "early")
	before := l.Size()
	at := time.Date(2026, 11, 21, 6, 31, 0, 0, time.UTC)
	s := account.Step{To: at, Observed: time.Minute, Full: true}
	for _, name := range []string{"early", "late"} {
		s.Rows = append(s.Rows, account.Row{Subject: &model.Subject{Namespace: name}, Length: time.Minute, Measures: used(core)})
	}
	l.Record(&s)
	p := l.Periods()[0]
	minutes := func(m *account.Measures) int64 { return account.Integer(m.Usage[model.CPU]).Int64() / core / 60_000 }
	if len(p.Accounts) != 1 || minutes(&p.Accounts[0].Measures) != 2 || p.Other == nil || minutes(p.Other) != 1 || minutes(&p.Total) != 3 {
		t.Errorf("the period is %+v", p)
	}
	if after := l.Size(); before == 0 || after != before {
		t.Errorf("the accounts took %d bytes before, and %d after", before, after)
	}
}

// TestSize: what the accounts are said to take is what the heap has of them, but for
// the index and the names.
func TestSize(t *testing.T) {
	const ledgers = 20
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	var names []string
	for i := range account.MaxAccounts {
		names = append(names, fmt.Sprintf("n%03d", i))
	}
	terms := newTerms(t, calendar.Day, "UTC", 3)
	said, before, all := 0, heap(), []*account.Ledger(nil)
	for range ledgers {
		l := account.New(terms)
		record(l, "2026-11-21T06:30:00Z", time.Minute, names...)
		all, said = append(all, l), said+l.Size()
	}
	took := heap() - before
	t.Logf("an account takes %d bytes, of which %d are said", took/ledgers/account.MaxAccounts, said/ledgers/account.MaxAccounts)
	if took < said || took > said*5/4 {
		t.Errorf("the accounts take %d bytes, and say %d", took, said)
	}
	runtime.KeepAlive(all)
}

// TestRankedByCost: memory costs, so that the one with more CPU comes second.
func TestRankedByCost(t *testing.T) {
	terms := newTerms(t, calendar.Day, "UTC", 3)
	terms.Prices = &account.Prices{Currency: "USD"}
	terms.Prices.PerHour[model.Memory] = mustParse(t, "0.004")
	l := account.New(terms)
	big, small := used(5*core), used(core)
	small.Usage[model.Memory] = small.Usage[model.Memory].Plus(gib)
	l.Record(&account.Step{To: time.Unix(1e9, 0), Rows: []account.Row{
		{Subject: &model.Subject{Pod: "cpu"}, Length: time.Hour, Measures: big}, {Subject: &model.Subject{Pod: "memory"}, Length: time.Hour, Measures: small}}})
	p := l.Periods()[0]
	if p.Accounts[0].Subject.Pod != "memory" || p.Prices.Cost(&p.Total).RatString() != "1/250" {
		t.Errorf("%+v cost %s", p.Accounts, p.Prices.Cost(&p.Total).RatString())
	}
}

// TestTotalOfItsOwn is for rows that do not add up to it.
func TestTotalOfItsOwn(t *testing.T) {
	l := account.New(newTerms(t, calendar.Hour, "UTC", 3))
	total := used(7 * core)
	l.Record(&account.Step{To: time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC), Observed: time.Minute, Total: &total,
		Rows: []account.Row{{Subject: &model.Subject{Pod: "a"}, Length: time.Minute, Measures: used(core)}}})
	mustBe(t, l, "21T06:00:00–21T07:00:00 running 1m0s 420")
}
