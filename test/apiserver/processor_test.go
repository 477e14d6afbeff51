package apiserver

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestProcessorOf(t *testing.T) {
	stat := func(name string, parent int) []byte {
		return fmt.Appendf(nil, "4711 (%s) S %d 1 1 0 -1 4194560 1 0 0 0 250 50 7 8 20 0 1 0 99 1 1\n", name, parent)
	}
	spent, ours := processorOf(stat("etcd", os.Getpid()), "etcd")
	if !ours || spent != 3*time.Second {
		t.Errorf("%v, %v; want 3s of our child", spent, ours)
	}
	for name, stat := range map[string][]byte{
		"another program": stat("etcdctl", os.Getpid()),
		"another's child": stat("etcd", 1),
		"broken off":      stat("etcd", os.Getpid())[:20],
		"nothing":         nil,
	} {
		if _, ours := processorOf(stat, "etcd"); ours {
			t.Errorf("%s passes for our etcd", name)
		}
	}
}

func TestProcessorOfNobody(t *testing.T) {
	if _, err := Processor("no such program"); err == nil {
		t.Error("a program that does not run has used the processor")
	}
}
