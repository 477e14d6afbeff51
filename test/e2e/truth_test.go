package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// moment is the cluster as kubectl sees it: the raw answer of the Metrics API,
// and the pods. The expected numbers are computed from it by plain sums, with
// nothing of the operator's own code.
type moment struct {
	metrics map[string]podMetrics
	pods    []corev1.Pod
}

type podMetrics struct {
	Metadata   metav1.ObjectMeta `json:"metadata"`
	Timestamp  time.Time         `json:"timestamp"`
	Containers []struct {
		Name  string            `json:"name"`
		Usage map[string]string `json:"usage"`
	} `json:"containers"`
}

// observe reads the Metrics API and the pods.
func observe(ctx context.Context) (*moment, error) {
	config, err := local.RESTConfig()
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // what a request waits for would hide what the test waits for
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	body, err := clientset.RESTClient().Get().AbsPath("/apis/metrics.k8s.io/v1beta1/pods").Do(ctx).Raw()
	if err != nil {
		return nil, err
	}
	var list struct{ Items []podMetrics }
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	m := &moment{metrics: map[string]podMetrics{}}
	for _, item := range list.Items {
		m.metrics[item.Metadata.Namespace+"/"+item.Metadata.Name] = item
	}
	var pods corev1.PodList
	if err := api.List(ctx, &pods); err != nil {
		return nil, err
	}
	m.pods = pods.Items
	return m, nil
}

// amounts are sums over containers: CPU in nanocores, memory in bytes.
type amounts map[corev1.ResourceName]*big.Int

func (a amounts) add(name corev1.ResourceName, n *big.Int) {
	if a[name] == nil {
		a[name] = new(big.Int)
	}
	a[name].Add(a[name], n)
}

// truth is what a row should say.
type truth struct {
	pods, containers         int
	usage                    amounts
	ofPods                   map[string]amounts // usage, by pod
	requests, limits         amounts
	ofRequests, ofLimits     amounts
	requested, limited       amounts // the observed containers' own
	unsetRequest, unsetLimit map[corev1.ResourceName]int
}

func newTruth() *truth {
	return &truth{usage: amounts{}, ofPods: map[string]amounts{}, requests: amounts{}, limits: amounts{}, ofRequests: amounts{}, ofLimits: amounts{},
		requested: amounts{}, limited: amounts{},
		unsetRequest: map[corev1.ResourceName]int{}, unsetLimit: map[corev1.ResourceName]int{}}
}

// keyFunc says to which row a container belongs; "" is none.
type keyFunc func(pod *corev1.Pod, container string) string

// rows sums the containers of all pods that run by a key, and returns the
// newest timestamp among their samples. It fails while a pod has none.
func (m *moment) rows(key keyFunc) (rows map[string]*truth, newest time.Time, err error) {
	rows = map[string]*truth{}
	for i := range m.pods {
		pod := &m.pods[i]
		seen := map[string]bool{}
		for _, c := range pod.Spec.Containers {
			k := key(pod, c.Name)
			if k == "" {
				continue
			}
			metrics, ok := m.metrics[pod.Namespace+"/"+pod.Name]
			if !ok || pod.Status.Phase != corev1.PodRunning {
				return nil, newest, fmt.Errorf("pod %s/%s has no sample yet", pod.Namespace, pod.Name)
			}
			if metrics.Timestamp.After(newest) {
				newest = metrics.Timestamp
			}
			if rows[k] == nil {
				rows[k] = newTruth()
			}
			if rows[k].ofPods[pod.Namespace+"/"+pod.Name] == nil {
				rows[k].ofPods[pod.Namespace+"/"+pod.Name] = amounts{}
			}
			rows[k].add(c, metrics, rows[k].ofPods[pod.Namespace+"/"+pod.Name])
			if !seen[k] {
				rows[k].pods++
				seen[k] = true
			}
		}
	}
	return rows, newest, nil
}

func (t *truth) add(c corev1.Container, metrics podMetrics, ofPod amounts) {
	t.containers++
	for _, sample := range metrics.Containers {
		if sample.Name != c.Name {
			continue
		}
		for name, text := range sample.Usage {
			resourceName := corev1.ResourceName(name)
			used := exact(resourceName, resource.MustParse(text))
			t.usage.add(resourceName, used)
			ofPod.add(resourceName, used)
			if q, ok := c.Resources.Requests[resourceName]; ok {
				t.ofRequests.add(resourceName, used)
				t.requested.add(resourceName, exact(resourceName, q))
			}
			if q, ok := c.Resources.Limits[resourceName]; ok {
				t.ofLimits.add(resourceName, used)
				t.limited.add(resourceName, exact(resourceName, q))
			}
		}
	}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		declare(c.Resources.Requests, name, t.requests, t.unsetRequest)
		declare(c.Resources.Limits, name, t.limits, t.unsetLimit)
	}
}

func declare(list corev1.ResourceList, name corev1.ResourceName, sum amounts, unset map[corev1.ResourceName]int) {
	if q, ok := list[name]; ok {
		sum.add(name, exact(name, q))
	} else {
		unset[name]++
	}
}

// exact returns nanocores or bytes.
func exact(name corev1.ResourceName, q resource.Quantity) *big.Int {
	if name == corev1.ResourceCPU {
		return big.NewInt(q.ScaledValue(resource.Nano))
	}
	return big.NewInt(q.Value())
}

// workloadOf climbs from a pod to its workload through the API.
func workloadOf(ctx context.Context, pod *corev1.Pod) (string, error) {
	if len(pod.OwnerReferences) == 0 {
		return "Pod/" + pod.Name, nil
	}
	owner := pod.OwnerReferences[0]
	if owner.Kind == "ReplicaSet" || owner.Kind == "Job" {
		between := &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: owner.APIVersion, Kind: owner.Kind}}
		if err := api.Get(ctx, client.ObjectKey{Namespace: pod.Namespace, Name: owner.Name}, between); err != nil {
			return "", err
		}
		if len(between.OwnerReferences) > 0 {
			owner = between.OwnerReferences[0]
		}
	}
	return owner.Kind + "/" + owner.Name, nil
}

// in limits a key to the namespaces with a prefix.
func in(prefix string, key keyFunc) keyFunc {
	return func(pod *corev1.Pod, container string) string {
		if !strings.HasPrefix(pod.Namespace, prefix) {
			return ""
		}
		return key(pod, container)
	}
}
