package report

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// decision is what must be written after a status was published.
type decision struct {
	name string
	// before and then are situations; "" stands for the same one.
	before, then string
	change       func(f *Facts)
	want         Write
}

func nothingElse(*Facts) {}

// starting is how the operator finds a report after a restart.
func starting(f *Facts) { f.Starting, f.Metrics, f.View = true, nil, nil }

var decisions = []decision{
	{"equal numbers", "reported", "reported", nothingElse, Nothing},
	{"numbers moved below three digits", "reported", "reported", func(f *Facts) { f.View.Total.Resources[0].Usage = sum(249_999_999) }, Nothing},
	{"numbers moved", "reported", "reported", func(f *Facts) { f.View.Total.Resources[0].Usage = sum(251_000_000) }, Everything},
	{"somebody wrote other numbers", "reported", "reported", func(f *Facts) { f.Fingerprint = "x" }, Everything},
	{"somebody removed the status", "reported", "reported", func(f *Facts) {
		f.Published = &v1alpha1.ReportStatus{ObservedGeneration: -1}
		f.Fingerprint = Fingerprint(f.Published)
	}, Everything},
	{"another generation", "reported", "reported", func(f *Facts) { f.Generation++ }, Everything},
	{"one sample less", "reported", "partly reported", nothingElse, Everything},
	{"no pods any more", "reported", "nothing selected", nothingElse, Everything},
	{"still no pods", "nothing selected", "nothing selected", nothingElse, Nothing},
	{"no pods, much later", "nothing selected", "nothing selected", later(24 * time.Hour), Nothing},
	{"back to numbers", "no metrics", "reported", nothingElse, Everything},
	{"metrics gone", "reported", "no metrics", nothingElse, ConditionsOnly},
	{"metrics still gone", "no metrics", "no metrics", nothingElse, Nothing},
	{"metrics gone, for another reason", "no metrics", "no metrics", func(f *Facts) { f.Metrics.Reason = v1alpha1.ReasonMetricsAPITimeout }, ConditionsOnly},
	{"metrics gone, in other words", "no metrics", "no metrics", func(f *Facts) { f.Metrics.Message = "again" }, Nothing},
	{"samples gone", "reported", "no sample", nothingElse, ConditionsOnly},
	{"suspended", "reported", "suspended", nothingElse, ConditionsOnly},
	{"still suspended", "suspended", "suspended", nothingElse, Nothing},
	{"refused", "reported", "refused", nothingElse, ConditionsOnly},
	{"still refused", "refused", "refused", nothingElse, Nothing},
	{"refused, with another spec", "refused", "refused", func(f *Facts) { f.Generation++ }, ConditionsOnly},

	{"restart", "reported", "reported", starting, Nothing},
	{"restart without pods", "nothing selected", "reported", starting, Nothing},
	{"restart without metrics", "no metrics", "reported", starting, Nothing},
	{"restart, not synced", "reported", "no inventory", starting, Nothing},
	{"restart that takes long", "reported", "no read", nothingElse, ConditionsOnly},
	{"restart, after a sync that takes long", "reported", "no inventory", nothingElse, ConditionsOnly},
	{"restart after an edit", "reported", "reported", func(f *Facts) { starting(f); f.Generation++ }, ConditionsOnly},
	{"suspended at restart", "reported", "suspended", starting, ConditionsOnly},
	{"refused at restart", "reported", "refused", starting, ConditionsOnly},

	{"about to come", "reported", "reported", func(f *Facts) { f.View = nil }, Nothing},
	{"about to come after an edit", "reported", "reported", func(f *Facts) { f.View = nil; f.Generation++ }, Nothing},
	{"not about to come without metrics", "reported", "no metrics", func(f *Facts) { f.View = nil }, ConditionsOnly},

	{"just before the heartbeat", "reported", "reported", later(10*time.Minute - time.Second), Nothing},
	{"at the heartbeat", "reported", "reported", later(10 * time.Minute), Everything},
	{"a short interval has the same heartbeat", "reported", "reported", withInterval("15s", 3*time.Minute), Nothing},
	{"a longer interval has a longer one", "reported", "reported", withInterval("2m", 20*time.Minute-time.Second), Nothing},
	{"a longer interval at its heartbeat", "reported", "reported", withInterval("2m", 20*time.Minute), Everything},
	{"an interval that cannot be read", "reported", "reported", withInterval("2 d", 10*time.Minute), Everything},
	{"a stored time that cannot be read", "reported", "reported", func(f *Facts) { f.Published.SampleTime = "x" }, Everything},
}

