package events

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// regarding returns the object that a notice is about, still without its UID.
func regarding(about *About, n *threshold.Notice) model.Reference {
	s := &n.Subject
	r := about.reference()
	switch {
	case n.Overall:
		return r
	case s.Pod != "":
		r = model.Reference{Kind: "Pod", Namespace: s.Namespace, Name: s.Pod}
	case s.Workload.Kind != "":
		r = model.Reference{Group: s.Workload.Group, Kind: s.Workload.Kind, Namespace: s.Namespace, Name: s.Workload.Name}
	case s.Namespace != "":
		r = model.Reference{Version: "v1", Kind: "Namespace", Namespace: s.Namespace, Name: s.Namespace}
	case s.Node != "":
		r = model.Reference{Kind: "Node", Name: s.Node}
	}
	if about.Namespace != "" && r.Namespace != about.Namespace {
		return about.reference()
	}
	return r
}

// namespaceOf is where an Event about an object stands. One about an object without
// a namespace cannot stand elsewhere.
func namespaceOf(r *model.Reference) string {
	if r.Namespace == "" {
		return metav1.NamespaceDefault
	}
	return r.Namespace
}

// fieldPath is the part of a pod that a subject is about.
func fieldPath(r *model.Reference, s *model.Subject) string {
	if s.Container == "" || r.Group != "" || r.Kind != "Pod" {
		return ""
	}
	return fmt.Sprintf("spec.containers{%s}", s.Container)
}

func objectReference(r *model.Reference) corev1.ObjectReference {
	return corev1.ObjectReference{
		APIVersion: r.APIVersion(), Kind: r.Kind, Namespace: r.Namespace, Name: r.Name, UID: types.UID(r.UID),
	}
}
