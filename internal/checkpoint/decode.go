package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/sketch"
	"github.com/usage-operator/usage-operator/internal/usage"
)

const (
	// maxName bounds each name, in bytes: four times the longest that Kubernetes
	// has.
	maxName = 1024
	// maxSections bounds the number of further sections.
	maxSections = 16
	// clusterScoped is the flag of a workload; those below are of labels.
	clusterScoped = 1 << model.MaxGroupKeys
	// farthest bounds all times, before and after 1970: 200 years.
	farthest = 200 * 365 * 24 * time.Hour
)

// Decode returns what a checkpoint holds. Base is the one that it refers to; nil for
// one that stands alone. Its errors have a Reason.
func Decode(data, base []byte) (*Content, error) {
	payload, version, err := unseal(data)
	if err == nil && version == continued {
		payload, err = join(payload, base)
	}
	if err != nil {
		return nil, err
	}
	r := reader{rest: payload}
	c := r.content()
	if r.err == nil && len(r.rest) > 0 {
		r.fail(errors.New("something follows"))
	}
	if r.err != nil {
		return nil, &Error{Corrupt, r.err}
	}
	return c, nil
}

// reader reads a payload. After its first error, it reads nothing but zeros.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err, r.rest = err, nil
	}
}

func (r *reader) content() *Content {
	c := &Content{Owner: r.name(maxName), Snapshot: &usage.Snapshot{}}
	copy(c.Hash[:], r.bytes(len(c.Hash)))
	s := c.Snapshot
	s.Time = time.Unix(0, int64(r.distance())).UTC()
	s.Sections = r.sections()
	if err := s.CheckSections(); err != nil {
		r.fail(err)
	}
	if !r.flag() {
		return c
	}
	s.Total = new(r.track(s.Time))
	known := map[model.Subject]bool{}
	for range r.count(usage.MaxSeries) {
		row := usage.RowTrack{Subject: r.subject()}
		row.Track = r.track(s.Time)
		if known[row.Subject] {
			r.fail(errors.New("a row occurs twice"))
		}
		if r.err != nil {
			break
		}
		known[row.Subject] = true
		s.Rows = append(s.Rows, row)
	}
	return c
}

func (r *reader) sections() (sections map[string][]byte) {
	for range r.count(maxSections) {
		name := r.name(maxName)
		data := r.name(maxPayload)
		if _, known := sections[name]; known {
			r.fail(fmt.Errorf("section %q occurs twice", name))
		}
		if sections == nil {
			sections = map[string][]byte{}
		}
		sections[name] = []byte(data)
	}
	return sections
}

func (r *reader) subject() (s model.Subject) {
	flags := r.flags(model.MaxGroupKeys + 1)
	s.Workload.ClusterScoped = flags&clusterScoped != 0
	for i := range s.Labels {
		s.Labels[i].Present = flags&(1<<i) != 0
	}
	for _, name := range namesOf(&s) {
		*name = r.name(maxName)
	}
	return s
}

func (r *reader) track(taken time.Time) (t usage.Track) {
	t.Until = taken.Add(-r.distance())
	t.Newest = r.varint()
	flags := r.flags(2)
	for i, at := range []*time.Time{&t.Empty, &t.Since} {
		if flags&(1<<i) != 0 {
			*at = taken.Add(-r.distance())
		}
	}
	for i := range t.Windows {
		if r.err != nil {
			return t
		}
		if len(r.rest) > 0 && r.rest[0] == noWindow {
			r.rest = r.rest[1:]
			continue
		}
		window, rest, err := sketch.Decode(r.rest)
		if err != nil {
			r.fail(err)
			return t
		}
		t.Windows[i], r.rest = window, rest
	}
	return t
}

// distance is between two times.
func (r *reader) distance() time.Duration {
	d := time.Duration(r.varint())
	if d > farthest || d < -farthest {
		r.fail(errors.New("a time is beyond the bounds"))
		return 0
	}
	return d
}

func (r *reader) varint() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.fail(errTruncated)
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) count(most int) int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(min(most, math.MaxInt32)) {
		r.fail(errors.New("a number is beyond the bounds"))
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *reader) flag() bool { return r.flags(1) == 1 }

// flags returns so many flags, of at most eight.
func (r *reader) flags(n int) byte {
	b := r.bytes(1)
	if b != nil && b[0]>>n != 0 {
		r.fail(errors.New("a flag is unknown"))
	}
	if r.err != nil {
		return 0
	}
	return b[0]
}

func (r *reader) name(most int) string { return string(r.bytes(r.count(most))) }

// bytes returns so many, nil after an error.
func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.fail(errTruncated)
	}
	if r.err != nil {
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

var errTruncated = errors.New("it ends too early")
