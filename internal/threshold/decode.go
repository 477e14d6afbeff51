package threshold

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// What an encoding may hold.
const (
	// maxName bounds each name, in bytes: four times the longest that Kubernetes
	// has.
	maxName = 1024
	// maxCount bounds numbers of subjects and pods.
	maxCount = math.MaxInt32
	// maxSeconds bounds distances of times: 200 years.
	maxSeconds = 200 * 366 * 24 * 3600
)

var errMalformed = errors.New("malformed alerts")

// Decode reads a state from the start of data and returns the rest. It takes
// whatever bytes: those that are no state are an error, and the memory that it
// takes is bounded by their number.
func Decode(data []byte) (s State, rest []byte, err error) {
	if len(data) == 0 {
		return State{}, nil, errMalformed
	}
	if data[0] != encodingVersion {
		return State{}, nil, fmt.Errorf("alerts of version %d, known is %d", data[0], encodingVersion)
	}
	r := reader{rest: data[1:]}
	r.state(&s)
	if r.failed {
		return State{}, nil, errMalformed
	}
	return s, r.rest, nil
}

// reader reads an encoding. Once it has failed, it reads zeros.
type reader struct {
	rest   []byte
	failed bool
	// second is what times are counted from, in Unix seconds.
	second int64
}

func (r *reader) state(s *State) {
	s.Time = r.time()
	if !s.Time.IsZero() {
		r.second = s.Time.Unix()
	}
	copy(s.Meaning[:], r.bytes(len(s.Meaning)))
	s.Phase, s.PhaseTime = r.phase(), r.time()
	s.Severity, s.Announced, s.AnnouncedTime = r.severity(), r.severity(), r.time()
	for _, n := range s.Counts.all() {
		*n = int(r.number(maxCount))
	}
	s.TooMany = int(r.number(maxCount))
	s.Silenced = r.flag()
	for range r.number(2 * MaxSubjects) {
		a := r.alert()
		if n := len(s.Alerts); n > 0 && s.Alerts[n-1].Subject().Compare(a.Subject()) >= 0 {
			r.fail()
		}
		if r.failed {
			return
		}
		s.Alerts = append(s.Alerts, a)
	}
	for range r.number(MaxOwed) {
		n := r.notice(s.Alerts)
		if r.failed {
			return
		}
		s.Owed = append(s.Owed, n)
	}
}

func (r *reader) fail() { r.failed, r.rest = true, nil }

// number reads one that is at most limit.
func (r *reader) number(limit uint64) uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > limit {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) amount() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.fail()
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) flag() bool { return r.number(1) == 1 }

func (r *reader) text(limit int) string { return string(r.bytes(int(r.number(uint64(limit))))) }

func (r *reader) time() time.Time {
	if !r.flag() {
		return time.Time{}
	}
	seconds, nanoseconds := r.amount(), r.number(uint64(time.Second-1))
	if seconds > maxSeconds || seconds < -maxSeconds {
		r.fail()
		return time.Time{}
	}
	return time.Unix(r.second+seconds, int64(nanoseconds)).UTC()
}

func (r *reader) duration() time.Duration {
	return time.Duration(r.number(maxSeconds * uint64(time.Second)))
}

func (r *reader) phase() Phase { return Phase(r.number(uint64(PhaseFiring))) }

func (r *reader) severity() Severity { return Severity(r.number(uint64(Critical))) }

func (r *reader) alert() *Alert {
	a := &Alert{Reading: r.reading(), Phase: r.phase()}
	for i := range a.Levels {
		a.Levels[i] = r.level()
	}
	a.Announced, a.NotifiedTime = r.severity(), r.time()
	a.Cause = Cause(r.number(uint64(Deleted)))
	a.SampleTime, a.ClosedTime = r.time(), r.time()
	return a
}

func (r *reader) level() (l Level) {
	l.Phase = r.phase()
	switch l.Phase {
	case PhaseOK:
		return l
	case PhaseUnknown:
		r.fail()
	}
	for _, t := range l.times() {
		*t = r.time()
	}
	l.Held, l.Beyond = r.duration(), r.duration()
	l.NoData, l.Crossing = r.flag(), r.flag()
	return l
}

func (r *reader) reading() (x usage.Reading) {
	x.Subject = r.subject()
	x.Data = usage.Data(r.number(uint64(usage.MissingData)))
	for _, n := range amountsOf(&x) {
		*n = r.amount()
	}
	x.SampleTime, x.Pods = r.time(), int(r.number(maxCount))
	return x
}

func (r *reader) subject() (s model.Subject) {
	for _, text := range textsOf(&s) {
		*text = r.text(maxName)
	}
	s.Workload.ClusterScoped = r.flag()
	for i := range s.Labels {
		s.Labels[i] = model.LabelValue{Present: r.flag(), Value: r.text(maxName)}
	}
	return s
}

func (r *reader) notice(alerts []*Alert) (n Notice) {
	if r.flag() {
		number := r.number(maxCount)
		if number >= uint64(len(alerts)) {
			r.fail()
			return n
		}
		n.Subject = *alerts[number].Subject()
	} else {
		n.Subject = r.subject()
	}
	n.Overall = r.flag()
	n.Reason = Reason(r.number(uint64(Unknown)))
	n.Severity = r.severity()
	n.Time, n.OwedTime = r.time(), r.time()
	n.Note = r.text(MaxNote)
	if n.Reason == 0 || n.Severity == None {
		r.fail()
	}
	return n
}
