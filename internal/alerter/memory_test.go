package alerter

import (
	"testing"
	"time"

	"github.com/go-logr/logr"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// idle is an engine that serves nothing.
type idle struct{}

func (idle) Readings(usage.ID) ([]usage.Reading, time.Duration, bool) { return nil, 0, false }

func (idle) Contributors(usage.ID, []model.Subject, int) [][]usage.Contributor { return nil }

func (idle) Unfollowed(usage.ID) int { return 0 }

func (idle) Snapshot(usage.ID, *selection.Plan) (*usage.Snapshot, bool) { return nil, false }

func (idle) Drop(usage.ID) {}

// TestNothingToStoreBeforeItIsRestored: what a threshold remembers must not be replaced
// by nothing, between the moment that it was read and the one that it is known.
func TestNothingToStoreBeforeItIsRestored(t *testing.T) {
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	a := New(idle{}, nil, clocktesting.NewFakePassiveClock(noon), logr.Discard())
	x := &Threshold{ID: usage.ID{Kind: "ResourceThreshold", Namespace: "shop", Name: "memory"}, UID: "1"}
	a.Serve(x)
	if s, ok := a.Snapshot(x.ID, nil); ok {
		t.Errorf("what would be stored is %+v", s)
	}
	data, err := (&threshold.State{Time: noon}).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Restore(x, &usage.Snapshot{Sections: map[string][]byte{section: data}}, false)
	if s, ok := a.Snapshot(x.ID, nil); !ok || string(s.Sections[section]) != string(data) {
		t.Errorf("what would be stored is %+v, want what was", s)
	}
}
