package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var overFiveMinutes = usage.Need{
	Top: 100, Window: 5 * time.Minute, Statistics: []usage.Statistic{usage.Average, usage.Maximum, usage.P50},
}

// cpuOver are the statistics of a row's CPU in cores; nil for none.
func cpuOver(r *usage.Row) (cores []float64) {
	for _, value := range r.Resources[model.CPU].Over {
		cores = append(cores, value.Float()/1e9)
	}
	return cores
}

// mustBeOver compares to the first decimal: percentiles are within 1 %.
func mustBeOver(t *testing.T, what string, r *usage.Row, want ...float64) {
	t.Helper()
	if got := cpuOver(r); fmt.Sprintf("%.1f", got) != fmt.Sprintf("%.1f", want) {
		t.Errorf("%s: over the window %v, want %v", what, got, want)
	}
}

// jobPod is the pod of a run of the CronJob backup.
func jobPod(run string) *model.Pod {
	return changed(newPod("shop", "backup-"+run, "app"), func(p *model.Pod) {
		p.Owners = []model.Workload{{Group: "batch", Kind: "Job", Name: "backup-" + run}, {Group: "batch", Kind: "CronJob", Name: "backup"}}
	})
}

// TestCronJobKeepsItsRow: between two runs nothing is used, which is known, and
// what the runs used stays for the window.
func TestCronJobKeepsItsRow(t *testing.T) {
	e := usage.New()
	set(t, e, clusterReport, grouped(v1alpha1.GroupByWorkload), overFiveMinutes)
	second := 0.0
	tick := func(samples ...sampled) {
		second += 15
		e.Tick(answerOf(at(second), samples...))
	}
	run := func(name string, cores int64) {
		e.Apply(present(jobPod(name)))
		for range 4 {
			tick(one("shop", "backup-"+name, at(second+10), cores))
		}
		e.Apply(gone(jobPod(name)))
	}
	mustHaveRow := func(what string, pods int, over ...float64) {
		t.Helper()
		v := view(t, e, clusterReport)
		if len(v.Rows) != 1 || v.Rows[0].Subject.Workload.Kind != "CronJob" || v.Rows[0].Pods != pods {
			t.Fatalf("%s: the rows are %+v", what, v.Rows)
		}
		mustBeOver(t, what, &v.Rows[0], over...)
	}
	run("1", 8)
	mustHaveRow("after a run", 0, 8, 8, 8)
	for range 4 {
		tick()
	}
	mustHaveRow("after a minute of rest", 0, 4, 8, 0)
	run("2", 2)
	mustHaveRow("after another run", 0, float64(8+2)/3, 8, 2)
	for range 25 {
		tick()
	}
	if rows := view(t, e, clusterReport).Rows; len(rows) != 0 {
		t.Errorf("after the window there are rows still: %+v", rows)
	}
}

// TestTooManyRows: a report follows so many rows and no more. Rows that have
// left make room.
func TestTooManyRows(t *testing.T) {
	e := usage.New()
	const more = 3
	set(t, e, clusterReport, byPod, overFiveMinutes)
	var samples []sampled
	for i := range usage.MaxSeries + more {
		p := newPod("shop", fmt.Sprintf("pod-%04d", i), "app")
		e.Apply(present(p))
		samples = append(samples, one("shop", p.Name, at(10), 1))
	}
	e.Tick(answerOf(at(15), samples...))
	v := view(t, e, clusterReport)
	if v.Unfollowed != more || v.RowCount != usage.MaxSeries+more {
		t.Errorf("%d of %d rows are not followed, want %d", v.Unfollowed, v.RowCount, more)
	}
	mustBeOver(t, "the total", &v.Total, usage.MaxSeries+more, usage.MaxSeries+more, usage.MaxSeries+more)
	for i := range more {
		e.Apply(gone(newPod("shop", fmt.Sprintf("pod-%04d", i), "app")))
	}
	for i := range samples {
		samples[i].time = at(25)
	}
	e.Tick(answerOf(at(30), samples...))
	if v := view(t, e, clusterReport); v.Unfollowed != 0 || v.RowCount != usage.MaxSeries {
		t.Errorf("%d of %d rows are not followed after others have left", v.Unfollowed, v.RowCount)
	}
}

