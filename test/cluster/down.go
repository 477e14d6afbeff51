package cluster

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/usage-operator/usage-operator/test/cluster/internal/controlgroup"
)

// Down ends what was started from the folder, and nothing else, and removes what Up has put into it. Where no cluster
// is, it does nothing.
func Down(dir string, out io.Writer) error {
	c, err := handle(dir, out)
	if err != nil {
		return err
	}
	if !c.exists() {
		c.progress.say("cluster", "there is none in %s", c.layout)
		return nil
	}
	o, err := c.begin(context.Background())
	if err != nil {
		return err
	}
	defer o.end()
	if err := o.stopAll(); err != nil {
		return err
	}
	if err := o.removeAll(); err != nil {
		return err
	}
	c.progress.say("cluster", "is gone from %s", c.layout)
	return nil
}

// stopAll ends the components against the order in which they need each other, so that none is left to wait for one
// that is gone.
func (o *operation) stopAll() error {
	// The kernel is faster with what runs within a real node, unless the machine is very busy.
	if err := o.process(Node).Kill(patience); err != nil {
		return fmt.Errorf("%s: %w", Node, err)
	}
	for _, name := range slices.Backward(o.state.componentNames()) {
		if err := o.stop(name); err != nil {
			return err
		}
	}
	return nil
}

func (o *operation) removeAll() error {
	if o.state.RealNode {
		if err := controlgroup.Remove(o.layout.controlGroup()); err != nil {
			return err
		}
	}
	for _, path := range o.layout.all() {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	if err := o.lock.Remove(); err != nil {
		return err
	}
	// It fails if something of the user's lies there too, and then the folder is to stay.
	_ = os.Remove(string(o.layout))
	return nil
}
