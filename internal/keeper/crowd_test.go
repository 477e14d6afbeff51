package keeper

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/sketch"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// resolution is that of the samples of a crowd.
const resolution = 15 * time.Second

// crowd is many reports of 20 rows each, whose windows are full, and the keeper of
// their checkpoints. All numbers change with each sample.
type crowd struct {
	*operator
	reports map[usage.ID]*usage.Snapshot
	random  *rand.Rand
}

// crowd makes reports that exist in no cluster: checkpoints are what is measured.
func (f *fixture) crowd(size int, window time.Duration) *crowd {
	f.Helper()
	c := &crowd{operator: f.operator(interceptor.Funcs{}), reports: map[usage.ID]*usage.Snapshot{}, random: rand.New(rand.NewPCG(1, 0))}
	c.source, c.budget = c, budgetOf(DefaultBytesPerSecond, 4*DefaultBytesPerSecond)
	full := c.full(window)
	for i := range size {
		o := Owner{ID: usage.ID{Kind: "UsageReport", Namespace: "shop", Name: fmt.Sprint("report-", i)}, UID: fmt.Sprintf("0b8f6c1e-3c8e-4b4f-9a7b-%012d", i)}
		if _, err := c.Resume(f.Context(), o, nil, checkpoint.Hash{1}); err != nil {
			f.Fatal(err)
		}
		c.reports[o.ID] = cloned(full)
	}
	return c
}

// full is a report whose window has passed.
func (c *crowd) full(window time.Duration) *usage.Snapshot {
	track := func() (t usage.Track) {
		for r := range t.Windows {
			t.Windows[r] = sketch.New(window)
		}
		return t
	}
	s := &usage.Snapshot{Time: start.Add(-window), Total: new(track())}
	for i := range 20 {
		row := usage.RowTrack{Track: track()}
		row.Subject = model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: fmt.Sprint("storefront-", i)}}
		s.Rows = append(s.Rows, row)
	}
	c.live(s, window)
	return s
}

// live lets a report see samples for some time.
func (c *crowd) live(s *usage.Snapshot, d time.Duration) {
	for end := s.Time.Add(d); s.Time.Before(end); {
		s.Time = s.Time.Add(resolution)
		c.add(s.Total, s.Time, 1000)
		for i := range s.Rows {
			c.add(&s.Rows[i].Track, s.Time, 1000/float64(i+1))
		}
	}
}

func (c *crowd) add(t *usage.Track, now time.Time, size float64) {
	t.Until, t.Newest = now, now.Unix()-5
	for _, w := range t.Windows {
		value := size * (1.5 + float64(now.Hour())/24 + c.random.NormFloat64()/5) * 1e6
		w.Add(now, model.Sum{}.Plus(max(int64(value), 0)), resolution)
	}
}

func cloned(s *usage.Snapshot) *usage.Snapshot {
	c := *s
	c.Total, c.Rows = clonedTrack(s.Total), slices.Clone(s.Rows)
	for i := range c.Rows {
		c.Rows[i].Track = *clonedTrack(&c.Rows[i].Track)
	}
	return &c
}

func clonedTrack(t *usage.Track) *usage.Track {
	c := *t
	for r := range c.Windows {
		c.Windows[r] = t.Windows[r].Clone()
	}
	return &c
}

// Snapshot makes the crowd the source of its keeper.
func (c *crowd) Snapshot(id usage.ID, _ *selection.Plan) (*usage.Snapshot, bool) {
	return cloned(c.reports[id]), true
}

// interval lets one pass by the keeper's clock, and returns how many bytes were
// written in it.
func (c *crowd) interval() (bytes int) {
	const steps = 60
	before := c.metric("checkpoint_written_bytes_total")
	for range steps {
		c.fixture.clock.Step(DefaultInterval / steps)
		c.round(c.Context())
	}
	for _, s := range c.reports {
		c.live(s, DefaultInterval)
	}
	return int(c.metric("checkpoint_written_bytes_total") - before)
}

