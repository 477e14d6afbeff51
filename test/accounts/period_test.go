package accounts

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// rate is how many times as fast as the system's the clock runs.
const rate = 60

// clock is the one that the operator shows, and its Metrics API.
type clock struct{ from, shown time.Time }

func (c *clock) now() time.Time { return c.shown.Add(time.Since(c.from) * rate) }

// until waits for a time of the clock.
func (c *clock) until(t *testing.T, at time.Time) {
	t.Helper()
	if wait := at.Sub(c.now()) / rate; wait > 0 {
		<-time.After(wait)
	}
}

// TestPeriodEnds ends hours while the operator is killed just before, and while it is
// down. Each closes once, at its end, with what was observed of it and no more.
func TestPeriodEnds(t *testing.T) {
	s := stage.New(t, "fastclock")
	c := &clock{from: time.Now(), shown: time.Date(2027, 3, 1, 9, 10, 0, 0, time.UTC)}
	s.Env = []string{fmt.Sprintf("USAGE_OPERATOR_CLOCK=%s,%s,%d", c.from.Format(time.RFC3339Nano), c.shown.Format(time.RFC3339Nano), rate)}
	s.Metrics.SetClock(c.now)
	s.Metrics.SetResolution(rate * stage.Resolution)
	pod := stage.RunningPod("default", "web", "1", "1Gi")
	s.Create(t, pod)
	s.Metrics.Use(pod, "500m", "512Mi")
	o := s.Operator(t, "operator", "--checkpoint-interval=2m")
	r := &v1alpha1.UsageReport{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "accounts"}}
	r.Spec.Periods = &v1alpha1.Periods{Every: v1alpha1.PeriodHour, Keep: 4}
	s.Create(t, r)

	first := time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC)
	for i, row := range []struct {
		name      string
		end       func() error
		at, again time.Time
	}{
		{"killed before the end", o.Kill, first.Add(-4 * time.Minute), first.Add(-3 * time.Minute)},
		{"stopped over the end", o.Stop, first.Add(57 * time.Minute), first.Add(66 * time.Minute)},
	} {
		ends := first.Add(time.Duration(i) * time.Hour)
		c.until(t, row.at)
		if err := row.end(); err != nil {
			t.Fatal(err)
		}
		c.until(t, row.again)
		if err := o.Again(); err != nil {
			t.Fatal(err)
		}
		c.until(t, ends)
		closed := awaitClosed(t, s, r, ends)
		if err := isTrue(closed); err != nil {
			t.Errorf("%s: %v; the account is %+v", row.name, err, closed)
		}
	}
	n := 0
	for _, p := range r.Status.Periods {
		if p.Closed {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d periods are closed: %+v", n, r.Status.Periods)
	}
}

// awaitClosed waits until the period that ends at a time is closed.
func awaitClosed(t *testing.T, s *stage.Stage, r *v1alpha1.UsageReport, ends time.Time) (closed *v1alpha1.PeriodAccounts) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, 2*time.Minute, true, func(ctx context.Context) (bool, error) {
		if err := s.API.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return false, err
		}
		for i := range r.Status.Periods {
			if p := &r.Status.Periods[i]; p.Closed && p.EndTime == v1alpha1.NewTimestamp(ends) {
				closed = p.DeepCopy()
			}
		}
		return closed != nil, nil
	})
	if err != nil {
		t.Fatalf("no period has closed at %s: %v; there are %+v", ends, err, r.Status.Periods)
	}
	return closed
}

// isTrue tells whether an account has just what was observed: half a core for that
// share of the hour, which began before the report, or had an outage in it.
func isTrue(p *v1alpha1.PeriodAccounts) error {
	if p.Reason != v1alpha1.PeriodEnded || p.ObservedPercent < 30 || p.ObservedPercent > 97 {
		return errors.New("it did not end with its outage in it")
	}
	hours, err := cores(p.Total.UsageHours[v1alpha1.ResourceCPU])
	if err != nil {
		return err
	}
	least, most := 0.5*float64(p.ObservedPercent)/100, 0.5*float64(p.ObservedPercent+1)/100
	if hours < 0.99*least || hours > 1.01*most {
		return fmt.Errorf("%.4f core-hours, want %.4f to %.4f", hours, least, most)
	}
	return nil
}

// cores reads an amount of cores.
func cores(q v1alpha1.Quantity) (float64, error) {
	text, scale := string(q), 1.0
	for suffix, factor := range map[string]float64{"n": 1e-9, "u": 1e-6, "m": 1e-3} {
		if rest, found := strings.CutSuffix(text, suffix); found {
			text, scale = rest, factor
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	return n * scale, err
}
