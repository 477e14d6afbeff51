// Command pause does nothing until it is told to end. A pod's sandbox runs it, so that the pod has a network before its
// first container and after its last.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
