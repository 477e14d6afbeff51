package usage

import "github.com/usage-operator/usage-operator/internal/model"

const (
	// DefaultWindowMemory is what the windows of all rows may take, in bytes.
	DefaultWindowMemory = 256 << 20
	// shares is how many namespaces could take all of it. None may have more than one
	// share, so that whoever can create reports in one leaves room for the others.
	shares = 4
	// expectedSize is what a series is expected to take until it has been weighed:
	// two windows of an hour.
	expectedSize = 3 << 10
)

// memory is what the windows of rows take of the heap. They grow and shrink with
// their contents, so all of them are weighed on each tick. Beyond the bound no
// row gets a window any more; those that have one keep it, and totals always do.
type memory struct {
	all  holding
	most int
	// spaces are what the windows of each namespace's own kinds take, and space that
	// of the report in turn; nil for those of cluster kinds.
	spaces map[string]*holding
	space  *holding
}

// holding is what some windows take, in bytes.
type holding struct {
	// taken is what they took on the last tick, and weighed what those take that this
	// tick has come to.
	taken, weighed int
	// expected is for the series that have begun on this tick.
	expected int
}

func newMemory() memory { return memory{most: DefaultWindowMemory, spaces: map[string]*holding{}} }

func (m *memory) begin() {
	m.all.begin()
	for _, h := range m.spaces {
		h.begin()
	}
}

// turn says whose windows come next.
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

// isFull tells whether the report in turn gets no more windows.
func (m *memory) isFull() bool {
	return m.all.has() >= m.most || m.space != nil && m.space.has() >= m.share()
}

// share is what one namespace may take: enough for one report, whatever the bound.
func (m *memory) share() int { return max(m.most/shares, MaxSeries*expectedSize) }

// expect takes in a series that has begun, with so many windows.
func (m *memory) expect(windows int) {
	size := expectedSize / int(model.ResourceCount) * windows
	m.all.expected += size
	if m.space != nil {
		m.space.expected += size
	}
}

// weigh takes in what a series takes.
func (m *memory) weigh(n *series) {
	size := 0
	for _, w := range n.windows {
		if w != nil {
			size += w.Size()
		}
	}
	m.all.weighed += size
	if m.space != nil {
		m.space.weighed += size
	}
}

// BoundWindows says how many bytes the windows of all rows may take.
func (e *Engine) BoundWindows(bytes int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.windows.most = bytes
}

// Windows returns how many bytes the windows of all rows take, and how many rows
// have none because they or their windows are too many.
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
