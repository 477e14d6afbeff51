// Package keeper keeps checkpoints of reports in the cluster, so that what they
// remember outlives the operator.
package keeper

// +kubebuilder:rbac:groups=usage-operator.io,namespace=usage-operator-system,resources=usagecheckpoints,verbs=get;list;create;update;delete
