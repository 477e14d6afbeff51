package checkpoint

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Encode returns a checkpoint of at most so many bytes, and how many rows it leaves
// out for that.
func Encode(c *Content, limit int) (data []byte, omitted int, err error) {
	limit = min(limit, MaxBytes)
	rows := storable(c.Snapshot.Rows)
	for {
		payload := encode(c, rows)
		size := len(payload)
		if size <= maxPayload {
			if data, err = seal(payload); err != nil {
				return nil, 0, fmt.Errorf("compress a checkpoint: %w", err)
			}
			if len(data) <= limit {
				return data, len(c.Snapshot.Rows) - len(rows), nil
			}
			size = len(data)
		}
		if len(rows) == 0 {
			return nil, 0, fmt.Errorf("even without rows the checkpoint takes %d bytes, allowed are %d", size, limit)
		}
		rows = rows[:fewer(len(rows), size, limit)]
	}
}

// fewer guesses how many of n rows fit where all take too much.
func fewer(n, size, limit int) int { return min(n-1, n*min(limit, size)/size) }

// storable are the rows that can be decoded again. Owner references are the only
// names that nobody bounds.
func storable(rows []usage.RowTrack) []usage.RowTrack {
	tooLong := func(w usage.RowTrack) bool {
		return slices.ContainsFunc(namesOf(&w.Subject), func(name *string) bool { return len(*name) > maxName })
	}
	rows = slices.DeleteFunc(slices.Clone(rows), tooLong)
	return rows[:min(len(rows), usage.MaxSeries)]
}

// namesOf returns the parts of a subject in the order of their encoding.
func namesOf(s *model.Subject) []*string {
	names := []*string{&s.Namespace, &s.Workload.Group, &s.Workload.Kind, &s.Workload.Name, &s.Pod, &s.Container, &s.Node}
	for i := range s.Labels {
		names = append(names, &s.Labels[i].Value)
	}
	return names
}

func encode(c *Content, rows []usage.RowTrack) []byte {
	s := c.Snapshot
	to := appendName(nil, c.Owner)
	to = append(to, c.Hash[:]...)
	to = binary.AppendVarint(to, s.Time.UnixNano())
	to = binary.AppendUvarint(to, uint64(len(s.Sections)))
	for _, name := range slices.Sorted(maps.Keys(s.Sections)) {
		to = appendName(to, name)
		to = appendName(to, string(s.Sections[name]))
	}
	if s.Total == nil {
		return append(to, 0)
	}
	to = appendTrack(append(to, 1), s.Total, s.Time)
	to = binary.AppendUvarint(to, uint64(len(rows)))
	for i := range rows {
		to = appendSubject(to, &rows[i].Subject)
		to = appendTrack(to, &rows[i].Track, s.Time)
	}
	return to
}

func appendSubject(to []byte, s *model.Subject) []byte {
	var flags byte
	if s.Workload.ClusterScoped {
		flags = clusterScoped
	}
	for i := range s.Labels {
		if s.Labels[i].Present {
			flags |= 1 << i
		}
	}
	to = append(to, flags)
	for _, name := range namesOf(s) {
		to = appendName(to, *name)
	}
	return to
}

// appendTrack writes times as their distances from that of the snapshot: most are
// the same in all rows.
func appendTrack(to []byte, t *usage.Track, taken time.Time) []byte {
	to = binary.AppendVarint(to, int64(taken.Sub(t.Until)))
	to = binary.AppendVarint(to, t.Newest)
	flags := len(to)
	to = append(to, 0)
	for i, at := range []time.Time{t.Empty, t.Since} {
		if !at.IsZero() {
			to[flags] |= 1 << i
			to = binary.AppendVarint(to, int64(taken.Sub(at)))
		}
	}
	for _, window := range t.Windows {
		if window == nil {
			to = append(to, noWindow)
		} else {
			to, _ = window.AppendBinary(to) // which never fails
		}
	}
	return to
}

// noWindow stands where a window has its length, which is not 0.
const noWindow = 0

func appendName(to []byte, name string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(name))), name...)
}
