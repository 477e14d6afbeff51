package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/usage-operator/usage-operator/internal/alerter"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/controller"
	"github.com/usage-operator/usage-operator/internal/events"
	"github.com/usage-operator/usage-operator/internal/inventory"
	"github.com/usage-operator/usage-operator/internal/keeper"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/poller"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// stages are the parts of the operator, from the sources to what is written.
type stages struct {
	pods      *inventory.Inventory
	poll      *poller.Poller
	alerts    *alerter.Alerter
	announcer *events.Writer
	keep      *keeper.Keeper
	statuses  *budget.Budget
	objects   *controller.Metrics
}

// newStages makes the stages and connects them: inventory and Metrics API with the
// poller, the poller with the alerts, and all that remembers with its checkpoints.
func newStages(mgr ctrl.Manager, now clock.WithTicker, o *options) (*stages, error) {
	s := &stages{statuses: budget.New(o.statusBytesPerSecond), objects: controller.NewMetrics()}
	var err error
	if s.pods, err = inventory.New(mgr.GetConfig(), mgr.GetLogger().WithName("inventory"), o.namespaces...); err != nil {
		return nil, err
	}
	reader, err := metricsapi.New(mgr.GetConfig(), now)
	if err != nil {
		return nil, fmt.Errorf("make the reader of the Metrics API: %w", err)
	}
	subscribe := func() poller.Feed { return s.pods.Subscribe() }
	s.poll = poller.New(reader, s.pods, subscribe, now, mgr.GetLogger().WithName("poller"))
	s.poll.BoundWindows(o.windowMemory)
	s.poll.Within(o.namespaces)
	if s.alerts, s.announcer, err = newAlerter(mgr, s.poll, s.pods, now); err != nil {
		return nil, err
	}
	s.poll.Alerts = s.alerts
	s.keep, err = newKeeper(mgr, s.alerts, now, o)
	return s, err
}

// collectors are the operator's own metrics.
func (s *stages) collectors() []prometheus.Collector {
	return slices.Concat(s.poll.Collectors(), s.objects.Collectors(), s.statuses.Collectors(), s.alerts.Collectors(),
		s.announcer.Collectors(), s.keep.Collectors(), s.pods.Collectors())
}

// keptKinds are those that remember something.
var keptKinds = []keeper.Kind{
	{Name: "UsageReport", MaxBytes: 256 << 10},
	{Name: "ClusterUsageReport", MaxBytes: 256 << 10},
	{Name: "ResourceThreshold", MaxBytes: checkpoint.MaxBytes},
	{Name: "ClusterResourceThreshold", MaxBytes: checkpoint.MaxBytes},
}

// newAlerter makes the keeper of alerts, and the writer of its Events.
func newAlerter(mgr ctrl.Manager, poll *poller.Poller, pods *inventory.Inventory, now clock.WithTicker) (*alerter.Alerter, *events.Writer, error) {
	var alerts *alerter.Alerter
	options := events.Options{Instance: instance(), Pending: func() int { return alerts.Owed() }}
	writer, err := events.New(mgr.GetConfig(), pods, now, mgr.GetLogger().WithName("events"), options)
	if err != nil {
		return nil, nil, err
	}
	alerts = alerter.New(poll, writer, now, mgr.GetLogger().WithName("alerter"))
	return alerts, writer, nil
}

// instance names this operator among several: in a cluster, its pod.
func instance() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// served are the kinds that remember something and are served: the cluster-wide ones
// only where the operator may see the cluster.
func served(o *options) []keeper.Kind {
	return slices.DeleteFunc(slices.Clone(keptKinds), func(k keeper.Kind) bool {
		return len(o.namespaces) > 0 && strings.HasPrefix(k.Name, "Cluster")
	})
}

// newKeeper gives the keeper of checkpoints a client without a cache: checkpoints
// are large, and each is read once. Nor has it a bound of requests: writes have a
// budget of bytes, and a stop must not wait.
func newKeeper(mgr ctrl.Manager, alerts *alerter.Alerter, now clock.WithTicker, o *options) (*keeper.Keeper, error) {
	config := rest.CopyConfig(mgr.GetConfig())
	config.QPS = -1
	direct, err := client.New(config, client.Options{Scheme: mgr.GetScheme(), HTTPClient: mgr.GetHTTPClient()})
	if err != nil {
		return nil, fmt.Errorf("make a client for checkpoints: %w", err)
	}
	options := o.checkpoints
	options.Namespaces = o.namespaces
	k := keeper.New(direct, mgr.GetClient(), served(o), alerts, now, mgr.GetLogger().WithName("keeper"), options)
	for _, kind := range []string{"ResourceThreshold", "ClusterResourceThreshold"} {
		k.OnOrphan(kind, alerts.Orphan)
	}
	alerts.Keep(k)
	return k, nil
}
