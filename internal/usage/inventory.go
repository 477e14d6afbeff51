package usage

import (
	"cmp"
	"maps"
	"slices"
	"sort"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// inventory is the engine's own picture of the cluster.
type inventory struct {
	pods       map[string]*pod // by UID
	namespaces map[string]*model.Namespace
	nodes      map[string]*model.Node
	quotas     quotas
	// order holds the pods sorted by namespace and name, as the Metrics API
	// lists them.
	order []*pod
	// added and gone are the pods that order does not show yet.
	added []*pod
	gone  bool
}

func newInventory() inventory {
	return inventory{
		pods:       map[string]*pod{},
		namespaces: map[string]*model.Namespace{},
		nodes:      map[string]*model.Node{},
		quotas:     quotas{},
	}
}

func (v *inventory) facts(p *model.Pod) selection.Facts {
	return selection.Facts{Pod: p, Namespace: v.namespaces[p.Namespace], Node: v.nodes[p.Node]}
}

// in returns the pods of some namespaces; nil means all. They are in no order.
func (v *inventory) in(namespaces map[string]bool) []*pod {
	if namespaces == nil {
		return v.order
	}
	var pods []*pod
	for _, namespace := range slices.Sorted(maps.Keys(namespaces)) {
		first := v.firstOf(namespace)
		last := first + sort.Search(len(v.order)-first, func(i int) bool {
			return v.order[first+i].Namespace != namespace
		})
		pods = append(pods, v.order[first:last]...)
	}
	return pods
}

// requestCost is what one more request costs, in pods read with it: a request
// takes about 2 ms of the API server and the provider, a pod about 10 µs.
const requestCost = 200

// cheaper tells whether reading these namespaces one by one costs less than
// reading all pods at once.
func (v *inventory) cheaper(namespaces map[string]bool) bool {
	return len(v.in(namespaces))+requestCost*len(namespaces) < len(v.order)+requestCost
}

func (v *inventory) forgetSamples() {
	for _, p := range v.order {
		p.sample.current = false
	}
}

func (v *inventory) firstOf(namespace string) int {
	i, _ := slices.BinarySearchFunc(v.order, namespace, func(p *pod, namespace string) int {
		return cmp.Compare(p.Namespace, namespace)
	})
	return i
}

func (v *inventory) add(p *pod) {
	v.pods[p.UID] = p
	v.added = append(v.added, p)
}

func (v *inventory) remove(p *pod) {
	delete(v.pods, p.UID)
	v.gone = true
}

// settle brings order up to date with the pods that were added and removed.
func (v *inventory) settle() {
	if v.gone {
		v.order = slices.DeleteFunc(v.order, v.isGone)
		v.added = slices.DeleteFunc(v.added, v.isGone)
		v.gone = false
	}
	if len(v.added) == 0 {
		return
	}
	slices.SortFunc(v.added, comparePods)
	v.order = merge(v.order, v.added)
	v.added = nil
}

func (v *inventory) isGone(p *pod) bool { return v.pods[p.UID] != p }

// merge returns the pods of two sorted slices, sorted.
func merge(a, b []*pod) []*pod {
	out := make([]*pod, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if comparePods(a[0], b[0]) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
