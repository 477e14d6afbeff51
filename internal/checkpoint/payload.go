package checkpoint

import (
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// payload is the content of a checkpoint before its compression, in pieces: what
// stays the same from one to the next is mostly a piece of its own.
type payload struct {
	bytes []byte
	// cuts are where pieces end. What follows on the last is a piece, too.
	cuts []int
}

func newPayload(c *Content, rows []usage.RowTrack) *payload {
	s, p := c.Snapshot, &payload{}
	p.name(c.Owner)
	p.bytes = append(p.bytes, c.Hash[:]...)
	p.cut()
	p.varint(s.Time.UnixNano())
	p.count(len(s.Sections))
	p.cut()
	for _, name := range slices.Sorted(maps.Keys(s.Sections)) {
		p.name(name)
		p.section(s.Sections[name])
	}
	p.flag(s.Total != nil)
	if s.Total == nil {
		return p
	}
	p.track(s.Total, s.Time)
	p.count(len(rows))
	p.cut()
	for i := range rows {
		p.subject(&rows[i].Subject)
		p.track(&rows[i].Track, s.Time)
	}
	return p
}

func (p *payload) cut() { p.cuts = append(p.cuts, len(p.bytes)) }

// section is in pieces by its content, whatever it means.
func (p *payload) section(data []byte) {
	p.count(len(data))
	p.cut()
	for _, cut := range breaks(data) {
		p.cuts = append(p.cuts, len(p.bytes)+cut)
	}
	p.bytes = append(p.bytes, data...)
	p.cut()
}

func (p *payload) subject(s *model.Subject) {
	var flags byte
	if s.Workload.ClusterScoped {
		flags = clusterScoped
	}
	for i := range s.Labels {
		if s.Labels[i].Present {
			flags |= 1 << i
		}
	}
	p.bytes = append(p.bytes, flags)
	for _, name := range namesOf(s) {
		p.name(*name)
	}
	p.cut()
}

// namesOf returns the parts of a subject in the order of their encoding.
func namesOf(s *model.Subject) []*string {
	names := []*string{&s.Namespace, &s.Workload.Group, &s.Workload.Kind, &s.Workload.Name, &s.Pod, &s.Container, &s.Node}
	for i := range s.Labels {
		names = append(names, &s.Labels[i].Value)
	}
	return names
}

// track writes times as their distances from that of the snapshot: most are the
// same in all rows.
func (p *payload) track(t *usage.Track, taken time.Time) {
	p.varint(int64(taken.Sub(t.Until)))
	p.varint(t.Newest)
	flags := len(p.bytes)
	p.bytes = append(p.bytes, 0)
	for i, at := range []time.Time{t.Empty, t.Since} {
		if !at.IsZero() {
			p.bytes[flags] |= 1 << i
			p.varint(int64(taken.Sub(at)))
		}
	}
	for _, window := range t.Windows {
		if window == nil {
			p.bytes = append(p.bytes, noWindow)
		} else {
			p.bytes, p.cuts = window.AppendPieces(p.bytes, p.cuts)
		}
	}
}

// noWindow stands where a window has its length, which is not 0.
const noWindow = 0

func (p *payload) varint(n int64) { p.bytes = binary.AppendVarint(p.bytes, n) }

func (p *payload) count(n int) { p.bytes = binary.AppendUvarint(p.bytes, uint64(n)) }

func (p *payload) flag(set bool) {
	if set {
		p.bytes = append(p.bytes, 1)
	} else {
		p.bytes = append(p.bytes, 0)
	}
}

func (p *payload) name(name string) {
	p.count(len(name))
	p.bytes = append(p.bytes, name...)
}
