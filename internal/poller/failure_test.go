package poller

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
)

// inStep is a poller that has found the scrapes, with two reports that are not
// due for long.
func inStep(f *fixture) {
	f.addPod("shop", "web")
	f.serve("", "one", 24*time.Hour)
	f.serve("shop", "two", 24*time.Hour)
	f.pass(3 * scrapes)
	for len(f.reads) == 0 || f.reads[len(f.reads)-1].at != f.now() {
		f.pass(step)
	}
	f.forget()
}

func TestFailureAndRecovery(t *testing.T) {
	running(t, func(f *fixture) {
		inStep(f)
		begin := f.now()
		f.err = &metricsapi.Error{Kind: metricsapi.NotInstalled, Advice: "install it"}
		f.pass(10 * scrapes)
		f.mustSay(v1alpha1.ReasonMetricsAPINotInstalled)
		first := f.reads[0].at
		f.mustAnnounce(announcement{first, "one"}, announcement{first, "two"})
		f.mustRead(10)
		for i, r := range f.reads {
			if r.at != first+time.Duration(i)*scrapes {
				f.t.Errorf("try %d comes %v after the first, want whole resolutions", i+1, r.at-first)
			}
		}
		f.err, f.announced = nil, nil
		f.pass(begin + 12*scrapes - f.now())
		f.mustSay(v1alpha1.ReasonMetricsRead)
		back := first + 10*scrapes
		f.mustAnnounce(announcement{back, "one"}, announcement{back, "two"})
	})
}

// TestOtherFailure is news, the same one is not.
func TestOtherFailure(t *testing.T) {
	running(t, func(f *fixture) {
		inStep(f)
		f.err = &metricsapi.Error{Kind: metricsapi.Unavailable}
		f.pass(2 * scrapes)
		f.forget()
		f.err = &metricsapi.Error{Kind: metricsapi.Timeout}
		f.pass(scrapes)
		f.mustSay(v1alpha1.ReasonMetricsAPITimeout)
		if len(f.announced) != 2 {
			f.t.Errorf("another reason is announced to %d of 2 reports", len(f.announced))
		}
	})
}

func TestFirstReadFails(t *testing.T) {
	running(t, func(f *fixture) {
		f.addPod("shop", "web")
		f.err = &metricsapi.Error{Kind: metricsapi.NotInstalled}
		f.serve("shop", "one", minute)
		f.mustAnnounce(announcement{0, "one"})
		f.forget()
		f.serve("shop", "two", minute)
		f.mustAnnounce(announcement{0, "two"})
		f.mustRead(0)
		f.pass(minute)
		f.mustRead(6) // every 10 seconds
	})
}

// TestRetryAfter counts from the end of the read.
func TestRetryAfter(t *testing.T) {
	running(t, func(f *fixture) {
		inStep(f)
		f.takes = 2 * time.Second
		f.err = &metricsapi.Error{Kind: metricsapi.Throttled, RetryAfter: 14 * time.Second}
		f.pass(5 * scrapes)
		for i := 1; i < len(f.reads); i++ {
			if d := f.reads[i].at - f.reads[i-1].at; d != 2*scrapes {
				f.t.Errorf("%v between two tries that take 2s and want 14s between them, want %v", d, 2*scrapes)
			}
		}
		if len(f.reads) < 2 {
			f.t.Errorf("%d tries", len(f.reads))
		}
	})
}

// TestSlowReads: a read that takes longer than a resolution is not followed by
// the next one at once, for ever.
func TestSlowReads(t *testing.T) {
	running(t, func(f *fixture) {
		inStep(f)
		f.takes = scrapes + time.Second
		f.pass(10 * scrapes)
		if len(f.reads) < 4 || len(f.reads) > 6 {
			f.t.Errorf("%d reads in 10 resolutions, want about 5: %v", len(f.reads), f.reads)
		}
	})
}

func TestEmptyAnswers(t *testing.T) {
	for _, row := range []struct {
		name      string
		pods      []string // their namespaces; all are unsampled
		stopped   bool
		namespace string
		want      string
	}{
		{"an empty cluster", nil, false, "", v1alpha1.ReasonMetricsRead},
		{"nothing runs", []string{"shop"}, true, "", v1alpha1.ReasonMetricsRead},
		{"something runs", []string{"shop"}, false, "", v1alpha1.ReasonMetricsAPIEmpty},
		{"something runs elsewhere", []string{"data", "data"}, false, "shop", v1alpha1.ReasonMetricsRead},
		{"something new runs here", []string{"data", "shop"}, false, "shop", v1alpha1.ReasonMetricsRead},
	} {
		running(t, func(f *fixture) {
			for i, namespace := range row.pods {
				name := string(rune('a' + i))
				f.addPod(namespace, name)
				f.unsampled[name] = true
				if row.stopped {
					f.pods[i].Started = []int64{0}
				}
			}
			id := f.serve(row.namespace, "report", minute)
			if got := f.Metrics(model.Pods).Reason; got != row.want {
				f.t.Errorf("%s: the metrics are %s, want %s", row.name, got, row.want)
			}
			if f.View(id) == nil {
				f.t.Errorf("%s: the report was not announced", row.name)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	m := describe(&metricsapi.Error{Kind: metricsapi.Forbidden, Advice: "bind the role", Err: errors.New("GET https://10.0.0.1")})
	if m.Available || m.Reason != v1alpha1.ReasonMetricsAPIForbidden || m.Message != "Bind the role." {
		t.Errorf("a refused read is described as %+v", m)
	}
	m = describe(errors.New("namespaces \"secret\""))
	if m.Available || m.Reason != v1alpha1.ReasonMetricsAPIUnavailable || strings.Contains(m.Message, "secret") {
		t.Errorf("an unknown error is described as %+v", m)
	}
	known := []string{
		v1alpha1.ReasonMetricsAPINotInstalled, v1alpha1.ReasonMetricsAPIUnavailable, v1alpha1.ReasonMetricsAPIForbidden,
		v1alpha1.ReasonMetricsAPIEmpty, v1alpha1.ReasonMetricsAPITimeout, v1alpha1.ReasonMetricsAPIThrottled, v1alpha1.ReasonMetricsAPITruncated,
	}
	for _, kind := range metricsapi.Kinds {
		if reason := describe(&metricsapi.Error{Kind: kind}).Reason; !slices.Contains(known, reason) {
			t.Errorf("%s becomes the reason %s, which the API does not name", kind, reason)
		}
	}
}
