// Package report turns a view of the engine into the status of a report.
//
// It is three pure steps. Build makes the numbers. Conditions says how far they
// can be relied on. Decide compares both with what is published and says what
// must be written: everything, the conditions only, or nothing.
package report

import (
	"math"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// resources are the names under which amounts are published.
var resources = [model.ResourceCount]v1alpha1.ResourceName{
	model.CPU:    v1alpha1.ResourceCPU,
	model.Memory: v1alpha1.ResourceMemory,
}

// Build returns the numbers of a status. Its conditions and its generation are
// not set.
func Build(v *usage.View) v1alpha1.ReportStatus {
	total := newRow(v, &v.Total)
	s := v1alpha1.ReportStatus{
		SampleTime: v1alpha1.NewTimestamp(v.SampleTime),
		Coverage:   newCoverage(v),
		Total:      &total,
		GroupCount: int32(v.RowCount),
		History:    newHistory(v.History),
	}
	if v.Window.Observed > 0 {
		s.Window = &v1alpha1.WindowCovered{
			StartTime:       v1alpha1.NewTimestamp(v.Window.Start),
			EndTime:         v1alpha1.NewTimestamp(v.Window.End),
			ObservedSeconds: int64(v.Window.Observed / time.Second),
		}
	}
	if v.Resolution > 0 {
		s.Resolution = v1alpha1.NewDuration(v.Resolution)
	}
	for i := range v.Rows {
		s.Groups = append(s.Groups, newRow(v, &v.Rows[i]))
		s.Groups[i].Subject = NewSubject(&v.Rows[i].Subject, v.LabelKeys)
	}
	if v.Other != nil {
		other := newRow(v, v.Other)
		s.Other = &other
	}
	s.Periods = newPeriods(v)
	return s
}

func newCoverage(v *usage.View) *v1alpha1.Coverage {
	c := &v1alpha1.Coverage{
		Percent:        percentCovered(v.Measured()),
		Missing:        newMissing(v.Missing),
		MissingOmitted: int32(v.MissingOmitted),
		UnsampledRuns:  int32(min(v.UnsampledRuns, math.MaxInt32)),
	}
	if v.Target == model.Nodes {
		c.Nodes = newObserved(v.Nodes)
	} else {
		c.Pods, c.Containers = newObserved(v.Pods), newObserved(v.Containers)
	}
	return c
}

// reasons are the names under which reasons are published.
var reasons = map[usage.Reason]v1alpha1.MissingReason{
	usage.NodeLost:           v1alpha1.MissingNodeLost,
	usage.Unknown:            v1alpha1.MissingUnknown,
	usage.ContainerRestarted: v1alpha1.MissingContainerRestarted,
	usage.TooNew:             v1alpha1.MissingTooNew,
	usage.NotRunning:         v1alpha1.MissingNotRunning,
}

func newMissing(all []usage.Missing) (out []v1alpha1.MissingSample) {
	for _, m := range all {
		out = append(out, v1alpha1.MissingSample{
			Namespace: m.Namespace, Pod: m.Pod, Container: m.Container,
			Node: m.Node, Pods: int32(m.Pods), Reason: reasons[m.Reason],
		})
	}
	return out
}

func newObserved(c usage.Coverage) *v1alpha1.Observed {
	return &v1alpha1.Observed{Expected: int32(c.Expected), Observed: int32(c.Observed)}
}

// percentCovered is 100 where nothing was expected: nothing is missing. A
// container that has just stopped can still have a sample.
func percentCovered(c usage.Coverage) int32 {
	if c.Observed >= c.Expected {
		return 100
	}
	return int32(100 * c.Observed / c.Expected)
}

// newRow counts what the target is, 0 included, and nothing else.
func newRow(v *usage.View, r *usage.Row) v1alpha1.Row {
	row := v1alpha1.Row{Resources: make(map[v1alpha1.ResourceName]v1alpha1.ResourceUsage, len(resources))}
	if v.Target == model.Nodes {
		row.Nodes = new(int32(r.Nodes))
	} else {
		row.Pods, row.Containers = new(int32(r.Pods)), new(int32(r.Containers))
	}
	for i, name := range resources {
		u := newResource(model.Resource(i), &r.Resources[i])
		setStatistics(&u, model.Resource(i), v.Statistics, r.Resources[i].Over)
		row.Resources[name] = u
	}
	return row
}

func newResource(r model.Resource, a *usage.Amount) v1alpha1.ResourceUsage {
	var u v1alpha1.ResourceUsage
	if a.Observed {
		u.Usage = measured(r, a.Usage)
	}
	if a.Requests.Set > 0 {
		u.Requests = declared(r, a.Requests.Declared)
	}
	if a.Limits.Set > 0 {
		u.Limits = declared(r, a.Limits.Declared)
	}
	if a.Allocatable.Set > 0 {
		u.Allocatable = declared(r, a.Allocatable.Declared)
	}
	u.Quota = newQuota(r, a.Quota)
	of := v1alpha1.PercentOf{
		Requests: percent(&a.Requests), Limits: percent(&a.Limits), Allocatable: percent(&a.Allocatable), Quota: percentOfQuota(a),
	}
	if of != (v1alpha1.PercentOf{}) {
		u.PercentOf = &of
	}
	if a.Requests.Unset+a.Limits.Unset > 0 {
		u.Unset = &v1alpha1.Unset{Requests: int32(a.Requests.Unset), Limits: int32(a.Limits.Unset)}
	}
	if a.PerPod != nil {
		u.PerPod = &v1alpha1.PerPod{Median: measured(r, a.PerPod.Median), Maximum: measured(r, a.PerPod.Maximum)}
	}
	return u
}

// setStatistics sets those statistics that were observed.
func setStatistics(u *v1alpha1.ResourceUsage, r model.Resource, statistics []usage.Statistic, values []model.Sum) {
	fields := map[usage.Statistic]*v1alpha1.Quantity{
		usage.Average: &u.Average, usage.Maximum: &u.Maximum,
		usage.P50: &u.P50, usage.P95: &u.P95, usage.P99: &u.P99,
	}
	for i, value := range values {
		*fields[statistics[i]] = measured(r, value)
	}
}

// NewSubject is a subject as it is published.
func NewSubject(s *model.Subject, labelKeys []string) *v1alpha1.Subject {
	out := &v1alpha1.Subject{
		Namespace: s.Namespace,
		Pod:       s.Pod,
		Container: s.Container,
		Node:      s.Node,
	}
	if s.Workload.Kind != "" {
		out.Workload = &v1alpha1.Workload{
			APIGroup: clip(s.Workload.Group, maxName),
			Kind:     clip(s.Workload.Kind, maxKind),
			Name:     clip(s.Workload.Name, maxName),
		}
	}
	for i, key := range labelKeys {
		label := v1alpha1.SubjectLabel{Key: key}
		if s.Labels[i].Present {
			label.Value = &s.Labels[i].Value
		}
		out.Labels = append(out.Labels, label)
	}
	return out
}

// What the schema admits for the parts of a workload.
const (
	maxKind = 63
	maxName = 253
)

// clip bounds a text that nobody has bounded: an owner reference can say
// anything, and one pod's must not make a whole status invalid.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
