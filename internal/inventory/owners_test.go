package inventory

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// ownedByRS makes a pod the child of ReplicaSet web-1.
var ownedByRS = ownedBy("apps/v1", "ReplicaSet", "web-1", "rs-1")

func replicaSet(namespace, name, uid string, owners []metav1.OwnerReference) *metav1.PartialObjectMetadata {
	return metadataObject(namespace, name, uid, owners)
}

var ofDeployment = controlledBy("apps/v1", "Deployment", "web", "deploy-1")

func TestOwnersOfAPod(t *testing.T) {
	f := newFixture(t)
	f.add("replicasets.apps",
		replicaSet("shop", "web-1", "rs-1", ofDeployment),
		replicaSet("shop", "canary-1", "rs-2", controlledBy("argoproj.io/v1alpha1", "Rollout", "canary", "ro-1")),
		replicaSet("shop", "orphan", "rs-3", nil),
		replicaSet("shop", "loop-1", "rs-4", controlledBy("apps/v1", "ReplicaSet", "loop-2", "rs-5")),
		replicaSet("shop", "loop-2", "rs-5", controlledBy("apps/v1", "ReplicaSet", "loop-1", "rs-4")))
	f.add("jobs.batch",
		metadataObject("shop", "night-7", "job-1", controlledBy("batch/v1", "CronJob", "night", "cj-1")),
		metadataObject("shop", "train-a-0", "job-2", controlledBy("jobset.x-k8s.io/v1alpha2", "JobSet", "train", "js-1")))
	apps := func(kind, name string) model.Workload { return model.Workload{Group: "apps", Kind: kind, Name: name} }
	batch := func(kind, name string) model.Workload { return model.Workload{Group: "batch", Kind: kind, Name: name} }
	tests := []struct {
		name                       string
		apiVersion, kind, ref, uid string
		want                       []model.Workload
	}{
		{"deployment", "apps/v1", "ReplicaSet", "web-1", "rs-1", []model.Workload{apps("ReplicaSet", "web-1"), apps("Deployment", "web")}},
		{"rollout", "apps/v1", "ReplicaSet", "canary-1", "rs-2", []model.Workload{
			apps("ReplicaSet", "canary-1"), {Group: "argoproj.io", Kind: "Rollout", Name: "canary"},
		}},
		{"orphaned ReplicaSet", "apps/v1", "ReplicaSet", "orphan", "rs-3", []model.Workload{apps("ReplicaSet", "orphan")}},
		{"cron job", "batch/v1", "Job", "night-7", "job-1", []model.Workload{batch("Job", "night-7"), batch("CronJob", "night")}},
		{"job set", "batch/v1", "Job", "train-a-0", "job-2", []model.Workload{
			batch("Job", "train-a-0"), {Group: "jobset.x-k8s.io", Kind: "JobSet", Name: "train"},
		}},
		{"stateful set", "apps/v1", "StatefulSet", "db", "ss-1", []model.Workload{apps("StatefulSet", "db")}},
		{"ReplicaSet of another group", "example.org/v1", "ReplicaSet", "web-1", "rs-1", []model.Workload{
			{Group: "example.org", Kind: "ReplicaSet", Name: "web-1"},
		}},
		{"static pod", "v1", "Node", "node-1", "node-uid", []model.Workload{{Kind: "Node", Name: "node-1", ClusterScoped: true}}},
		{"another UID", "apps/v1", "ReplicaSet", "web-1", "rs-0", []model.Workload{apps("ReplicaSet", "web-1")}},
		{"another name", "apps/v1", "ReplicaSet", "web-2", "rs-1", []model.Workload{apps("ReplicaSet", "web-2")}},
		{"a circle", "apps/v1", "ReplicaSet", "loop-1", "rs-4", []model.Workload{apps("ReplicaSet", "loop-1"), apps("ReplicaSet", "loop-2")}},
	}
	r := newReader(t, f.Inventory)
	r.drain()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f.add("pods", podOf("shop", test.name, test.name, ownedBy(test.apiVersion, test.kind, test.ref, test.uid)))
			r.drain()
			if diff := gocmp.Diff(test.want, r.pod(test.name).Owners); diff != "" {
				t.Errorf("owners (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBarePodHasNoOwners(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	p := podOf("shop", "web", "1")
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "x", UID: "x"}}
	f.add("pods", p)
	r.drain()
	r.expectOwners("1")
}

func TestOwnersInAnotherNamespaceDoNotCount(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("replicasets.apps", replicaSet("bank", "web-1", "rs-1", ofDeployment))
	f.add("pods", podOf("shop", "web", "1", ownedByRS), podOf("bank", "web", "2", ownedByRS))
	r.drain()
	r.expectOwners("1", "ReplicaSet/web-1")
	r.expectOwners("2", "ReplicaSet/web-1", "Deployment/web")
}

