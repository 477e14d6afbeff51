package usage

import (
	"iter"
	"slices"
)

// reports are the reports of an engine. They can be asked by namespace, so that
// a change of a pod looks at the few that may count it.
type reports struct {
	byID map[ID]*report
	// everywhere are those that are limited to no namespaces, within the others
	// by each of their namespaces.
	everywhere []*report
	within     map[string][]*report
}

func newReports() reports {
	return reports{byID: map[ID]*report{}, within: map[string][]*report{}}
}

func (s *reports) add(id ID, r *report) {
	s.byID[id] = r
	if r.plan.Namespaces() == nil {
		s.everywhere = append(s.everywhere, r)
	}
	for namespace := range r.plan.Namespaces() {
		s.within[namespace] = append(s.within[namespace], r)
	}
}

func (s *reports) remove(id ID) {
	r := s.byID[id]
	delete(s.byID, id)
	is := func(x *report) bool { return x == r }
	if r.plan.Namespaces() == nil {
		s.everywhere = slices.DeleteFunc(s.everywhere, is)
	}
	for namespace := range r.plan.Namespaces() {
		s.within[namespace] = slices.DeleteFunc(s.within[namespace], is)
		if len(s.within[namespace]) == 0 {
			delete(s.within, namespace)
		}
	}
}

// of yields the reports that may count pods of a namespace.
func (s *reports) of(namespace string) iter.Seq[*report] {
	return func(yield func(*report) bool) {
		for _, some := range [][]*report{s.everywhere, s.within[namespace]} {
			for _, r := range some {
				if !yield(r) {
					return
				}
			}
		}
	}
}
