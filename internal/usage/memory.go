package usage

const (
	// DefaultWindowMemory is what the windows of all rows may take, in bytes.
	DefaultWindowMemory = 256 << 20
	// expectedSize is what a series is expected to take until it has been weighed:
	// two windows of an hour.
	expectedSize = 3 << 10
)

// memory is what the windows of rows take of the heap. They grow and shrink with
// their contents, so all of them are weighed on each tick. Beyond the bound no
// row gets a window any more; those that have one keep it, and totals always do.
type memory struct {
	// taken is what they took on the last tick, in bytes, and weighed what those
	// take that this tick has come to.
	taken, weighed int
	// expected is for the series that have begun on this tick.
	expected int
	most     int
}

func (m *memory) begin() { m.weighed, m.expected = 0, 0 }

func (m *memory) end() { m.taken = m.weighed }

func (m *memory) isFull() bool { return max(m.taken, m.weighed)+m.expected >= m.most }

// weigh takes in what a series takes.
func (m *memory) weigh(n *series) {
	for _, w := range n.windows {
		if w != nil {
			m.weighed += w.Size()
		}
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
	return e.windows.taken, waiting
}
