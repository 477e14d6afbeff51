package rbac

import (
	"strconv"
	"sync"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/operator"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// past is all that checkpoints have ever been.
type past struct {
	watch.Interface
	mu       sync.Mutex
	versions []*v1alpha1.UsageCheckpoint
}

// watchCheckpoints begins to note down what the operator writes.
func watchCheckpoints(t *testing.T) *past {
	t.Helper()
	w, err := api.Watch(t.Context(), &v1alpha1.UsageCheckpointList{}, client.InNamespace(operator.Namespace))
	if err != nil {
		t.Fatal(err)
	}
	p := &past{Interface: w}
	go func() {
		for e := range w.ResultChan() {
			if c, ok := e.Object.(*v1alpha1.UsageCheckpoint); ok && e.Type != watch.Deleted {
				p.mu.Lock()
				p.versions = append(p.versions, c)
				p.mu.Unlock()
			}
		}
	}()
	return p
}

// rewind puts the checkpoint of a threshold back to what it was when its first Event was written: the Event is still
// owed by it. It returns that checkpoint. All objects are counted through by one counter, so that what was before what can be told.
func (p *past) rewind(t *testing.T, x v1alpha1.ThresholdObject) *v1alpha1.UsageCheckpoint {
	t.Helper()
	events, err := eventsOf(t.Context(), x)
	if err != nil || len(events) == 0 {
		t.Fatalf("there is no Event to go back to: %v", err)
	}
	first := count(t, &events[0])
	for i := range events {
		first = min(first, count(t, &events[i]))
	}
	var then *v1alpha1.UsageCheckpoint
	p.mu.Lock()
	for _, c := range p.versions {
		if c.Owner.UID == string(x.GetUID()) && count(t, c) < first {
			then = c
		}
	}
	p.mu.Unlock()
	if then == nil {
		t.Fatal("the Event was written before any checkpoint")
	}
	now := checkpointOf(x)
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(now), now); err != nil {
		t.Fatal(err)
	}
	now.CheckpointContent = then.CheckpointContent
	if err := api.Update(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return now
}

// count is where the counter stood when the object was written.
func count(t *testing.T, o client.Object) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(o.GetResourceVersion(), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
