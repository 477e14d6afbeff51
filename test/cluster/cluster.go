package cluster

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/usage-operator/usage-operator/test/cluster/internal/build"
)

// Defaults of the options.
const (
	DefaultDir              = ".cluster"
	DefaultNodes            = 3
	DefaultMetricResolution = 15 * time.Second
)

// Options say what cluster there should be. The zero value is a good one.
type Options struct {
	// Dir is the folder of the cluster, DefaultDir if empty.
	Dir string
	// Nodes is how many nodes there are at least, DefaultNodes if zero. Nodes are added but never removed.
	Nodes int
	// RealNode asks for one real node instead, see the package. MetricResolution is then up to metrics-server's own
	// manifest.
	RealNode bool
	// MetricResolution is how often metrics-server asks the nodes: 10 seconds or more. If zero, a cluster keeps what it
	// has, and a new one gets DefaultMetricResolution.
	MetricResolution time.Duration
	// Cache is where the programs are kept, DefaultCache() if empty.
	Cache string
	// Out is told what happens.
	Out io.Writer
}

// Cluster is a handle on a cluster. It holds nothing open and need not be closed.
type Cluster struct {
	layout   layout
	progress *progress
}

// DefaultCache is the folder of the programs in the user's own cache.
func DefaultCache() (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "usage-operator", "cluster"), err
}

// Binaries returns the folder of the programs: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl,
// kwok and metrics-server. It serves as the BinaryAssetsDirectory of envtest too. What is not in the cache is built,
// which takes minutes; cache may be empty, see Options. It must be called inside the checkout.
func Binaries(ctx context.Context, cache string, out io.Writer) (dir string, err error) {
	return binaries(ctx, cache, out, build.Folder)
}

// binaries finds a folder of programs, or has it built.
func binaries(ctx context.Context, cache string, out io.Writer,
	folder func(ctx context.Context, components, cache string, out io.Writer) (string, error),
) (string, error) {
	cache, err := absolute(cache)
	if err != nil {
		return "", err
	}
	components, err := build.Components()
	if err != nil {
		return "", err
	}
	return folder(ctx, components, cache, newProgress(out))
}

// absolute is the path of the cache. The flags of the components are compared as text, so they must not depend on the
// working folder.
func absolute(cache string) (string, error) {
	if cache == "" {
		return DefaultCache()
	}
	return filepath.Abs(cache)
}

// Open returns a cluster that Up has started and Down has not ended. Status says what of it runs.
func Open(dir string) (*Cluster, error) {
	c, err := handle(dir, nil)
	if err != nil {
		return nil, err
	}
	if err := c.mustExist(); err != nil {
		return nil, err
	}
	return c, nil
}

// handle is on a cluster that need not be there.
func handle(dir string, out io.Writer) (*Cluster, error) {
	if dir == "" {
		dir = DefaultDir
	}
	absolute, err := filepath.Abs(dir)
	return &Cluster{layout: layout(absolute), progress: newProgress(out)}, err
}

// exists reports whether Up was called here and Down was not.
func (c *Cluster) exists() bool {
	_, err := os.Stat(c.layout.state())
	return err == nil
}

func (c *Cluster) mustExist() error {
	if !c.exists() {
		return fmt.Errorf("no cluster is in %s: start one there first", c.layout)
	}
	return nil
}

// Kubeconfig is the path of the administrator's kubeconfig.
func (c *Cluster) Kubeconfig() string { return c.layout.kubeconfig() }

// RESTConfig is how the administrator reaches the cluster from Go.
func (c *Cluster) RESTConfig() (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return nil, err
	}
	config.Dial = c.dial
	return config, nil
}

// Log is the path of a component's log.
func (c *Cluster) Log(component string) string { return c.layout.log(component) }

// Program is the path of a program, such as kubectl, in the version of the cluster.
func (c *Cluster) Program(name string) (string, error) {
	state, err := loadState(c.layout.state())
	return filepath.Join(state.Binaries, name), err
}

// Status is what is known about a component.
type Status struct {
	Component string
	Running   bool
	// PID is zero unless it runs.
	PID int
	// URL is empty where it has no port.
	URL string
	Log string
}

// Status lists all components, whether they run or not.
func (c *Cluster) Status() ([]Status, error) {
	state, err := loadState(c.layout.state())
	if err != nil {
		return nil, err
	}
	var all []Status
	for _, name := range state.componentNames() {
		s := Status{Component: name, Log: c.Log(name)}
		if port := state.Ports[name]; port != 0 {
			s.URL = url(port)
		}
		if p := state.Processes[name]; p.Alive() {
			s.Running, s.PID = true, p.PID
		}
		all = append(all, s)
	}
	return all, nil
}
