package threshold_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

const (
	tick    = 15 * time.Second
	longest = tick * 5 / 2
	percent = 10_000_000
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

var web = model.Subject{Namespace: "shop", Workload: model.Workload{Group: "apps", Kind: "Deployment", Name: "web"}}

// warning fires above 80 % for half a minute, until 75 %; critical above 95 %, at
// once.
var (
	warning  = threshold.LevelRule{Severity: threshold.Warning, Threshold: 80 * percent, Clear: 75 * percent, For: 2 * tick}
	critical = threshold.LevelRule{Severity: threshold.Critical, Threshold: 95 * percent, Clear: 95 * percent}
)

func ruleOf(levels ...threshold.LevelRule) *threshold.Rule {
	return &threshold.Rule{Meaning: [16]byte{1}, Levels: levels, Floor: 1}
}

// scenario runs a script about one subject, with restarts after each step. Each
// line is a step, one tick after the one before, and what comes of it:
//
//	85          Pending     a new sample of 85 %
//	70..90      Unknown     one of which a part is missing
//	missing     Unknown     no data
//	same 85     Pending     the value of a sample that was there before
//	old 85      Pending     that of one which is a tick older than the last
//	idle        OK          nothing runs, so that there is no sample
//	gone        none        the subject is gone
//	85 /500     Firing      the denominator is 500, not 1000
//
// A line may begin with +5m or -5m for another distance to the step before. Behind
// the phase stand the notices, such as "Exceeded Warning" or "Cleared Warning
// (Recovered)", with "at" and the time since noon where it is not that of the
// sample. Lines that begin with ! are orders: edits of the rule, or resume, delete.
type scenario struct {
	t       *testing.T
	rule    threshold.Rule
	now     time.Time
	sampled time.Time
	// last is the reading of the last step.
	last usage.Reading
	live threshold.State
	// restarted is stored and restored after each step.
	restarted threshold.State
}

func run(t *testing.T, rule *threshold.Rule, script string) *scenario {
	t.Helper()
	s := &scenario{t: t, rule: *rule, now: noon}
	for line := range strings.Lines(script) {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) != "" {
			s.line(strings.TrimSpace(line))
		}
	}
	return s
}

func (s *scenario) line(line string) {
	s.t.Helper()
	if order, isOrder := strings.CutPrefix(line, "!"); isOrder {
		s.order(strings.TrimSpace(order))
		return
	}
	words := strings.Fields(line)
	distance := tick
	if strings.ContainsAny(words[0][:1], "+-") {
		distance, words = duration(s.t, words[0]), words[1:]
	}
	what, words := words[0], words[1:]
	if what == "same" || what == "old" {
		what, words = what+" "+words[0], words[1:]
	}
	denominator := 1000
	if n, given := strings.CutPrefix(words[0], "/"); given {
		denominator, words = number(s.t, n), words[1:]
	}
	s.now = s.now.Add(distance)
	readings := s.readings(what, denominator)
	if len(readings) > 0 {
		s.last = readings[0]
	}
	if got, want := s.step(readings), strings.Join(words, " "); got != want {
		s.t.Fatalf("%s: %q, want %q", line, got, want)
	}
}

// step makes it with both states, and tells what comes of it.
func (s *scenario) step(readings []usage.Reading) string {
	s.t.Helper()
	before := encoded(s.t, s.live)
	next, transitions, moved := threshold.Step(&s.rule, s.live, readings, s.now, longest)
	if diff := cmp.Diff(before, encoded(s.t, s.live)); diff != "" {
		s.t.Errorf("a step changes the state before it")
	}
	again, transitionsAgain, movedAgain := threshold.Step(&s.rule, s.restarted, readings, s.now, longest)
	if diff := cmp.Diff(transitions, transitionsAgain); diff != "" || moved != movedAgain {
		s.t.Errorf("after a restart the transitions are others, moved %v and %v:\n%s", moved, movedAgain, diff)
	}
	s.live, s.restarted = next, restored(s.t, again)
	if diff := cmp.Diff(next, again, exported); diff != "" {
		s.t.Errorf("after a restart the state is another:\n%s", diff)
	}
	if len(transitions) > 0 && !moved {
		s.t.Errorf("there are transitions, but nothing has moved")
	}
	return s.show(readings, transitions)
}

func (s *scenario) show(readings []usage.Reading, transitions []threshold.Transition) string {
	phase := "none"
	if len(readings) > 0 {
		phase = threshold.PhaseOK.String()
		for _, a := range append(s.live.Undecided, s.live.Alerts...) {
			if *a.Subject() == web {
				phase = a.Phase.String()
			}
		}
	}
	return strings.Join(append([]string{phase}, notices(s.t, transitions, s.sampled)...), " ")
}

