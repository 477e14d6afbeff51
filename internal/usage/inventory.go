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
	p.gone, v.gone = true, true
}

// settle brings order up to date with the pods that were added and removed.
func (v *inventory) settle() {
	if v.gone {
		v.order = slices.DeleteFunc(v.order, isGone)
		v.added = slices.DeleteFunc(v.added, isGone)
		v.gone = false
	}
	if len(v.added) == 0 {
		return
	}
	slices.SortFunc(v.added, comparePods)
	v.order = merge(v.order, v.added, comparePods)
	v.added = nil
}

func isGone(p *pod) bool { return p.gone }

// merge merges what is sorted in b into a, from the end, in place.
func merge[T any](a, b []T, compare func(T, T) int) []T {
	i, j := len(a)-1, len(b)-1
	a = append(a, b...)
	for k := len(a) - 1; j >= 0; k-- {
		if i >= 0 && compare(a[i], b[j]) > 0 {
			a[k], i = a[i], i-1
		} else {
			a[k], j = b[j], j-1
		}
	}
	return a
}
