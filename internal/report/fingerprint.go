package report

import (
	"hash"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// Fingerprint is a hash over the numbers of a status at three significant
// digits. Equal fingerprints mean that nothing moved that is worth a write.
// Times, the resolution and the counts of the coverage do not take part; what is
// missing and why does, so that no reason stands that no longer holds. Nor does the
// history: its points do not move once they are whole, and new ones tell by their
// times that they are new.
func Fingerprint(s *v1alpha1.ReportStatus) string {
	f := fingerprint{fnv.New64a()}
	f.number(int64(s.GroupCount))
	f.row(s.Total)
	f.row(s.Other)
	f.missing(s.Coverage)
	for i := range s.Groups {
		f.row(&s.Groups[i])
	}
	f.periods(s.Periods)
	return strconv.FormatUint(f.Sum64(), 36)
}

type fingerprint struct{ hash.Hash64 }

// text adds a string and an end that cannot be part of one.
func (f fingerprint) text(s string) {
	f.Write([]byte(s))
	f.Write([]byte{0})
}

func (f fingerprint) number(n int64) { f.text(ThreeDigits(strconv.FormatInt(n, 10))) }

func (f fingerprint) row(r *v1alpha1.Row) {
	if r == nil {
		f.text("none")
		return
	}
	f.subject(r.Subject)
	for _, n := range []*int32{r.Pods, r.Containers, r.Nodes} {
		f.count(n)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Resources)) {
		f.text(string(name))
		f.resource(r.Resources[name])
	}
}

func (f fingerprint) missing(c *v1alpha1.Coverage) {
	if c == nil {
		return
	}
	for _, m := range c.Missing {
		for _, part := range []string{m.Namespace, m.Pod, m.Container, m.Node, string(m.Reason)} {
			f.text(part)
		}
	}
}

func (f fingerprint) resource(u v1alpha1.ResourceUsage) {
	percentOf, unset, quota, perPod := orZero(u.PercentOf), orZero(u.Unset), orZero(u.Quota), orZero(u.PerPod)
	for _, q := range []v1alpha1.Quantity{
		u.Usage, u.Average, u.Maximum, u.P50, u.P95, u.P99,
		u.Requests, u.Limits, u.Allocatable, quota.Hard, quota.Used, perPod.Median, perPod.Maximum,
	} {
		f.text(ThreeDigits(string(q)))
	}
	f.percent(percentOf.Requests)
	f.percent(percentOf.Limits)
	f.percent(percentOf.Allocatable)
	f.percent(percentOf.Quota)
	f.number(int64(unset.Requests))
	f.number(int64(unset.Limits))
}

func (f fingerprint) count(n *int32) {
	if n == nil {
		f.text("none")
		return
	}
	f.number(int64(*n))
}

func orZero[T any](p *T) (value T) {
	if p != nil {
		value = *p
	}
	return value
}

func (f fingerprint) percent(p *int64) {
	if p == nil {
		f.text("none")
		return
	}
	f.number(*p)
}

func (f fingerprint) subject(s *v1alpha1.Subject) {
	if s == nil {
		f.text("none")
		return
	}
	w := v1alpha1.Workload{}
	if s.Workload != nil {
		w = *s.Workload
	}
	for _, part := range []string{s.Namespace, s.Pod, s.Container, s.Node, w.APIGroup, w.Kind, w.Name} {
		f.text(part)
	}
	for _, l := range s.Labels {
		f.text(l.Key)
		if l.Value == nil {
			f.text("none")
		} else {
			f.text("=" + *l.Value)
		}
	}
}

// ThreeDigits replaces the digits behind the third by zeros.
func ThreeDigits(number string) string {
	if len(number) <= 3 {
		return number
	}
	return number[:3] + strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return '0'
		}
		return r
	}, number[3:])
}
