package events

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// stormSize is how many subjects may cross at once, and stormTime in what time
	// all of that is to be stored.
	stormSize = 5_000
	stormTime = 30 * time.Second
)

// TestStorm: 5,000 subjects cross at once, at the pace that is the default. A busy
// machine may take longer than the bar, but not by much.
func TestStorm(t *testing.T) {
	f := newFixture(t, strangers{})
	f.setPace(DefaultPerSecond)
	owed, _ := f.many(stormSize)
	began := time.Now()
	f.mustAnnounce(owed...)
	took := time.Since(began)
	t.Logf("%d Events took %s, the bar is %s", stormSize, took.Round(10*time.Millisecond), stormTime)
	if took < stormSize/DefaultPerSecond*time.Second*9/10 {
		t.Errorf("%d Events in %s are faster than the pace", stormSize, took)
	}
	if took > 4*stormTime {
		t.Errorf("%d Events took %s, the bar is %s", stormSize, took, stormTime)
	}
	list, err := f.server.EventsV1().Events(f.namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil || len(list.Items) != stormSize {
		t.Errorf("%d Events are stored, %v", len(list.Items), err)
	}
}

// BenchmarkAnnounce measures what an Event takes, as fast as the API server goes.
func BenchmarkAnnounce(b *testing.B) {
	f := newFixture(b, strangers{})
	f.setPace(1_000_000)
	owed, _ := f.many(1_000)
	for n := 0; b.Loop(); n++ {
		for i := range owed {
			owed[i].Time = noon.Add(time.Duration(n))
			owed[i].Note = fmt.Sprint(n, i)
		}
		f.mustAnnounce(owed...)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(owed)), "µs/Event")
}
