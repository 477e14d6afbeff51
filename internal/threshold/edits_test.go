package threshold_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// situations are the states in which a rule can be edited. The rule has both
// levels, Warning above 80 % until 75 % for half a minute and Critical above 95 %
// until 90 % for half a minute, and keeps firing for half a minute.
var situations = map[string]string{
	"OK":                `70 OK`,
	"Unknown":           `70..90 Unknown`,
	"Pending":           "85 Pending \n 85 Pending",
	"Pending, open":     "85 Pending \n 85 Pending \n missing Unknown",
	"Firing":            fires,
	"Firing, open":      fires + "\n missing Firing",
	"Firing, milder":    fires + "\n 78 Firing",
	"clearing":          fires + "\n 70 Firing",
	"Critical":          worse,
	"silenced":          "! silence 1h \n 85 Pending \n 85 Pending \n 85 Firing",
	"told, silenced":    fires + "\n ! silence 1h \n 85 Firing",
	"Firing, no data":   "! nodata Fire \n missing Pending \n missing Pending \n missing Firing Unknown Critical at 45s",
	"cleared, silenced": fires + "\n ! silence 1h \n 70 Firing \n 70 Firing \n 70 OK",
}

const (
	fires = "85 Pending \n 85 Pending \n 85 Firing Exceeded Warning"
	worse = "99 Pending \n 99 Pending \n 99 Firing Exceeded Critical"
)

// edits are what can be changed in a rule, each field in both directions.
var edits = map[string]func(r *threshold.Rule){
	"nothing":          func(*threshold.Rule) {},
	"above up":         func(r *threshold.Rule) { r.Levels[0].Threshold, r.Levels[0].Clear = 90*percent, 75*percent },
	"above down":       func(r *threshold.Rule) { r.Levels[0].Threshold, r.Levels[0].Clear = 60*percent, 60*percent },
	"clear up":         func(r *threshold.Rule) { r.Levels[0].Clear = 80 * percent },
	"clear down":       func(r *threshold.Rule) { r.Levels[0].Clear = 60 * percent },
	"for longer":       func(r *threshold.Rule) { r.Levels[0].For = time.Hour },
	"for shorter":      func(r *threshold.Rule) { r.Levels[0].For = 0 },
	"critical longer":  func(r *threshold.Rule) { r.Levels[1].For = time.Hour },
	"warning removed":  func(r *threshold.Rule) { r.Levels = r.Levels[1:] },
	"critical removed": func(r *threshold.Rule) { r.Levels = r.Levels[:1] },
	"floor up":         func(r *threshold.Rule) { r.Floor = 1001 },
	"keep longer":      func(r *threshold.Rule) { r.KeepFiringFor = time.Hour },
	"keep never":       func(r *threshold.Rule) { r.KeepFiringFor = 0 },
	"repeat":           func(r *threshold.Rule) { r.RepeatInterval = tick },
	"no data keeps":    func(r *threshold.Rule) { r.FireOnNoData = false },
	"no data fires":    func(r *threshold.Rule) { r.FireOnNoData = true },
	"silence":          func(r *threshold.Rule) { r.SilencedUntil = noon.Add(time.Hour) },
	"no silence":       func(r *threshold.Rule) { r.SilencedUntil = time.Time{} },
	"silence is over":  func(r *threshold.Rule) { r.SilencedUntil = noon },
	"meaning":          func(r *threshold.Rule) { r.Meaning[0]++ },
}

// TestEdits edits every field in every situation.
func TestEdits(t *testing.T) {
	for _, situation := range slices.Sorted(maps.Keys(situations)) {
		for _, edit := range slices.Sorted(maps.Keys(edits)) {
			got := outcome(t, situations[situation], edits[edit])
			want, isOther := outcomes[situation][edit]
			if !isOther {
				want = outcomes[situation]["nothing"]
			}
			if got != want {
				t.Errorf("%s, %s: %q, want %q", situation, edit, got, want)
			}
		}
	}
}

// outcome brings a threshold into a situation and edits it.
func outcome(t *testing.T, situation string, edit func(*threshold.Rule)) string {
	t.Helper()
	rule := ruleOf(warning, threshold.LevelRule{Severity: threshold.Critical, Threshold: 95 * percent, Clear: 90 * percent, For: 2 * tick})
	rule.KeepFiringFor = 2 * tick
	s := run(t, rule, situation)
	s.rule.Levels = slices.Clone(s.rule.Levels)
	edit(&s.rule)
	var texts []string
	r := s.last
	for range 2 {
		s.now = s.now.Add(tick)
		texts = append(texts, s.step([]usage.Reading{r}))
		r.SampleTime = s.now.Add(tick)
		if r.Data == usage.MissingData {
			r.SampleTime = time.Time{}
		}
		s.sampled = r.SampleTime
	}
	return strings.Join(texts, "; ")
}
