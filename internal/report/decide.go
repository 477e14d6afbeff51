package report

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/standing"
)

// Write is what must be written of a status.
type Write int

// The writes, from least to most.
const (
	Nothing Write = iota
	// ConditionsOnly leaves the numbers as they are.
	ConditionsOnly
	Everything
)

// Decision is a status and what must be written of it. With ConditionsOnly the
// status holds no numbers.
type Decision struct {
	Write  Write
	Status v1alpha1.ReportStatus
	// News tells that conditions change, or that the stored status is about
	// another spec. All else refreshes numbers, and can wait for its turn.
	News bool
}

// Decide says what a report's status must become. Numbers are written when one
// moved at three significant digits, when the history has a new point, when the
// stored ones are older than a heartbeat, and with each change of the conditions,
// so that the two agree; they are never taken away.
func Decide(f *Facts) Decision {
	p := phaseOf(f)
	if p.Waiting && (f.Starting && answers(f) || aboutToCome(f)) {
		return Decision{Write: Nothing}
	}
	status := v1alpha1.ReportStatus{}
	if p.Answers {
		status = Build(f.View)
	}
	status.ObservedGeneration = f.Generation
	status.Conditions = conditions(f, p)
	news := !saysTheSame(&status, f.Published, sameNews)
	switch said := saysTheSame(&status, f.Published, standing.Same); {
	case p.Answers && (!said || refreshDue(f, &status)):
		return Decision{Write: Everything, Status: status, News: news}
	case !said:
		return Decision{Write: ConditionsOnly, Status: status, News: news}
	default:
		return Decision{Write: Nothing}
	}
}

// refreshDue tells whether the numbers are worth a write by themselves.
func refreshDue(f *Facts, s *v1alpha1.ReportStatus) bool {
	return Fingerprint(s) != f.Fingerprint || historyDue(s.History, f.Published.History) || heartbeatDue(f)
}

// answers tells whether the stored status speaks of the spec as it is.
func answers(f *Facts) bool { return f.Published.ObservedGeneration == f.Generation }

// saysTheSame compares everything but the numbers.
func saysTheSame(a, b *v1alpha1.ReportStatus, same func(a, b v1alpha1.Condition) bool) bool {
	return a.ObservedGeneration == b.ObservedGeneration && slices.EqualFunc(a.Conditions, b.Conditions, same)
}

// aboutToCome tells whether the numbers are being summed up at this moment. The
// report is decided on again when they are there.
func aboutToCome(f *Facts) bool {
	return f.View == nil && isPrepared(f) && f.Metrics != nil && f.Metrics.Available
}

// sameNews ignores also how late a report is: to say so must not make it later.
func sameNews(a, b v1alpha1.Condition) bool {
	a.Reason, b.Reason = inTime(a.Reason), inTime(b.Reason)
	return standing.Same(a, b)
}

// heartbeatDue tells whether the stored numbers are so old, or of a time that
// cannot be read, that they are written again although none of them moved.
func heartbeatDue(f *Facts) bool {
	if f.View.SampleTime.IsZero() {
		return false
	}
	stored, err := f.Published.SampleTime.Time()
	return err != nil || f.View.SampleTime.Sub(stored) >= max(10*Interval(f.Settings), 10*time.Minute)
}

// Interval is how often a report is refreshed.
func Interval(s *v1alpha1.ReportSettings) time.Duration { return parse(s.Interval, time.Minute) }

// Window is the length of the trailing window of the statistics.
func Window(s *v1alpha1.ReportSettings) time.Duration { return parse(s.Window, time.Hour) }

// parse returns the default for what was stored before a rule refused it.
func parse(d v1alpha1.Duration, byDefault time.Duration) time.Duration {
	parsed, err := d.Parse()
	if err != nil || parsed <= 0 {
		return byDefault
	}
	return parsed
}
