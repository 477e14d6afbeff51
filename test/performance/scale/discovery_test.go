package scale

import (
	"fmt"
	"os"
	"path/filepath"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// crds are where the operator's own kinds are defined. All of them are served, so
// that a new one need not be told of here.
const crds = "../../../config/crd/bases/*.yaml"

// ownKinds are the operator's.
func ownKinds() (kinds []metav1.APIResource, err error) {
	files, err := filepath.Glob(crds)
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("%d files are %s: %w", len(files), crds, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var crd struct {
			Spec struct {
				Scope string
				Names struct{ Plural, Kind string }
			}
		}
		if err := yaml.Unmarshal(content, &crd); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		kinds = append(kinds, metav1.APIResource{
			Name: crd.Spec.Names.Plural, Kind: crd.Spec.Names.Kind, Namespaced: crd.Spec.Scope == "Namespaced",
			Verbs: metav1.Verbs{"get", "list", "watch", "create", "update", "patch"},
		})
	}
	return kinds, nil
}

// discovery is what the API server says of its kinds, by path.
func discovery(own []metav1.APIResource) map[string]any {
	version := metav1.GroupVersionForDiscovery{GroupVersion: "usage-operator.io/v1alpha1", Version: "v1alpha1"}
	group := metav1.APIGroup{
		TypeMeta: metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}, Name: "usage-operator.io",
		Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version,
	}
	return map[string]any{
		"/api":                             map[string]any{"kind": "APIVersions", "versions": []string{"v1"}},
		"/api/v1":                          resourceList("v1"),
		"/apis":                            metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{group}},
		"/apis/usage-operator.io":          group,
		"/apis/usage-operator.io/v1alpha1": resourceList(version.GroupVersion, own...),
	}
}

func resourceList(version string, resources ...metav1.APIResource) metav1.APIResourceList {
	return metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList"}, GroupVersion: version, APIResources: resources}
}
