package scale

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// discovery is what the API server says of its kinds, by path.
var discovery = map[string]any{
	"/api":                    map[string]any{"kind": "APIVersions", "versions": []string{"v1"}},
	"/api/v1":                 resourceList("v1"),
	"/apis":                   metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: []metav1.APIGroup{group}},
	"/apis/usage-operator.io": group,
	"/apis/usage-operator.io/v1alpha1": resourceList(version.GroupVersion,
		metav1.APIResource{Name: "usagereports", Kind: "UsageReport", Namespaced: true, Verbs: metav1.Verbs{"get", "list", "watch"}},
		metav1.APIResource{Name: "clusterusagereports", Kind: "ClusterUsageReport", Verbs: metav1.Verbs{"get", "list", "watch"}},
	),
}

var (
	version = metav1.GroupVersionForDiscovery{GroupVersion: "usage-operator.io/v1alpha1", Version: "v1alpha1"}
	group   = metav1.APIGroup{
		TypeMeta: metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}, Name: "usage-operator.io",
		Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version,
	}
)

func resourceList(version string, resources ...metav1.APIResource) metav1.APIResourceList {
	return metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList"}, GroupVersion: version, APIResources: resources}
}
