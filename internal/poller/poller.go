package poller

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/selection"
	"github.com/usage-operator/usage-operator/internal/usage"
	"k8s.io/utils/clock"
)

// Reader reads the Metrics API.
type Reader interface {
	Read(ctx context.Context, namespaces []string, into *model.Samples) error
	ReadNodes(ctx context.Context, into *model.NodeSamples) error
}

// Inventory knows the cluster.
type Inventory interface {
	WaitForSync(ctx context.Context) error
	HasSynced() bool
	// WantTop says whether owners beyond the workloads of pods are wanted, and
	// Climbing tells whether some of them are still to come.
	WantTop(want bool)
	Climbing() bool
}

// Feed hands out what changed in the inventory. The first Drain is all of it.
type Feed interface {
	Drain(into []model.Change) []model.Change
	Close()
}

// Alerts are those of thresholds. They are stepped after each read of a list,
// whether it succeeded or not; climbing tells that owners of pods are still to come.
type Alerts interface {
	Evaluate(target model.Target, climbing bool, now time.Time)
}

// +kubebuilder:rbac:groups=metrics.k8s.io,resources=pods;nodes,verbs=list

// Poller joins the metrics with the inventory for all reports.
type Poller struct {
	Reader    Reader
	Inventory Inventory
	// Subscribe opens a feed of the inventory.
	Subscribe func() Feed
	// Alerts are nil where nobody watches thresholds.
	Alerts Alerts
	Clock  clock.Clock
	Log    logr.Logger

	// within are the only namespaces that may be read; nil is the whole cluster.
	within   []string
	engine   *usage.Engine
	schedule schedule
	wake     chan struct{}
	// lists are the lists of the Metrics API, by what they are of.
	lists [model.TargetCount]*list
	// samples, nodeSamples and changes are reused from tick to tick.
	samples     model.Samples
	nodeSamples model.NodeSamples
	changes     []model.Change
	pace        pace
	liveness    liveness
	metrics     *metrics

	mu sync.Mutex
	// started is when the loop began; zero before.
	started time.Time
	// climbing tells that owners of pods were still to come when the inventory
	// was last drained.
	climbing bool
}

// New returns a poller without reports.
func New(reader Reader, inventory Inventory, subscribe func() Feed, clock clock.Clock, log logr.Logger) *Poller {
	p := &Poller{
		Reader: reader, Inventory: inventory, Subscribe: subscribe, Clock: clock, Log: log,
		engine:   usage.New(),
		schedule: newSchedule(),
		wake:     make(chan struct{}, 1),
	}
	p.lists = [model.TargetCount]*list{
		model.Pods:  {target: model.Pods, name: "pods", read: p.readPods},
		model.Nodes: {target: model.Nodes, name: "nodes", read: p.readNodes},
	}
	p.metrics = newMetrics(p)
	return p
}

// BoundWindows says how many bytes all rows with windows may take.
func (p *Poller) BoundWindows(bytes int) { p.engine.BoundWindows(bytes) }

// Within says which namespaces may be read; none are the whole cluster.
func (p *Poller) Within(namespaces []string) { p.within = namespaces }

// Serve adds a report, or gives it a new plan or interval. It is announced as
// soon as its numbers are up to date.
func (p *Poller) Serve(id usage.ID, plan *selection.Plan, need usage.Need, interval time.Duration) {
	p.enter(id, plan, interval, p.engine.Set(id, plan, need))
}

// Restore is Serve for a report that goes on from what it remembers.
func (p *Poller) Restore(id usage.ID, plan *selection.Plan, need usage.Need, interval time.Duration, s *usage.Snapshot) {
	p.enter(id, plan, interval, p.engine.Restore(id, plan, need, s, p.Clock.Now()))
}

func (p *Poller) enter(id usage.ID, plan *selection.Plan, interval time.Duration, isNew bool) {
	p.schedule.set(id, plan.Target(), interval, isNew, p.Clock.Now())
	if isNew {
		p.nudge()
	}
}

