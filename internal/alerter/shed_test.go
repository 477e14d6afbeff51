package alerter

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/internal/events"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// shedding counts what each threshold sheds.
type shedding map[string]int

func (shedding) Announce(context.Context, events.About, []threshold.Notice) ([]threshold.Notice, error) {
	return nil, errors.New("the API server is away")
}

func (shedding) Expire(events.About, []threshold.Notice) {}

func (s shedding) Shed(about events.About, owed []threshold.Notice) { s[about.String()] += len(owed) }

// TestShed: a namespace in a storm loses the oldest that it owes, and nothing of
// anybody else, nor of its own thresholds that owe little.
func TestShed(t *testing.T) {
	shed := shedding{}
	a := New(nil, shed, clock.RealClock{}, logr.Discard())
	owe := func(namespace, name string, n int) *entry {
		kind := "ResourceThreshold"
		if namespace == "" {
			kind = "ClusterResourceThreshold"
		}
		e := &entry{Threshold: Threshold{ID: usage.ID{Kind: kind, Namespace: namespace, Name: name}}}
		e.state.Owed = make([]threshold.Notice, n)
		for i := range e.state.Owed {
			e.state.Owed[i].OwedTime = time.Unix(int64(i), 0)
		}
		a.entries[e.ID] = e
		return e
	}
	storm, other, little := owe("loud", "storm", MaxOwed), owe("loud", "other", MaxOwed/2), owe("loud", "little", 10)
	quiet, cluster := owe("quiet", "one", MaxOwed), owe("", "all", 2*MaxOwed)
	a.shed()
	const share = MaxOwed / 3
	for e, want := range map[*entry]int{storm: share, other: share, little: 10, quiet: MaxOwed, cluster: 2 * MaxOwed} {
		if got := len(e.state.Owed); got != want {
			t.Errorf("%v owes %d, want %d", e.ID, got, want)
		}
	}
	if oldest := storm.state.Owed[0].OwedTime.Unix(); oldest != MaxOwed-share {
		t.Errorf("the storm has lost others than its oldest: it begins with %d", oldest)
	}
	if shed["ResourceThreshold loud/storm"] != MaxOwed-share || len(shed) != 2 {
		t.Errorf("what was shed was told as %v", shed)
	}
}
