package alerts

import (
	"context"
	"flag"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// storm is how many pods cross at once; "make test-crashes" takes the 5,000 of the bar.
var storm = flag.Int("storm", 300, "how many pods cross a level at once in TestStorm")

// stormBar is within what time all crossings must be recorded.
const stormBar = 30 * time.Second

// TestStorm lets many pods cross at once, while the API server refuses each tenth
// request for an Event. All are recorded, each once.
func TestStorm(t *testing.T) {
	f := newFixture(t, "storm", *storm)
	f.Operator(t, "operator")
	x := f.threshold(t, "memory", v1alpha1.ThresholdLevel{Severity: v1alpha1.SeverityWarning, Above: "80%"})
	f.awaitState(t, x, v1alpha1.StateOK, "")
	var asked atomic.Int64
	f.Proxy.Inject(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || asked.Add(1)%10 != 0 {
			return false
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	f.use("900Mi")
	begin := time.Now()
	want := *storm + 1 // and one about the threshold
	f.awaitEventCount(t, want)
	took := time.Since(begin)
	t.Logf("%d Events were stored %s after the crossing, with %d requests", want, took.Round(time.Millisecond), asked.Load())
	if took > stormBar {
		t.Errorf("that took longer than %s", stormBar)
	}
	for object, got := range f.events(t, x) {
		if len(got) != 1 {
			t.Errorf("%s has the events %q", object, got)
		}
	}
}

// awaitEventCount waits until so many Events are stored. The server counts them, so
// that asking does not keep it from storing them.
func (f *fixture) awaitEventCount(t *testing.T, want int) {
	t.Helper()
	n := 0
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(eventsv1.SchemeGroupVersion.WithKind("EventList"))
		err := f.API.List(ctx, list, client.InNamespace(f.namespace), client.Limit(1))
		n = len(list.Items) + int(ptr.Deref(list.RemainingItemCount, 0))
		return n >= want, err
	})
	if err != nil || n != want {
		t.Fatalf("%d Events, want %d: %v", n, want, err)
	}
}
