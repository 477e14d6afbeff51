package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/budget"
	"github.com/usage-operator/usage-operator/internal/controller"
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
	mgr, err := ctrl.NewManager(config, managerOptions(o))
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	pods, err := inventory.New(config, mgr.GetLogger().WithName("inventory"))
	if err != nil {
		return nil, err
	}
	reader, err := metricsapi.New(config, clock.RealClock{})
	if err != nil {
		return nil, fmt.Errorf("make the reader of the Metrics API: %w", err)
	}
	subscribe := func() poller.Feed { return pods.Subscribe() }
	poll := poller.New(reader, pods, subscribe, clock.RealClock{}, mgr.GetLogger().WithName("poller"))
	poll.BoundWindows(o.windowMemory)
	statuses := budget.New(o.statusBytesPerSecond)
	keep, err := newKeeper(mgr, poll, o)
	if err != nil {
		return nil, err
	}
	return mgr, errors.Join(
		register(statuses.Collectors(), poll.Collectors(), keep.Collectors(), []prometheus.Collector{pods.Collector()}),
		mgr.Add(pods),
		mgr.Add(poll),
		mgr.Add(keep),
		controller.SetupReports(mgr, poll, keep, statuses, clock.RealClock{}),
		mgr.AddHealthzCheck("ping", healthz.Ping),
		mgr.AddReadyzCheck("inventory", synced(pods)),
	)
}

// keptKinds are those that remember something.
var keptKinds = []keeper.Kind{
	{Name: "UsageReport", MaxBytes: 256 << 10},
	{Name: "ClusterUsageReport", MaxBytes: 256 << 10},
}

// newKeeper gives the keeper of checkpoints a client without a cache: checkpoints
// are large, and each is read once.
func newKeeper(mgr ctrl.Manager, source keeper.Source, o *options) (*keeper.Keeper, error) {
	direct, err := client.New(mgr.GetConfig(), client.Options{Scheme: mgr.GetScheme(), HTTPClient: mgr.GetHTTPClient()})
	if err != nil {
		return nil, fmt.Errorf("make a client for checkpoints: %w", err)
	}
	return keeper.New(direct, mgr.GetClient(), keptKinds, source, clock.RealClock{}, mgr.GetLogger().WithName("keeper"), o.checkpoints), nil
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
		Cache:                         cache.Options{DefaultTransform: controller.Compact},
		Metrics:                       metricsserver.Options{BindAddress: o.metricsAddress},
		HealthProbeBindAddress:        o.probeAddress,
		LeaderElection:                o.leaderElection,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       o.leaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true,
	}
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
