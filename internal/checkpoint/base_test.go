package checkpoint

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// life is a report that goes on, with a history of the total and monthly accounts.
type life struct {
	*Content
	random *rand.Rand
	window time.Duration
	ring   *history.Ring
	ledger *account.Ledger
}

// lived is a report of so many rows whose window is full.
func lived(t testing.TB, rows int, window time.Duration, seed uint64) *life {
	t.Helper()
	months, err := calendar.New(calendar.Month, "Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	l := &life{
		Content: &Content{Owner: someUID, Hash: Hash{1}, Snapshot: &usage.Snapshot{Time: noon.Add(-window)}},
		random:  rand.New(rand.NewPCG(seed, 0)), window: window,
		ring:   history.New(history.Shape{Step: 5 * time.Minute, Points: 288}),
		ledger: account.New(account.Terms{Calendar: months, Keep: 12, Top: 20}),
	}
	s := l.Snapshot
	s.Total = new(l.track())
	for i := range rows {
		s.Rows = append(s.Rows, l.row(i))
	}
	for range 12 {
		l.account(s.Time.Add(-32 * 24 * time.Hour))
	}
	l.run(window)
	return l
}

func (l *life) row(i int) usage.RowTrack {
	row := usage.RowTrack{Track: l.track()}
	row.Subject = model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: fmt.Sprintf("storefront-%05d", i)}}
	row.Subject.Labels[1] = model.LabelValue{Value: "blue", Present: true}
	return row
}

func (l *life) track() (t usage.Track) {
	for r := range t.Windows {
		t.Windows[r] = sketch.New(l.window)
	}
	return t
}

// run lets time pass, with a sample each 15 s.
func (l *life) run(d time.Duration) {
	s := l.Snapshot
	for end := s.Time.Add(d); s.Time.Before(end); {
		s.Time = s.Time.Add(15 * time.Second)
		used := l.add(s.Total, 1000)
		for i := range s.Rows {
			l.add(&s.Rows[i].Track, 1000/float64(i+1))
		}
		l.ring.Add(s.Time, used, 15*time.Second)
	}
	l.account(s.Time)
	l.sections()
}

func (l *life) add(t *usage.Track, size float64) (used model.Sums) {
	now := l.Snapshot.Time
	for r, w := range t.Windows {
		value := size * (1.5 + float64(now.Hour())/24 + l.random.NormFloat64()/5) * 1e6
		used[r] = model.Sum{}.Plus(max(int64(value), 0))
		w.Add(now, used[r], 15*time.Second)
	}
	t.Until, t.Newest = now, now.Unix()-5
	return used
}

// account makes a step of the ledger that ends at a time.
func (l *life) account(to time.Time) {
	step := &account.Step{To: to, Observed: 15 * time.Second}
	for i := range l.Snapshot.Rows {
		m := account.Measures{Usage: model.Sums{model.Sum{}.Plus(l.random.Int64N(1e10)), model.Sum{}.Plus(l.random.Int64N(1e10))}}
		step.Rows = append(step.Rows, account.Row{Subject: &l.Snapshot.Rows[i].Subject, Length: 15 * time.Second, Measures: m})
	}
	l.ledger.Record(step)
}

func (l *life) sections() {
	past, _ := l.ring.AppendBinary(nil)
	accounts, _ := l.ledger.AppendBinary(nil)
	l.Snapshot.Sections = map[string][]byte{"history": past, "accounts": accounts}
}

func mustBase(t testing.TB, c *Content) (b *Base, data []byte) {
	t.Helper()
	b, data, omitted, err := EncodeBase(c, MaxBytes)
	if err != nil || omitted != (Omitted{}) || b.Size() != len(data) {
		t.Fatalf("left out are %+v: %v", omitted, err)
	}
	return b, data
}

// TestBase: whatever happens to a report, what refers to a base is what would stand
// alone; and where little happened, it is small.
func TestBase(t *testing.T) {
	for _, window := range []time.Duration{time.Hour, 24 * time.Hour} {
		l := lived(t, 20, window, 1)
		base, first := mustBase(t, l.Content)
		for step, change := range []func(){
			func() {},
			func() { l.run(5 * time.Minute) },
			func() { slices.Reverse(l.Snapshot.Rows) },
			func() { l.Snapshot.Rows = l.Snapshot.Rows[:10] },
			func() { l.Snapshot.Rows = append(l.Snapshot.Rows, l.row(100)); l.run(time.Minute) },
			func() {
				l.Snapshot.Rows[3].Windows[0].Add(l.Snapshot.Time.Add(-window/2), model.Sum{}.Plus(7), time.Second)
			},
			func() { l.Snapshot.Total.Windows[1].Resize(2 * window) },
			func() { delete(l.Snapshot.Sections, "history") },
			func() { l.Snapshot.Rows = nil },
			func() { l.Snapshot.Total = nil },
		} {
			change()
			alone := mustEncode(t, l.Content)
			data, omitted, err := base.Encode(l.Content, MaxBytes)
			if err != nil || omitted != (Omitted{}) {
				t.Fatalf("step %d: %v", step, err)
			}
			c, err := Decode(data, first)
			if err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			if !bytes.Equal(mustEncode(t, c), mustEncode(t, mustDecode(t, alone))) {
				t.Errorf("step %d: what refers to the base is something else", step)
			}
			if step == 1 && len(data) > len(alone)/4 || step == 0 && len(data) > 200 {
				t.Errorf("step %d takes %d bytes, alone %d", step, len(data), len(alone))
			}
		}
	}
}

