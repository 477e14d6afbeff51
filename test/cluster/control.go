package cluster

import (
	"context"
	"fmt"
	"syscall"
)

// Stop ends one component, for tests of what happens without it. Up and Start bring it back.
func (c *Cluster) Stop(component string) error {
	return c.change(context.Background(), component, func(o *operation) error { return o.stop(component) })
}

// Start starts a component that was stopped, on the port and with the flags that it had, and returns when it is ready.
// On one that runs it changes nothing.
func (c *Cluster) Start(ctx context.Context, component string) error {
	return c.change(ctx, component, func(o *operation) error { return o.starting(component)(ctx) })
}

// Pause lets a component hang: it keeps its connections but does nothing. Resume ends that, and so does Up.
func (c *Cluster) Pause(component string) error { return c.signal(component, syscall.SIGSTOP) }

// Resume lets a paused component go on.
func (c *Cluster) Resume(component string) error { return c.signal(component, syscall.SIGCONT) }

func (c *Cluster) signal(component string, s syscall.Signal) error {
	return c.change(context.Background(), component, func(o *operation) error {
		running := o.process(component)
		if !running.Alive() {
			return fmt.Errorf("%s does not run", component)
		}
		return running.Signal(s)
	})
}

// change does something to one component of a cluster that has been started.
func (c *Cluster) change(ctx context.Context, component string, do func(*operation) error) error {
	if err := c.mustExist(); err != nil {
		return err
	}
	o, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer o.end()
	if _, err := o.state.component(component); err != nil {
		return err
	}
	return do(o)
}
