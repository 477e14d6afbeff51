package cluster

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster/internal/build"
)

// kwokMetrics says which metrics the nodes serve.
const kwokMetrics = "kwok-metrics.yaml"

// etcdPeer names the port on which etcd would talk to other members.
const etcdPeer = "etcd-peer"

// serviceRange is where Services get their addresses, serviceAddress is the API server's among them, and podRange is
// where kwok takes the pods' addresses from.
const (
	serviceRange   = "10.96.0.0/16"
	serviceAddress = "10.96.0.1"
	podRange       = "10.128.0.1/9"
)

// A cluster that is simulated has no slow kubelets, so the usual brakes of the clients would only make tests wait.
const (
	clientQPS   = 500
	clientBurst = 1000
)

// settings are what the flags of all components follow from.
type settings struct {
	layout
	binaries         string
	ports            map[string]int
	metricResolution time.Duration
}

func (s settings) etcd() []string {
	client, peer := url(s.ports[Etcd]), url(s.ports[etcdPeer])
	return []string{
		"--data-dir=" + s.etcdData(),
		"--listen-client-urls=" + client,
		"--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=default=" + peer,
		"--client-cert-auth",
		"--cert-file=" + s.certificates().Certificate(etcdIdentity),
		"--key-file=" + s.certificates().PrivateKey(etcdIdentity),
		"--trusted-ca-file=" + s.certificates().Certificate(etcdAuthority),
		"--peer-client-cert-auth",
		"--peer-cert-file=" + s.certificates().Certificate(etcdIdentity),
		"--peer-key-file=" + s.certificates().PrivateKey(etcdIdentity),
		"--peer-trusted-ca-file=" + s.certificates().Certificate(etcdAuthority),
		"--log-level=warn",
		// The data need not survive a power cut, and tests should not wait for the disk.
		"--unsafe-no-fsync",
	}
}

func (s settings) apiServer() []string {
	return slices.Concat(s.serving(APIServer), []string{
		"--advertise-address=" + localhost,
		// An Endpoints object cannot hold a loopback address.
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=" + serviceRange,
		"--authorization-mode=RBAC",
		"--allow-privileged=true",
		"--client-ca-file=" + s.certificates().Certificate(clusterAuthority),

		"--etcd-servers=" + url(s.ports[Etcd]),
		"--etcd-cafile=" + s.certificates().Certificate(etcdAuthority),
		"--etcd-certfile=" + s.certificates().Certificate(etcdIdentity),
		"--etcd-keyfile=" + s.certificates().PrivateKey(etcdIdentity),

		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + s.certificates().PublicKey(serviceAccountKey),
		"--service-account-signing-key-file=" + s.certificates().PrivateKey(serviceAccountKey),

		// The aggregation layer. It must find metrics-server by the name in its Service, since there is no pod network:
		// hence no --enable-aggregator-routing.
		"--requestheader-client-ca-file=" + s.certificates().Certificate(frontProxyAuthority),
		"--requestheader-allowed-names=" + frontProxyIdentity,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + s.certificates().Certificate(frontProxyIdentity),
		"--proxy-client-key-file=" + s.certificates().PrivateKey(frontProxyIdentity),

		"--kubelet-preferred-address-types=InternalIP",
	})
}

// apiServerOfRealNode has further flags. Where one is given twice, the last counts, except that authorization modes add
// up.
func (s settings) apiServerOfRealNode() []string {
	return slices.Concat(s.apiServer(), []string{
		"--bind-address=0.0.0.0",
		"--advertise-address=" + nodeAddress,
		"--authorization-mode=Node",
		// There is a pod network, and no proxy for Services.
		"--enable-aggregator-routing",
		"--kubelet-certificate-authority=" + s.certificates().Certificate(clusterAuthority),
		"--kubelet-client-certificate=" + s.certificates().Certificate(administrator),
		"--kubelet-client-key=" + s.certificates().PrivateKey(administrator),
	})
}