var reasons = map[threshold.Reason]string{
	threshold.Exceeded: "Exceeded", threshold.Cleared: "Cleared", threshold.StillExceeded: "Still", threshold.Unknown: "Unknown",
}

var severities = map[threshold.Severity]string{threshold.None: "None", threshold.Warning: "Warning", threshold.Critical: "Critical"}

var causes = map[threshold.Cause]string{
	threshold.Recovered: "Recovered", threshold.SubjectGone: "SubjectGone", threshold.SpecChanged: "SpecChanged",
	threshold.BelowFloor: "BelowFloor", threshold.Deleted: "Deleted",
}

// notices tells what is announced, with the time where it is not the usual one.
func notices(t *testing.T, transitions []threshold.Transition, usual time.Time) (texts []string) {
	t.Helper()
	for _, x := range transitions {
		text := reasons[x.Reason] + " " + severities[x.Severity]
		if x.Overall {
			text = "overall " + text
		}
		if (x.Reason == threshold.Cleared) != (x.Cause != 0) {
			t.Errorf("%s has the cause %q", text, causes[x.Cause])
		}
		if x.Cause != 0 {
			text += " (" + causes[x.Cause] + ")"
		}
		if !x.Time.Equal(usual) {
			text += " at " + x.Time.Sub(noon).String()
		}
		texts = append(texts, text)
	}
	return texts
}

// readings are what a line of the script says.
func (s *scenario) readings(what string, denominator int) []usage.Reading {
	r := usage.Reading{Subject: web, Denominator: int64(denominator), Pods: 1, SampleTime: s.now}
	kind, value, _ := strings.Cut(what, " ")
	switch kind {
	case "gone":
		return nil
	case "missing":
		r.Data, r.SampleTime, r.Upper = usage.MissingData, time.Time{}, 100*percent
		return []usage.Reading{r}
	case "idle":
		r.SampleTime = time.Time{}
		return []usage.Reading{r}
	case "same":
		what, r.SampleTime = value, s.sampled
	case "old":
		what, r.SampleTime = value, s.sampled.Add(-tick)
	default:
		s.sampled = r.SampleTime
	}
	lower, upper, partial := strings.Cut(what, "..")
	r.Lower = int64(number(s.t, lower) * percent)
	r.Value, r.Upper = r.Lower, r.Lower
	if partial {
		r.Data, r.Upper = usage.Partial, int64(number(s.t, upper)*percent)
	}
	return []usage.Reading{r}
}

func (s *scenario) order(order string) {
	s.t.Helper()
	name, value, _ := strings.Cut(order, " ")
	switch name {
	case "restart": // the clock of the system may be set meanwhile
		s.live = restored(s.t, s.live)
	case "resume":
		s.live, s.restarted = s.live.Resume(), restored(s.t, s.restarted.Resume())
	case "delete":
		var transitions []threshold.Transition
		s.live, transitions = s.live.Close(threshold.Deleted, s.now)
		if got := strings.Join(notices(s.t, transitions, s.now), " "); got != value {
			s.t.Errorf("delete: %q, want %q", got, value)
		}
	default:
		s.edit(name, value)
	}
}

func (s *scenario) edit(name, value string) {
	s.t.Helper()
	switch name {
	case "for":
		s.rule.Levels = append([]threshold.LevelRule{}, s.rule.Levels...)
		s.rule.Levels[0].For = duration(s.t, value)
	case "above":
		s.rule.Levels = append([]threshold.LevelRule{}, s.rule.Levels...)
		s.rule.Levels[0].Threshold = int64(number(s.t, value) * percent)
		s.rule.Levels[0].Clear = s.rule.Levels[0].Threshold
	case "levels":
		s.rule.Levels = map[string][]threshold.LevelRule{"warning": {warning}, "critical": {critical}, "both": {warning, critical}}[value]
	case "meaning":
		s.rule.Meaning[0]++
	case "floor":
		s.rule.Floor = int64(number(s.t, value))
	case "keep":
		s.rule.KeepFiringFor = duration(s.t, value)
	case "repeat":
		s.rule.RepeatInterval = duration(s.t, value)
	case "nodata":
		s.rule.FireOnNoData = value == "Fire"
	case "silence":
		s.rule.SilencedUntil = time.Time{}
		if value != "" {
			s.rule.SilencedUntil = noon.Add(duration(s.t, value))
		}
	default:
		s.t.Fatalf("order %q is none", name)
	}
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// exported leaves out where alerts were found last.
var exported = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".places" }, cmp.Ignore())

func encoded(t testing.TB, s threshold.State) []byte {
	t.Helper()
	data, err := s.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func restored(t testing.TB, s threshold.State) threshold.State {
	t.Helper()
	again, rest, err := threshold.Decode(append(encoded(t, s), "rest"...))
	if err != nil || string(rest) != "rest" {
		t.Fatalf("%v, rest %q", err, rest)
	}
	return again
}
