package threshold

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// The encoding of a state is a byte that says its version, and behind it the
// fields in their order, in varints. Times are their distances from that of the
// state in seconds, and nanoseconds: those of samples have none. The subject of a
// notice that also has an alert is its number among them.
const encodingVersion = 1

// AppendBinary appends the encoding of the state to dst. It never fails. Subjects
// with names that no object of Kubernetes has, longer than maxName, are left out.
func (s *State) AppendBinary(dst []byte) ([]byte, error) {
	w := writer{to: append(dst, encodingVersion)}
	w.base(s.Time)
	w.to = append(w.to, s.Meaning[:]...)
	w.number(uint64(s.Phase))
	w.time(s.PhaseTime)
	w.number(uint64(s.Severity))
	w.number(uint64(s.Announced))
	w.time(s.AnnouncedTime)
	for _, n := range s.Counts.all() {
		w.number(uint64(*n))
	}
	w.number(uint64(s.TooMany))
	w.flag(s.Silenced)
	numbers := w.alerts(s.Alerts)
	w.notices(s.Owed, numbers)
	return w.to, nil
}

// all returns the counts in the order of their encoding.
func (c *Counts) all() [5]*int {
	return [...]*int{&c.Total, &c.OK, &c.Pending, &c.Firing, &c.Unknown}
}

// writer appends to an encoding.
type writer struct {
	to []byte
	// second is what times are counted from, in Unix seconds.
	second int64
}

func (w *writer) number(n uint64) { w.to = binary.AppendUvarint(w.to, n) }

func (w *writer) amount(n int64) { w.to = binary.AppendVarint(w.to, n) }

func (w *writer) flag(set bool) {
	if set {
		w.number(1)
	} else {
		w.number(0)
	}
}

func (w *writer) text(s string) {
	w.number(uint64(len(s)))
	w.to = append(w.to, s...)
}

// base writes the time that the others are counted from.
func (w *writer) base(t time.Time) {
	w.time(t)
	if !t.IsZero() {
		w.second = t.Unix()
	}
}

func (w *writer) time(t time.Time) {
	w.flag(!t.IsZero())
	if t.IsZero() {
		return
	}
	w.amount(t.Unix() - w.second)
	w.number(uint64(t.Nanosecond()))
}

// alerts returns the number of each subject.
func (w *writer) alerts(alerts []*Alert) map[model.Subject]int {
	alerts = slices.DeleteFunc(slices.Clone(alerts), func(a *Alert) bool { return !isStorable(a.Subject()) })
	numbers := make(map[model.Subject]int, len(alerts))
	w.number(uint64(len(alerts)))
	for i, a := range alerts {
		numbers[*a.Subject()] = i
		w.alert(a)
	}
	return numbers
}

func (w *writer) alert(a *Alert) {
	w.reading(&a.Reading)
	w.number(uint64(a.Phase))
	for i := range a.Levels {
		w.level(&a.Levels[i])
	}
	w.number(uint64(a.Announced))
	w.time(a.NotifiedTime)
	w.number(uint64(a.Cause))
	w.time(a.SampleTime)
	w.time(a.ClosedTime)
}

func (w *writer) level(l *Level) {
	w.number(uint64(l.Phase))
	if l.Phase == PhaseOK {
		return
	}
	for _, t := range l.times() {
		w.time(*t)
	}
	w.number(uint64(l.Held))
	w.number(uint64(l.Beyond))
	w.flag(l.NoData)
	w.flag(l.Crossing)
}

// times returns the times in the order of their encoding.
func (l *Level) times() [4]*time.Time {
	return [...]*time.Time{&l.PendingTime, &l.FiringTime, &l.ClearingTime, &l.DecidedTime}
}

func (w *writer) reading(r *usage.Reading) {
	w.subject(&r.Subject)
	w.number(uint64(r.Data))
	for _, n := range amountsOf(r) {
		w.amount(*n)
	}
	w.time(r.SampleTime)
	w.number(uint64(r.Pods))
}

// amountsOf returns the amounts of a reading in the order of their encoding.
func amountsOf(r *usage.Reading) [5]*int64 {
	return [...]*int64{&r.Value, &r.Lower, &r.Upper, &r.Usage, &r.Denominator}
}

func (w *writer) subject(s *model.Subject) {
	for _, text := range textsOf(s) {
		w.text(*text)
	}
	w.flag(s.Workload.ClusterScoped)
	for _, l := range s.Labels {
		w.flag(l.Present)
		w.text(l.Value)
	}
}

// textsOf returns the texts of a subject, without its labels.
func textsOf(s *model.Subject) [7]*string {
	return [...]*string{
		&s.Namespace, &s.Workload.Group, &s.Workload.Kind, &s.Workload.Name, &s.Pod, &s.Container, &s.Node,
	}
}

func isStorable(s *model.Subject) bool {
	for _, text := range textsOf(s) {
		if len(*text) > maxName {
			return false
		}
	}
	return !slices.ContainsFunc(s.Labels[:], func(l model.LabelValue) bool { return len(l.Value) > maxName })
}

// notices writes the newest that are owed, as many as may be.
func (w *writer) notices(owed []Notice, numbers map[model.Subject]int) {
	owed = slices.DeleteFunc(slices.Clone(owed), func(n Notice) bool { return !isStorable(&n.Subject) })
	owed = owed[max(len(owed)-MaxOwed, 0):]
	w.number(uint64(len(owed)))
	for i := range owed {
		n := &owed[i]
		number, known := numbers[n.Subject]
		w.flag(known)
		if known {
			w.number(uint64(number))
		} else {
			w.subject(&n.Subject)
		}
		w.flag(n.Overall)
		w.number(uint64(n.Reason))
		w.number(uint64(n.Severity))
		w.time(n.Time)
		w.time(n.OwedTime)
		w.text(cut(n.Note))
	}
}
