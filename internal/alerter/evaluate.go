package alerter

import (
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/alert"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// Evaluate steps all thresholds that watch pods, or nodes. While owners are still
// to come, those whose subjects depend on them wait.
func (a *Alerter) Evaluate(target model.Target, climbing bool, now time.Time) {
	var news []usage.ID
	a.mu.Lock()
	for id, e := range a.entries {
		waits := e.suspended || e.leaving || e.Climbs && climbing
		if e.Words.Target == target && !waits && a.step(e, now) {
			news = append(news, id)
		}
	}
	a.shed()
	a.mu.Unlock()
	a.publish(news...)
}

// step moves the alerts of a threshold by one tick, and tells whether its status has
// news.
func (a *Alerter) step(e *entry, now time.Time) (news bool) {
	readings, longest, ok := a.engine.Readings(e.ID)
	if !ok {
		return false
	}
	before := e.state
	next, transitions, moved := threshold.Step(e.Rule, e.state, readings, now, longest)
	a.write(e, transitions)
	e.state, e.undeclared = next.WithNotes(transitions), undeclared(e, readings)
	if moved {
		a.touch(e)
	}
	return moved || before.Time.IsZero() || before.Counts != e.state.Counts || !slices.EqualFunc(before.Alerts, e.state.Alerts, sameData)
}

// sameData tells whether as much is known of an alert as was.
func sameData(a, b *threshold.Alert) bool { return a.Reading.Data == b.Reading.Data }

// write gives transitions their notes.
func (a *Alerter) write(e *entry, transitions []threshold.Transition) {
	if len(transitions) == 0 {
		return
	}
	subjects := make([]model.Subject, len(transitions))
	for i := range transitions {
		subjects[i] = transitions[i].Subject
	}
	largest := a.engine.Contributors(e.ID, subjects, alert.MaxContributors)
	for i := range transitions {
		var of []usage.Contributor
		if i < len(largest) && !transitions[i].Overall {
			of = largest[i]
		}
		transitions[i].Note = e.Words.Note(&transitions[i], of)
	}
}

// closed returns the state of a threshold that was deleted.
func closed(e *entry, now time.Time) threshold.State {
	state, transitions := e.state.Close(threshold.Deleted, now)
	for i := range transitions {
		transitions[i].Note = e.Words.Note(&transitions[i], nil)
	}
	return state.WithNotes(transitions)
}

// undeclared counts the subjects that declare nothing to compare with.
func undeclared(e *entry, readings []usage.Reading) (n int) {
	if e.Words.Settings.Measure == v1alpha1.MeasureUsage {
		return 0
	}
	for i := range readings {
		if readings[i].Denominator == 0 {
			n++
		}
	}
	return n
}
