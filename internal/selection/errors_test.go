package selection_test

import (
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/selection"
)

// TestErrorsTeach looks for the field, what stands there and what would be right.
func TestErrorsTeach(t *testing.T) {
	const anyLabel = "an empty string or consist of alphanumeric characters"
	for _, test := range []struct {
		name, scope string
		spec        v1alpha1.ClusterSelection
		want        []string
	}{
		{name: "an empty selector", spec: byLabels(&v1alpha1.LabelSelector{}),
			want: []string{"spec.selector: Required", "set matchLabels or matchExpressions", "leave the selector out"}},
		{name: "an empty selector of namespaces", spec: v1alpha1.ClusterSelection{NamespaceSelector: &v1alpha1.LabelSelector{}},
			want: []string{"spec.namespaceSelector: Required", "set matchLabels or matchExpressions"}},
		{name: "an empty selector of nodes", spec: v1alpha1.ClusterSelection{NodeSelector: &v1alpha1.LabelSelector{}},
			want: []string{"spec.nodeSelector: Required", "set matchLabels or matchExpressions"}},
		{name: "a key that is none", spec: byLabels(having("a b", "x")),
			want: []string{"spec.selector.matchLabels[a b]", `"a b"`, "must consist of alphanumeric characters"}},
		{name: "a value that is none", spec: byLabels(having("app", "x y")),
			want: []string{"spec.selector.matchLabels[app]", `"x y"`, anyLabel}},
		{name: "an unknown operator", spec: byLabels(where("app", "Gt", "3")),
			want: []string{"spec.selector.matchExpressions[0].operator", `"Gt"`, `supported values: "In", "NotIn", "Exists", "DoesNotExist"`}},
		{name: "an operator of another spelling", spec: byLabels(where("app", "in", "web")),
			want: []string{"spec.selector.matchExpressions[0].operator", `"in"`, `"In"`}},
		{name: "no values", spec: v1alpha1.ClusterSelection{NodeSelector: where("pool", v1alpha1.LabelIn)},
			want: []string{"spec.nodeSelector.matchExpressions[0].values", "values set can't be empty"}},
		{name: "values too many", spec: byLabels(where("app", v1alpha1.LabelExists, "web")),
			want: []string{"spec.selector.matchExpressions[0].values", "values set must be empty"}},
		{name: "a key of an expression", spec: byLabels(where("a/b/c", v1alpha1.LabelExists)),
			want: []string{"spec.selector.matchExpressions[0].key", `"a/b/c"`, "example.com/MyName"}},
		{name: "five keys", spec: grouped(namespaceKey, workloadKey, podKey, containerKey, nodeKey),
			want: []string{"spec.groupBy: Too many: 5", "at most 4"}},
		{name: "a key twice", spec: grouped(podKey, nodeKey, podKey),
			want: []string{`spec.groupBy[2]: Duplicate value: "Pod"`}},
		{name: "a label twice", spec: grouped(podLabel("app"), podLabel("app")),
			want: []string{`spec.groupBy[1]: Duplicate value: "PodLabel app"`}},
		{name: "no label", spec: grouped(podKey, v1alpha1.GroupKey{Type: v1alpha1.GroupByPodLabel}),
			want: []string{"spec.groupBy[1].label: Required", "PodLabel takes the key of a label"}},
		{name: "a label too many", spec: grouped(v1alpha1.GroupKey{Type: v1alpha1.GroupByPod, Label: "app"}),
			want: []string{"spec.groupBy[0].label: Forbidden", "only PodLabel, NamespaceLabel and NodeLabel"}},
		{name: "a level too many", spec: grouped(v1alpha1.GroupKey{Type: v1alpha1.GroupByPodLabel, Label: "app", Level: v1alpha1.LevelTop}),
			want: []string{"spec.groupBy[0].level: Forbidden", "only Workload takes a level"}},
		{name: "an unknown level", spec: grouped(levelKey("Highest")),
			want: []string{"spec.groupBy[0].level", `"Highest"`, `"Controller", "Workload", "Top"`}},
		{name: "a level twice", spec: grouped(podKey, levelKey(v1alpha1.LevelTop), levelKey(v1alpha1.LevelTop)),
			want: []string{`spec.groupBy[2]: Duplicate value: "Workload Top"`}},
		{name: "two levels", spec: grouped(workloadKey, podKey, levelKey(v1alpha1.LevelTop)),
			want: []string{"spec.groupBy[2]: Forbidden", "a row names one owner: keep one level"}},
		{name: "an unknown type", spec: grouped(v1alpha1.GroupKey{Type: "Deployment"}),
			want: []string{"spec.groupBy[0].type", `"Deployment"`, `"Namespace", "Workload", "Pod", "Container", "Node", "PodLabel", "NamespaceLabel", "NodeLabel"`}},
		{name: "labels of nodes in a namespace", scope: "shop", spec: grouped(podKey, nodeLabel("pool")),
			want: []string{"spec.groupBy[1].type: Forbidden", "use a ClusterUsageReport"}},
	} {
		_, err := selection.Compile(test.scope, test.spec)
		mustTeach(t, test.name, err, test.want)
	}
}

// TestTheSameLabelOfDifferentObjects is no key twice.
func TestTheSameLabelOfDifferentObjects(t *testing.T) {
	compile(t, "", grouped(podLabel("team"), namespaceLabel("team"), nodeLabel("team"), podLabel("app")))
}