// stored is what all checkpoints take in the cluster, in bytes of base64, and how
// many objects they are.
func (c *crowd) stored() (bytes, objects int) {
	c.Helper()
	list := &v1alpha1.UsageCheckpointList{}
	for {
		if err := c.server.List(c.Context(), list, client.InNamespace(c.namespace), client.Limit(100), client.Continue(list.Continue)); err != nil {
			c.Fatal(err)
		}
		for i := range list.Items {
			bytes += len(list.Items[i].Data)
		}
		if objects += len(list.Items); list.Continue == "" {
			return bytes, objects
		}
	}
}

// TestThousandReports: neither does the API server see more bytes a second than it
// is meant to, nor etcd more in all; and no checkpoint is left behind for that.
func TestThousandReports(t *testing.T) {
	c := newFixture(t).crowd(1000, 24*time.Hour)
	seconds := int(DefaultInterval.Seconds())
	if first := c.interval(); first > (seconds+4)*DefaultBytesPerSecond {
		t.Errorf("%d bytes a second are written at first", first/seconds)
	}
	if then := c.interval(); then > seconds*32<<10 || then == 0 {
		t.Errorf("%d bytes a second are written after that", then/seconds)
	}
	if age := c.oldest(); age > DefaultInterval {
		t.Errorf("the oldest checkpoint is %s behind", age)
	}
	if bytes, objects := c.stored(); bytes > 64<<20 || objects != 2000 {
		t.Errorf("%d objects take %d bytes", objects, bytes)
	}
}

// TestAllTogether: few may have as much as their kind may; many have no more than is
// for all, to a percent, once each was written twice.
func TestAllTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	k := &Keeper{kinds: kinds, entries: map[usage.ID]*entry{}}
	for _, n := range []int{10, 1000, 3000} {
		for i := len(k.entries); i < n; i++ {
			o := Owner{ID: usage.ID{Kind: "UsageReport", Name: fmt.Sprint(i)}}
			k.entries[o.ID] = &entry{owner: o}
		}
		total, largest := 0, 0
		for range 2 {
			total, largest = 0, 0
			for _, e := range k.entries {
				e.size = min(random.IntN(400<<10), k.limit(e))
				total, largest = total+e.size, max(largest, e.size)
			}
		}
		if total > maxTotal*101/100 || largest > 256<<10 || n == 10 && largest < 200<<10 || n > 10 && total < maxTotal*3/4 {
			t.Errorf("%d take %d bytes of %d, the largest %d", n, total, maxTotal, largest)
		}
	}
}

// TestIncomplete: what does not fit is told.
func TestIncomplete(t *testing.T) {
	c := newFixture(t).crowd(2, 24*time.Hour)
	told := func() int { return int(c.metric("checkpoints_incomplete")) }
	c.interval()
	if n := told(); n != 0 {
		t.Errorf("%d are incomplete", n)
	}
	c.kinds = []Kind{{Name: "UsageReport", MaxBytes: 8 << 10}}
	c.interval()
	if n := told(); n != 2 {
		t.Errorf("%d are incomplete, want 2", n)
	}
	if bytes, _ := c.stored(); bytes > 2*11<<10 {
		t.Errorf("they take %d bytes", bytes)
	}
}

// BenchmarkThousandReports is what their checkpoints write and take, and how long a
// graceful stop takes.
func BenchmarkThousandReports(b *testing.B) {
	c := newFixture(b).crowd(1000, 24*time.Hour)
	first, bytes := c.interval(), 0
	for b.Loop() {
		bytes += c.interval()
	}
	b.ReportMetric(float64(first)/DefaultInterval.Seconds(), "first-B/s")
	b.ReportMetric(float64(bytes)/float64(b.N)/DefaultInterval.Seconds(), "B/s")
	stored, _ := c.stored()
	b.ReportMetric(float64(stored)/(1<<20), "MiB-stored")
	began := time.Now()
	c.finish(c.Context())
	b.ReportMetric(time.Since(began).Seconds(), "s/stop")
}
