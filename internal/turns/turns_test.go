package turns_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/util/workqueue"

	"github.com/usage-operator/usage-operator/internal/turns"
)

// namespaceOf is what stands before the slash.
func namespaceOf(item string) string {
	namespace, _, _ := strings.Cut(item, "/")
	return namespace
}

func newQueue(most int, items ...string) *turns.Queue[string] {
	q := turns.New(namespaceOf, most)
	for _, item := range items {
		q.Push(item)
	}
	return q
}

func popAll(q *turns.Queue[string]) (order []string) {
	for q.Len() > 0 {
		order = append(order, q.Pop())
	}
	return order
}

// TestNamespacesTakeTurns: who comes late with little goes next.
func TestNamespacesTakeTurns(t *testing.T) {
	q := newQueue(0, "loud/1", "loud/2", "loud/3", "loud/4", "quiet/1", "/cluster", "quiet/2")
	want := []string{"loud/1", "quiet/1", "/cluster", "loud/2", "quiet/2", "loud/3", "loud/4"}
	if diff := cmp.Diff(want, popAll(q)); diff != "" {
		t.Errorf("another order (-want +got):\n%s", diff)
	}
	q.Push("loud/5")
	if diff := cmp.Diff([]string{"loud/5"}, popAll(q)); diff != "" {
		t.Errorf("after it was empty (-want +got):\n%s", diff)
	}
}

// TestMostAtOnce: beyond what a namespace may have, workers are left to others.
func TestMostAtOnce(t *testing.T) {
	q := newQueue(2, "loud/1", "loud/2", "loud/3")
	if diff := cmp.Diff([]string{"loud/1", "loud/2"}, popAll(q)); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}
	q.Push("quiet/1")
	if diff := cmp.Diff([]string{"quiet/1"}, popAll(q)); diff != "" {
		t.Errorf("beside it (-want +got):\n%s", diff)
	}
	q.Done("loud/1")
	if diff := cmp.Diff([]string{"loud/3"}, popAll(q)); diff != "" {
		t.Errorf("after one is done (-want +got):\n%s", diff)
	}
}

// TestBelowWorkqueue: workers that hang on one namespace leave others to the next,
// and all is done in the end.
func TestBelowWorkqueue(t *testing.T) {
	const loud, workers, most = 50, 4, 3
	q := turns.New(namespaceOf, most)
	work := turns.Below(q, "", workqueue.DefaultTypedControllerRateLimiter[string]())
	hang, done := make(chan struct{}), make(chan string)
	for range workers {
		go func() {
			for {
				item, ended := work.Get()
				if ended {
					return
				}
				if namespaceOf(item) == "loud" {
					<-hang
				}
				q.Done(item)
				work.Done(item)
				done <- item
			}
		}()
	}
	t.Cleanup(work.ShutDown)
	for i := range loud {
		work.Add("loud/" + strings.Repeat("x", i))
	}
	work.Add("quiet/1")
	next := func() string {
		select {
		case item := <-done:
			return item
		case <-time.After(10 * time.Second):
			t.Fatal("nothing is done")
			return ""
		}
	}
	if item := next(); item != "quiet/1" {
		t.Errorf("%s came before what was quiet", item)
	}
	close(hang)
	for range loud {
		next()
	}
}
