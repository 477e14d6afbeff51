package node

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/test/cluster"
	"github.com/usage-operator/usage-operator/test/operator"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// loadImage is the image of the program in folder load.
const loadImage = "local/load:v1"

// replicas are how many operators run: a leader and one in reserve, both on the one node.
const replicas = 2

// install does what make deploy does, with an image that is built here.
func install(t *testing.T) {
	manifests := kubectl(t, "", "kustomize", filepath.Join(root, "config", "default"))
	load(t, imageOf(t, manifests), "./cmd/usage-operator", "65532:65532")
	load(t, loadImage, "./test/node/load", "")
	kubectl(t, manifests, "apply", "--server-side", "-f", "-")
	kubectl(t, "", "rollout", "status", "-n", operator.Namespace, "deployment/usage-operator", "--timeout=2m")
}

// imageOf is the image of the Deployment among the manifests.
func imageOf(t *testing.T, manifests string) string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^\s+image: (\S+)$`).FindStringSubmatch(manifests)
	if match == nil {
		t.Fatal("config/default names no image")
	}
	return match[1]
}

// load builds a program as the Dockerfile does, and puts it as an image onto the node.
func load(t *testing.T, name, source, user string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(source))
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, source)
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", source, err, out)
	}
	if err := local.Load(t.Context(), cluster.Image{Name: name, Program: program, User: user}); err != nil {
		t.Fatal(err)
	}
}

// kubectl runs the cluster's kubectl with some input and returns what it prints.
func kubectl(t *testing.T, input string, args ...string) (out string) {
	t.Helper()
	program, err := local.Program("kubectl")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, append([]string{"--kubeconfig", local.Kubeconfig()}, args...)...)
	command.Stdin = strings.NewReader(input)
	err = local.Within(func() error {
		output, err := command.CombinedOutput()
		out = string(output)
		return err
	})
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// operatorPods are those of the Deployment, ended ones left out.
func operatorPods(ctx context.Context) ([]corev1.Pod, error) {
	var deployment appsv1.Deployment
	if err := api.Get(ctx, client.ObjectKey{Namespace: operator.Namespace, Name: "usage-operator"}, &deployment); err != nil {
		return nil, err
	}
	var pods corev1.PodList
	err := api.List(ctx, &pods, client.InNamespace(operator.Namespace), client.MatchingLabels(deployment.Spec.Selector.MatchLabels))
	var live []corev1.Pod
	for _, p := range pods.Items {
		if p.DeletionTimestamp == nil {
			live = append(live, p)
		}
	}
	return live, err
}

func mustHavePods(t *testing.T) []corev1.Pod {
	t.Helper()
	pods, err := operatorPods(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(pods) != replicas {
		t.Fatalf("%d operators run, want %d", len(pods), replicas)
	}
	return pods
}

// openLog opens what an operator has written. When followed, it comes to its end with the operator.
func openLog(t *testing.T, pod string, follow bool) io.ReadCloser {
	t.Helper()
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	log, err := clients.CoreV1().Pods(operator.Namespace).GetLogs(pod, &corev1.PodLogOptions{Follow: follow}).Stream(t.Context())
	if err != nil {
		t.Fatalf("read the log of %s: %v", pod, err)
	}
	return log
}

func readLog(t *testing.T, log io.ReadCloser) string {
	t.Helper()
	defer log.Close()
	content, err := io.ReadAll(log)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
