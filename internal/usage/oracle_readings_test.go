package usage_test

import (
	"math"
	"math/big"
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// trueShare is some containers of a pod. A single share is a container for itself.
type trueShare struct {
	*truePod
	containers []int
	single     bool
}

// shares returns what the subjects of a threshold are made of.
func (o *oracle) shares(r *trueReport) map[model.Subject][]trueShare {
	shares := map[model.Subject][]trueShare{}
	if r.spec.GroupBy == nil {
		shares[model.Subject{}] = nil
	}
	for _, p := range o.pods {
		containers := o.counted(r, p)
		switch {
		case containers == nil:
		case r.spec.GroupBy == nil:
			shares[model.Subject{}] = append(shares[model.Subject{}], trueShare{p, containers, false})
		default:
			for _, part := range o.parts(r, p, containers) {
				shares[part.subject] = append(shares[part.subject], trueShare{p, part.containers, part.single})
			}
		}
	}
	return shares
}

// trueFraction is a ratio that can still be added up; without end where nothing
// bounds the usage.
type trueFraction struct {
	used, of big.Int
	endless  bool
}

// trueUnit is what is compared: all shares of a subject, or one of them.
type trueUnit struct {
	value, lower, upper trueFraction
	idle                big.Int
	seen, missing       bool
}

// unit adds up shares. Each container, and each pod that declares as a whole, is
// seen, missing or idle: what is seen is in all three fractions, what is missing in
// the bounds alone, with nothing below and with all that it can use above.
func (o *oracle) unit(a *usage.Alert, shares []trueShare, blind bool) *trueUnit {
	u := &trueUnit{}
	for _, s := range shares {
		if whole := s.whole(a); whole != nil {
			u.addWhole(o, a, s, blind, *whole)
		} else {
			u.addEach(o, a, s, blind)
		}
	}
	return u
}

// divides tells whether usage is divided by what containers declare.
func divides(a *usage.Alert) bool {
	return a.Measure == usage.PercentOfRequests || a.Measure == usage.PercentOfLimits
}

func declaredOf(a *usage.Alert, x model.Resources) model.Declared {
	if a.Measure == usage.PercentOfLimits {
		return x.Limits
	}
	return x.Requests
}

// whole is what the pod declares as a whole, nil where it does not matter.
func (s *trueShare) whole(a *usage.Alert) *int64 {
	if s.PodLevel == nil || s.single || !divides(a) || !declaredOf(a, *s.PodLevel).Set[a.Resource] {
		return nil
	}
	return new(declaredOf(a, *s.PodLevel).Amounts[a.Resource])
}

// look tells which containers of a share are missing, and what the others were seen
// to use.
func (o *oracle) look(s trueShare, blind bool, r model.Resource) (seen map[int]int64, missing []int) {
	seen = map[int]int64{}
	now := o.current(s.truePod)
	for _, i := range s.containers {
		used, ok := usedBy(s.truePod, i, now, r)
		switch {
		case ok && !blind:
			seen[i] = used.Int64()
		case s.Started[i] != 0 || blind:
			missing = append(missing, i)
		}
	}
	return seen, missing
}

func (u *trueUnit) addWhole(o *oracle, a *usage.Alert, s trueShare, blind bool, whole int64) {
	seen, missing := o.look(s, blind, a.Resource)
	u.missing = u.missing || len(missing) > 0
	if len(s.containers) < len(s.Containers) || len(s.containers) == 0 || whole <= 0 {
		return // a part of a pod does not compare with the whole of it, nor does nothing
	}
	of := big.NewInt(whole)
	if len(seen)+len(missing) == 0 {
		u.idle.Add(&u.idle, of)
		return
	}
	u.seen = u.seen || len(seen) > 0
	used := total(seen)
	if len(missing) == 0 {
		u.value.add(used, of)
	}
	u.lower.add(used, of)
	most := o.most(a, s, missing, used)
	if most == nil {
		u.upper.endless = true
		most = new(big.Int)
	}
	u.upper.add(most.Add(most, used), of)
}

func (u *trueUnit) addEach(o *oracle, a *usage.Alert, s trueShare, blind bool) {
	seen, missing := o.look(s, blind, a.Resource)
	u.missing = u.missing || len(missing) > 0
	var counted []int
	for _, i := range s.containers {
		of := new(big.Int)
		if divides(a) {
			if of.SetInt64(declaredOf(a, s.Containers[i].Resources).Amounts[a.Resource]); of.Sign() == 0 {
				continue
			}
		}
		used, ok := seen[i]
		switch {
		case ok:
			u.seen = true
			for _, f := range []*trueFraction{&u.value, &u.lower, &u.upper} {
				f.add(big.NewInt(used), of)
			}
		case slices.Contains(missing, i):
			counted = append(counted, i)
			u.lower.add(new(big.Int), of)
			u.upper.add(new(big.Int), of)
		default:
			u.idle.Add(&u.idle, of)
		}
	}
	if most := o.most(a, s, counted, total(seen)); most != nil {
		u.upper.add(most, new(big.Int))
	} else {
		u.upper.endless = true
	}
}

func (f *trueFraction) add(used, of *big.Int) {
	f.used.Add(&f.used, used)
	f.of.Add(&f.of, of)
}

func total(seen map[int]int64) *big.Int {
	sum := new(big.Int)
	for _, used := range seen {
		sum.Add(sum, big.NewInt(used))
	}
	return sum
}

// most is what some containers of a pod can use, nil for anything.
func (o *oracle) most(a *usage.Alert, s trueShare, containers []int, seen *big.Int) *big.Int {
	podLimit := int64(0)
	if s.PodLevel != nil {
		podLimit = s.PodLevel.Limits.Amounts[a.Resource]
	}
	sum, unlimited := new(big.Int), false
	for _, i := range containers {
		limit := s.Containers[i].Limits.Amounts[a.Resource]
		sum.Add(sum, big.NewInt(limit))
		unlimited = unlimited || limit == 0
	}
	if unlimited {
		most := podLimit
		if most == 0 {
			most = o.allocatable[s.Node].Amounts[a.Resource]
		}
		if most == 0 {
			return nil
		}
		sum.Add(sum, big.NewInt(most))
	}
	if rest := new(big.Int).Sub(big.NewInt(podLimit), seen); podLimit > 0 && sum.Cmp(rest) > 0 {
		if sum = rest; sum.Sign() < 0 {
			sum.SetInt64(0)
		}
	}
	return sum
}

// units are what the values of a subject's shares are compared by.
func units(a *usage.Alert, shares []trueShare) (units [][]trueShare) {
	switch a.Combine {
	case usage.Sum:
		return [][]trueShare{shares}
	case usage.MaximumPod:
		for _, s := range shares {
			units = append(units, []trueShare{s})
		}
	case usage.MaximumContainer:
		for _, s := range shares {
			for _, i := range s.containers {
				units = append(units, []trueShare{{s.truePod, []int{i}, true}})
			}
		}
	}
	return units
}

var most64 = big.NewInt(math.MaxInt64)

// scaled is a fraction in the unit of a measure, nil where it divides by nothing.
func (f *trueFraction) scaled(a *usage.Alert, whole int64) *big.Int {
	n, of := new(big.Int).Set(&f.used), &f.of
	if a.Measure != usage.Usage {
		if !divides(a) {
			of = big.NewInt(whole)
		}
		if of.Sign() == 0 {
			return nil
		}
		n.Mul(n, big.NewInt(1e9))
		n.Div(n, of)
	}
	if f.endless || n.Cmp(most64) > 0 {
		return most64
	}
	return n
}

// trueInstant is the value of a subject now.
type trueInstant struct {
	value, lower, upper int64
	// usage and denominator of any of what has the value: where several have it, it
	// is not said of which.
	usage, denominator map[int64]bool
	data               usage.Data
	known              bool
}

// instant compares the units of a subject.
func (o *oracle) instant(r *trueReport, subject model.Subject, shares []trueShare) trueInstant {
	a := r.need.Alert
	whole := o.wholeOf(r, subject)
	n := trueInstant{usage: map[int64]bool{}, denominator: map[int64]bool{}}
	value, lower, upper := big.NewInt(-1), new(big.Int), new(big.Int)
	var idle big.Int
	seen, missing := false, false
	for _, s := range units(a, shares) {
		u := o.unit(a, s, false)
		seen, missing = seen || u.seen, missing || u.missing
		if u.idle.Cmp(&idle) > 0 {
			idle.Set(&u.idle)
		}
		for _, f := range []*trueFraction{&u.value, &u.lower} {
			x := f.scaled(a, whole)
			if x == nil || x.Cmp(value) < 0 {
				continue
			}
			if x.Cmp(value) > 0 {
				clear(n.usage)
				clear(n.denominator)
			}
			value = x
			n.usage[clamped(&f.used)] = true
			if divides(a) {
				n.denominator[clamped(&f.of)] = true
			} else {
				n.denominator[whole] = true
			}
		}
		if x := u.lower.scaled(a, whole); x != nil && x.Cmp(lower) > 0 {
			lower = x
		}
		if x := u.upper.scaled(a, whole); x != nil && x.Cmp(upper) > 0 {
			upper = x
		}
	}
	switch {
	case !missing:
		n.data = usage.Complete
	case seen:
		n.data = usage.Partial
	default:
		n.data = usage.MissingData
	}
	if a.Measure == usage.PercentOfAllocatable && upper.Cmp(big.NewInt(1e9)) > 0 {
		upper = big.NewInt(1e9) // not more than the node has
	}
	if value.Sign() < 0 {
		value.SetInt64(0)
		n.usage[0], n.denominator[max(clamped(&idle), whole)] = true, true
	}
	if value.Cmp(upper) > 0 {
		upper = value
	}
	n.value, n.lower, n.upper = value.Int64(), lower.Int64(), upper.Int64()
	n.known = n.data != usage.MissingData && (a.Measure == usage.Usage || !n.denominator[0] || len(shares) == 0)
	return n
}

func clamped(n *big.Int) int64 {
	if n.Cmp(most64) > 0 {
		return math.MaxInt64
	}
	return n.Int64()
}

// wholeOf is what a subject as a whole is compared with.
func (o *oracle) wholeOf(r *trueReport, subject model.Subject) int64 {
	s, a := &r.spec, r.need.Alert
	switch a.Measure {
	case usage.PercentOfAllocatable:
		return o.allocatable[subject.Node].Amounts[a.Resource]
	case usage.PercentOfQuota:
		if s.Selector != nil || s.Workloads != nil || s.ExcludeContainers != nil || s.NodeSelector != nil {
			return 0
		}
		namespace := r.scope
		if r.spec.GroupBy != nil {
			if namespace = subject.Namespace; !r.aboutNamespaces() {
				return 0
			}
		}
		if q := o.tightest(namespace, a.Resource); q != nil {
			return q.Hard
		}
	}
	return 0
}

// ceiling is the largest value that a subject can have.
func (o *oracle) ceiling(r *trueReport, subject model.Subject, shares []trueShare) int64 {
	a, whole := r.need.Alert, o.wholeOf(r, subject)
	if len(shares) == 0 {
		return math.MaxInt64
	}
	if a.Measure == usage.PercentOfAllocatable {
		return 1e9
	}
	var most *big.Int
	for _, s := range units(a, shares) {
		if x := o.unit(a, s, true).upper.scaled(a, whole); x != nil && (most == nil || x.Cmp(most) > 0) {
			most = x
		}
	}
	if most == nil {
		if a.Measure == usage.Usage {
			return 0 // pods without containers
		}
		return math.MaxInt64
	}
	return most.Int64()
}
