package usage

import (
	"iter"
	"time"
)

// gaps are the pods that are not observed in full. They are looked for when a view
// or a threshold asks for them, at most once between two changes.
type gaps struct {
	known bool
	pods  []*pod
	// short are what they lack in the rows of thresholds; nil until it is asked for.
	short map[*row]*part
}

// incomplete yields the pods of some namespaces, nil for all, that have a
// container that does not run or is not seen, by namespace and name.
func (e *Engine) incomplete(namespaces map[string]bool) iter.Seq[*pod] {
	if !e.gaps.known {
		e.gaps.known = true
		for _, p := range e.inventory.order {
			if p.hasGap() {
				e.gaps.pods = append(e.gaps.pods, p)
			}
		}
	}
	return func(yield func(*pod) bool) {
		for _, p := range e.gaps.pods {
			if (namespaces == nil || namespaces[p.Namespace]) && !yield(p) {
				return
			}
		}
	}
}

func (p *pod) hasGap() bool {
	for i := range p.Started {
		if p.Started[i] == 0 || !p.sample.sees(i) {
			return true
		}
	}
	return false
}

// runs tells whether any container of a share runs by the pod's status.
func (p *pod) runs(s share) bool {
	for k := range s.count(p.Pod) {
		if p.Started[s.index(k)] != 0 {
			return true
		}
	}
	return false
}

// seen tells whether any running container of a share has a current sample.
func (p *pod) seen(s share) bool {
	for k := range s.count(p.Pod) {
		if i := s.index(k); p.Started[i] != 0 && p.sample.sees(i) {
			return true
		}
	}
	return false
}

// date brings the pod's last start to the operator's clock. The start came to be
// known after the sum before and not after this one. Where its node's clock says
// otherwise it is wrong, and the start is as new as it can be. At the first sum
// there is none before, and whatever lies in the past must be believed.
func (p *pod) date(before, now time.Time) {
	p.skew, p.undated = 0, false
	if started := startedAt(p.Pod); started < before.Unix() || started > now.Unix() {
		p.skew = now.Unix() - started
	}
}
