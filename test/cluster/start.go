package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"

	"github.com/usage-operator/usage-operator/test/cluster/internal/build"
)

// starting is the whole of what starts a component: what has to be there before, the component, and what has to be
// told to others.
func (o *operation) starting(component string) step {
	switch component {
	case Kwok:
		return inSequence(
			o.applying("kwok-crds.yaml", "kwok-rbac.yaml"),
			o.applying("kwok-stages.yaml", "kwok-usage.yaml"),
			o.running(Kwok),
		)
	case MetricsServer:
		return inSequence(
			o.applying("metrics-server-rbac.yaml"),
			o.running(MetricsServer),
			o.registerMetricsAPI,
		)
	default:
		return o.running(component)
	}
}

func (o *operation) running(component string) step {
	return func(ctx context.Context) error {
		c, err := o.state.component(component)
		if err != nil {
			return err
		}
		return o.run(ctx, c)
	}
}

// applying applies manifests that were built with the programs.
func (o *operation) applying(manifests ...string) step {
	return func(ctx context.Context) error {
		args := []string{}
		for _, name := range manifests {
			args = append(args, "-f", filepath.Join(o.state.Binaries, build.Manifests, name))
		}
		return o.apply(ctx, "", args...)
	}
}

// apply tries again until it succeeds: a namespace of the system, or a kind that was defined a moment ago, may not be
// there at once.
func (o *operation) apply(ctx context.Context, input string, args ...string) error {
	args = append([]string{"--kubeconfig", o.Kubeconfig(), "apply", "--server-side", "--force-conflicts"}, args...)
	return o.await(ctx, APIServer, "kubectl "+strings.Join(args, " "), func(ctx context.Context) error {
		kubectl := exec.CommandContext(ctx, filepath.Join(o.state.Binaries, "kubectl"), args...)
		kubectl.Stdin = strings.NewReader(input)
		kubectl.Env = o.layout.environment()
		return o.Within(func() error {
			if output, err := kubectl.CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, bytes.TrimSpace(output))
			}
			return nil
		})
	})
}

func (o *operation) addingNodes(n int) step {
	return func(ctx context.Context) error {
		begin := time.Now()
		client, err := o.client()
		if err != nil {
			return err
		}
		if err := createNodes(ctx, client, n); err != nil {
			return err
		}
		ready := 0
		err = o.await(ctx, Kwok, "ready nodes", func(ctx context.Context) (err error) {
			ready, err = readyNodes(ctx, client, n)
			return err
		})
		if err != nil {
			return err
		}
		o.progress.say("nodes", "%d ready after %.1fs", ready, time.Since(begin).Seconds())
		return nil
	}
}

func (o *operation) registerMetricsAPI(ctx context.Context) error {
	running := o.process(MetricsServer)
	manifest, err := registration(o.layout.certificates().Certificate(clusterAuthority),
		o.state.Ports[MetricsServer], fmt.Sprintf("%d since %s", running.PID, running.Started))
	if err != nil {
		return err
	}
	if err := o.apply(ctx, manifest, "-f", "-"); err != nil {
		return err
	}
	return o.awaitMetricsAPI(ctx)
}

// awaitMetricsAPI waits for the Metrics API.
func (o *operation) awaitMetricsAPI(ctx context.Context) error {
	begin := time.Now()
	client, err := o.client()
	if err != nil {
		return err
	}
	responsible := MetricsServer
	if o.state.RealNode {
		// It runs metrics-server in a pod.
		responsible = Kubelet
	}
	err = o.await(ctx, responsible, "the Metrics API", func(ctx context.Context) error {
		return metricsAPIAvailable(ctx, client)
	})
	if err != nil {
		return err
	}
	o.progress.say("Metrics API", "available after %.1fs", time.Since(begin).Seconds())
	return nil
}

// client is the administrator's, without the brake that would make hundreds of nodes take minutes.
func (o *operation) client() (kubernetes.Interface, error) {
	config, err := o.RESTConfig()
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	config.Timeout = answerLimit
	return kubernetes.NewForConfig(config)
}