func (s settings) controllerManager() []string {
	return slices.Concat(s.serving(ControllerManager), s.client(ControllerManager), []string{
		"--leader-elect=false",
		"--use-service-account-credentials",
		"--service-account-private-key-file=" + s.certificates().PrivateKey(serviceAccountKey),
		"--root-ca-file=" + s.certificates().Certificate(clusterAuthority),
		"--concurrent-deployment-syncs=20",
		"--concurrent-replicaset-syncs=20",
	})
}

func (s settings) scheduler() []string {
	return slices.Concat(s.serving(Scheduler), s.client(Scheduler), []string{
		"--leader-elect=false",
	})
}

func (s settings) kwok() []string {
	port := s.ports[Kwok]
	return []string{
		"--kubeconfig=" + s.componentKubeconfig(Kwok),
		"--server-address=" + address(port),
		"--tls-cert-file=" + s.certificates().Certificate(servingIdentity),
		"--tls-private-key-file=" + s.certificates().PrivateKey(servingIdentity),
		"--manage-nodes-with-annotation-selector=" + simulatedNode + "=fake",
		"--node-ip=" + localhost,
		fmt.Sprintf("--node-port=%d", port),
		"--cidr=" + podRange,
		// Without leases the controller-manager takes the nodes for dead after less than a minute.
		"--node-lease-duration-seconds=40",
		"--enable-crds=Stage,ClusterResourceUsage,ResourceUsage",
		// kwok can miss a Metric that it reads from the API server while it starts, and then answers 404 for ever.
		"--config=" + filepath.Join(s.binaries, build.Manifests, kwokMetrics),
		// A warning for each metric of each node without pods, on each scrape, would fill the disk.
		"--v=ERROR",
	}
}

func (s settings) metricsServer() []string {
	return slices.Concat(s.serving(MetricsServer), []string{
		"--kubeconfig=" + s.componentKubeconfig(MetricsServer),
		"--authentication-kubeconfig=" + s.componentKubeconfig(MetricsServer),
		"--authorization-kubeconfig=" + s.componentKubeconfig(MetricsServer),
		"--metric-resolution=" + s.metricResolution.String(),
		// It must be shorter than the resolution.
		"--kubelet-request-timeout=" + min(s.metricResolution/2, 10*time.Second).String(),
		// All nodes are one kwok.
		fmt.Sprintf("--kubelet-port=%d", s.ports[Kwok]),
		"--kubelet-preferred-address-types=InternalIP",
		"--kubelet-certificate-authority=" + s.certificates().Certificate(clusterAuthority),
	})
}

// node are the arguments of the shell that is the first process of a real node.
func (s settings) node() []string {
	return []string{s.nodeFile("init.sh"), s.layout.node(), serviceAddress, nodeAddress}
}

func (s settings) containerd() []string {
	return []string{"--config=" + s.nodeFile("containerd.toml"), "--log-level=warn"}
}

func (s settings) kubelet() []string {
	return []string{
		"--config=" + s.nodeFile("kubelet.yaml"),
		"--kubeconfig=" + s.componentKubeconfig(Kubelet),
		"--hostname-override=" + nodeName(1),
		"--node-ip=" + nodeAddress,
	}
}

// serving are the flags of every program that is built on the API server's library.
func (s settings) serving(component string) []string {
	return []string{
		"--bind-address=" + localhost,
		fmt.Sprintf("--secure-port=%d", s.ports[component]),
		"--tls-cert-file=" + s.certificates().Certificate(servingIdentity),
		"--tls-private-key-file=" + s.certificates().PrivateKey(servingIdentity),
	}
}

// client are the flags of every program that is built on the controllers' library.
func (s settings) client(component string) []string {
	return []string{
		"--kubeconfig=" + s.componentKubeconfig(component),
		fmt.Sprintf("--kube-api-qps=%d", clientQPS),
		fmt.Sprintf("--kube-api-burst=%d", clientBurst),
	}
}
