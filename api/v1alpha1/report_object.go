package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// ReportObject is a UsageReport or a ClusterUsageReport, so that one
// reconciler serves both.
//
// +kubebuilder:object:generate=false
type ReportObject interface {
	metav1.Object
	runtime.Object

	// Scope is the namespace whose pods count; "" is every namespace.
	Scope() string

	// SelectionSpec says what is counted. A namespaced kind sets nothing but
	// the embedded Selection. It shares memory with the object.
	SelectionSpec() ClusterSelection

	// Settings is what both kinds share beside their selection. It points
	// into the object.
	Settings() *ReportSettings

	// ReportStatus points into the object.
	ReportStatus() *ReportStatus
}

var (
	_ ReportObject = (*UsageReport)(nil)
	_ ReportObject = (*ClusterUsageReport)(nil)
)

// Scope is the report's own namespace: a namespaced kind never sees another.
func (r *UsageReport) Scope() string { return r.Namespace }

// SelectionSpec implements ReportObject.
func (r *UsageReport) SelectionSpec() ClusterSelection {
	return ClusterSelection{Selection: r.Spec.Selection}
}

// Settings implements ReportObject.
func (r *UsageReport) Settings() *ReportSettings { return &r.Spec.ReportSettings }

// ReportStatus implements ReportObject.
func (r *UsageReport) ReportStatus() *ReportStatus { return &r.Status }

// Scope is every namespace.
func (r *ClusterUsageReport) Scope() string { return "" }

// SelectionSpec implements ReportObject.
func (r *ClusterUsageReport) SelectionSpec() ClusterSelection { return r.Spec.ClusterSelection }

// Settings implements ReportObject.
func (r *ClusterUsageReport) Settings() *ReportSettings { return &r.Spec.ReportSettings }

// ReportStatus implements ReportObject.
func (r *ClusterUsageReport) ReportStatus() *ReportStatus { return &r.Status }
