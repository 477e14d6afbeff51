package threshold_test

import (
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/threshold"
)

// BenchmarkStep is a step of ten thousand subjects, per subject.
func BenchmarkStep(b *testing.B) {
	const n = 10_000
	for _, bench := range []struct {
		name string
		// firing is how many of them fire.
		firing int
		// same lets a step come without new samples.
		same bool
	}{{"ok", 0, false}, {"one fires", 1, false}, {"firing", n, false}, {"firing, no news", n, true}} {
		b.Run(bench.name, func(b *testing.B) {
			rule, readings := ruleOf(warning, critical), crowd(n)
			for i := range readings[bench.firing:] {
				r := &readings[bench.firing+i]
				r.Value, r.Lower, r.Upper = 50*percent, 50*percent, 50*percent
			}
			now := noon
			sampled(readings, now)
			state, _, _ := threshold.Step(rule, threshold.State{}, readings, now, longest)
			state = state.Delivered(state.Owed)
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(tick)
				if !bench.same {
					sampled(readings, now)
				}
				state, _, _ = threshold.Step(rule, state, readings, now, longest)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/subject")
		})
	}
}

// BenchmarkEncode is the encoding of ten thousand alerts.
func BenchmarkEncode(b *testing.B) {
	readings := crowd(10_000)
	sampled(readings, noon)
	state, _, _ := threshold.Step(ruleOf(warning, critical), threshold.State{}, readings, noon.Add(time.Second), longest)
	b.ReportAllocs()
	for b.Loop() {
		encoded(b, state)
	}
}
