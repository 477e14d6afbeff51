package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/controller"
	"github.com/usage-operator/usage-operator/internal/inventory"
	"github.com/usage-operator/usage-operator/internal/relist"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
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

// newManager runs the stages, and the reconcilers on them.
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
	s, err := newStages(mgr, now, o)
	if err != nil {
		return nil, err
	}
	if len(o.namespaces) > 0 {
		mgr.GetLogger().Info("Only some namespaces are served: cluster-wide kinds are not, whatever their status says", "namespaces", o.namespaces)
	}
	parts := controller.Parts{
		Source: s.poll, Checkpoints: s.keep, Budget: s.statuses, Metrics: s.objects, Clock: now, ClusterWide: len(o.namespaces) == 0,
	}
	return mgr, errors.Join(
		register(s.collectors()),
		mgr.Add(s.pods),
		mgr.Add(s.poll),
		mgr.Add(s.keep),
		mgr.Add(s.alerts),
		addVigil(mgr, now, o),
		controller.SetupReports(mgr, &parts),
		controller.SetupThresholds(mgr, &parts, s.alerts),
		mgr.AddHealthzCheck("loop", func(*http.Request) error { return s.poll.Alive() }),
		mgr.AddReadyzCheck("inventory", synced(s.pods)),
	)
}

// register adds the operator's own metrics to those of controller-runtime.
func register(collectors []prometheus.Collector) error {
	for _, c := range collectors {
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
		LeaseDuration:                 new(leaseDuration),
	}
}

// cacheOptions say what is watched of the operator's own kinds, and how.
func cacheOptions(o *options) cache.Options {
	limited := cache.Options{DefaultTransform: controller.Compact, NewInformer: relist.Informer(clock.RealClock{}, ctrl.Log.WithName("cache"))}
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
