package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// ThresholdObject is a ResourceThreshold or a ClusterResourceThreshold, so that
// one reconciler serves both.
//
// +kubebuilder:object:generate=false
type ThresholdObject interface {
	metav1.Object
	runtime.Object

	// Scope is the namespace whose pods count; "" is every namespace.
	Scope() string

	// SelectionSpec says what is counted. A namespaced kind sets nothing but
	// the embedded Selection. It shares memory with the object.
	SelectionSpec() ClusterSelection

	// ThresholdSettings is what both kinds share beside their selection. It
	// points into the object.
	ThresholdSettings() *ThresholdSettings

	// ThresholdStatus points into the object.
	ThresholdStatus() *ThresholdStatus
}

var (
	_ ThresholdObject = (*ResourceThreshold)(nil)
	_ ThresholdObject = (*ClusterResourceThreshold)(nil)
)

// Scope is the threshold's own namespace: a namespaced kind never sees another.
func (t *ResourceThreshold) Scope() string { return t.Namespace }

// SelectionSpec implements ThresholdObject.
func (t *ResourceThreshold) SelectionSpec() ClusterSelection {
	return ClusterSelection{Selection: t.Spec.Selection}
}

// ThresholdSettings implements ThresholdObject.
func (t *ResourceThreshold) ThresholdSettings() *ThresholdSettings { return &t.Spec.ThresholdSettings }

// ThresholdStatus implements ThresholdObject.
func (t *ResourceThreshold) ThresholdStatus() *ThresholdStatus { return &t.Status }

// Scope is every namespace.
func (t *ClusterResourceThreshold) Scope() string { return "" }

// SelectionSpec implements ThresholdObject.
func (t *ClusterResourceThreshold) SelectionSpec() ClusterSelection { return t.Spec.ClusterSelection }

// ThresholdSettings implements ThresholdObject.
func (t *ClusterResourceThreshold) ThresholdSettings() *ThresholdSettings {
	return &t.Spec.ThresholdSettings
}

// ThresholdStatus implements ThresholdObject.
func (t *ClusterResourceThreshold) ThresholdStatus() *ThresholdStatus { return &t.Status }
