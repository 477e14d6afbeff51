package threshold

import (
	"math"
	"strings"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	// percentUnit is 1 %, in billionths.
	percentUnit = 10_000_000
	// nanocores are in a core.
	nanocores = 1_000_000_000
)

var severityOf = map[v1alpha1.Severity]Severity{v1alpha1.SeverityWarning: Warning, v1alpha1.SeverityCritical: Critical}

// levelsOf returns the levels, the mildest first, and whether they are below.
func levelsOf(path *field.Path, s *v1alpha1.ThresholdSettings) (levels []LevelRule, below bool, err error) {
	if len(s.Levels) == 0 {
		return nil, false, field.Required(path, "write one, for example {severity: Warning, above: 80%}, or two")
	}
	if len(s.Levels) > maxLevels {
		return nil, false, field.TooMany(path, len(s.Levels), maxLevels)
	}
	below = s.Levels[0].Below != ""
	for i := range s.Levels {
		path := path.Index(i)
		if (s.Levels[i].Below != "") != below {
			return nil, false, field.Invalid(path, shown(s.Levels[i].Severity),
				"one level has above and the other below: write two thresholds, one for too much and one for too little")
		}
		l, err := levelOf(path, s, &s.Levels[i])
		if err != nil {
			return nil, false, err
		}
		levels = append(levels, l)
	}
	levels, err = ordered(path, levels, below)
	return levels, below, err
}

func levelOf(path *field.Path, s *v1alpha1.ThresholdSettings, l *v1alpha1.ThresholdLevel) (rule LevelRule, err error) {
	severity, known := severityOf[l.Severity]
	if !known {
		return rule, field.NotSupported(path.Child("severity"), l.Severity, []v1alpha1.Severity{v1alpha1.SeverityWarning, v1alpha1.SeverityCritical})
	}
	rule.Severity = severity
	if rule.Threshold, err = boundOf(path, s, l); err != nil {
		return rule, err
	}
	if rule.Clear, err = clearOf(path.Child("clear"), s, l, rule.Threshold); err != nil {
		return rule, err
	}
	rule.For, err = durationOf(path.Child("for"), l.For, 0, maxFor)
	return rule, err
}

// boundOf returns the value of above or below.
func boundOf(path *field.Path, s *v1alpha1.ThresholdSettings, l *v1alpha1.ThresholdLevel) (int64, error) {
	switch {
	case l.Above != "" && l.Below != "":
		return 0, field.Forbidden(path.Child("below"), "a level fires above a value or below one: remove one of them")
	case l.Above != "":
		return valueOf(path.Child("above"), s, l.Above)
	case l.Below == "":
		return 0, field.Required(path.Child("above"), "write above, for example 80%, to hear of too much, or below to hear of too little")
	}
	path = path.Child("below")
	bound, err := valueOf(path, s, l.Below)
	if err == nil && bound == 0 {
		err = field.Invalid(path, shown(l.Below), "nothing is below 0: write more, for example below: 10%")
	}
	return bound, err
}

// clearOf returns the value at which a level clears.
func clearOf(path *field.Path, s *v1alpha1.ThresholdSettings, l *v1alpha1.ThresholdLevel, bound int64) (int64, error) {
	if l.Clear == "" {
		return bound, nil
	}
	value, err := valueOf(path, s, l.Clear)
	switch {
	case err != nil:
		return 0, err
	case l.Above != "" && value > bound:
		return 0, field.Invalid(path, shown(l.Clear), "what fires above a value clears at or below it, for example above: 80% and clear: 75%")
	case l.Below != "" && value < bound:
		return 0, field.Invalid(path, shown(l.Clear), "what fires below a value clears at or above it, for example below: 10% and clear: 15%")
	}
	return value, nil
}

// ordered puts the mildest level first, and refuses a worse one that is not beyond
// it.
func ordered(path *field.Path, levels []LevelRule, below bool) ([]LevelRule, error) {
	if len(levels) < maxLevels {
		return levels, nil
	}
	mild, bad := levels[0], levels[1]
	if mild.Severity == bad.Severity {
		return nil, field.Duplicate(path.Index(1).Child("severity"), "each severity has one level")
	}
	if mild.Severity > bad.Severity {
		mild, bad = bad, mild
	}
	if bad.Threshold == mild.Threshold || (bad.Threshold < mild.Threshold) != below {
		return nil, field.Invalid(path, string(v1alpha1.SeverityCritical),
			"it does not lie beyond Warning: its value is the higher one with above, the lower one with below")
	}
	return []LevelRule{mild, bad}, nil
}

// valueOf returns an amount in the unit of the measure.
func valueOf(path *field.Path, s *v1alpha1.ThresholdSettings, a v1alpha1.Amount) (int64, error) {
	if s.Measure == v1alpha1.MeasureUsage {
		return quantityOf(path, s.Resource, a)
	}
	percent, err := a.Percent()
	if err != nil {
		return 0, field.Invalid(path, shown(a), err.Error())
	}
	return percent * percentUnit, nil
}

// quantityOf returns an amount of a resource, in nanocores or bytes. Units that
// are meant for the other resource are mistakes.
func quantityOf(path *field.Path, resource v1alpha1.ResourceName, a v1alpha1.Amount) (int64, error) {
	parts, foreign, hint := int64(1), "num", "memory is in bytes, of which m is a thousandth: write bytes, such as 500Mi or 2Gi"
	if resource == v1alpha1.ResourceCPU {
		parts, foreign, hint = nanocores, "MGTPi", "cpu is in cores, and no cluster has millions: write cores, such as 500m or 2"
	}
	value, err := a.Quantity(parts)
	switch {
	case err != nil:
		return 0, field.Invalid(path, shown(a), err.Error())
	case strings.ContainsAny(string(a[len(a)-1:]), foreign):
		return 0, field.Invalid(path, string(a), hint)
	case value == math.MaxInt64:
		return 0, field.Invalid(path, string(a), "no cluster has as much: write less")
	}
	return value, nil
}
