package model

// Reference names an object of the cluster, as Events do. It is comparable.
type Reference struct {
	// Group and Version are of its API. The group is "" for the core group, the
	// version while it is not known.
	Group, Version string
	Kind           string
	// Namespace is "" for a cluster-scoped object.
	Namespace string
	Name      string
	// UID is "" while it is not known.
	UID string
}

// APIVersion is the group and the version as manifests write them; "" while the
// version is not known.
func (r *Reference) APIVersion() string {
	if r.Group == "" || r.Version == "" {
		return r.Version
	}
	return r.Group + "/" + r.Version
}
