package selection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
)

// TestLevels folds a pod by each level.
func TestLevels(t *testing.T) {
	of := func(group, kind, name string) model.Workload {
		return model.Workload{Group: group, Kind: kind, Name: name}
	}
	job, jobSet := of("batch", "Job", "train-a-0"), of("jobset.x-k8s.io", "JobSet", "train")
	workers, leader, leaders := of("apps", "StatefulSet", "llm-0"), of("", "Pod", "llm-0"), of("apps", "StatefulSet", "llm")
	group := of("leaderworkerset.x-k8s.io", "LeaderWorkerSet", "llm")
	itself := of("", "Pod", "web-1")
	foreign := of("example.com", "Job", "j")
	for _, test := range []struct {
		name                      string
		scope                     string
		owners                    []model.Workload
		controller, workload, top model.Workload
	}{
		{name: "nothing owns it", controller: itself, workload: itself, top: itself},
		{name: "deployment", owners: []model.Workload{replicaSet, deployment}, controller: replicaSet, workload: deployment, top: deployment},
		{name: "rollout", owners: []model.Workload{replicaSet, rollout}, controller: replicaSet, workload: rollout, top: rollout},
		{name: "a ReplicaSet that nothing owns", owners: []model.Workload{replicaSet}, controller: replicaSet, workload: replicaSet, top: replicaSet},
		{name: "job set", owners: []model.Workload{job, jobSet}, controller: job, workload: jobSet, top: jobSet},
		{name: "a job of a job", owners: []model.Workload{job, of("batch", "Job", "outer")},
			controller: job, workload: of("batch", "Job", "outer"), top: of("batch", "Job", "outer")},
		{name: "a worker of a group", owners: []model.Workload{workers, leader, leaders, group}, controller: workers, workload: workers, top: group},
		{name: "the leader of a group", owners: []model.Workload{leaders, group}, controller: leaders, workload: leaders, top: group},
		{name: "a pod of a pod", owners: []model.Workload{leader, leaders, group}, controller: leader, workload: leaders, top: group},
		{name: "a deployment of something", owners: []model.Workload{replicaSet, deployment, foreign}, controller: replicaSet, workload: deployment, top: foreign},
		{name: "a Job of another group", owners: []model.Workload{foreign, jobSet}, controller: foreign, workload: foreign, top: jobSet},
		{name: "a cluster-scoped owner", owners: []model.Workload{replicaSet, clusterKind}, controller: replicaSet, workload: clusterKind, top: clusterKind},
		{name: "a cluster-scoped owner in a namespace", scope: "shop", owners: []model.Workload{replicaSet, clusterKind},
			controller: replicaSet, workload: replicaSet, top: replicaSet},
		{name: "above a cluster-scoped owner in a namespace", scope: "shop", owners: []model.Workload{replicaSet, clusterKind, foreign},
			controller: replicaSet, workload: replicaSet, top: replicaSet},
		{name: "a static pod in a namespace", scope: "shop", owners: []model.Workload{staticNode}, controller: itself, workload: itself, top: itself},
	} {
		t.Run(test.name, func(t *testing.T) {
			for level, want := range map[v1alpha1.WorkloadLevel]model.Workload{
				"": test.workload, v1alpha1.LevelController: test.controller, v1alpha1.LevelWorkload: test.workload, v1alpha1.LevelTop: test.top,
			} {
				parts := compile(t, test.scope, grouped(levelKey(level))).Parts(facts(ownedBy(test.owners...)), nil)
				if diff := cmp.Diff(model.Subject{Namespace: "shop", Workload: want}, parts[0].Subject); diff != "" {
					t.Errorf("level %q (-want +got):\n%s", level, diff)
				}
			}
		})
	}
}

// TestClimbs: only what may stand beyond a workload needs to be looked for there.
func TestClimbs(t *testing.T) {
	match := func(group, kind string) v1alpha1.ClusterSelection {
		return byWorkloads(v1alpha1.WorkloadMatch{APIGroup: "apps", Kind: "Deployment"}, v1alpha1.WorkloadMatch{APIGroup: group, Kind: kind})
	}
	for _, test := range []struct {
		name string
		spec v1alpha1.ClusterSelection
		want bool
	}{
		{"nothing", grouped(), false},
		{"workload", grouped(podKey, workloadKey), false},
		{"controller", grouped(levelKey(v1alpha1.LevelController)), false},
		{"top", grouped(podKey, levelKey(v1alpha1.LevelTop)), true},
		{"a Deployment", match("apps", "Deployment"), false},
		{"a CronJob", match("batch", "CronJob"), false},
		{"a Pod", match("", "Pod"), false},
		{"a StatefulSet", match("apps", "StatefulSet"), true},
		{"a Deployment of another group", match("example.com", "Deployment"), true},
		{"a JobSet", match("jobset.x-k8s.io", "JobSet"), true},
	} {
		if got := compile(t, "", test.spec).Climbs(); got != test.want {
			t.Errorf("%s: climbs %t, want %t", test.name, got, test.want)
		}
	}
}
