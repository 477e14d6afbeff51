package inventory

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// podKey is the name of a pod.
type podKey struct{ namespace, name string }

// podRow is a pod in the table. The pods of one controller form a list.
type podRow struct {
	pod        *model.Pod
	controller *controller
	next, prev *podRow
}

// samePod tells whether two rows of one name hold the same, owners aside.
func samePod(a, b *model.Pod) bool {
	return a.UID == b.UID && a.Node == b.Node && a.StartTime == b.StartTime &&
		slices.Equal(a.Labels, b.Labels) &&
		slices.Equal(a.Containers, b.Containers) &&
		slices.Equal(a.Started, b.Started) && a.Ran == b.Ran && a.Restarted == b.Restarted &&
		samePodLevel(a.PodLevel, b.PodLevel)
}

func samePodLevel(a, b *model.Resources) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