// Snapshot returns what a report with this plan remembers.
func (p *Poller) Snapshot(id usage.ID, plan *selection.Plan) (*usage.Snapshot, bool) {
	return p.engine.Snapshot(id, plan)
}

// Readings returns what the last tick means to a threshold, and Contributors what
// its subjects consist of.
func (p *Poller) Readings(id usage.ID) ([]usage.Reading, time.Duration, bool) {
	return p.engine.Readings(id)
}

// Contributors returns the largest parts of subjects of a threshold, of each so many
// at most.
func (p *Poller) Contributors(id usage.ID, subjects []model.Subject, most int) [][]usage.Contributor {
	return p.engine.Contributors(id, subjects, most)
}

// Unfollowed returns how many subjects of a threshold have no window.
func (p *Poller) Unfollowed(id usage.ID) int { return p.engine.Unfollowed(id) }

// Drop forgets a report. Without any, the poller rests.
func (p *Poller) Drop(id usage.ID) {
	p.engine.Remove(id)
	p.schedule.remove(id)
}

// OnDue calls f with the reports of a kind whenever some are due. f must not
// block.
func (p *Poller) OnDue(kind string, f func([]usage.ID)) { p.schedule.onDue(kind, f) }

// View returns the numbers of a report, nil until it was announced. A report
// whose pods or nodes have no sample yet, or a new one of which some have none, is
// announced again after the next tick, however long its interval is; likewise a
// new one while owners are still to come.
func (p *Poller) View(id usage.ID) *usage.View {
	if !p.schedule.announced(id) {
		return nil
	}
	v, ok := p.engine.View(id)
	if !ok {
		return nil
	}
	none := v.Selected() > 0 && v.SampleTime.IsZero()
	measured := v.Measured()
	if none || measured.Observed < measured.Expected || v.Target == model.Pods && p.isClimbing() {
		p.schedule.lacks(id, none, p.Clock.Now())
	}
	return v
}

// Synced tells whether the inventory knows the cluster.
func (p *Poller) Synced() bool { return p.Inventory.HasSynced() }

func (p *Poller) isClimbing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.climbing
}

func (p *Poller) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started = p.Clock.Now()
}

// NeedLeaderElection makes the manager run the poller on the leader only.
func (p *Poller) NeedLeaderElection() bool { return true }

// Start ticks until ctx ends.
func (p *Poller) Start(ctx context.Context) error {
	p.begin()
	if p.Inventory.WaitForSync(ctx) != nil {
		return nil // the context has ended: a normal stop
	}
	feed := p.Subscribe()
	defer feed.Close()
	defer p.liveness.ends()
	p.loop(ctx, feed)
	return nil
}

// loop ticks, and looks at what changed between two ticks.
func (p *Poller) loop(ctx context.Context, feed Feed) {
	timer, soon := p.Clock.NewTimer(0), p.Clock.NewTimer(time.Hour)
	defer timer.Stop()
	defer soon.Stop()
	soon.Stop()
	next := p.Clock.Now()
	var refreshed time.Time
	for {
		p.liveness.waits(next)
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
			if p.rests() {
				next = p.Clock.Now()
				timer.Reset(0)
				continue
			}
			soon.Reset(max(0, refreshed.Add(calm).Sub(p.Clock.Now())))
		case <-soon.C():
			p.liveness.works(p.Clock.Now())
			p.refresh(ctx, feed)
			refreshed = p.Clock.Now()
		case <-timer.C():
			p.liveness.works(p.Clock.Now())
			wait := p.tickIfWanted(ctx, feed)
			next = p.Clock.Now().Add(wait)
			timer.Reset(wait)
		}
	}
}

// calm is the time between two looks at what changed. A look sums up all pods,
// and thousands of reports come one after the other when the operator starts.
const calm = 200 * time.Millisecond

// nudge makes the loop look at what changed.
func (p *Poller) nudge() {
	select {
	case p.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}