func TestLateOwnerReachesItsPods(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("pods", podOf("shop", "web-a", "1", ownedByRS), podOf("shop", "web-b", "2", ownedByRS), podOf("shop", "db", "3"))
	r.expect("+shop/db 3", "+shop/web-a 1", "+shop/web-b 2")
	r.expectOwners("1", "ReplicaSet/web-1")

	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", ofDeployment), replicaSet("shop", "web-0", "rs-0", ofDeployment))
	r.expect("+shop/web-a 1", "+shop/web-b 2")
	r.expectOwners("1", "ReplicaSet/web-1", "Deployment/web")
	if &r.pod("1").Owners[0] != &r.pod("2").Owners[0] {
		t.Error("two pods of one controller do not share their owners")
	}

	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", ofDeployment))
	r.expect()
	f.add("pods", podOf("shop", "web-c", "4", ownedByRS))
	r.expect("+shop/web-c 4")
	r.expectOwners("4", "ReplicaSet/web-1", "Deployment/web")
}

func TestOwnersThatChange(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", ofDeployment))
	f.add("pods", podOf("shop", "web", "1", ownedByRS))
	r.expect("+shop/web 1")

	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", controlledBy("apps/v1", "Deployment", "shop-web", "deploy-2")))
	r.expect("+shop/web 1")
	r.expectOwners("1", "ReplicaSet/web-1", "Deployment/shop-web")

	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", nil))
	r.expect("+shop/web 1")
	r.expectOwners("1", "ReplicaSet/web-1")

	f.add("pods", podOf("shop", "web", "1", ownedBy("apps/v1", "StatefulSet", "db", "ss-1")))
	r.expect("+shop/web 1")
	r.expectOwners("1", "StatefulSet/db")

	f.add("pods", podOf("shop", "web", "1"))
	r.expect("+shop/web 1")
	r.expectOwners("1")
	if n := len(f.pods.workloads.controllers); n != 0 {
		t.Errorf("%d controllers without pods are kept", n)
	}
}

func TestOwnersOutliveTheirRows(t *testing.T) {
	rs := replicaSet("shop", "web-1", "rs-1", ofDeployment)
	for name, vanish := range map[string]func(fixture){
		"deleted":  func(f fixture) { f.delete("replicasets.apps", rs) },
		"replaced": func(f fixture) { f.replace("replicasets.apps") },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			r := newReader(t, f.Inventory)
			f.add("replicasets.apps", rs)
			f.add("pods", podOf("shop", "web", "1", ownedByRS))
			r.drain()
			vanish(f)
			r.expect()
			f.add("pods", podOf("shop", "late", "2", ownedByRS))
			r.expect("+shop/late 2")
			r.expectOwners("2", "ReplicaSet/web-1", "Deployment/web")
		})
	}
}

func TestOwnersBeyondTheFirstReachTheirPods(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	ofJob := controlledBy("batch/v1", "Job", "outer", "job-2")
	f.add("pods", podOf("shop", "web", "1", ownedBy("batch/v1", "Job", "inner", "job-1")))
	f.add("jobs.batch", metadataObject("shop", "inner", "job-1", ofJob))
	r.drain()
	r.expectOwners("1", "Job/inner", "Job/outer")

	f.add("jobs.batch", metadataObject("shop", "outer", "job-2", controlledBy("batch/v1", "CronJob", "night", "cj-1")))
	r.expect("+shop/web 1")
	r.expectOwners("1", "Job/inner", "Job/outer", "CronJob/night")

	// A walk that now ends early does not shorten the answer.
	f.delete("jobs.batch", metadataObject("shop", "outer", "job-2", nil))
	f.delete("jobs.batch", metadataObject("shop", "inner", "job-1", nil))
	f.add("jobs.batch", metadataObject("shop", "inner", "job-1", ofJob))
	r.expect()
	// A row that says otherwise does.
	f.add("jobs.batch", metadataObject("shop", "inner", "job-1", nil))
	r.expect("+shop/web 1")
	r.expectOwners("1", "Job/inner")
	f.add("jobs.batch", metadataObject("shop", "inner", "job-1", ofJob))
	r.drain()
	r.expectOwners("1", "Job/inner", "Job/outer")

	f.delete("pods", podOf("shop", "web", "1"))
	if n := len(f.pods.workloads.above); n != 0 {
		t.Errorf("%d owners without pods are kept", n)
	}
}

func TestOwnersWithoutPodsTellNothing(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("pods", podOf("shop", "web", "1", ownedByRS))
	r.drain()
	for i := range 1000 {
		f.add("replicasets.apps", replicaSet("shop", fmt.Sprint("old-", i), fmt.Sprint("old-", i), ofDeployment))
	}
	r.expect()
}

func TestReferencesThatDifferInTheirNameOnlyAreTwoControllers(t *testing.T) {
	f := newFixture(t)
	r := newReader(t, f.Inventory)
	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", ofDeployment))
	for i, name := range []string{"a", "b", "web-1", "c"} {
		f.add("pods", podOf("shop", name, fmt.Sprint(i), ownedBy("apps/v1", "ReplicaSet", name, "rs-1")))
	}
	r.drain()
	r.expectOwners("0", "ReplicaSet/a")
	r.expectOwners("1", "ReplicaSet/b")
	r.expectOwners("2", "ReplicaSet/web-1", "Deployment/web")

	f.add("replicasets.apps", replicaSet("shop", "web-1", "rs-1", nil))
	r.expect("+shop/web-1 2")
	for i, name := range []string{"b", "c", "a", "web-1"} {
		f.delete("pods", podOf("shop", name, ""))
		if left := len(f.pods.workloads.controllers); left != 1 && i < 3 || left != 0 && i == 3 {
			t.Errorf("%d UIDs are left after %s has gone", left, name)
		}
	}
}
