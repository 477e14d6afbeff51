package cluster

import (
	"fmt"
	"strings"
)

// The components, by the names of their programs.
const (
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	Kwok              = "kwok"
	MetricsServer     = "metrics-server"

	// Those of a real node. Node is the first process of it, which all others of the cluster run within.
	Node       = "node"
	Containerd = "containerd"
	Kubelet    = "kubelet"
)

// component is a program of the cluster.
type component struct {
	name string
	// health is the path that answers 200 once the component serves. What has none has no port either.
	health string
	flags  func(settings) []string
}

// The components of both sorts of cluster stand in the order in which they need each other.
var (
	simulated = []component{
		{Etcd, "/health", settings.etcd},
		{APIServer, "/readyz", settings.apiServer},
		{ControllerManager, "/healthz", settings.controllerManager},
		{Scheduler, "/healthz", settings.scheduler},
		{Kwok, "/healthz", settings.kwok},
		// Its /readyz waits for the first numbers, which a cluster without nodes never has.
		{MetricsServer, "/livez", settings.metricsServer},
	}
	// metrics-server runs in a pod here.
	withRealNode = []component{
		{Node, "", settings.node},
		{Etcd, "/health", settings.etcd},
		{APIServer, "/readyz", settings.apiServerOfRealNode},
		{ControllerManager, "/healthz", settings.controllerManager},
		{Scheduler, "/healthz", settings.scheduler},
		{Containerd, "", settings.containerd},
		{Kubelet, "/healthz", settings.kubelet},
	}
)

// components are those that the cluster has.
func (s state) components() []component {
	if s.RealNode {
		return withRealNode
	}
	return simulated
}

func (s state) componentNames() []string {
	var names []string
	for _, c := range s.components() {
		names = append(names, c.name)
	}
	return names
}

func (s state) component(name string) (component, error) {
	for _, c := range s.components() {
		if c.name == name {
			return c, nil
		}
	}
	return component{}, fmt.Errorf("no component is called %q: there are %s", name, strings.Join(s.componentNames(), ", "))
}

// listening names the ports that have to be chosen.
func (s state) listening() []string {
	names := []string{etcdPeer}
	for _, c := range s.components() {
		if c.health != "" {
			names = append(names, c.name)
		}
	}
	return names
}
