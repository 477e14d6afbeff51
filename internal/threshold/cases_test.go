package threshold_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/internal/threshold"
)

// cases are those of the table in the package's documentation, by their names.
var cases = map[string]struct {
	rule   *threshold.Rule
	script string
}{
	"crosses": {ruleOf(warning), `
		80  OK
		81  Pending`},
	"crosses, no wait": {ruleOf(critical), `
		96  Firing Exceeded Critical`},
	"calm": {ruleOf(warning, critical), `
		80  OK
		0   OK`},
	"open, OK": {ruleOf(warning), `
		80       OK
		79..81   Unknown
		79..80   OK`},
	"waits": {ruleOf(warning), `
		81  Pending
		99  Pending`},
	"fires": {ruleOf(warning), `
		81  Pending
		81  Pending
		81  Firing Exceeded Warning`},
	"gives up": {ruleOf(warning), `
		81      Pending
		81      Pending
		79..80  OK
		81      Pending
		81      Pending
		81      Firing Exceeded Warning`},
	"open, pending": {ruleOf(warning), `
		81      Pending
		79..81  Unknown
		81      Firing Exceeded Warning  # it crossed half a minute ago, and nothing said otherwise`},
	"gap, pending": {ruleOf(warning), `
		81        Pending
		+38s 81   Pending
		+1h  81   Pending
		81        Pending
		+1h  81   Pending
		81        Firing Exceeded Warning`},
	"keeps firing": {ruleOf(critical), `
		96      Firing Exceeded Critical
		99      Firing
		+9h 96  Firing`},
	"between": {ruleOf(warning), `
		81  Pending
		81  Pending
		81  Firing Exceeded Warning
		80  Firing
		76  Firing
		75  OK Cleared Warning (Recovered)`},
	"clears, no wait": {ruleOf(critical), `
		96      Firing Exceeded Critical
		90..95  OK Cleared Critical (Recovered)`},
	"clearing": {keeping(2 * tick), `
		96  Firing Exceeded Critical
		75  Firing
		75  Firing`},
	"cleared": {keeping(2 * tick), `
		96  Firing Exceeded Critical
		75  Firing
		75  Firing
		75  OK Cleared Critical (Recovered)`},
	"between, clearing": {keeping(2 * tick), `
		96  Firing Exceeded Critical
		75  Firing
		75  Firing
		91  Firing
		75  Firing
		75  Firing
		75  OK Cleared Critical (Recovered)`},
	"crosses, clearing": {keeping(2 * tick), `
		96  Firing Exceeded Critical
		75  Firing
		75  Firing
		96  Firing
		75  Firing
		75  Firing
		75  OK Cleared Critical (Recovered)`},
	"open, firing": {keeping(2 * tick), `
		96      Firing Exceeded Critical
		75      Firing
		75..99  Firing   # neither beyond clear nor between: the time goes on
		75      OK Cleared Critical (Recovered)`},
	"gap, clearing": {keeping(2 * tick), `
		96       Firing Exceeded Critical
		75       Firing
		+38s 75  Firing
		+9h  75  Firing
		75       Firing
		75       OK Cleared Critical (Recovered)`},
	"flaps": {ruleOf(warning), `
		81  Pending
		81  Pending
		79  OK
		81  Pending
		79  OK
		81  Pending
		81  Pending
		79  OK`},
	"no data, OK": {ruleOf(warning), `
		79       OK
		missing  Unknown
		79       OK`},
	"no data, pending": {ruleOf(warning), `
		81            Pending
		81            Pending
		missing       Unknown
		+9h missing   Unknown
		81            Pending
		81            Firing Exceeded Warning`},
	"no data, firing": {ruleOf(critical), `
		96           Firing Exceeded Critical
		missing      Firing
		+9h missing  Firing
		95           OK Cleared Critical (Recovered)`},
	"no data is bounded": {ruleOf(threshold.LevelRule{Severity: threshold.Warning, Threshold: 100 * percent, Clear: 100 * percent}), `
		missing  OK`},
	"no data fires": {firingOnNoData(warning), `
		79           OK
		missing      Pending
		+9h missing  Pending
		missing      Pending
		missing      Firing Unknown Warning at 9h1m0s`},
	"no data, then crosses": {firingOnNoData(critical), `
		missing  Firing Unknown Critical at 15s
		96       Firing
		missing  Firing
		95       OK Cleared Critical (Recovered)`},
	"no data, then between": {firingOnNoData(warning), `
		81       Pending
		missing  Pending
		missing  Firing Unknown Warning at 45s
		79       OK Cleared Warning (Recovered)`},
	"nothing runs": {keeping(tick), `
		96    Firing Exceeded Critical
		idle  Firing
		idle  OK Cleared Critical (Recovered) at 45s`},
	"same sample": {keeping(tick), `
		96       Firing Exceeded Critical
		same 75  Firing
		same 75  Firing
		75       Firing
		same 75  Firing
		75       OK Cleared Critical (Recovered)`},
	"older sample": {ruleOf(critical), `
		96      Firing Exceeded Critical
		old 75  Firing`},
	"samples set back": {ruleOf(warning), `
		+1h 81   Pending
		-1h 81   Pending
		81       Pending
		81       Firing Exceeded Warning
		-1m 75   OK Cleared Warning (Recovered)`},
	"clock set back": {ruleOf(warning), `
		81       Pending
		-30m 81  Pending
		81       Pending
		81       Firing Exceeded Warning`},
	"clock set forward": {ruleOf(warning), `
		81      Pending
		+1h 81  Pending
		81      Pending
		81      Firing Exceeded Warning`},
	"gone, pending": {ruleOf(warning), `
		81    Pending
		gone  none
		81    Pending
		81    Pending`},
	"gone, firing": {ruleOf(critical), `
		96       Firing Exceeded Critical
		missing  Firing
		gone     none Cleared Critical (SubjectGone) at 45s
		gone     none`},
	"comes back": {ruleOf(warning), `
		81    Pending
		81    Pending
		81    Firing Exceeded Warning
		gone  none Cleared Warning (SubjectGone) at 1m0s
		81    Pending
		81    Pending
		81    Firing Exceeded Warning`},
	"comes back, no news": {ruleOf(critical), `
		96        Firing Exceeded Critical
		gone      none Cleared Critical (SubjectGone) at 30s
		same 96   OK
		same 96   OK
		96        Firing Exceeded Critical`},
	"below floor": {ruleOf(critical), `
		96            Firing Exceeded Critical
		! floor 1001
		same 96       OK Cleared Critical (BelowFloor) at 30s
		same 96       OK
		96            OK
		! floor 1000
		same 96       Firing Exceeded Critical
		96 /999       OK Cleared Critical (BelowFloor)`},
	"below floor, in part": {firingOnNoData(critical), `
		96            Firing Exceeded Critical
		! floor 1000
		90..99 /999   Firing
		0..95 /999    Firing
		missing /999  Firing
		95            OK Cleared Critical (Recovered)`},
	"floor, never followed": {ruleOf(critical), `
		96 /0     OK
		missing /0  OK`},
	"both fire": {ruleOf(warning, critical), `
		90  Pending
		90  Pending
		96  Firing Exceeded Critical`},
	"up": {ruleOf(warning, slow(critical)), `
		96  Pending
		96  Pending
		96  Firing Exceeded Warning
		96  Firing
		96  Firing Exceeded Critical
		96  Firing`},
	"down": {ruleOf(warning, critical), `
		81  Pending
		81  Pending
		96  Firing Exceeded Critical
		95  Firing Cleared Critical (Recovered)
		80  Firing
		96  Firing Exceeded Critical
		95  Firing Cleared Critical (Recovered)
		75  OK Cleared Warning (Recovered)`},
	"all clear": {ruleOf(warning, critical), `
		81  Pending
		81  Pending
		96  Firing Exceeded Critical
		75  OK Cleared Critical (Recovered)`},
	"masked": {ruleOf(warning, critical), `
		96  Firing Exceeded Critical
		96  Firing
		96  Firing
		95  Firing Cleared Critical (Recovered)`},
	"worse is open": {ruleOf(warning, critical), `
		81..99  Unknown
		81..95  Pending
		81..99  Firing Exceeded Warning`},
	"repeats": {repeating(time.Minute), `
		96           Firing Exceeded Critical
		+59s 96      Firing
		+1s same 96  Firing Still Critical at 1m15s
		+59s 96      Firing
		+3s missing  Firing Still Critical at 2m15s
		+56s 96      Firing
		+2s 96       Firing Still Critical`},
	"repeats once": {repeating(time.Minute), `
		96       Firing Exceeded Critical
		+1h2s 96 Firing Still Critical at 1h0m15s
		+61s 96  Firing Still Critical at 1h1m15s
		-1h 96   Firing  # the clock was set back: the timer starts anew
		+59s 96  Firing
		+1s 96   Firing Still Critical`},
	"repeats never": {repeating(0), `
		96      Firing Exceeded Critical
		+9h 96  Firing`},
	"fires in silence": {ruleOf(critical), `
		! silence 1m
		96      Firing
		96      Firing
		96      Firing
		96      Firing Exceeded Critical
		96      Firing`},
	"silenced, fires on": {repeating(time.Minute), `
		96       Firing Exceeded Critical
		! silence 2m
		96       Firing
		+90s 96  Firing Still Critical
		+59s 96  Firing
		96       Firing Still Critical at 3m0s`},
	"clears in silence": {ruleOf(critical), `
		96       Firing Exceeded Critical
		! silence 1m
		95       OK
		gone     none
		95       OK Cleared Critical (Recovered)`},
	"all in silence": {ruleOf(critical), `
		! silence 1m
		96      Firing
		95      OK
		+9h 95  OK`},
	"gone in silence": {ruleOf(critical), `
		96        Firing Exceeded Critical
		! silence 1m
		gone      none
		+70s gone none Cleared Critical (SubjectGone) at 1m0s
		gone      none`},
	"down in silence": {ruleOf(warning, critical), `
		81      Pending
		81      Pending
		96      Firing Exceeded Critical
		! silence 2m
		95      Firing
		+9h 94  Firing Cleared Critical (Recovered) at 2m0s
		94      Firing`},
	"silence taken back": {ruleOf(critical), `
		! silence 1h
		96       Firing
		! silence
		same 96  Firing Exceeded Critical at 30s
		! silence 1h
		96       Firing
		! silence 10s  # which has passed long ago
		same 96  Firing Still Critical at 1m0s`},
	"longer for": {ruleOf(warning), `
		81       Pending
		81       Pending
		81       Firing Exceeded Warning
		! for 45s
		same 81  Pending Cleared Warning (SpecChanged) at 1m0s
		81       Firing Exceeded Warning
		! for 1h
		79       OK Cleared Warning (SpecChanged)`},
	"shorter for": {ruleOf(slow(warning)), `
		81       Pending
		81       Pending
		! for 15s
		same 81  Pending
		81       Firing Exceeded Warning`},
	"other threshold": {ruleOf(critical), `
		96       Firing Exceeded Critical
		! above 96
		same 96  Firing
		96       OK Cleared Critical (Recovered)
		! above 95
		same 96  Firing Exceeded Critical`},
	"level added": {ruleOf(warning), `
		96       Pending
		96       Pending
		96       Firing Exceeded Warning
		! levels both
		same 96  Firing
		96       Firing Exceeded Critical`},
	"level removed": {ruleOf(warning, critical), `
		81       Pending
		81       Pending
		96       Firing Exceeded Critical
		! levels warning
		same 96  Firing Cleared Critical (SpecChanged) at 1m0s
		! levels critical
		same 96  OK Cleared Warning (SpecChanged) at 1m15s
		same 96  OK
		96       Firing Exceeded Critical`},
	"level replaced": {ruleOf(warning), `
		96       Pending
		96       Pending
		96       Firing Exceeded Warning
		! levels critical
		same 80  OK Cleared Warning (SpecChanged) at 1m0s
		96       Firing Exceeded Critical`},
	"other meaning": {ruleOf(critical), `
		96       Firing Exceeded Critical
		! meaning
		same 96  OK Cleared Critical (SpecChanged) at 30s
		96       Firing Exceeded Critical
		! meaning
		96       Firing Cleared Critical (SpecChanged) Exceeded Critical
		! meaning
		gone     none Cleared Critical (SpecChanged) at 1m15s`},
	"resumed, pending": {ruleOf(warning), `
		81      Pending
		81      Pending
		! resume
		+2s 81  Pending
		81      Pending
		81      Firing Exceeded Warning`},
	"resumed, firing": {ruleOf(critical), `
		96       Firing Exceeded Critical
		! resume
		+9h 96   Firing
		! resume
		+9h 95   OK Cleared Critical (Recovered)`},
	"resumed, clearing": {keeping(2 * tick), `
		96  Firing Exceeded Critical
		75  Firing
		75  Firing
		! resume
		75  Firing
		75  Firing
		75  OK Cleared Critical (Recovered)`},
	"deleted": {ruleOf(warning, critical), `
		81  Pending
		81  Pending
		96  Firing Exceeded Critical
		! delete Cleared Critical (Deleted)`},
	"deleted in silence": {ruleOf(critical), `
		96    Firing Exceeded Critical
		! silence 1h
		gone  none
		! delete Cleared Critical (SubjectGone)`},
	"below": {downwards(), `
		10       OK
		9        Pending
		8..11    Unknown
		9        Firing Exceeded Warning
		missing  Firing
		14       Firing
		14..16   Firing
		15       OK Cleared Warning (Recovered)
		missing  Unknown
		4        Firing Exceeded Critical
		5        Pending Cleared Critical (Recovered)
		gone     none`},
}

