package inventory

import (
	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// quotas follows a quota through its life: it is made, counted, counted again
// with the same result, and deleted.
func (c cluster) quotas(namespace string) {
	c.t.Helper()
	quotas := c.client.CoreV1().ResourceQuotas(namespace)
	made := quotaOf("all", "", amounts{"requests.cpu": "4", "memory": "8Gi", "pods": "10"}, nil, uncounted)
	made.Namespace = namespace
	made = must[*corev1.ResourceQuota](c.t)(quotas.Create(c.ctx(), made, metav1.CreateOptions{}))
	scoped := quotaOf("scoped", "", amounts{"requests.cpu": "1"}, nil, uncounted, notBestEffort)
	scoped.Namespace = namespace
	must[*corev1.ResourceQuota](c.t)(quotas.Create(c.ctx(), scoped, metav1.CreateOptions{}))
	key := quotaKey{namespace, "all"}
	want := model.Quota{UID: string(made.UID), Namespace: namespace, Name: "all", Hard: bound(4*core, 8<<30)}
	is := func(want model.Quota) func() bool { return func() bool { return c.reader.quotas[key] == want } }
	c.eventually("made", is(want))

	count := func(pods string) {
		made.Status = corev1.ResourceQuotaStatus{Hard: made.Spec.Hard,
			Used: amounts{"requests.cpu": "1500m", "memory": "3Gi", "pods": pods}.list()}
		made = must[*corev1.ResourceQuota](c.t)(quotas.UpdateStatus(c.ctx(), made, metav1.UpdateOptions{}))
	}
	count("3")
	want.Used = bound(1500_000_000, 3<<30)
	c.eventually("counted", is(want))

	count("4") // what is kept is the same
	if err := quotas.Delete(c.ctx(), "all", metav1.DeleteOptions{}); err != nil {
		c.t.Fatal(err)
	}
	words := c.eventually("gone", func() bool { _, known := c.reader.quotas[key]; return !known })
	if diff := gocmp.Diff([]string{"-quota " + namespace + "/all"}, words); diff != "" {
		c.t.Errorf("changes after a count that moved nothing (-want +got):\n%s", diff)
	}
}
