// Package cluster runs a Kubernetes cluster on one machine, for demonstrations and tests: the real etcd, API server
// with aggregation layer and RBAC, controller-manager, scheduler and metrics-server, on nodes that kwok simulates. It
// needs neither containers nor root, only Go, and all of it listens on 127.0.0.1 only.
//
// Pods are scheduled, become ready and are rolled out as anywhere else, but run nothing. What they use is what their
// annotations say, and comes back through the Metrics API:
//
//	kwok.x-k8s.io/usage-cpu: 250m
//	kwok.x-k8s.io/usage-memory: 300Mi
//
// A pod's first numbers come with the third time that metrics-server asks the nodes, see [Options]. CPU is off by a few
// thousandths, since kwok and metrics-server each look at a clock of their own. A node without pods has no numbers.
//
// Everything about a cluster lies in one folder, so two folders are two clusters:
//
//	kubeconfig     the way in for its administrator, context "local"
//	state.json     what runs: ports, processes, flags
//	lock           held while the cluster is being changed
//	certificates/  three authorities and what they signed
//	kubeconfigs/   the ways in for the components, each with an identity of its own
//	etcd/          the data
//	logs/          one file per component, and the one of its previous run
//	home/          the home folder of the components
//	node/          what a real node reads and writes
//
// [Up] compares what should run with what does, and starts what is missing or has other flags than it should. It can
// therefore be called again at any time: on a running cluster it changes nothing, after a crash it repairs, and with
// more nodes it adds them. The components are sessions of their own and outlive the program that called Up. A process
// is recorded before it begins to run, so that [Down] ends all that was started and nothing else, whatever happened in
// between.
//
// It works on Linux and macOS.
//
// # A real node
//
// Where Linux and root are at hand, a cluster can have one real node in place of simulated ones: a kubelet, containerd
// and containers. The images are made here, of static programs, see [Cluster.Load]; there is no registry, no DNS and no
// proxy for Services. metrics-server runs as its project's manifest wants it, in a pod.
//
// All of the cluster is then apart from the machine. The component "node" is the first process in namespaces for
// processes, mounts and network, and all others run within them. Its end, however it comes about, is the end of every
// process, container, mount and interface; what is left are a folder and a control group, which Down removes. The
// network holds nothing but the node:
//
//	192.0.2.10       the node
//	10.244.0.0/24    its pods, by a bridge
//	10.96.0.1:443    the API server, as pods look for it: it listens there itself
//
// From outside, these addresses are reached by [Cluster.Within] and by what [Cluster.RESTConfig] returns.
package cluster
