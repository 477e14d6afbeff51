package faults

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sizeable is the environment in which the garbage collector runs so often that the
// size of what it leaves can be read at any time.
var sizeable = []string{"GOGC=20"}

// What an operator may be larger by after a fault: a twentieth. Where that is next to
// nothing, what runs and lives by chance at the moment counts for more: a write that
// is under way, a connection that is just opened.
const (
	growth          = 1.05
	chanceGoroutine = 8
	chanceHeap      = 1 << 20
)

// size is that of an operator.
type size struct {
	goroutines float64
	// heap is what was alive when the garbage was last collected, in bytes.
	heap float64
}

func (s size) String() string {
	return fmt.Sprintf("%.0f goroutines and %.1f MiB", s.goroutines, s.heap/(1<<20))
}

// exceeds tells whether it is larger than another by more than may be.
func (s size) exceeds(before size) bool {
	return s.goroutines > max(before.goroutines*growth, before.goroutines+chanceGoroutine) ||
		s.heap > max(before.heap*growth, before.heap+chanceHeap)
}

// cycles is how many collections are looked at: of each, what is alive by chance is
// another.
const cycles = 4

// size returns the least of some collections that begin from now on. That it is
// asked for makes the garbage that they wait for.
func (r *replica) size(t *testing.T) size {
	t.Helper()
	least := size{}
	begun := -1.0
	deadline := time.After(patience)
	for {
		m, err := r.metrics(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		done := m["go_gc_cycles_total_gc_cycles_total"]
		now := size{m["go_goroutines"], m["go_gc_heap_live_bytes"]}
		switch {
		case begun < 0:
			begun = done
		case done < begun+2: // the first may have begun before
		case done >= begun+2+cycles:
			return least
		case least.heap == 0:
			least = now
		default:
			least = size{min(least.goroutines, now.goroutines), min(least.heap, now.heap)}
		}
		select {
		case <-deadline:
			t.Fatalf("the garbage is not collected; the metrics are %v", m)
		default:
		}
	}
}

// metrics returns the operator's own metrics; of several series of a name, the largest.
func (r *replica) metrics(ctx context.Context) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.address+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	all := map[string]float64{}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		series, value, found := strings.Cut(lines.Text(), " ")
		if !found || strings.HasPrefix(series, "#") {
			continue
		}
		if at := strings.LastIndex(lines.Text(), "} "); at >= 0 {
			value = lines.Text()[at+2:]
		}
		name, _, _ := strings.Cut(series, "{")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			all[name] = max(all[name], n)
		}
	}
	return all, lines.Err()
}