// TestNoGapIsBridged: a pod that is late is carried, one that is lost makes a
// gap, and a gap is in no statistic.
func TestNoGapIsBridged(t *testing.T) {
	e := usage.New()
	e.Apply(present(newPod("shop", "a", "app"), newPod("shop", "b", "app")))
	set(t, e, clusterReport, everyPod, overFiveMinutes)
	for i := range 4 {
		now := float64(15 * i)
		e.Tick(answerOf(at(now), one("shop", "a", at(now-5), 3), one("shop", "b", at(now-5), 2)))
	}
	for i := 4; i < 12; i++ { // b is late, then lost
		now := float64(15 * i)
		e.Tick(answerOf(at(now), one("shop", "a", at(now-5), 3)))
	}
	v := view(t, e, clusterReport)
	mustBeOver(t, "with a gap", &v.Total, 5, 5, 5)
	if want := 6 * 15 * time.Second; v.Window.Observed != want { // two ticks carry b's last sample
		t.Errorf("observed for %s, want %s", v.Window.Observed, want)
	}
	e.Tick(answerOf(at(240), one("shop", "a", at(235), 3), one("shop", "b", at(235), 2)))
	v = view(t, e, clusterReport)
	if want := 7*15*time.Second + 7500*time.Millisecond; v.Window.Observed != want || !v.Window.End.Equal(at(240)) {
		t.Errorf("observed for %s until %s, want %s", v.Window.Observed, v.Window.End, want)
	}
}

// TestShareOfANamespace: whatever one namespace asks for, others get their windows.
func TestShareOfANamespace(t *testing.T) {
	const share, rows = usage.MaxSeries * usage.ExpectedRow, 200
	e := usage.New()
	e.BoundWindows(4 * share)
	var samples []sampled
	for _, namespace := range []string{"greedy", "modest"} {
		for i := range rows {
			p := newPod(namespace, fmt.Sprintf("pod-%03d", i), "app")
			e.Apply(present(p))
			samples = append(samples, one(namespace, p.Name, at(10), 1))
		}
	}
	ids := []usage.ID{{Kind: "UsageReport", Namespace: "modest", Name: "only"}, clusterReport}
	for i := range 5 {
		ids = append(ids, usage.ID{Kind: "UsageReport", Namespace: "greedy", Name: fmt.Sprint(i)})
	}
	for _, id := range ids {
		set(t, e, id, byPod, overFiveMinutes)
	}
	e.Tick(answerOf(at(15), samples...))
	_, waiting := e.Windows()
	if least := 5*rows - usage.MaxSeries; waiting < least || waiting > least+100 {
		t.Errorf("%d rows wait, want %d at least and not many more", waiting, least)
	}
	for _, id := range ids[:2] {
		if n := view(t, e, id).Unfollowed; n != 0 {
			t.Errorf("%v: %d rows wait", id, n)
		}
	}
	for _, id := range ids[2:] {
		e.Remove(id)
	}
	late := usage.ID{Kind: "UsageReport", Namespace: "greedy", Name: "late"}
	for second := 30.0; second <= 60; second += 15 {
		if second == 45 {
			set(t, e, late, byPod, overFiveMinutes)
		}
		for i := range samples {
			samples[i].time = at(second - 5)
		}
		e.Tick(answerOf(at(second), samples...))
	}
	if n := view(t, e, late).Unfollowed; n != 0 {
		t.Errorf("once there is room again, %d rows wait", n)
	}
}

// TestWindowMemory: beyond the bound no row gets a window, but those that have
// one keep it, and so does the total.
func TestWindowMemory(t *testing.T) {
	e := usage.New()
	e.BoundWindows(10 * usage.ExpectedRow)
	set(t, e, clusterReport, byPod, overFiveMinutes)
	var samples []sampled
	for i := range 20 {
		p := newPod("shop", fmt.Sprintf("pod-%02d", i), "app")
		e.Apply(present(p))
		samples = append(samples, one("shop", p.Name, at(0), 1))
	}
	tick := func(second float64) {
		for i := range samples {
			samples[i].time = at(second - 5)
		}
		e.Tick(answerOf(at(second), samples...))
	}
	tick(15)
	if bytes, waiting := e.Windows(); waiting != 10 || bytes == 0 || view(t, e, clusterReport).Unfollowed != 10 {
		t.Errorf("%d rows wait, and the windows of others take %d bytes; want 10 to wait", waiting, bytes)
	}
	e.BoundWindows(0)
	tick(30)
	if bytes, waiting := e.Windows(); waiting != 10 || bytes == 0 {
		t.Errorf("%d rows wait, and the windows of others take %d bytes; want 10 to wait still", waiting, bytes)
	}
	mustBeOver(t, "the total", &view(t, e, clusterReport).Total, 20, 20, 20)
	e.BoundWindows(usage.DefaultWindowMemory)
	tick(45)
	if _, waiting := e.Windows(); waiting != 0 {
		t.Errorf("%d rows wait for nothing", waiting)
	}
}
