package account_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
)

// oracle keeps accounts in the plainest way: it lists the milliseconds that count,
// and sums up ratios.
type oracle struct {
	// claims are the times that steps named, by subject, each with its usage.
	claims map[string][]claim
	// until is up to when a subject has counted in all periods.
	until map[string]int64
	// closed is the end of the last period that has closed.
	closed int64
}

type claim struct {
	from, to int64
	usage    *big.Rat
}

// step counts from where the last period had closed by then.
func (o *oracle) step(subject string, to time.Time, length time.Duration, usage int64) {
	from := max(to.UnixMilli()-length.Milliseconds(), o.until[subject], o.closed)
	if from < to.UnixMilli() {
		o.claims[subject] = append(o.claims[subject], claim{from, to.UnixMilli(), new(big.Rat).SetInt64(usage)})
		o.until[subject] = to.UnixMilli()
	}
}

// in returns what a subject used in a period, × milliseconds, and for how long.
func (o *oracle) in(subject string, p account.Period) (sum *big.Rat, length int64) {
	sum = new(big.Rat)
	for _, c := range o.claims[subject] {
		from, to := max(c.from, p.Start.UnixMilli()), min(c.to, p.End.UnixMilli())
		if from < to {
			length += to - from
			sum.Add(sum, new(big.Rat).Mul(c.usage, new(big.Rat).SetInt64(to-from)))
		}
	}
	return sum, length
}

// TestAgainstOracle walks through random steps, gaps of days, clocks that are set
// back and forth, and changes of what is counted.
func TestAgainstOracle(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"}
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 7))
		zone, every := zones[random.IntN(len(zones))], calendar.Every(random.IntN(4))
		t.Run(fmt.Sprintf("%d in %s", seed, zone), func(t *testing.T) {
			walk(t, random, newTerms(t, every, zone, account.MaxKeep))
		})
	}
}

func walk(t *testing.T, random *rand.Rand, terms account.Terms) {
	l, o := account.New(terms), &oracle{claims: map[string][]claim{}, until: map[string]int64{}}
	now := time.Date(2018, 10, 28, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.IntN(1e9)) * time.Second / 100)
	before := map[time.Time]account.Period{}
	for range 300 {
		switch random.IntN(30) {
		case 0:
			now = now.Add(-time.Duration(random.IntN(200_000)) * time.Second)
		case 1:
			now = now.Add(time.Duration(random.IntN(900_000)) * time.Second)
		case 2:
			l.Restart()
		default:
			now = now.Add(time.Duration(random.IntN(9_000_000)) * time.Millisecond)
		}
		o.closed = lastClosed(l)
		s := account.Step{To: now, Observed: time.Duration(random.IntN(9_000_000)) * time.Millisecond}
		o.step("", now, s.Observed, 0)
		for i := range random.IntN(4) {
			name, length, usage := fmt.Sprint("row-", i), time.Duration(random.IntN(9_000_000))*time.Millisecond, random.Int64()
			s.Rows = append(s.Rows, account.Row{Subject: &model.Subject{Namespace: name}, Length: length, Measures: used(usage)})
			o.step(name, now, length, usage)
		}
		l.Record(&s)
		mustAgree(t, o, l.Periods())
		mustStand(t, before, l.Periods())
	}
}

// lastClosed returns the end of the newest closed period.
func lastClosed(l *account.Ledger) int64 {
	for _, p := range l.Periods() {
		if p.Reason != account.Running {
			return p.End.UnixMilli()
		}
	}
	return 0
}

// mustAgree compares each period with the oracle, and looks at how they follow on
// each other.
func mustAgree(t *testing.T, o *oracle, periods []account.Period) {
	t.Helper()
	for i, p := range periods {
		if i > 0 && p.End.After(periods[i-1].Start) {
			t.Fatalf("%s to %s overlaps the period from %s", p.Start, p.End, periods[i-1].Start)
		}
		total := new(big.Rat)
		for _, a := range p.Accounts {
			want, _ := o.in(a.Subject.Namespace, p)
			if got := rational(a.Usage[model.CPU]); got.Cmp(want) != 0 {
				t.Fatalf("%s from %s to %s: %s, want %s", a.Subject.Namespace, p.Start, p.End, got, want)
			}
			total.Add(total, want)
		}
		if got := rational(p.Total.Usage[model.CPU]); got.Cmp(total) != 0 {
			t.Fatalf("the total from %s is %s, want %s", p.Start, got, total)
		}
		if _, length := o.in("", p); p.Observed.Milliseconds() != length || p.Observed > p.Length() {
			t.Fatalf("from %s to %s %s were observed, want %d ms", p.Start, p.End, p.Observed, length)
		}
	}
}

// mustStand fails where a closed period has become another, or came back.
func mustStand(t *testing.T, before map[time.Time]account.Period, periods []account.Period) {
	t.Helper()
	for _, p := range periods[1:] {
		old, known := before[p.Start]
		if known && (!old.End.Equal(p.End) || old.Reason != p.Reason || old.Total != p.Total || old.Observed != p.Observed) {
			t.Fatalf("the closed period from %s was %+v and is %+v", p.Start, old, p)
		}
		before[p.Start] = p
	}
}

func rational(s model.Sum) *big.Rat { return new(big.Rat).SetInt(account.Integer(s)) }

func used(nanocores int64) (m account.Measures) {
	m.Usage[model.CPU] = m.Usage[model.CPU].Plus(nanocores)
	return m
}

func newTerms(t testing.TB, every calendar.Every, zone string, keep int) account.Terms {
	t.Helper()
	c, err := calendar.New(every, zone)
	if err != nil {
		t.Fatal(err)
	}
	return account.Terms{Calendar: c, Keep: keep, Top: 20}
}
