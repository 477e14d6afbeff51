package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster/internal/filelock"
	"github.com/usage-operator/usage-operator/test/internal/process"
)

// grace is how long a component may take to end by itself.
const grace = 10 * time.Second

// patience is how long the kernel may take to end all that runs within a real node.
const patience = time.Minute

// operation is a change of a cluster. It holds the cluster's lock, so what it knows stays true.
type operation struct {
	*Cluster
	lock *filelock.Lock
	// mu guards the state: components are started in parallel.
	mu    sync.Mutex
	state state
}

func (c *Cluster) begin(ctx context.Context) (*operation, error) {
	lock, err := filelock.Acquire(ctx, c.layout.lock(), func() {
		c.progress.say("lock", "waiting for another process that changes this cluster")
	})
	if err != nil {
		return nil, err
	}
	state, err := loadState(c.layout.state())
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return &operation{Cluster: c, lock: lock, state: state}, nil
}

func (o *operation) end() { _ = o.lock.Unlock() }

func (o *operation) process(component string) runningProcess {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state.Processes[component]
}

func (o *operation) save() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state.save(o.layout.state())
}

func (o *operation) settings() settings {
	return settings{
		layout: o.layout, binaries: o.state.Binaries, ports: o.state.Ports, metricResolution: o.state.MetricResolution,
	}
}

// command is the program of a component with the flags that it should have.
func (o *operation) command(c component) []string {
	return append([]string{o.program(c.name)}, c.flags(o.settings())...)
}

func (o *operation) program(component string) string {
	switch component {
	case Node:
		return "/bin/sh"
	case Containerd:
		return filepath.Join(o.state.Runtime, component)
	default:
		return filepath.Join(o.state.Binaries, component)
	}
}

// environment is all that the programs see of one.
func (o *operation) environment() []string {
	if o.state.RealNode {
		// containerd finds its helpers by their names.
		return o.layout.environment(o.state.Runtime)
	}
	return o.layout.environment()
}

// run sees to it that the component runs by the command that it should run by, and serves.
func (o *operation) run(ctx context.Context, c component) error {
	begin := time.Now()
	command := o.command(c)
	running := o.process(c.name)
	started := !running.runs(command)
	if started {
		if err := o.replace(c.name, running, command); err != nil {
			return err
		}
	} else if err := running.Signal(syscall.SIGCONT); err != nil {
		return err
	}
	check, err := o.ready(c)
	if err != nil {
		return err
	}
	if err := o.await(ctx, c.name, "an answer", check); err != nil {
		return err
	}
	o.sayReady(c.name, started, time.Since(begin))
	return nil
}

func (o *operation) sayReady(component string, started bool, took time.Duration) {
	where := fmt.Sprintf("pid %d", o.process(component).PID)
	if port := o.state.Ports[component]; port != 0 {
		where = url(port) + ", " + where
	}
	if started {
		o.progress.say(component, "ready after %.1fs at %s", took.Seconds(), where)
	} else {
		o.progress.say(component, "runs at %s", where)
	}
}

// replace ends what runs and starts the command instead.
func (o *operation) replace(component string, running runningProcess, command []string) error {
	if err := running.Stop(grace); err != nil {
		return fmt.Errorf("%s: %w", component, err)
	}
	log := o.layout.log(component)
	// The log of the run before is often what is wanted when a component has to be started again.
	if err := os.Rename(log, log+".previous"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	err := process.Start(process.Command{
		Path: command[0],
		Args: command[1:],
		Dir:  o.layout.home(),
		Env:  o.environment(),
		Log:  log,

		Apart:  component == Node,
		Within: o.within(component),
	}, func(id process.Identity) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.state.Processes[component] = runningProcess{Identity: id, Command: command}
		return o.state.save(o.layout.state())
	})
	if err != nil {
		return componentError(component, fmt.Errorf("could not be started: %w", err), log)
	}
	return nil
}

// stop ends a component and forgets it.
func (o *operation) stop(component string) error {
	running := o.process(component)
	if running.Alive() {
		o.progress.say(component, "stopping pid %d", running.PID)
	}
	if err := running.Stop(grace); err != nil {
		return fmt.Errorf("%s: %w", component, err)
	}
	o.mu.Lock()
	delete(o.state.Processes, component)
	o.mu.Unlock()
	return o.save()
}