// TestMissingBase: no checkpoint is mistaken for another's difference.
func TestMissingBase(t *testing.T) {
	l := lived(t, 3, time.Hour, 1)
	base, first := mustBase(t, l.Content)
	l.run(time.Minute)
	second := mustEncode(t, l.Content)
	data, _, err := base.Encode(l.Content, MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	for name, base := range map[string][]byte{"none": nil, "another": second, "a difference": data, "a part": first[:len(first)-1]} {
		if _, err := Decode(data, base); ReasonOf(err) != Corrupt {
			t.Errorf("%s: decoded with %v", name, err)
		}
	}
	if _, err := Decode(second, first); err != nil {
		t.Errorf("what stands alone needs no base: %v", err)
	}
}

// TestLimitBesideBase leaves out rows that are not in the base.
func TestLimitBesideBase(t *testing.T) {
	few, many := busy(20, time.Hour, 1), busy(120, time.Hour, 1)
	base, first := mustBase(t, few)
	data, omitted, err := base.Encode(many, 20<<10)
	if err != nil || omitted.Rows == 0 || omitted.Rows > 100 || len(data) > 20<<10 || len(data) < 15<<10 {
		t.Fatalf("%d bytes, %d rows are left out: %v", len(data), omitted.Rows, err)
	}
	c, err := Decode(data, first)
	if err != nil || len(c.Snapshot.Rows) != 120-omitted.Rows {
		t.Errorf("decoded %d rows: %v", len(c.Snapshot.Rows), err)
	}
}

// FuzzDifference takes whatever steps, behind the digests.
func FuzzDifference(f *testing.F) {
	c := busy(1, time.Minute, 1)
	base, first := mustBase(f, c)
	c.Snapshot.Rows = nil
	f.Add(base.difference(newPayload(c, nil)), newPayload(c, nil).bytes)
	f.Fuzz(func(t *testing.T, difference, payload []byte) {
		copy(difference, base.digest[:])
		if sum := digestOf(payload); len(difference) > 2*len(sum) {
			copy(difference[len(sum):], sum[:])
		}
		from, _, err := unseal(first)
		if err != nil {
			t.Fatal(err)
		}
		r := differenceReader{reader{rest: difference}}
		r.digest()
		if got, err := r.payload(from); err == nil && !bytes.Equal(got, payload) {
			t.Errorf("made %x, want %x or an error", got, payload)
		}
		if data, err := seal(continued, difference); err == nil && len(data) <= MaxBytes {
			if c, err := Decode(data, first); err == nil {
				mustLiveOn(t, c)
			} else if ReasonOf(err) == "" {
				t.Errorf("an error without a reason: %v", err)
			}
		}
	})
}

// FuzzContinued makes whatever of whatever: it must come back the same.
func FuzzContinued(f *testing.F) {
	c := busy(2, time.Minute, 1)
	f.Add(newPayload(c, c.Snapshot.Rows).bytes, []byte{200, 1, 0, 3, 100}, uint8(3))
	f.Fuzz(func(t *testing.T, bytesOfBase, edits []byte, every uint8) {
		if len(bytesOfBase) > 1<<16 {
			return
		}
		from := &payload{bytes: bytesOfBase, cuts: breaks(bytesOfBase)}
		b := &Base{}
		b.index(from)
		to := slices.Clone(bytesOfBase)
		for i, e := range edits {
			if len(to) > 0 {
				at := int(every) * i * int(e) % len(to)
				to = slices.Insert(to, at, to[at:min(len(to), at+int(e))]...)
				to[at] ^= e
			}
		}
		r := differenceReader{reader{rest: b.difference(&payload{bytes: to, cuts: breaks(to)})}}
		r.digest()
		if got, err := r.payload(bytesOfBase); err != nil || !bytes.Equal(got, to) {
			t.Errorf("%x came back as %x: %v", to, got, err)
		}
	})
}
