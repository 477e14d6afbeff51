package cluster

import (
	"fmt"
	"slices"
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
)

// component is a program of the cluster.
type component struct {
	name string
	// health is the path that answers 200 once the component serves.
	health string
	flags  func(settings) []string
}

// components stand in the order in which they need each other.
var components = []component{
	{Etcd, "/health", settings.etcd},
	{APIServer, "/readyz", settings.apiServer},
	{ControllerManager, "/healthz", settings.controllerManager},
	{Scheduler, "/healthz", settings.scheduler},
	{Kwok, "/healthz", settings.kwok},
	// Its /readyz waits for the first numbers, which a cluster without nodes never has.
	{MetricsServer, "/livez", settings.metricsServer},
}

func componentNames() []string {
	var names []string
	for _, c := range components {
		names = append(names, c.name)
	}
	return names
}

func findComponent(name string) (component, error) {
	i := slices.IndexFunc(components, func(c component) bool { return c.name == name })
	if i < 0 {
		return component{}, fmt.Errorf("no component is called %q: there are %s", name, strings.Join(componentNames(), ", "))
	}
	return components[i], nil
}
