package cluster

import (
	"context"
	"net"

	"github.com/usage-operator/usage-operator/test/internal/process"
)

// Within runs f where the cluster runs, and returns what f returns. With a real node, that is among its processes, with
// its mounts and in its network, whose addresses mean nothing elsewhere; f must not start goroutines that need any of
// that. Otherwise it is here.
func (c *Cluster) Within(f func() error) error {
	state, err := loadState(c.layout.state())
	if err != nil {
		return err
	}
	return state.Processes[Node].Within(f)
}

// dial connects to an address of the cluster.
func (c *Cluster) dial(ctx context.Context, network, address string) (connection net.Conn, err error) {
	err = c.Within(func() error {
		connection, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return connection, err
}

// within is where a component is to run.
func (o *operation) within(component string) process.Identity {
	if component == Node {
		return process.Identity{}
	}
	return o.process(Node).Identity
}
