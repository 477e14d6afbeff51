package metricsapi

import (
	"slices"
	"strings"

	"github.com/usage-operator/usage-operator/internal/model"
)

// nodeUsage is the field of NodeMetrics beyond the head.
const nodeUsage = 4

// nodeRows turns items into the rows of a read.
type nodeRows struct {
	into    *model.NodeSamples
	names   *recall
	settled bool
}

func newNodeRows(into *model.NodeSamples, names *recall) *nodeRows {
	names.rewind()
	return &nodeRows{into: into, names: names, settled: true}
}

// scan adds one NodeMetrics in protobuf.
func (r *nodeRows) scan(message []byte) error {
	var h head
	var u usage
	for len(message) > 0 {
		number, value, n := nextField(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		var err error
		switch number {
		case metricsMetadata, metricsTimestamp, metricsWindow:
			err = h.field(number, value)
		case nodeUsage:
			if value == nil {
				return errWire
			}
			err = u.entry(value)
		}
		if err != nil {
			return err
		}
	}
	return r.add(&h, &u)
}

// add adds the row of a node.
func (r *nodeRows) add(h *head, u *usage) error {
	if badName(h.name, maxName) {
		return errName
	}
	if !u.complete() {
		r.into.Unusable++
		return nil
	}
	rows := r.into.Nodes
	if len(rows) >= maxItems {
		return errTooMany
	}
	// Nodes have no namespace, whatever the metadata says.
	_, name, _ := r.names.pod(nil, h.name, "")
	if len(rows) > 0 && rows[len(rows)-1].Name >= name {
		r.settled = false
	}
	r.into.Nodes = append(r.into.Nodes, model.NodeSample{Name: name, Time: h.time, Window: h.window, Usage: u.amounts})
	return nil
}

// finish sorts the rows, drops what is there twice, and remembers the names.
func (r *nodeRows) finish() {
	if !r.settled {
		slices.SortStableFunc(r.into.Nodes, func(a, b model.NodeSample) int { return strings.Compare(a.Name, b.Name) })
		r.into.Nodes = dropOlder(r.into.Nodes,
			func(a, b *model.NodeSample) bool { return a.Name == b.Name },
			func(a, b *model.NodeSample) bool { return a.Time.Before(b.Time) })
	}
	if r.names.done() {
		return
	}
	r.names.forget()
	for i := range r.into.Nodes {
		r.names.remember("", r.into.Nodes[i].Name, nil)
	}
}
