package telemetry

import "slices"

// Other stands for a value that a label does not have.
const Other = "Other"

// Label is a label with all the values that it has.
type Label struct {
	Name   string
	Values []string
}

var (
	// Kind is the label of the kinds that users write.
	Kind = Label{"kind", []string{"UsageReport", "ClusterUsageReport", "ResourceThreshold", "ClusterResourceThreshold"}}
	// Target is the label of what the Metrics API measures.
	Target = Label{"target", []string{"Pods", "Nodes"}}
)

// bound returns a value that the label has.
func (l *Label) bound(value string) string {
	if slices.Contains(l.Values, value) {
		return value
	}
	return Other
}

func namesOf(labels []Label) (names []string) {
	for i := range labels {
		names = append(names, labels[i].Name)
	}
	return names
}

// boundAll returns values that the labels have.
func boundAll(labels []Label, values []string) []string {
	bounded := make([]string, len(values))
	for i := range values {
		bounded[i] = labels[i].bound(values[i])
	}
	return bounded
}

// combinations are those of all values of the labels.
func combinations(labels []Label) [][]string {
	all := [][]string{nil}
	for i := range labels {
		var longer [][]string
		for _, values := range all {
			for _, value := range labels[i].Values {
				longer = append(longer, append(slices.Clone(values), value))
			}
		}
		all = longer
	}
	return all
}
