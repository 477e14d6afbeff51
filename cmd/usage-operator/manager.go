package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/alerter"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"github.com/usage-operator/usage-operator/internal/controller"
	"github.com/usage-operator/usage-operator/internal/events"
	"github.com/usage-operator/usage-operator/internal/inventory"
	"github.com/usage-operator/usage-operator/internal/keeper"
	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/poller"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// leaseName names the lease of the leader.
const leaseName = "usage-operator.usage-operator.io"

// Requests that the operator may send per second to write statuses, and at once.
const (
	writeQPS   = 100
	writeBurst = 200
)

// newManager wires the stages: inventory and Metrics API into the poller, the
// poller into the reconcilers.
func newManager(config *rest.Config, o *options) (ctrl.Manager, error) {
	config.QPS, config.Burst = writeQPS, writeBurst
	now, err := systemClock()
	if err != nil {
		return nil, fmt.Errorf("set the clock: %w", err)
	}
	mgr, err := ctrl.NewManager(config, managerOptions(o))
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	pods, err := inventory.New(config, mgr.GetLogger().WithName("inventory"), o.namespaces...)
	if err != nil {
		return nil, err
	}
	reader, err := metricsapi.New(config, now)
	if err != nil {
		return nil, fmt.Errorf("make the reader of the Metrics API: %w", err)
	}
	subscribe := func() poller.Feed { return pods.Subscribe() }
	poll := poller.New(reader, pods, subscribe, now, mgr.GetLogger().WithName("poller"))
	poll.BoundWindows(o.windowMemory)
	poll.Within(o.namespaces)
	statuses := budget.New(o.statusBytesPerSecond)
	alerts, announcer, err := newAlerter(mgr, poll, pods, now)
	if err != nil {
		return nil, err
	}
	poll.Alerts = alerts
	keep, err := newKeeper(mgr, alerts, now, o)
	if err != nil {
		return nil, err
	}
	if len(o.namespaces) > 0 {
		mgr.GetLogger().Info("Only some namespaces are served: cluster-wide kinds are not, whatever their status says", "namespaces", o.namespaces)
	}
	return mgr, errors.Join(
		register(statuses.Collectors(), poll.Collectors(), keep.Collectors(), alerts.Collectors(), announcer.Collectors(), []prometheus.Collector{pods.Collector()}),
		mgr.Add(pods),
		mgr.Add(poll),
		mgr.Add(keep),
		mgr.Add(alerts),
		controller.SetupReports(mgr, poll, keep, statuses, now, len(o.namespaces) == 0),
		controller.SetupThresholds(mgr, poll, alerts, keep, statuses, now, len(o.namespaces) == 0),
		mgr.AddHealthzCheck("loop", func(*http.Request) error { return poll.Alive() }),
		mgr.AddReadyzCheck("inventory", synced(pods)),
	)
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

// register adds the operator's own metrics to those of controller-runtime.
func register(collectors ...[]prometheus.Collector) error {
	for _, c := range slices.Concat(collectors...) {
		if err := metrics.Registry.Register(c); err != nil {
			return fmt.Errorf("register the operator's metrics: %w", err)
		}
	}
	return nil
}

func managerOptions(o *options) ctrl.Options {
	scheme := runtime.NewScheme()
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cacheOptions(o),
		Metrics:                       metricsOptions(o),
		HealthProbeBindAddress:        o.probeAddress,
		LeaderElection:                o.leaderElection,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       o.leaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true,
	}
}

// cacheOptions limit what is watched of the operator's own kinds.
func cacheOptions(o *options) cache.Options {
	limited := cache.Options{DefaultTransform: controller.Compact}
	for _, namespace := range o.namespaces {
		if limited.DefaultNamespaces == nil {
			limited.DefaultNamespaces = map[string]cache.Config{}
		}
		limited.DefaultNamespaces[namespace] = cache.Config{}
	}
	return limited
}

// metricsOptions serve /metrics with a certificate that is made at the start, to
// who the API server says may get it.
func metricsOptions(o *options) metricsserver.Options {
	serving := metricsserver.Options{BindAddress: o.metricsAddress, SecureServing: o.metricsSecure}
	if o.metricsSecure {
		serving.FilterProvider = filters.WithAuthenticationAndAuthorization
		// Nothing is gained by HTTP/2 here, and it has a history of floods.
		serving.TLSOpts = []func(*tls.Config){func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} }}
	}
	return serving
}

// synced is ready once the inventory knows the cluster.
func synced(pods *inventory.Inventory) healthz.Checker {
	return func(*http.Request) error {
		if !pods.HasSynced() {
			return errors.New("the inventory has not synced yet")
		}
		return nil
	}
}
