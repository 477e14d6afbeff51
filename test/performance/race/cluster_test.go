package race

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"github.com/usage-operator/usage-operator/test/cluster"
)

const (
	podsPerNamespace = 100
	// patience bounds the wait for samples of all pods.
	patience = 10 * time.Minute
	// creators is how many pods are created at once.
	creators = 16
)

// startCluster returns a cluster whose pods all have samples.
func startCluster(ctx context.Context, tb testing.TB, s size) *cluster.Cluster {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "cluster")
	tb.Cleanup(func() {
		if err := cluster.Down(dir, os.Stderr); err != nil {
			tb.Error(err)
		}
	})
	local, err := cluster.Up(ctx, cluster.Options{Dir: dir, Nodes: s.nodes, MetricResolution: s.resolution, Out: os.Stderr})
	if err != nil {
		tb.Fatal(err)
	}
	config, err := local.RESTConfig()
	if err != nil {
		tb.Fatal(err)
	}
	config.QPS = -1
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		tb.Fatal(err)
	}
	if err := createPods(ctx, client, s); err != nil {
		tb.Fatal(err)
	}
	if err := awaitSamples(ctx, client, s.pods()); err != nil {
		tb.Fatal(err)
	}
	return local
}

// createPods creates the namespaces, then the pods, some at a time.
func createPods(ctx context.Context, client kubernetes.Interface, s size) error {
	for first := 0; first < s.pods(); first += podsPerNamespace {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespaceOf(first)}}
		if _, err := client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	var creating sync.WaitGroup
	failures := make([]error, creators)
	for worker := range creators {
		creating.Go(func() {
			for i := worker; i < s.pods() && failures[worker] == nil; i += creators {
				failures[worker] = createPod(ctx, client, pod(i, s))
			}
		})
	}
	creating.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// createPod tries again while its namespace has no service account, which the
// controller-manager creates.
func createPod(ctx context.Context, client kubernetes.Interface, p *corev1.Pod) error {
	return wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().Pods(p.Namespace).Create(ctx, p, metav1.CreateOptions{})
		if apierrors.IsForbidden(err) {
			return false, nil
		}
		return err == nil, err
	})
}

func namespaceOf(i int) string { return fmt.Sprintf("team-%03d", i/podsPerNamespace) }

// pod is bound already: the scheduler is not what is measured. No two
// neighbours use the same.
func pod(i int, s size) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespaceOf(i), Name: fmt.Sprintf("storefront-web-7d9f8b6c5d-%05d", i),
			Labels: map[string]string{
				"app.kubernetes.io/name": "storefront-web", "app.kubernetes.io/instance": "storefront-production",
				"app.kubernetes.io/managed-by": "Helm", "team": namespaceOf(i), "pod-template-hash": "7d9f8b6c5d",
			},
			Annotations: map[string]string{
				"kwok.x-k8s.io/usage-cpu":    fmt.Sprintf("%dm", 5+i*7919%900),
				"kwok.x-k8s.io/usage-memory": fmt.Sprintf("%dKi", 20_000+i*104_729%900_000),
			},
		},
		Spec: corev1.PodSpec{
			NodeName:   fmt.Sprintf("node-%d", i%s.nodes+1),
			Containers: []corev1.Container{{Name: "app", Image: "simulated"}, {Name: "istio-proxy", Image: "simulated"}},
		},
	}
}

func awaitSamples(ctx context.Context, client kubernetes.Interface, pods int) error {
	last := error(nil)
	err := wait.PollUntilContextTimeout(ctx, 5*time.Second, patience, true, func(ctx context.Context) (bool, error) {
		a, err := readAnswer(ctx, client)
		if err == nil && len(a.pods) != pods {
			err = fmt.Errorf("%d of %d pods have samples", len(a.pods), pods)
		}
		last = err
		return err == nil, nil
	})
	if err != nil {
		return fmt.Errorf("%w: %w", err, last)
	}
	return nil
}
