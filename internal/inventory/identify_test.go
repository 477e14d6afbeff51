package inventory

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/model"
)

// identify returns what becomes of a reference.
func (f fixture) identify(r model.Reference) string {
	refs := []model.Reference{r}
	f.Identify(refs)
	return fmt.Sprint(refs[0].APIVersion(), " ", refs[0].UID)
}

func TestIdentify(t *testing.T) {
	f := newFixture(t)
	f.add("replicasets.apps",
		replicaSet("shop", "web-1", "rs-1", ofDeployment),
		replicaSet("shop", "idle-1", "rs-2", controlledBy("apps/v1", "Deployment", "idle", "deploy-2")),
		replicaSet("shop", "canary-1", "rs-3", ofRollout))
	f.add("jobs.batch", metadataObject("shop", "night-1", "job-1", controlledBy("batch/v1", "CronJob", "night", "cron-1")))
	f.add("nodes", nodeOf("node-1", nil))
	f.add("pods",
		podOf("shop", "web", "1", ownedByRS),
		podOf("shop", "canary", "2", ownedBy("apps/v1", "ReplicaSet", "canary-1", "rs-3")),
		podOf("shop", "night", "3", ownedBy("batch/v1", "Job", "night-1", "job-1")),
		podOf("shop", "db-0", "4", ownedBy("apps/v1", "StatefulSet", "db", "ss-1")),
		podOf("kube-system", "etcd-node-1", "5", ownedBy("v1", "Node", "node-1", "any")),
		podOf("shop", "train", "6", ownedBy("jobset.x-k8s.io/v1alpha2", "JobSet", "train", "js-1")),
		podOf("bank", "web", "7", ownedBy("apps/v1", "StatefulSet", "db", "ss-2")))
	for _, test := range []struct {
		of   model.Reference
		want string
	}{
		{model.Reference{Kind: "Pod", Namespace: "shop", Name: "web"}, "v1 1"},
		{model.Reference{Kind: "Pod", Namespace: "shop", Name: "gone"}, "v1 "},
		{model.Reference{Kind: "Node", Name: "node-1"}, "v1 " + string(nodeOf("node-1", nil).UID)},
		{model.Reference{Kind: "Node", Namespace: "kube-system", Name: "node-1"}, "v1 " + string(nodeOf("node-1", nil).UID)},
		{model.Reference{Kind: "Node", Name: "gone"}, "v1 "},
		{model.Reference{Group: "apps", Kind: "ReplicaSet", Namespace: "shop", Name: "web-1"}, "apps/v1 rs-1"},
		{model.Reference{Group: "apps", Kind: "Deployment", Namespace: "shop", Name: "web"}, "apps/v1 deploy-1"},
		{model.Reference{Group: "apps", Kind: "Deployment", Namespace: "bank", Name: "web"}, "apps/v1 "},
		{model.Reference{Group: "apps", Kind: "Deployment", Namespace: "shop", Name: "idle"}, "apps/v1 deploy-2"},
		{model.Reference{Group: "apps", Kind: "ReplicaSet", Namespace: "shop", Name: "idle-1"}, "apps/v1 rs-2"},
		{model.Reference{Group: "apps", Kind: "Deployment", Namespace: "shop", Name: "gone"}, "apps/v1 "},
		{model.Reference{Group: "apps", Kind: "StatefulSet", Namespace: "shop", Name: "db"}, "apps/v1 ss-1"},
		{model.Reference{Group: "apps", Kind: "StatefulSet", Namespace: "bank", Name: "db"}, "apps/v1 ss-2"},
		{model.Reference{Group: "batch", Kind: "CronJob", Namespace: "shop", Name: "night"}, "batch/v1 cron-1"},
		{model.Reference{Group: "batch", Kind: "Job", Namespace: "shop", Name: "night-1"}, "batch/v1 job-1"},
		{model.Reference{Group: "argoproj.io", Kind: "Rollout", Namespace: "shop", Name: "web"}, "argoproj.io/v1alpha1 ro-1"},
		{model.Reference{Group: "jobset.x-k8s.io", Kind: "JobSet", Namespace: "shop", Name: "train"}, "jobset.x-k8s.io/v1alpha2 js-1"},
		{model.Reference{Group: "example.org", Kind: "Novelty", Namespace: "shop", Name: "web"}, " "},
	} {
		if got := f.identify(test.of); got != test.want {
			t.Errorf("%+v is %q, want %q", test.of, got, test.want)
		}
	}
}

