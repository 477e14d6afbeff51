package cluster

import (
	"context"
	"io"
	"os"
	"slices"
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
	for _, name := range slices.Backward(componentNames()) {
		if err := o.stop(name); err != nil {
			return err
		}
	}
	return nil
}

func (o *operation) removeAll() error {
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
