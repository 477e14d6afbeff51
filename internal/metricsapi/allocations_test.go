package metricsapi

import (
	"bytes"
	"testing"

	"github.com/usage-operator/usage-operator/internal/model"
)

func TestAllocations(t *testing.T) {
	const pods = 10_000
	var d podDecoder
	var s model.Samples
	body := encode(t, protobufType, podListOf(pods))
	if err := d.decode(body, &s); err != nil {
		t.Fatal(err)
	}
	if per := testing.AllocsPerRun(5, func() {
		if err := d.decode(body, &s); err != nil {
			t.Fatal(err)
		}
	}); per > 10 {
		t.Errorf("%.0f allocations to read %d known pods again", per, pods)
	}
}

// TestAllocationsWithChurn replaces one pod in fifty and reverses each pod's
// containers, which metrics-server lists in random order.
func TestAllocationsWithChurn(t *testing.T) {
	const pods = 10_000
	var d podDecoder
	var s model.Samples
	list := podListOf(pods)
	before := encode(t, protobufType, list)
	for n := range list.Items {
		if c := list.Items[n].Containers; n%50 == 0 {
			list.Items[n].Name += "-new"
		} else {
			c[0], c[1] = c[1], c[0]
		}
	}
	after := encode(t, protobufType, list)
	if per := testing.AllocsPerRun(5, func() {
		for _, body := range [][]byte{before, after} {
			if err := d.decode(body, &s); err != nil {
				t.Fatal(err)
			}
		}
	}); per > 2*pods/50+100 {
		t.Errorf("%.0f allocations for 2 reads of %d pods that differ in %d", per, pods, pods/50)
	}
}

func TestAllocationsOfNodes(t *testing.T) {
	const nodes = 5_000
	var s stream
	var names recall
	var into model.NodeSamples
	body := encode(t, protobufType, nodeListOf(nodes))
	read := func() {
		into.Reset()
		rows := newNodeRows(&into, &names)
		if err := s.decode(bytes.NewReader(body), nodeMetricsList, rows); err != nil {
			t.Fatal(err)
		}
		rows.finish()
	}
	read()
	if per := testing.AllocsPerRun(5, read); per > 10 {
		t.Errorf("%.0f allocations to read %d known nodes again", per, nodes)
	}
}
