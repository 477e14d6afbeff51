package race

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
	"time"
)

// size is of the cluster that they race on.
type size struct {
	nodes, podsPerNode int
	// resolution is how often metrics-server asks the nodes. A long one leaves the
	// machine some rest between two scrapes.
	resolution time.Duration
}

var (
	large = size{nodes: 100, podsPerNode: 100, resolution: 30 * time.Second}
	small = size{nodes: 2, podsPerNode: 20, resolution: 10 * time.Second}
)

func (s size) pods() int { return s.nodes * s.podsPerNode }

// TestSameSums keeps the race able to run, on a small cluster.
func TestSameSums(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test starts a cluster")
	}
	c := newContest(interruptible(t), t, small)
	if err := c.sumTheSame(); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkRace reports the medians of the rounds. The bars: ≤ 0.3 × the
// processor time, ≤ 0.7 × the time on the wall.
func BenchmarkRace(b *testing.B) {
	s := large
	if testing.Short() {
		s = small
	}
	c := newContest(interruptible(b), b, s)
	if err := c.sumTheSame(); err != nil {
		b.Fatal(err)
	}
	var tops, sums []spent
	for odd := false; b.Loop(); odd = !odd {
		run := []func(){
			func() { tops = append(tops, c.must(c.top)) },
			func() { sums = append(sums, c.must(c.sums)) },
		}
		if odd {
			slices.Reverse(run)
		}
		for _, one := range run {
			one()
		}
	}
	top, ours := medians(tops), medians(sums)
	b.ReportMetric(0, "ns/op") // a round is both, and of no interest
	b.ReportMetric(float64(s.pods()), "pods")
	b.ReportMetric(milliseconds(top.kubectl), "kubectl-cpu-ms")
	b.ReportMetric(milliseconds(top.awk), "awk-cpu-ms")
	b.ReportMetric(milliseconds(ours.cpu()), "sums-cpu-ms")
	b.ReportMetric(milliseconds(top.wall), "top-wall-ms")
	b.ReportMetric(milliseconds(ours.wall), "sums-wall-ms")
	b.ReportMetric(float64(ours.cpu())/float64(top.cpu()), "×cpu")
	b.ReportMetric(float64(ours.wall)/float64(top.wall), "×wall")
}

// interruptible ends with the test, or with an interrupt, which then fails the
// test in the ordinary way, so that the cluster is stopped.
func interruptible(tb testing.TB) context.Context {
	ctx, stop := signal.NotifyContext(tb.Context(), os.Interrupt, syscall.SIGTERM)
	tb.Cleanup(stop)
	return ctx
}
