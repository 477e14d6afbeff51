package threshold

import (
	"cmp"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/checkpoint"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	maxFor     = 24 * time.Hour
	minRepeat  = time.Minute
	stdRepeat  = 30 * time.Minute
	minWindow  = time.Minute
	maxWindow  = 744 * time.Hour
	maxLevels  = 2
	noDeadline = "without an end it would hold back Events for ever: write a time, for example 2026-12-01T00:00:00Z"
)

// Compile returns the rule of a threshold. An error names the field and says what
// would be right; it concerns this one object. The API server refuses the same,
// but an object may have been stored before it did.
func Compile(object v1alpha1.ThresholdObject) (*Rule, error) {
	spec, s := field.NewPath("spec"), object.ThresholdSettings()
	if err := checkMeasure(spec, object); err != nil {
		return nil, err
	}
	rule := &Rule{
		Objects:      slices.ContainsFunc(object.SelectionSpec().GroupBy, namesObject),
		FireOnNoData: s.OnNoData == v1alpha1.NoDataFire,
	}
	var err error
	if rule.Levels, rule.Below, err = levelsOf(spec.Child("levels"), s); err != nil {
		return nil, err
	}
	if rule.Floor, err = floorOf(spec.Child("floor"), s); err != nil {
		return nil, err
	}
	if rule.SilencedUntil, err = silenceOf(spec.Child("silence", "until"), s.Silence); err != nil {
		return nil, err
	}
	if err := rule.setTimers(spec, s); err != nil {
		return nil, err
	}
	rule.Meaning, err = meaningOf(object, rule.Below)
	return rule, err
}

// namesObject tells whether subjects by a key are, or belong to, objects.
func namesObject(k v1alpha1.GroupKey) bool {
	switch k.Type {
	case v1alpha1.GroupByNamespace, v1alpha1.GroupByWorkload, v1alpha1.GroupByPod, v1alpha1.GroupByContainer, v1alpha1.GroupByNode:
		return true
	default:
		return false
	}
}

// meaningOf identifies what a threshold measures of what. What is absent means the
// same as what it defaults to.
func meaningOf(object v1alpha1.ThresholdObject, below bool) ([16]byte, error) {
	s := object.ThresholdSettings()
	return checkpoint.HashOf(
		object.SelectionSpec(), s.Resource, s.Measure,
		cmp.Or(s.Combine, v1alpha1.CombineSum), cmp.Or(s.Statistic, v1alpha1.StatisticCurrent), below,
	)
}

// floorOf returns the smallest denominator that counts. Nothing divided by nothing
// is no percentage.
func floorOf(path *field.Path, s *v1alpha1.ThresholdSettings) (int64, error) {
	switch {
	case s.Measure == v1alpha1.MeasureUsage && s.Floor != "":
		return 0, field.Forbidden(path, "floor is compared with what usage is divided by, and Usage is not divided: remove it, or choose a measure such as PercentOfRequests")
	case s.Measure == v1alpha1.MeasureUsage:
		return 0, nil
	case s.Floor == "":
		return 1, nil
	}
	floor, err := quantityOf(path, s.Resource, s.Floor)
	return max(floor, 1), err
}

func silenceOf(path *field.Path, s *v1alpha1.Silence) (time.Time, error) {
	switch {
	case s == nil:
		return time.Time{}, nil
	case s.Until == "":
		return time.Time{}, field.Required(path, noDeadline)
	}
	until, err := s.Until.Time()
	if err != nil {
		return time.Time{}, field.Invalid(path, shown(s.Until), err.Error())
	}
	return until.UTC(), nil
}

func (r *Rule) setTimers(spec *field.Path, s *v1alpha1.ThresholdSettings) (err error) {
	if r.KeepFiringFor, err = durationOf(spec.Child("keepFiringFor"), s.KeepFiringFor, 0, maxFor); err != nil {
		return err
	}
	r.RepeatInterval = stdRepeat
	if s.RepeatInterval == "" {
		return nil
	}
	path := spec.Child("repeatInterval")
	if r.RepeatInterval, err = durationOf(path, s.RepeatInterval, 0, maxFor); err != nil {
		return err
	}
	if r.RepeatInterval > 0 && r.RepeatInterval < minRepeat {
		return field.Invalid(path, shown(s.RepeatInterval), "it is 1m to 24h, or 0s for never")
	}
	return nil
}

// durationOf parses a duration within bounds; 0 where it is absent.
func durationOf(path *field.Path, text v1alpha1.Duration, least, most time.Duration) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := text.Parse()
	if err != nil {
		return 0, field.Invalid(path, shown(text), err.Error())
	}
	if d < least || d > most {
		return 0, field.Invalid(path, shown(text), "it is "+string(v1alpha1.NewDuration(least))+" to "+string(v1alpha1.NewDuration(most)))
	}
	return d, nil
}

// shown is as much of a value as belongs in a message.
func shown[T ~string](value T) string { return string(value[:min(len(value), 40)]) }
