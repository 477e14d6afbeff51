package events

import (
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/time/rate"
	eventsv1 "k8s.io/client-go/kubernetes/typed/events/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"github.com/usage-operator/usage-operator/internal/model"
)

const (
	// DefaultPerSecond is how many requests are sent in a second at most. It
	// leaves an API server time for others, and 5,000 Events take 17 s.
	DefaultPerSecond = 300
	// parallel is how many Events of a namespace's thresholds are sent at once. More
	// would make an API server that is busy slow for all others.
	parallel = 16
	// subjects is how many subjects of a threshold are told of at once. It is more
	// than requests, because those that the API server asks to wait send none.
	subjects = 4 * parallel
	// requestTimeout bounds each request, so that a lost answer is asked for again.
	requestTimeout = 5 * time.Second
	// maxInstance is what the API server admits.
	maxInstance = 128
)

// Resolver knows the objects of a cluster.
type Resolver interface {
	// Identify sets the versions and the UIDs of references, as far as it knows
	// them.
	Identify(refs []model.Reference)
}

// Options say how to write.
type Options struct {
	// Instance names this operator, such as its pod.
	Instance string
	// PerSecond is how many requests are sent in a second at most; 0 is
	// DefaultPerSecond.
	PerSecond int
	// Pending tells how many Events are owed.
	Pending func() int
}

// Writer writes Events. It is safe for concurrent use.
type Writer struct {
	client   rest.Interface
	resolver Resolver
	clock    clock.Clock
	log      logr.Logger
	pace     *rate.Limiter
	lanes    lanes
	timeout  time.Duration
	instance string
	metrics  *metrics
}

// New returns a writer to the cluster that config points to. It has connections and
// a pace of its own, so that a storm of Events holds up nothing else.
func New(config *rest.Config, resolver Resolver, clock clock.Clock, log logr.Logger, o Options) (*Writer, error) {
	config = rest.CopyConfig(config)
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.QPS = -1
	client, err := eventsv1.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client for Events: %w", err)
	}
	if o.PerSecond == 0 {
		o.PerSecond = DefaultPerSecond
	}
	if o.Instance == "" {
		o.Instance = controllerName
	}
	return &Writer{
		client: client.RESTClient(), resolver: resolver, clock: clock, log: log,
		pace: rate.NewLimiter(rate.Limit(o.PerSecond), parallel), timeout: requestTimeout,
		instance: fit(o.Instance, maxInstance), metrics: newMetrics(o.Pending),
	}, nil
}
