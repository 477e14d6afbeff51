package usage_test

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// nodeOracle answers reports of nodes from all that ever happened, slowly and
// with the arithmetic of math/big.
type nodeOracle struct {
	nodes   []*trueNode
	reports map[usage.ID]*trueNodeReport
	// settled is the time of the last tick or sum, carry the age up to which a
	// sample counted then.
	settled time.Time
	carry   time.Duration
	// forgotten tells that the last report of nodes left since.
	forgotten  bool
	resolution time.Duration
}

// trueNode is a node that exists, with the last reading that was accepted for
// it; nil for none.
type trueNode struct {
	*model.Node
	last *nodeReading
}

type nodeReading struct {
	time, readTime time.Time
	usage          model.Amounts
}

type trueNodeReport struct {
	spec v1alpha1.ClusterSelection
	need usage.Need
}

// current is the last reading, nil where it does not count.
func (o *nodeOracle) current(n *trueNode) *nodeReading {
	if n.last == nil || o.forgotten || o.settled.Sub(n.last.readTime) > o.carry {
		return nil
	}
	return n.last
}

// take tells whether a reading is accepted; carry is up to which age the last counts.
func (n *trueNode) take(r nodeReading, carry time.Duration) bool {
	isNew := !r.time.IsZero() && (n.last == nil || r.follows(n.last, carry)) && r.time.Unix() >= n.CreationTime
	if isNew {
		n.last = &r
	}
	return isNew
}

// follows tells whether a reading is newer than another, or older after that was lost.
func (r *nodeReading) follows(last *nodeReading, carry time.Duration) bool {
	return r.time.After(last.time) || r.time.Before(last.time) && r.readTime.Sub(last.readTime) > carry
}

// nodeTruth is a row as it should be.
type nodeTruth struct {
	Subject             model.Subject
	Nodes, Observed     int
	Usage, Allocatable  [2]big.Int
	OfAllocatable, Base [2]big.Int
	Set                 [2]int
}

// answer returns the total, the rows in their order and the newest sample.
func (o *nodeOracle) answer(r *trueNodeReport) (total *nodeTruth, rows []*nodeTruth, newest time.Time) {
	total = &nodeTruth{}
	byKey := map[model.Subject]*nodeTruth{}
	for _, n := range o.nodes {
		if !selectsNode(r.spec.NodeSelector, n.Labels) {
			continue
		}
		now := o.current(n)
		if now != nil && now.time.After(newest) {
			newest = now.time
		}
		total.add(n, now)
		if len(r.spec.GroupBy) == 0 {
			continue
		}
		key := nodeKeyOf(r.spec.GroupBy, n)
		if byKey[key] == nil {
			byKey[key] = &nodeTruth{Subject: key}
			rows = append(rows, byKey[key])
		}
		byKey[key].add(n, now)
	}
	slices.SortFunc(rows, func(a, b *nodeTruth) int {
		return cmp.Or(b.measure(r.need.By).Cmp(a.measure(r.need.By)), compareSubjects(a.Subject, b.Subject))
	})
	return total, rows, newest
}

func selectsNode(s *v1alpha1.LabelSelector, labels model.Labels) bool {
	if s == nil {
		return true
	}
	for key, want := range s.MatchLabels {
		if value, has := labels.Lookup(key); !has || value != want {
			return false
		}
	}
	for _, e := range s.MatchExpressions {
		value, has := labels.Lookup(e.Key)
		in := has && slices.Contains(e.Values, value)
		holds := map[v1alpha1.LabelOperator]bool{
			v1alpha1.LabelIn: in, v1alpha1.LabelNotIn: !in, v1alpha1.LabelExists: has, v1alpha1.LabelDoesNotExist: !has,
		}
		if !holds[e.Operator] {
			return false
		}
	}
	return true
}

func nodeKeyOf(keys []v1alpha1.GroupKey, n *trueNode) (s model.Subject) {
	labels := 0
	for _, k := range keys {
		if k.Type == v1alpha1.GroupByNode {
			s.Node = n.Name
			continue
		}
		value, has := n.Labels.Lookup(k.Label)
		s.Labels[labels] = model.LabelValue{Value: value, Present: has}
		labels++
	}
	return s
}

func (x *nodeTruth) add(n *trueNode, now *nodeReading) {
	x.Nodes++
	if now != nil {
		x.Observed++
	}
	for r := range 2 {
		has, says := n.Allocatable.Amounts[r], n.Allocatable.Set[r]
		if says {
			x.Set[r]++
			x.Allocatable[r].Add(&x.Allocatable[r], big.NewInt(has))
		}
		if now == nil {
			continue
		}
		used := big.NewInt(now.usage[r])
		x.Usage[r].Add(&x.Usage[r], used)
		if says && has > 0 {
			x.OfAllocatable[r].Add(&x.OfAllocatable[r], used)
			x.Base[r].Add(&x.Base[r], big.NewInt(has))
		}
	}
}

func (x *nodeTruth) fold(o *nodeTruth) {
	x.Nodes, x.Observed = x.Nodes+o.Nodes, x.Observed+o.Observed
	for r := range 2 {
		x.Set[r] += o.Set[r]
		x.Usage[r].Add(&x.Usage[r], &o.Usage[r])
		x.Allocatable[r].Add(&x.Allocatable[r], &o.Allocatable[r])
		x.OfAllocatable[r].Add(&x.OfAllocatable[r], &o.OfAllocatable[r])
		x.Base[r].Add(&x.Base[r], &o.Base[r])
	}
}

// measure ranks as trueRow.measure does.
func (x *nodeTruth) measure(by usage.Order) *big.Float {
	r := by.Resource
	switch {
	case by.Measure == usage.Usage:
		return new(big.Float).SetInt(&x.Usage[r])
	case x.Base[r].Sign() == 0:
		return big.NewFloat(-1)
	}
	used, _ := new(big.Float).SetInt(&x.OfAllocatable[r]).Float64()
	base, _ := new(big.Float).SetInt(&x.Base[r]).Float64()
	return big.NewFloat(used / base)
}

// missing lists what has no sample: lost nodes, unknown ones, new ones, each by
// name.
func (o *nodeOracle) missing(r *trueNodeReport) (all []usage.Missing) {
	resolution := cmp.Or(o.resolution, time.Minute)
	for _, n := range o.nodes {
		if o.current(n) != nil || !selectsNode(r.spec.NodeSelector, n.Labels) {
			continue
		}
		m := usage.Missing{Node: n.Name, Reason: usage.Unknown}
		if !n.Ready {
			m.Reason = usage.NodeLost
		}
		if o.settled.Sub(time.Unix(n.CreationTime, 0)) <= 3*resolution {
			m.Reason = usage.TooNew
		}
		all = append(all, m)
	}
	order := map[usage.Reason]int{usage.NodeLost: 0, usage.Unknown: 1, usage.TooNew: 2}
	slices.SortFunc(all, func(a, b usage.Missing) int {
		return cmp.Or(cmp.Compare(order[a.Reason], order[b.Reason]), cmp.Compare(a.Node, b.Node))
	})
	return all
}

// sumOf is n, which is not negative, as the engine says it.
func sumOf(n *big.Int) (s model.Sum) {
	rest := new(big.Int).Set(n)
	for most := big.NewInt(1<<63 - 1); rest.Cmp(most) > 0; rest.Sub(rest, most) {
		s = s.Plus(most.Int64())
	}
	return s.Plus(rest.Int64())
}