func keeping(d time.Duration) *threshold.Rule {
	level := critical
	level.Clear = 90 * percent
	rule := ruleOf(level)
	rule.KeepFiringFor = d
	return rule
}

func firingOnNoData(levels ...threshold.LevelRule) *threshold.Rule {
	rule := ruleOf(levels...)
	rule.FireOnNoData = true
	return rule
}

func repeating(d time.Duration) *threshold.Rule {
	rule := ruleOf(critical)
	rule.RepeatInterval = d
	return rule
}

// slow is a level that waits for a minute.
func slow(level threshold.LevelRule) threshold.LevelRule {
	level.For = time.Minute
	return level
}

// downwards warns below 10 % until 15 %, and finds below 5 % critical.
func downwards() *threshold.Rule {
	rule := ruleOf(
		threshold.LevelRule{Severity: threshold.Warning, Threshold: 10 * percent, Clear: 15 * percent, For: 2 * tick},
		threshold.LevelRule{Severity: threshold.Critical, Threshold: 5 * percent, Clear: 5 * percent},
	)
	rule.Below = true
	return rule
}

func TestCases(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) { run(t, cases[name].rule, cases[name].script) })
	}
}

// TestTable: the documentation and the tests tell of the same cases.
func TestTable(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if name, _, isRow := strings.Cut(strings.TrimPrefix(line, "//\t"), "|"); isRow {
			told[strings.TrimSpace(name)] = true
		}
	}
	delete(told, "case")
	for name := range told {
		if _, tested := cases[name]; !tested {
			t.Errorf("the case %q of the documentation is not tested", name)
		}
	}
	for name := range cases {
		if !told[name] {
			t.Errorf("the documentation does not tell of the case %q", name)
		}
	}
}
