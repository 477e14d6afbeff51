package usage

import (
	"strings"

	"github.com/usage-operator/usage-operator/internal/model"
)

// pod is a pod of the inventory with its last sample and its memberships.
type pod struct {
	*model.Pod
	sample       sample
	memberships  []membership
	denominators denominators
	// gone tells that it has left the inventory.
	gone bool
	// undated tells that skew is still to be found: what must be added to its
	// node's clock to get the operator's, in seconds, as of the last start.
	undated bool
	skew    int64
	// matched is the Apply that the memberships were last resolved in.
	matched uint64
}

// compareKeys orders pods as the Metrics API does.
func compareKeys(namespaceA, nameA, namespaceB, nameB string) int {
	if c := strings.Compare(namespaceA, namespaceB); c != 0 {
		return c
	}
	return strings.Compare(nameA, nameB)
}

func comparePods(a, b *pod) int {
	return compareKeys(a.Namespace, a.Name, b.Namespace, b.Name)
}

// contribute adds what the pod was seen to use to its rows. They have news where
// that can be other than on the tick before.
func (p *pod) contribute(tick uint64, news bool) {
	var whole observation
	p.observe(share{}, &whole)
	for i := range p.memberships {
		m := &p.memberships[i]
		if m.share == nil {
			m.row.observe(tick, &whole)
		} else {
			var part observation
			p.observe(*m.share, &part)
			m.row.observe(tick, &part)
		}
		if news {
			m.row.owner.changed = true
		}
	}
}
