package cluster

import (
	"net"
	"net/netip"
	"testing"
)

func TestPortsAreFreeAndDistinctAndKept(t *testing.T) {
	ports := map[string]int{Etcd: 12345}
	names := state{}.listening()
	if err := choosePorts(ports, names); err != nil {
		t.Fatal(err)
	}
	seen := map[int]string{}
	for _, name := range names {
		port := ports[name]
		if other, taken := seen[port]; taken {
			t.Errorf("%s and %s both have the port %d", name, other, port)
		}
		seen[port] = name
		if name != Etcd && (port < firstPort || port >= endOfPorts || !isFree(port)) {
			t.Errorf("%s has the port %d, which is out of range or not free", name, port)
		}
	}
	if ports[Etcd] != 12345 {
		t.Errorf("a port that was chosen before has become %d", ports[Etcd])
	}
}

func TestATakenPortIsNotFree(t *testing.T) {
	listener, err := net.Listen("tcp", address(0))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := netip.MustParseAddrPort(listener.Addr().String()).Port()
	if isFree(int(port)) {
		t.Errorf("port %d is taken for free", port)
	}
}