// later moves the clock and the samples.
func later(d time.Duration) func(*Facts) {
	return func(f *Facts) {
		f.Now = f.Now.Add(d)
		if !f.View.SampleTime.IsZero() {
			f.View.SampleTime = f.View.SampleTime.Add(d)
		}
	}
}

func withInterval(interval v1alpha1.Duration, d time.Duration) func(*Facts) {
	return func(f *Facts) {
		f.Settings.Interval = interval
		later(d)(f)
	}
}

func TestDecide(t *testing.T) {
	for _, row := range slices.Concat(decisions, historyDecisions) {
		t.Run(row.name, func(t *testing.T) {
			f := afterwards(row.before, row.then, 0)
			row.change(f)
			d := Decide(f)
			if d.Write != row.want {
				t.Errorf("the decision is %d, want %d", d.Write, row.want)
			}
			mustCarryItself(t, f, d)
		})
	}
}

// mustCarryItself: a decision that was carried out leaves nothing to do, takes
// no numbers away, and always says what generation it is about.
func mustCarryItself(t *testing.T, f *Facts, d Decision) {
	t.Helper()
	after := stored(d, f.Published)
	if d.Write != Nothing && (after.ObservedGeneration != f.Generation || len(after.Conditions) == 0 || after.Conditions[0].Type != "Ready") {
		t.Errorf("generation %d with conditions %s was written for generation %d",
			after.ObservedGeneration, inShort(after.Conditions), f.Generation)
	}
	if f.Published.Total != nil && after.Total == nil {
		t.Error("the numbers were taken away")
	}
	if d.Write == ConditionsOnly {
		if diff := cmp.Diff(numbers(f.Published), numbers(&after)); diff != "" {
			t.Errorf("the numbers changed (-before +after):\n%s", diff)
		}
	}
	again := *f
	again.Published = &after
	if d.Write == Everything {
		again.Fingerprint = Fingerprint(&after)
	}
	if d := Decide(&again); d.Write != Nothing {
		t.Errorf("after it was carried out the decision is %d, want %d", d.Write, Nothing)
	}
}

// numbers is a status without what ConditionsOnly writes.
func numbers(s *v1alpha1.ReportStatus) v1alpha1.ReportStatus {
	n := *s
	n.ObservedGeneration, n.Conditions = 0, nil
	return n
}

// TestDecideOnANewReport: the first write says where it stands, whatever that
// is, but for numbers that come at once.
func TestDecideOnANewReport(t *testing.T) {
	for _, s := range situations {
		f := in(s.name)
		want := ConditionsOnly
		if s.kstatus == "Current" && !f.Settings.Suspend {
			want = Everything
		}
		d := Decide(f)
		if d.Write != want {
			t.Errorf("%s: the decision is %d, want %d", s.name, d.Write, want)
		}
		mustCarryItself(t, f, d)
	}
	starts := in("no read")
	starts.Starting = true
	if d := Decide(starts); d.Write != ConditionsOnly {
		t.Errorf("a new report at the start: the decision is %d, want %d", d.Write, ConditionsOnly)
	}
}

// TestNoPodsPublishesZeros: no pods is an answer, not the absence of one.
func TestNoPodsPublishesZeros(t *testing.T) {
	f := afterwards("reported", "nothing selected", time.Minute)
	f.View.Grouped = true
	want := Build(&usage.View{Grouped: true})
	got := Decide(f).Status
	if diff := cmp.Diff(want, numbers(&got)); diff != "" {
		t.Errorf("the numbers (-want +got):\n%s", diff)
	}
}
