package usage

import (
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// pod is a pod of the inventory with its last sample and its memberships.
type pod struct {
	*model.Pod
	sample sample
	// whole is what the pod as a whole was seen to use.
	whole       observed
	memberships []membership
	// matched is the Apply that the memberships were last resolved in.
	matched uint64
	// skew is what must be added to its node's clock to get the operator's, in
	// seconds, as found at the last start; undated tells that it is still to be
	// found.
	skew    int64
	undated bool
}

// sample is the last sample that was accepted for a pod.
type sample struct {
	// time is the provider's timestamp; zero before the first sample.
	time time.Time
	// readTime is when it was read, by the operator's own clock.
	readTime time.Time
	// current tells whether it counted on the last tick.
	current bool
	// usage and seen stand beside the pod's containers. A container that the
	// provider left out is not seen.
	usage []model.Amounts
	seen  []bool
}

// membership is the share of a pod in a row.
type membership struct {
	owner *report
	row   *row
	// share is nil where the whole pod belongs to the row.
	share *share
}

func (m *membership) of() share {
	if m.share == nil {
		return share{}
	}
	return *m.share
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

// accept takes a sample if it is new and of this pod, not of a former pod of
// the same name. It returns the time since the sample before, 0 for the first.
func (p *pod) accept(s *model.PodSample, containers []model.ContainerSample, readTime time.Time) (gap time.Duration, ok bool) {
	if s.Time.IsZero() || !s.Time.After(p.sample.time) || p.StartTime == 0 || s.Time.Unix() < p.StartTime {
		return 0, false
	}
	if !p.sample.time.IsZero() {
		gap = s.Time.Sub(p.sample.time)
	}
	p.sample.time, p.sample.readTime = s.Time, readTime
	p.take(containers)
	return gap, true
}

func (p *pod) take(containers []model.ContainerSample) {
	if len(p.sample.usage) != len(p.Containers) {
		p.sample.usage = make([]model.Amounts, len(p.Containers))
		p.sample.seen = make([]bool, len(p.Containers))
	}
	for i := range p.Containers {
		p.sample.usage[i], p.sample.seen[i] = find(containers, i, p.Containers[i].Name)
	}
	p.whole = p.observes(share{})
}

// find looks for a container's sample, first where it was in the pod's spec.
func find(containers []model.ContainerSample, at int, name string) (model.Amounts, bool) {
	if at < len(containers) && containers[at].Name == name {
		return containers[at].Usage, true
	}
	for i := range containers {
		if containers[i].Name == name {
			return containers[i].Usage, true
		}
	}
	return model.Amounts{}, false
}

// contribute adds what the pod was seen to use to its rows.
func (p *pod) contribute(tick uint64) {
	var part observed
	for i := range p.memberships {
		m := &p.memberships[i]
		m.row.observe(tick, p.observedIn(m, &part))
	}
}

// observedIn returns what the pod was last seen to use in a row. A part of the
// pod is computed in the given place.
func (p *pod) observedIn(m *membership, part *observed) *observed {
	if m.share == nil {
		return &p.whole
	}
	*part = p.observes(*m.share)
	return part
}
