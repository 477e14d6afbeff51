package usage

import (
	"unsafe"

	"github.com/usage-operator/usage-operator/internal/model"
)

const (
	// DefaultWindowMemory is what all rows with windows may take, in bytes.
	DefaultWindowMemory = 256 << 20
	// accountMemory is what all accounts may take, in bytes: no more than what is kept of
	// them in checkpoints.
	accountMemory = 96 << 20
	// shares is how many namespaces could take all of it. None may have more than one
	// share, so that whoever can create reports in one leaves room for the others.
	shares = 4
	// expectedSize is what a series is expected to take until it has been weighed:
	// two windows of an hour.
	expectedSize = 3 << 10
	// rowSize is what a row takes beside its windows. It can outlive its pods by the
	// window.
	rowSize = int(unsafe.Sizeof(row{}) + unsafe.Sizeof(series{}))
)

// memory is what rows with windows, or accounts, take of the heap. They grow and
// shrink with their contents, so all of them are weighed on each tick. Beyond the
// bound no row gets a window any more, and no subject an account; those that have one
// keep it, and totals always do.
type memory struct {
	all  holding
	most int
	// spaces are what those of each namespace's own kinds take, and space that of the
	// report in turn; nil for those of cluster kinds.
	spaces map[string]*holding
	space  *holding
}

// holding is what some of them take, in bytes.
type holding struct {
	// taken is what they took on the last tick, and weighed what those take that this
	// tick has come to.
	taken, weighed int
	// expected is for what has begun on this tick.
	expected int
}

func newMemory(most int) memory { return memory{most: most, spaces: map[string]*holding{}} }

func (m *memory) begin() {
	m.all.begin()
	for _, h := range m.spaces {
		h.begin()
	}
}

// turn says whose report comes next.
func (m *memory) turn(id ID) {
	if m.space = nil; id.Namespace == "" {
		return
	}
	if m.spaces[id.Namespace] == nil {
		m.spaces[id.Namespace] = &holding{}
	}
	m.space = m.spaces[id.Namespace]
}

func (m *memory) end() {
	m.all.end()
	for namespace, h := range m.spaces {
		if h.end(); h.taken == 0 {
			delete(m.spaces, namespace)
		}
	}
	m.space = nil
}

func (h *holding) begin() { h.weighed, h.expected = 0, 0 }

func (h *holding) end() { h.taken, h.expected = h.weighed, 0 }

func (h *holding) has() int { return max(h.taken, h.weighed) + h.expected }

// isFull tells whether the report in turn gets no more.
func (m *memory) isFull() bool {
	return m.all.has() >= m.most || m.space != nil && m.space.has() >= m.share()
}

// share is what one namespace may take: enough for one report, whatever the bound.
func (m *memory) share() int { return max(m.most/shares, MaxSeries*(expectedSize+rowSize)) }

// expect takes in so many windows that a row has got; the row is weighed on this tick.
func (m *memory) expect(windows int) {
	size := expectedSize / int(model.ResourceCount) * windows
	m.all.expected += size
	if m.space != nil {
		m.space.expected += size
	}
}

// weigh takes in what a row with a series takes.
func (m *memory) weigh(n *series) {
	size := rowSize
	for _, w := range n.windows {
		if w != nil {
			size += w.Size()
		}
	}
	m.take(size)
}

func (m *memory) take(size int) {
	m.all.weighed += size
	if m.space != nil {
		m.space.weighed += size
	}
}

// BoundWindows says how many bytes all rows with windows may take.
func (e *Engine) BoundWindows(bytes int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.windows.most = bytes
}

// Windows returns how many bytes all rows with windows take, and how many rows have
// none because they or their windows are too many.
func (e *Engine) Windows() (bytes, waiting int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.reports.byID {
		waiting += r.waiting
	}
	for _, r := range e.nodes.reports {
		waiting += r.series.waiting
	}
	return e.windows.all.taken, waiting
}
