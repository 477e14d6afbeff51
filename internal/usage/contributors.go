package usage

import (
	"cmp"
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// Contributors returns what of each subject of a threshold has the largest part in
// its value, largest first, at most so many: pods, or containers where the subjects
// or the values are about these. What a node as a whole uses is in its pods, as far
// as they were seen, and what several nodes use in the nodes. It looks at each pod
// once, whatever the number of subjects.
func (e *Engine) Contributors(id ID, subjects []model.Subject, most int) [][]Contributor {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([][]Contributor, len(subjects))
	switch r, n := e.reports.byID[id], e.nodes.reports[id]; {
	case r != nil && r.need.Alert != nil:
		e.contributors(r, subjects, most, out)
	case n != nil && n.need.Alert != nil:
		e.nodeContributors(n, subjects, most, out)
	}
	return out
}

// contributor is one with the size that it is compared by.
type contributor struct {
	Contributor
	size int64
}

// ranking are the largest contributors of a subject so far, largest first.
type ranking struct {
	most int
	list []contributor
}

func (k *ranking) add(c contributor) {
	at, _ := slices.BinarySearchFunc(k.list, c, compareContributors)
	if at >= k.most {
		return
	}
	if len(k.list) == k.most {
		k.list = k.list[:k.most-1]
	}
	k.list = slices.Insert(k.list, at, c)
}

func (k *ranking) result() (out []Contributor) {
	for i := range k.list {
		out = append(out, k.list[i].Contributor)
	}
	return out
}

// compareContributors puts the largest first, and equals in the order of their
// names.
func compareContributors(a, b contributor) int {
	return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(b.Usage, a.Usage),
		cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

func (e *Engine) contributors(r *report, subjects []model.Subject, most int, out [][]Contributor) {
	rankings := make([]ranking, len(subjects))
	asked := make(map[*row]*ranking, len(subjects))
	for i := range subjects {
		rankings[i].most = most
		if w := r.subject(&subjects[i]); w != nil {
			asked[w] = &rankings[i]
		}
	}
	v := e.lens(r.need.Alert)
	for _, p := range r.members {
		for i := range p.memberships {
			if m := &p.memberships[i]; m.row.owner == r {
				if k := asked[m.row]; k != nil {
					v.rank(k, p, m.of())
				}
			}
		}
	}
	for i := range rankings {
		out[i] = rankings[i].result()
	}
}

// subject returns the row of a subject; nil where there is none.
func (r *report) subject(s *model.Subject) *row {
	if !r.plan.Grouped() {
		return &r.total
	}
	return r.find(hashOf(s), s)
}

// rank ranks a share of a pod: its containers where these are compared, else the
// whole share. A sum is made of usage; of a percentage that is a maximum, the
// percentage decides.
func (v *lens) rank(k *ranking, p *pod, s share) {
	if v.Combine != MaximumContainer && !s.single {
		v.rankOne(k, p, s, p.Name)
		return
	}
	for n := range s.count(p.Pod) {
		v.one[0] = uint16(s.index(n))
		v.rankOne(k, p, share{containers: v.one[:], single: true}, p.Name+"/"+p.Containers[v.one[0]].Name)
	}
}

func (v *lens) rankOne(k *ranking, p *pod, s share, name string) {
	used, seen := p.uses(s)
	if !seen {
		return
	}
	c := contributor{Contributor: Contributor{Namespace: p.Namespace, Name: name, Usage: used[v.Resource].Int64()}}
	if v.Combine != Sum && v.Measure.divides() {
		x := v.part(p, s)
		c.size = x.value.ratio()
	}
	k.add(c)
}

func (e *Engine) nodeContributors(r *nodeReport, subjects []model.Subject, most int, out [][]Contributor) {
	rankings := make([]ranking, len(subjects))
	onNode, ofRow := map[string]*ranking{}, map[model.Subject]*ranking{}
	for i := range subjects {
		rankings[i].most = most
		if subjects[i].Node != "" {
			onNode[subjects[i].Node] = &rankings[i]
		} else {
			ofRow[subjects[i]] = &rankings[i]
		}
	}
	v := e.lens(r.need.Alert)
	for _, p := range e.inventory.order {
		if k := onNode[p.Node]; k != nil {
			v.rankOne(k, p, share{}, p.Name)
		}
	}
	for _, n := range e.nodes.byName {
		if k := ofRow[r.subjectOf(n)]; k != nil && n.sample.current && r.plan.SelectNode(n.Node) {
			k.add(contributor{Contributor: Contributor{Name: n.Name, Usage: n.sample.usage[r.need.Alert.Resource]}})
		}
	}
	for i := range rankings {
		out[i] = rankings[i].result()
	}
}

func (r *nodeReport) subjectOf(n *node) model.Subject {
	if !r.plan.Grouped() {
		return model.Subject{}
	}
	return r.plan.NodeSubject(n.Node)
}