// TestIdentifyAtTheTop: what is read beyond the workloads is known too, and what
// the API server says of a workload counts more than what its pods say.
func TestIdentifyAtTheTop(t *testing.T) {
	c := newCustom(t)
	c.has("Rollout", "web", "ro-1", controlledBy("example.org/v1", "Fleet", "fleet", "fl-1"))
	c.has("Fleet", "fleet", "fl-1", nil)
	c.rollout()
	fleet := model.Reference{Group: "example.org", Kind: "Fleet", Namespace: "shop", Name: "fleet"}
	if got := c.identify(fleet); got != "example.org/v1 " {
		t.Errorf("what nobody has read is %q", got)
	}
	c.WantTop(true)
	c.settle()
	if got := c.identify(fleet); got != "example.org/v1 fl-1" {
		t.Errorf("the fleet is %q", got)
	}
	c.add("pods", podOf("shop", "db-0", "4", ownedBy("apps/v1", "StatefulSet", "db", "forged")))
	c.add("statefulsets.apps", metadataObject("shop", "db", "ss-1", nil))
	if got := c.identify(model.Reference{Group: "apps", Kind: "StatefulSet", Namespace: "shop", Name: "db"}); got != "apps/v1 ss-1" {
		t.Errorf("the StatefulSet is %q", got)
	}
}

// TestIdentifyMany: one that is asked for twice is found twice, and each keeps its
// place.
func TestIdentifyMany(t *testing.T) {
	f := newFixture(t)
	var refs, want []model.Reference
	for i := range 100 {
		name := fmt.Sprint("db-", i%50)
		f.add("pods", podOf("shop", fmt.Sprint("pod-", i), fmt.Sprint(i), ownedBy("apps/v1", "StatefulSet", name, "ss-"+name)))
		r := model.Reference{Group: "apps", Kind: "StatefulSet", Namespace: "shop", Name: name}
		refs = append(refs, r)
		r.Version, r.UID = "v1", "ss-"+name
		want = append(want, r)
	}
	f.Identify(refs)
	if diff := gocmp.Diff(want, refs); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// BenchmarkIdentify asks for 5,000 Deployments of a large cluster at once, and for
// one that nothing is known of.
func BenchmarkIdentify(b *testing.B) {
	var s synthetic
	f := newFixture(b)
	var refs []model.Reference
	for i := range benchPods {
		p := s.pod(b, i)
		f.add("pods", p)
		if i%podsPerOwner != 0 {
			continue
		}
		of, deployment := p.OwnerReferences[1], p.Labels["app.kubernetes.io/name"]
		f.add("replicasets.apps", replicaSet(p.Namespace, of.Name, string(of.UID), controlledBy("apps/v1", "Deployment", deployment, uidOf("d", i))))
		if i%(6*podsPerOwner) == 0 {
			refs = append(refs, model.Reference{Group: "apps", Kind: "Deployment", Namespace: p.Namespace, Name: deployment})
		}
	}
	f.Identify(refs)
	for i := range refs {
		if refs[i].UID == "" {
			b.Fatalf("%+v was not found", refs[i])
		}
	}
	for name, wanted := range map[string][]model.Reference{
		"5000": refs,
		"none": {{Group: "apps", Kind: "Deployment", Namespace: refs[0].Namespace, Name: "none"}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for i := range wanted {
					wanted[i].UID = ""
				}
				f.Identify(wanted)
			}
		})
	}
}
