package inventory

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/usage-operator/usage-operator/internal/model"
)

// interner keeps one copy of what many rows hold alike: strings, label sets,
// container lists, references. It counts no users. Instead it is swept: once as
// many rows were replaced as a quarter of those that live, it is filled anew
// from the living. That costs a few nanoseconds a change, nothing in the rows,
// and cannot leak. What is swept while an object is on its way to its row is
// only no longer shared.
type interner struct {
	mu      sync.Mutex
	kept    *kept
	scratch []model.Label
	// retired counts the rows that were replaced since the last sweep.
	retired int
}

// minRetired is the number of replaced rows below which no sweep is worth it.
const minRetired = 1024

func newInterner() *interner { return &interner{kept: newKept()} }

// text returns the kept copy of s.
func (in *interner) text(s string) string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.kept.text(s)
}

// labels returns the kept copy of a label set. The values are shared with their
// set only: most are in one set, and to find a string costs more than it holds.
func (in *interner) labels(m map[string]string) model.Labels {
	if len(m) == 0 {
		return nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.scratch = in.scratch[:0]
	for k, v := range m {
		in.scratch = append(in.scratch, model.Label{Key: k, Value: v})
	}
	slices.SortFunc(in.scratch, func(a, b model.Label) int { return cmp.Compare(a.Key, b.Key) })
	return shared(in.kept.seed, in.kept.labels, in.scratch, func(l *model.Label) {
		l.Key = in.kept.text(l.Key)
	})
}

// containers returns the kept copy of a container list, which may be reused
// afterwards.
func (in *interner) containers(list []model.Container) []model.Container {
	if len(list) == 0 {
		return nil
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	return shared(in.kept.seed, in.kept.containers, list, func(c *model.Container) {
		c.Name = in.kept.text(c.Name)
	})
}

// reference returns the kept copy of r.
func (in *interner) reference(r reference) *reference {
	in.mu.Lock()
	defer in.mu.Unlock()
	hash := maphash.Comparable(in.kept.seed, r)
	known := in.kept.references[hash]
	if known != nil && *known == r {
		return known
	}
	fresh := &reference{}
	*fresh = r
	if known == nil {
		in.kept.references[hash] = fresh
	}
	return fresh
}

// forgetReferences drops the references, for a table whose rows hold none. They
// were shared while many objects were on their way.
func (in *interner) forgetReferences() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.kept.references = map[uint64]*reference{}
}

// replaced counts a row that was replaced or removed, and sweeps when it is
// time to. mark must mark what each of the living rows holds.
func (in *interner) replaced(living int, mark func(*kept)) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.retired++; in.retired < max(minRetired, living/4) {
		return
	}
	in.retired = 0
	in.kept = newKept()
	mark(in.kept)
}
