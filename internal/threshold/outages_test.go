package threshold_test

import (
	"maps"
	"slices"
	"testing"
)

// TestOutages: no failure of what tells of usage is an alarm, or a recovery.
func TestOutages(t *testing.T) {
	outages := map[string]string{
		"the Metrics API is gone while nothing fires": `
			79           OK
			missing      Unknown
			+9h missing  Unknown
			79           OK`,
		"the Metrics API is gone while it waits": `
			81           Pending
			81           Pending
			missing      Unknown
			missing      Unknown
			missing      Unknown
			81           Pending
			81           Firing Exceeded Warning`,
		"the Metrics API is gone while it fires": fires + `
			missing      Firing
			+9h missing  Firing
			85           Firing
			75           OK Cleared Warning (Recovered)`,
		"a tenth of the nodes is missing": `
			70..80  OK
			70..85  Unknown
			81..90  Pending
			81..90  Pending
			81..90  Firing Exceeded Warning
			68..76  Firing
			68..75  OK Cleared Warning (Recovered)`,
		"one container is missing, and its limit is large": fires + `
			0..99   Firing
			85      Firing`,
		"the operator is down for five minutes while it waits": `
			81       Pending
			81       Pending
			! restart
			+5m 81   Pending
			81       Firing Exceeded Warning`,
		"the operator is down for five minutes while it fires": fires + `
			! restart
			+5m same 85  Firing
			missing      Firing
			85           Firing`,
		"it recovers while the operator is down": fires + `
			! restart
			+5m 70   OK Cleared Warning (Recovered)`,
		"it recovers and fires again while the operator is down": fires + `
			! restart
			+5m 85   Firing`,
		"the clock is set back while the operator is down": fires + `
			! restart
			-1h 85   Firing
			70       OK Cleared Warning (Recovered)`,
	}
	for _, name := range slices.Sorted(maps.Keys(outages)) {
		t.Run(name, func(t *testing.T) { run(t, ruleOf(warning), outages[name]) })
	}
}
