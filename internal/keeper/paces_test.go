package keeper

import (
	"context"
	"testing"
	"time"
)

// TestPaces: who has stored all that is saved up waits, and nobody else does.
func TestPaces(t *testing.T) {
	var p paces
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := p.wait(soon, "loud", paceBurst); err != nil {
		t.Fatalf("the first: %v", err)
	}
	if err := p.wait(soon, "loud", 1<<20); err == nil {
		t.Error("a MiB more is stored at once")
	}
	if err := p.wait(soon, "quiet", 2*paceBurst); err != nil {
		t.Errorf("another namespace: %v", err)
	}
	p.of("idle")
	p.of("another")
	if n := len(p.byNamespace); n != 3 {
		t.Errorf("%d are kept, want the two that wait and the last", n)
	}
}
