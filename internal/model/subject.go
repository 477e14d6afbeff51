package model

import "cmp"

// MaxGroupKeys is the number of keys by which pods can be grouped at once.
const MaxGroupKeys = 4

// Subject is the identity of a row. It is comparable. What a report does not
// group by is empty.
type Subject struct {
	Namespace string
	Workload  Workload
	Pod       string
	Container string
	Node      string
	// Labels are the values of the labels that the report groups by, in the
	// order of its keys.
	Labels [MaxGroupKeys]LabelValue
}

// LabelValue is the value of a label, which may be absent.
type LabelValue struct {
	Value   string
	Present bool
}

// Compare orders subjects, so that rows with equal numbers keep their places.
func (s *Subject) Compare(o *Subject) int {
	c := cmp.Or(
		cmp.Compare(s.Namespace, o.Namespace),
		cmp.Compare(s.Workload.Group, o.Workload.Group),
		cmp.Compare(s.Workload.Kind, o.Workload.Kind),
		cmp.Compare(s.Workload.Name, o.Workload.Name),
		cmp.Compare(s.Pod, o.Pod),
		cmp.Compare(s.Container, o.Container),
		cmp.Compare(s.Node, o.Node),
	)
	for i := 0; c == 0 && i < MaxGroupKeys; i++ {
		c = s.Labels[i].compare(o.Labels[i])
	}
	return c
}

// compare puts an absent label behind every value.
func (v LabelValue) compare(o LabelValue) int {
	switch {
	case v.Present == o.Present:
		return cmp.Compare(v.Value, o.Value)
	case v.Present:
		return -1
	default:
		return 1
	}
}
