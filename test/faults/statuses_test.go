package faults

import (
	"context"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// history is what the statuses of reports and thresholds have said, of each the time
// that it speaks of.
type history struct {
	mu     sync.Mutex
	seen   int
	newest map[string]time.Time
	undone []string
}

// watchStatuses follows all statuses until the test ends.
func (s *scene) watchStatuses(t *testing.T) *history {
	t.Helper()
	h := &history{newest: map[string]time.Time{}}
	for _, list := range []client.ObjectList{&v1alpha1.UsageReportList{}, &v1alpha1.ResourceThresholdList{}} {
		w, err := s.API.Watch(context.WithoutCancel(t.Context()), list)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Stop)
		go h.follow(w)
	}
	return h
}

func (h *history) follow(w watch.Interface) {
	for e := range w.ResultChan() {
		switch o := e.Object.(type) {
		case *v1alpha1.UsageReport:
			h.add("report "+o.Namespace, o.Status.SampleTime)
		case *v1alpha1.ResourceThreshold:
			h.add("threshold "+o.Namespace, o.Status.LastEvaluationTime)
		}
	}
}

func (h *history) add(name string, at v1alpha1.Timestamp) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, err := at.Time()
	if err != nil {
		return // nothing was said yet
	}
	h.seen++
	if now.Before(h.newest[name]) {
		h.undone = append(h.undone, name+" goes back to "+string(at))
		return
	}
	h.newest[name] = now
}

// isForward wants no status to have gone back in time.
func (h *history) isForward(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.undone) > 0 || h.seen == 0 {
		t.Errorf("of %d statuses these go back: %q", h.seen, h.undone)
		return
	}
	t.Logf("%d statuses, none of which went back", h.seen)
}
