package alert

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// perPercent is a percentage in the unit of readings, billionths of a ratio.
const perPercent = 10_000_000

// amount writes an amount that was measured, in nanocores or bytes, with three
// significant digits, rounded down.
func amount(resource v1alpha1.ResourceName, n int64) v1alpha1.Quantity {
	if resource == v1alpha1.ResourceCPU {
		return v1alpha1.Quantity(cores(n))
	}
	return v1alpha1.Quantity(scaled(n, 1<<10, []string{"", "Ki", "Mi", "Gi", "Ti", "Pi"}))
}

// cores writes millicores below ten cores, and else cores.
func cores(nanocores int64) string {
	const milli, core = 1_000_000, 1_000_000_000
	if nanocores < 10*core {
		return strconv.FormatInt(nanocores/milli, 10) + "m"
	}
	return digits(nanocores, core)
}

// scaled writes n in the largest unit that it has one of.
func scaled(n, factor int64, units []string) string {
	size, at := int64(1), 0
	for at+1 < len(units) && n/size >= factor {
		size, at = size*factor, at+1
	}
	return digits(n, size) + units[at]
}

// digits writes n / size with three significant digits, rounded down, and no zeros
// behind the point.
func digits(n, size int64) string {
	whole := n / size
	decimals := max(3-len(strconv.FormatInt(whole, 10)), 0)
	if decimals == 0 || size == 1 {
		return strconv.FormatInt(whole, 10)
	}
	power := int64(math.Pow10(decimals))
	fraction := int64(float64(n%size) / float64(size) * float64(power))
	text := fmt.Sprintf("%d.%0*d", whole, decimals, fraction)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// percent writes a ratio that was measured, rounded down.
func percent(n int64) string { return strconv.FormatInt(n/perPercent, 10) + "%" }

// value writes a value of a threshold in the form of its levels.
func value(s *v1alpha1.ThresholdSettings, n int64) v1alpha1.Amount {
	if s.Measure == v1alpha1.MeasureUsage {
		return v1alpha1.Amount(amount(s.Resource, n))
	}
	return v1alpha1.Amount(percent(n))
}

// valueBeside writes a value of a threshold beside the level of a severity: with as
// many digits as it takes to tell the two apart, two behind the point at most.
func (t *Threshold) valueBeside(n int64, s threshold.Severity) string {
	text := string(value(t.Settings, n))
	bound := t.levelAmount(&threshold.LevelRule{Severity: s})
	if t.Settings.Measure == v1alpha1.MeasureUsage || text != bound {
		return text
	}
	for _, parts := range []int64{10, 100} {
		if rest := n % perPercent * parts / perPercent; rest > 0 {
			return fmt.Sprintf("%d.%0*d%%", n/perPercent, len(strconv.FormatInt(parts, 10))-1, rest)
		}
	}
	return text
}

// length writes a length of time in whole seconds.
func length(d time.Duration) string { return string(v1alpha1.NewDuration(d)) }
