package inventory

import "github.com/usage-operator/usage-operator/internal/model"

// controller is what controls pods directly, and who stands above it.
type controller struct {
	namespace, uid string
	// owners begins with the controller itself. It is never changed in place:
	// pods hold it.
	owners []model.Workload
	// climbed are the owners that the walk went through beyond the first.
	climbed []link
	pods    *podRow
	// twin is another controller of the same UID. Only references that were
	// written by hand have one.
	twin *controller
}

// link returns what the controller's pods say of it.
func (c *controller) link() link {
	w := c.owners[0]
	return link{
		namespace: c.namespace,
		reference: reference{groupKind: groupKind{group: w.Group, kind: w.Kind}, name: w.Name, uid: c.uid},
	}
}

// is tells whether pods of the namespace that name r belong to c. A pod that
// nothing controls names nil, and has no controller.
func (c *controller) is(namespace string, r *reference) bool {
	if c == nil || r == nil {
		return c == nil && r == nil
	}
	return c.link() == link{namespace: namespace, reference: *r}
}
