package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// minimumMetricResolution is what metrics-server accepts.
const minimumMetricResolution = 10 * time.Second

// portAttempts is how often Up chooses other ports for components whose ports were taken from under them.
const portAttempts = 3

// Up starts what is missing of the cluster and returns when all of it is ready. On a cluster that runs it changes
// nothing. When a component fails, the error is a *ComponentError; the others keep running, so that the cause can be
// looked for, until the next Up or Down.
func Up(ctx context.Context, options Options) (*Cluster, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	programs, err := options.programs(ctx)
	if err != nil {
		return nil, err
	}
	c, err := handle(options.Dir, options.Out)
	if err != nil {
		return nil, err
	}
	o, err := c.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer o.end()
	if err := o.become(programs, options); err != nil {
		return nil, err
	}
	if err := o.bringUp(ctx, options.Nodes); err != nil {
		return nil, err
	}
	return c, nil
}

// become takes over what the cluster should be.
func (o *operation) become(p programs, options Options) error {
	if o.exists() && o.state.RealNode != options.RealNode {
		return fmt.Errorf("the cluster in %s is of the other sort: end it first, or take another folder", o.layout)
	}
	if options.RealNode {
		if err := mustStayVisible(string(o.layout), p.binaries, p.runtime); err != nil {
			return err
		}
	}
	o.state.Binaries, o.state.Runtime, o.state.RealNode = p.binaries, p.runtime, options.RealNode
	if options.MetricResolution != 0 {
		o.state.MetricResolution = options.MetricResolution
	} else if o.state.MetricResolution == 0 {
		o.state.MetricResolution = DefaultMetricResolution
	}
	return nil
}

func (o *Options) complete() error {
	if o.Nodes == 0 {
		o.Nodes = DefaultNodes
	}
	if o.Nodes < 0 {
		return fmt.Errorf("there cannot be %d nodes", o.Nodes)
	}
	if o.MetricResolution != 0 && o.MetricResolution < minimumMetricResolution {
		return fmt.Errorf("a metric resolution of %s is too short: metrics-server accepts %s and more",
			o.MetricResolution, minimumMetricResolution)
	}
	return nil
}

// bringUp chooses ports and starts everything, and does so again when a port turns out to be taken.
func (o *operation) bringUp(ctx context.Context, nodes int) error {
	for attempt := 1; ; attempt++ {
		err := o.prepare()
		if err == nil {
			err = o.startAll(ctx, nodes)
		}
		failed, ok := errors.AsType[*ComponentError](err)
		if !ok || !failed.portWasTaken() || attempt == portAttempts {
			return err
		}
		o.progress.say(failed.Component, "its port was taken meanwhile, trying another")
		if err := o.movePort(failed.Component); err != nil {
			return err
		}
	}
}

// movePort lets a component have another port, and stops those that know the old one.
func (o *operation) movePort(component string) error {
	delete(o.state.Ports, component)
	if component == Etcd {
		delete(o.state.Ports, etcdPeer)
	}
	names := o.state.componentNames()
	for _, dependent := range names[slices.Index(names, component):] {
		if err := o.stop(dependent); err != nil {
			return err
		}
	}
	return nil
}

// prepare writes what the components read when they start.
func (o *operation) prepare() error {
	if o.state.RealNode {
		// Where pods look for it.
		o.state.Ports[APIServer] = servicePort
	}
	if err := choosePorts(o.state.Ports, o.state.listening()); err != nil {
		return err
	}
	if err := o.save(); err != nil {
		return err
	}
	for _, folder := range []string{o.layout.logs(), o.layout.home()} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	if err := makeCertificates(o.layout.certificates(), o.state.users()); err != nil {
		return err
	}
	if o.state.RealNode {
		if err := o.prepareNode(); err != nil {
			return err
		}
	}
	return writeKubeconfigs(o.layout, url(o.state.Ports[APIServer]), o.state.users())
}

// startAll shows what needs what: the API server needs etcd, and all others need the API server.
func (o *operation) startAll(ctx context.Context, nodes int) error {
	if o.state.RealNode {
		return o.startWithRealNode(ctx)
	}
	return inSequence(
		o.starting(Etcd),
		o.starting(APIServer),
		inParallel(
			o.starting(ControllerManager),
			o.starting(Scheduler),
			inSequence(o.starting(Kwok), o.addingNodes(nodes)),
			o.starting(MetricsServer),
		),
	)(ctx)
}
