package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// nodes are the nodes with their last samples, and the reports of nodes. They
// are few, so nothing is summed on a tick: a view adds up what it needs.
type nodes struct {
	byName  map[string]*node
	reports map[ID]*nodeReport
	// now is the time of the last tick or sum.
	now time.Time
}

// node is a node of the inventory with its last sample.
type node struct {
	*model.Node
	sample nodeSample
}

// nodeSample is the last sample that was accepted for a node.
type nodeSample struct {
	// time is the provider's timestamp; zero before the first sample.
	time time.Time
	// readTime is when it was read, by the operator's own clock.
	readTime time.Time
	// current tells whether it counted on the last tick.
	current bool
	usage   model.Amounts
}

// nodeReport is a report of nodes.
type nodeReport struct {
	plan   *selection.Plan
	need   Need
	series nodeSeries
	books  books
}

func newNodes() nodes {
	return nodes{byName: map[string]*node{}, reports: map[ID]*nodeReport{}}
}

// set adds a report or replaces its plan, and tells whether it did.
func (s *nodes) set(id ID, plan *selection.Plan, need Need, before *books) bool {
	if known := s.reports[id]; known != nil && known.plan == plan {
		known.renew(need)
		return false
	}
	r := &nodeReport{plan: plan, need: need, books: newBooks(need.Accounts)}
	r.books.inherit(before)
	s.reports[id] = r
	return true
}

// remove forgets a report, and with the last one the samples.
func (s *nodes) remove(id ID) {
	if _, known := s.reports[id]; !known {
		return
	}
	delete(s.reports, id)
	if len(s.reports) > 0 {
		return
	}
	for _, n := range s.byName {
		n.sample.current = false
	}
}

// put takes a change of a node. Another node of the same name has no sample yet.
func (s *nodes) put(changed *model.Node, gone bool) {
	known := s.byName[changed.Name]
	switch {
	case gone:
		delete(s.byName, changed.Name)
	case known != nil && known.UID == changed.UID:
		known.Node = changed
	default:
		s.byName[changed.Name] = &node{Node: changed}
	}
}

func (s *nodes) anyReady() bool {
	for _, n := range s.byName {
		if n.Ready {
			return true
		}
	}
	return false
}

// settle says which samples count from now on.
func (s *nodes) settle(now time.Time, carry time.Duration) {
	s.now = now
	for _, n := range s.byName {
		n.sample.current = !n.sample.time.IsZero() && now.Sub(n.sample.readTime) <= carry
	}
}

// TickNodes takes one answer of the Metrics API about nodes. They tell the
// resolution only while no report wants pods, which tell it else.
func (e *Engine) TickNodes(s *model.NodeSamples) (result Ticked) {
	e.mu.Lock()
	defer e.mu.Unlock()
	alone, oldest := len(e.reports.byID) == 0, s.ReadTime.Add(-e.carry())
	for i := range s.Nodes {
		at := &s.Nodes[i]
		gap, ok := e.nodes.byName[at.Name].accept(at, s.ReadTime, oldest)
		if !ok {
			continue
		}
		result.New++
		if at.Time.After(result.Newest) {
			result.Newest = at.Time
		}
		if alone {
			e.resolution.observe(gap, at.Window)
		}
	}
	if alone {
		e.resolution.settle()
	}
	e.nodes.settle(s.ReadTime, e.carry())
	e.followNodes(s.ReadTime)
	return result
}

// accept takes a sample if it is new and of this node, not of a former node of
// the same name; an older one by the rule of pods. It returns the time since the
// sample before, 0 where that is not known. A node that is not known accepts nothing.
func (n *node) accept(s *model.NodeSample, readTime, oldest time.Time) (gap time.Duration, ok bool) {
	if n == nil || s.Time.IsZero() || s.Time.Equal(n.sample.time) || s.Time.Unix() < n.CreationTime {
		return 0, false
	}
	if s.Time.Before(n.sample.time) && !n.sample.readTime.Before(oldest) {
		return 0, false
	}
	if !n.sample.time.IsZero() {
		gap = max(0, s.Time.Sub(n.sample.time))
	}
	n.sample = nodeSample{time: s.Time, readTime: readTime, usage: s.Usage}
	return gap, true
}
