package report

import (
	"fmt"
	"slices"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// stretched tells whether a report cannot keep its interval, because all statuses
// together may write only so many bytes a second. That shows once one of its
// writes has waited for an interval. It no longer holds when the wait is less
// than half of one: between the two it stays as it is, so that it does not change
// with each write.
func stretched(f *Facts) bool {
	interval := Interval(f.Settings)
	return f.Waited >= interval || f.Waited >= interval/2 && wasStretched(f.Published)
}

func wasStretched(s *v1alpha1.ReportStatus) bool {
	return slices.ContainsFunc(s.Conditions, func(c v1alpha1.Condition) bool {
		return c.Type == v1alpha1.ConditionReady && c.Reason == v1alpha1.ReasonIntervalStretched
	})
}

func lateness(f *Facts) string {
	return fmt.Sprintf("The status answers the spec, but it waited %s for its turn to be written, with an interval of %s: "+
		"all reports together may write only so many bytes a second. "+
		"Lengthen spec.interval, lower spec.top, or raise --status-bytes-per-second of the operator.",
		v1alpha1.NewDuration(f.Waited), v1alpha1.NewDuration(Interval(f.Settings)))
}

// inTime returns the reason that a report would have if it were not stretched.
func inTime(reason string) string {
	if reason == v1alpha1.ReasonIntervalStretched {
		return v1alpha1.ReasonReported
	}
	return reason
}
