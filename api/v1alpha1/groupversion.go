package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion of this API.
var GroupVersion = schema.GroupVersion{Group: "usage-operator.io", Version: "v1alpha1"}

// AddToScheme registers the kinds of this API.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion,
		&UsageReport{}, &UsageReportList{},
		&ClusterUsageReport{}, &ClusterUsageReportList{},
		&ResourceThreshold{}, &ResourceThresholdList{},
		&ClusterResourceThreshold{}, &ClusterResourceThresholdList{},
		&UsageCheckpoint{}, &UsageCheckpointList{},
	)
	metav1.AddToGroupVersion(s, GroupVersion)
	return nil
}
