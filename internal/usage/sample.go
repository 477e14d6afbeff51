package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// sample is the last sample that was accepted for a pod.
type sample struct {
	// namespace and name are the pod's, as the answer has them. The reader hands
	// out the same strings for the same pod each time, and comparing a string
	// with itself reads no memory.
	namespace, name string
	// time is the provider's timestamp in Unix microseconds; 0 before the first
	// sample.
	time int64
	// readTime is when it was read, by the engine's own clock.
	readTime time.Duration
	// current tells whether it counted on the last tick.
	current bool
	// usage stands beside the pod's containers; nil while there is no sample of
	// them.
	usage []model.Amounts
	// unseen are the containers that the provider left out, mostly none.
	unseen []bool
}

func (s *sample) sees(i int) bool {
	return s.current && (s.unseen == nil || !s.unseen[i])
}

// isNamed tells, fast, whether an answer's sample is named as the last one of
// this pod was. When it says no, it may still be.
func (s *sample) isNamed(x *model.PodSample) bool {
	return x.Name == s.name && x.Namespace == s.namespace
}

// accept takes a sample if it is new and of this pod, not of a former pod of
// the same name. One that is older than the last is new once that is not carried
// any more, read before oldest: the clock that dates them was set back. It returns the
// time since the sample before, 0 where that is not known.
func (p *pod) accept(s *model.PodSample, containers []model.ContainerSample, readTime, oldest time.Duration) (gap time.Duration, ok bool) {
	at := s.Time.UnixMicro() // far below 0 where there is no time
	isOlder := at < p.sample.time && p.sample.readTime >= oldest
	if isOlder || at == p.sample.time || p.StartTime == 0 || s.Time.Unix() < p.StartTime {
		return 0, false
	}
	if p.sample.time != 0 {
		gap = max(0, time.Duration(at-p.sample.time)*time.Microsecond)
	}
	p.sample.namespace, p.sample.name = s.Namespace, s.Name
	p.sample.time, p.sample.readTime = at, readTime
	p.take(containers)
	return gap, true
}

func (p *pod) take(containers []model.ContainerSample) {
	if len(p.sample.usage) != len(p.Containers) {
		p.sample.usage = make([]model.Amounts, len(p.Containers))
	}
	p.sample.unseen = nil
	for i := range p.Containers {
		name := p.Containers[i].Name
		if i < len(containers) && containers[i].Name == name { // as in the pod's spec
			p.sample.usage[i] = containers[i].Usage
			continue
		}
		p.find(containers, i, name)
	}
}

// find looks for a container's sample anywhere.
func (p *pod) find(containers []model.ContainerSample, at int, name string) {
	for i := range containers {
		if containers[i].Name == name {
			p.sample.usage[at] = containers[i].Usage
			return
		}
	}
	if p.sample.unseen == nil {
		p.sample.unseen = make([]bool, len(p.Containers))
	}
	p.sample.unseen[at] = true
}

// void forgets what was seen, but not when: the containers are others now.
func (s *sample) void() {
	*s = sample{time: s.time, readTime: s.readTime}
}
