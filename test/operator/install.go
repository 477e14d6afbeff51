package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// The identity under which config/ installs the operator.
const (
	Namespace      = "usage-operator-system"
	ServiceAccount = "usage-operator"
)

// tokenLife is longer than any test or demo.
const tokenLife = 7 * 24 * time.Hour

// Checkout returns the root folder of the module.
func Checkout(ctx context.Context) (string, error) {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the checkout: %w", err)
	}
	file := string(bytes.TrimSpace(module))
	if file == "" || file == os.DevNull {
		return "", errors.New("find the checkout: not inside it")
	}
	return filepath.Dir(file), nil
}

// Build builds the operator into dir and returns its path.
func Build(ctx context.Context, root, dir string, tags ...string) (string, error) {
	program := filepath.Join(dir, "usage-operator")
	build := exec.CommandContext(ctx, "go", "build", "-tags", strings.Join(tags, ","), "-o", program, "./cmd/usage-operator")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the operator: %w\n%s", err, out)
	}
	return program, nil
}

// Install puts the CRDs and the operator's rights into the cluster.
func Install(ctx context.Context, c *cluster.Cluster, root string) error {
	config, err := c.RESTConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: Namespace}}
	_, err = client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create the operator's namespace: %w", err)
	}
	for _, folder := range []string{"config/crd", "config/rbac"} {
		if err := kubectl(ctx, c, "apply", "--server-side", "-k", filepath.Join(root, folder)); err != nil {
			return err
		}
	}
	return kubectl(ctx, c, "wait", "--for=condition=Established", "--timeout=30s", "crd",
		"usagereports.usage-operator.io", "clusterusagereports.usage-operator.io", "usagecheckpoints.usage-operator.io")
}

// kubectl runs the cluster's own kubectl as its administrator.
func kubectl(ctx context.Context, c *cluster.Cluster, args ...string) error {
	program, err := c.Program("kubectl")
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, append([]string{"--kubeconfig", c.Kubeconfig()}, args...)...)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %v: %w\n%s", args, err, out)
	}
	return nil
}

// WriteKubeconfig writes a kubeconfig by which the operator's service account in a
// namespace reaches the cluster.
func WriteKubeconfig(ctx context.Context, c *cluster.Cluster, namespace, path string) error {
	config, err := c.RESTConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: new(int64(tokenLife.Seconds())),
	}}
	token, err := client.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, ServiceAccount, request, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("make a token for the operator: %w", err)
	}
	kubeconfig, err := clientcmd.LoadFromFile(c.Kubeconfig())
	if err != nil {
		return err
	}
	for name := range kubeconfig.AuthInfos {
		kubeconfig.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	}
	return clientcmd.WriteToFile(*kubeconfig, path)
}
