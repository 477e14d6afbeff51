package threshold_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// FuzzCompile takes whatever spec can be stored. It is refused with a reason, or it is
// a rule that holds what others rely on, and by which any values can be judged.
func FuzzCompile(f *testing.F) {
	f.Add(`{"resource": "memory", "measure": "PercentOfLimits", "levels": [{"severity": "Warning", "above": "80%"}]}`)
	f.Add(`{"resource": "cpu", "measure": "Usage", "levels": [{"severity": "Critical", "below": "100m", "clear": "1e3", "for": "1h30m"}]}`)
	f.Add(`{"resource": "memory", "measure": "PercentOfRequests", "statistic": "P95", "window": "5m", "floor": "100Mi",
		"levels": [{"severity": "Critical", "above": "95%", "for": "1m"}, {"severity": "Warning", "above": "80%", "clear": "75%"}],
		"keepFiringFor": "2m", "repeatInterval": "0s", "onNoData": "Fire", "silence": {"until": "2026-12-01T00:00:00Z"}}`)
	f.Add(`{"resource": "memory", "measure": "Usage", "levels": [{"severity": "Warning", "above": "1e-100000000", "for": "31d"}],
		"silence": {"until": "2026-12-01t00:00:00z"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		object := &v1alpha1.ClusterResourceThreshold{}
		if json.Unmarshal([]byte(text), &object.Spec) != nil {
			return
		}
		rule, err := threshold.Compile(object)
		if err != nil {
			if rule != nil || err.Error() == "" {
				t.Errorf("it is refused with the error %q and the rule %+v", err, rule)
			}
			return
		}
		mustHold(t, rule)
		judge(t, rule)
	})
}

// mustHold wants of a rule what its documentation says.
func mustHold(t *testing.T, r *threshold.Rule) {
	t.Helper()
	if n := len(r.Levels); n < 1 || n > threshold.SeverityCount || n == 2 && r.Levels[0].Severity >= r.Levels[1].Severity {
		t.Errorf("the levels are %+v", r.Levels)
	}
	for i := range r.Levels {
		l := &r.Levels[i]
		if l.For < 0 || l.Threshold < 0 || l.Clear < 0 || l.Clear != l.Threshold && (l.Clear > l.Threshold) != r.Below {
			t.Errorf("a level is %+v, below is %t", l, r.Below)
		}
	}
	if r.Floor < 0 || r.KeepFiringFor < 0 || r.RepeatInterval < 0 {
		t.Errorf("the rule is %+v", r)
	}
}

// judge steps the extremes of values, and what is stored of that.
func judge(t *testing.T, rule *threshold.Rule) {
	t.Helper()
	var state threshold.State
	for i, value := range []int64{0, math.MaxInt64, 1, 0} {
		now := noon.Add(time.Duration(i) * tick)
		reading := usage.Reading{Value: value, Lower: value, Upper: value, Denominator: math.MaxInt64, Usage: value, SampleTime: now}
		state, _, _ = threshold.Step(rule, state, []usage.Reading{reading}, now, longest)
	}
	restored(t, state)
}
