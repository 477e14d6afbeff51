package usage

import "github.com/usage-operator/usage-operator/internal/model"

// joiner finds the samples of pods that are asked for in their order.
type joiner struct {
	samples []model.PodSample
	// at is the first sample that is not before the last pod.
	at int
}

// next returns a pod's sample, nil where there is none. Pods of the same name
// stand side by side while one of them terminates: the sample is offered to
// both.
func (j *joiner) next(p *pod) *model.PodSample {
	if after := j.at + 1; after < len(j.samples) && p.sample.isNamed(&j.samples[after]) {
		j.at = after
		return &j.samples[after]
	}
	for ; j.at < len(j.samples); j.at++ {
		s := &j.samples[j.at]
		if c := compareKeys(s.Namespace, s.Name, p.Namespace, p.Name); c >= 0 {
			if c > 0 {
				return nil
			}
			return s
		}
	}
	return nil
}
