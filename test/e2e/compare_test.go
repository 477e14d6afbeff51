package e2e

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// figures is a row in a form in which the operator's and the expected one can
// be compared. What is not known is absent.
type figures struct {
	Pods, Containers, Nodes int
	Values                  map[string]string
}

// expected rounds as the documentation says: CPU up to 1m, memory down to 1Mi,
// 1Ki below 10Mi, percentages down.
func expected(t *truth) figures {
	f := figures{Pods: t.pods, Containers: t.containers, Values: map[string]string{}}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if t.usage[name] != nil {
			f.Values[string(name)+" usage"] = rounded(name, t.usage[name]).String()
		}
		f.perPod(name, t.ofPods)
		f.declared(string(name)+" requests", t.requests[name])
		f.declared(string(name)+" limits", t.limits[name])
		f.percent(string(name)+" % of requests", t.ofRequests[name], t.requested[name])
		f.percent(string(name)+" % of limits", t.ofLimits[name], t.limited[name])
		f.count(string(name)+" without request", t.unsetRequest[name])
		f.count(string(name)+" without limit", t.unsetLimit[name])
	}
	return f
}

// perPod expects the median and the maximum of two pods or more.
func (f *figures) perPod(name corev1.ResourceName, ofPods map[string]amounts) {
	var sorted []*big.Int
	for _, used := range ofPods {
		sorted = append(sorted, used[name])
	}
	n := len(sorted)
	if n < 2 {
		return
	}
	slices.SortFunc(sorted, (*big.Int).Cmp)
	middle := new(big.Int).Add(sorted[(n-1)/2], sorted[n/2])
	f.Values[string(name)+" median pod"] = rounded(name, middle.Rsh(middle, 1)).String()
	f.Values[string(name)+" largest pod"] = rounded(name, sorted[n-1]).String()
}

func rounded(name corev1.ResourceName, n *big.Int) *big.Int {
	unit := big.NewInt(1 << 20)
	switch {
	case name == corev1.ResourceCPU:
		unit = big.NewInt(1_000_000)
		n = new(big.Int).Add(n, big.NewInt(999_999))
	case n.Cmp(big.NewInt(10<<20)) < 0:
		unit = big.NewInt(1 << 10)
	}
	return new(big.Int).Mul(new(big.Int).Div(n, unit), unit)
}

func (f *figures) declared(key string, n *big.Int) {
	if n != nil {
		f.Values[key] = n.String()
	}
}

func (f *figures) percent(key string, of, base *big.Int) {
	if base != nil && base.Sign() > 0 {
		f.Values[key] = new(big.Int).Div(new(big.Int).Mul(of, big.NewInt(100)), base).String()
	}
}

func (f *figures) count(key string, n int) {
	if n > 0 {
		f.Values[key] = fmt.Sprint(n)
	}
}

// reported puts a row of a status into figures.
func reported(r *v1alpha1.Row) figures {
	f := figures{Pods: number(r.Pods), Containers: number(r.Containers), Nodes: number(r.Nodes), Values: map[string]string{}}
	for name, u := range r.Resources {
		f.quantity(name, "usage", u.Usage)
		f.quantity(name, "requests", u.Requests)
		f.quantity(name, "limits", u.Limits)
		if u.PerPod != nil {
			f.quantity(name, "median pod", u.PerPod.Median)
			f.quantity(name, "largest pod", u.PerPod.Maximum)
		}
		f.quantity(name, "allocatable", u.Allocatable)
		if u.PercentOf != nil {
			f.integer(string(name)+" % of requests", u.PercentOf.Requests)
			f.integer(string(name)+" % of limits", u.PercentOf.Limits)
			f.integer(string(name)+" % of allocatable", u.PercentOf.Allocatable)
		}
		if u.Unset != nil {
			f.count(string(name)+" without request", int(u.Unset.Requests))
			f.count(string(name)+" without limit", int(u.Unset.Limits))
		}
	}
	return f
}

// number is a count, 0 where there is none.
func number(n *int32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}

func (f *figures) quantity(name v1alpha1.ResourceName, key string, q v1alpha1.Quantity) {
	if q != "" {
		f.Values[string(name)+" "+key] = exact(corev1.ResourceName(name), resource.MustParse(string(q))).String()
	}
}

func (f *figures) integer(key string, n *int64) {
	if n != nil {
		f.Values[key] = fmt.Sprint(*n)
	}
}

// subjectKey names a row as the keyFuncs of the tests do.
func subjectKey(s *v1alpha1.Subject) string {
	var parts []string
	for _, part := range []string{s.Namespace, workloadKey(s.Workload), s.Pod, s.Container, s.Node} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	for _, l := range s.Labels {
		if l.Value == nil {
			parts = append(parts, l.Key+" absent")
		} else {
			parts = append(parts, l.Key+"="+*l.Value)
		}
	}
	return strings.Join(parts, " ")
}

func workloadKey(w *v1alpha1.Workload) string {
	if w == nil {
		return ""
	}
	return w.Kind + "/" + w.Name
}

// difference compares a status with the expected rows; "" means equal.
func difference(status *v1alpha1.ReportStatus, want map[string]*truth) string {
	wanted, got := map[string]figures{}, map[string]figures{}
	for key, t := range want {
		wanted[key] = expected(t)
	}
	for i := range status.Groups {
		got[subjectKey(status.Groups[i].Subject)] = reported(&status.Groups[i])
	}
	return cmp.Diff(wanted, got)
}
