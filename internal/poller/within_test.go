package poller

import (
	"slices"
	"testing"

	"github.com/usage-operator/usage-operator/internal/model"
)

// TestWithin: an operator that may see some namespaces never asks for all, however
// much cheaper that would be.
func TestWithin(t *testing.T) {
	running(t, func(f *fixture) {
		f.Within([]string{"data", "shop"})
		for _, namespace := range []string{"data", "shop"} {
			f.addPod(namespace, "web")
			f.serve(namespace, "all", minute)
		}
		f.pass(minute)
		for _, r := range f.reads {
			if !slices.Equal(r.namespaces, []string{"data", "shop"}) && !slices.Equal(r.namespaces, []string{"data"}) {
				t.Errorf("the namespaces %v were read at %s", r.namespaces, r.at)
			}
		}
		if len(f.reads) < 2 || f.Metrics(model.Pods) == nil || !f.Metrics(model.Pods).Available {
			t.Errorf("%d reads, %+v", len(f.reads), f.Metrics(model.Pods))
		}
	})
}
