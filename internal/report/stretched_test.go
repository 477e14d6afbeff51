package report

import (
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// TestStretched: an interval of a minute shows as stretched after a wait of a
// minute, until a wait of less than half of one.
func TestStretched(t *testing.T) {
	for _, row := range []struct {
		before string
		waited time.Duration
		want   string
	}{
		{"reported", 0, v1alpha1.ReasonReported},
		{"reported", time.Minute - 1, v1alpha1.ReasonReported},
		{"reported", time.Minute, v1alpha1.ReasonIntervalStretched},
		{"late", time.Hour, v1alpha1.ReasonIntervalStretched},
		{"late", 30 * time.Second, v1alpha1.ReasonIntervalStretched},
		{"late", 30*time.Second - 1, v1alpha1.ReasonReported},
		{"late", 0, v1alpha1.ReasonReported},
	} {
		f := afterwards(row.before, "reported", time.Minute)
		f.Waited = row.waited
		d := Decide(f)
		if got := stored(d, f.Published).Conditions[0].Reason; got != row.want {
			t.Errorf("%s, waited %v: the reason is %s, want %s", row.before, row.waited, got, row.want)
		}
		if d.News {
			t.Errorf("%s, waited %v: that it is late is news, and would go first", row.before, row.waited)
		}
	}
}

func TestLateness(t *testing.T) {
	f := facts()
	f.Waited = 3*time.Minute + 400*time.Millisecond
	message := Decide(f).Status.Conditions[0].Message
	for _, want := range []string{"waited 3m ", "interval of 1m:", "--status-bytes-per-second"} {
		if !strings.Contains(message, want) {
			t.Errorf("the message %q lacks %q", message, want)
		}
	}
}

// TestNews: what a reader must know goes before what only refreshes numbers.
func TestNews(t *testing.T) {
	moved := func(f *Facts) { f.View.Total.Resources[0].Usage = sum(251_000_000) }
	for _, row := range []struct {
		name, before, then string
		change             func(*Facts)
		want               bool
	}{
		{"moved numbers", "reported", "reported", moved, false},
		{"moved numbers of one that was late", "late", "reported", moved, false},
		{"moved numbers of one that is late", "reported", "late", moved, false},
		{"a heartbeat", "reported", "reported", later(time.Hour), false},
		{"missing samples", "reported", "partly reported", nothingElse, true},
		{"missing samples of one that is late", "late", "partly reported", func(f *Facts) { f.Waited = time.Hour }, true},
		{"metrics gone", "reported", "no metrics", nothingElse, true},
		{"metrics gone from one that was late", "late", "no metrics", nothingElse, true},
		{"metrics back", "no metrics", "reported", nothingElse, true},
		{"another generation", "reported", "reported", func(f *Facts) { f.Generation++ }, true},
		{"the first status", "reported", "reported", func(f *Facts) {
			f.Published = &v1alpha1.ReportStatus{ObservedGeneration: -1}
		}, true},
	} {
		f := afterwards(row.before, row.then, 0)
		row.change(f)
		if d := Decide(f); d.Write == Nothing || d.News != row.want {
			t.Errorf("%s: the write is %d, news %t, want a write with %t", row.name, d.Write, d.News, row.want)
		}
	}
}
