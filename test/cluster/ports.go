package cluster

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// The ports of the components lie below those that the system gives to outgoing connections (from 32768 on Linux, from
// 49152 on macOS) and below the NodePorts. While a component is down, no connection can therefore take its port by chance.
const (
	firstPort  = 20000
	endOfPorts = 30000
)

// localhost is where all components listen.
const localhost = "127.0.0.1"

// choosePorts gives a free port to each name that has none.
func choosePorts(ports map[string]int, names []string) error {
	taken := map[int]bool{}
	for _, port := range ports {
		taken[port] = true
	}
	for _, name := range names {
		if ports[name] != 0 {
			continue
		}
		port, err := freePort(taken)
		if err != nil {
			return err
		}
		ports[name], taken[port] = port, true
	}
	return nil
}

// freePort finds a port by trying it. Between the attempt and its use another process may take it; Up then chooses again.
func freePort(taken map[int]bool) (int, error) {
	for range endOfPorts - firstPort {
		port := firstPort + rand.IntN(endOfPorts-firstPort)
		if !taken[port] && isFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("found no free port on %s between %d and %d", localhost, firstPort, endOfPorts)
}

func isFree(port int) bool {
	listener, err := net.Listen("tcp", address(port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

func address(port int) string { return net.JoinHostPort(localhost, strconv.Itoa(port)) }

func url(port int) string { return "https://" + address(port) }
