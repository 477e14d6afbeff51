package cluster

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster/internal/controlgroup"
)

// The network of a real node is its own, so its addresses and ports are free.
const (
	// nodeAddress is from a range for documentation: a kubelet refuses a loopback address.
	nodeAddress = "192.0.2.10"
	podSubnet   = "10.244.0.0/24"
	// servicePort and serviceAddress are where a pod looks for the API server. It listens there itself, which saves a
	// proxy.
	servicePort = 443
	// containerdSocket is the default of all that use it.
	containerdSocket = "/run/containerd/containerd.sock"
)

// nodeFiles are what the node's programs read; $names stand for what is known only when they start.
//
//go:embed node
var nodeFiles embed.FS

// prepareNode writes what the programs of the node read, and makes the places that they write to.
func (o *operation) prepareNode() error {
	for _, name := range []string{"lib", "log"} {
		if err := os.MkdirAll(filepath.Join(o.layout.node(), name), 0o755); err != nil {
			return err
		}
	}
	if err := o.writeNodeFiles(); err != nil {
		return err
	}
	return controlgroup.Make(o.layout.controlGroup())
}

func (o *operation) writeNodeFiles() error {
	certificates := o.layout.certificates()
	values := strings.NewReplacer(
		"$authority", certificates.Certificate(clusterAuthority),
		"$binaries", o.state.Binaries,
		"$certificate", certificates.Certificate(servingIdentity),
		"$cgroup", o.layout.controlGroup(),
		"$files", o.layout.node(),
		"$key", certificates.PrivateKey(servingIdentity),
		"$pause", pauseImage,
		"$pods", podSubnet,
		"$port", fmt.Sprint(o.state.Ports[Kubelet]),
	)
	return fs.WalkDir(nodeFiles, "node", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(string(o.layout), filepath.FromSlash(path))
		if entry.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		content, err := nodeFiles.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, []byte(values.Replace(string(content))), 0o600)
	})
}

// startWithRealNode shows what needs what. All runs within the node, and metrics-server in a pod on it.
func (o *operation) startWithRealNode(ctx context.Context) error {
	return inSequence(
		o.starting(Node),
		o.starting(Etcd),
		o.starting(APIServer),
		inParallel(
			o.starting(ControllerManager),
			o.starting(Scheduler),
			inSequence(
				o.starting(Containerd),
				o.loadImages,
				o.starting(Kubelet),
				o.awaitingRealNode,
				o.applying("metrics-server.yaml"),
				o.awaitMetricsAPI,
			),
		),
	)(ctx)
}

func (o *operation) awaitingRealNode(ctx context.Context) error {
	begin := time.Now()
	client, err := o.client()
	if err != nil {
		return err
	}
	err = o.await(ctx, Kubelet, "the node to be ready", func(ctx context.Context) error {
		_, err := readyNodes(ctx, client, 1)
		return err
	})
	if err == nil {
		o.progress.say("node", "ready after %.1fs", time.Since(begin).Seconds())
	}
	return err
}

// networkReady returns an error unless the node has its address, which it gets when all else is set up.
func (o *operation) networkReady(context.Context) error {
	return o.Within(func() error {
		listener, err := net.Listen("tcp", net.JoinHostPort(nodeAddress, "0"))
		if err != nil {
			return err
		}
		return listener.Close()
	})
}

// containerdReady returns an error unless containerd listens.
func (o *operation) containerdReady(ctx context.Context) error {
	connection, err := o.dial(ctx, "unix", containerdSocket)
	if err != nil {
		return err
	}
	return connection.Close()
}
