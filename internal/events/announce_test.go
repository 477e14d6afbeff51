package events

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

// TestTwice: whoever announces the same again writes nothing.
func TestTwice(t *testing.T) {
	f := newFixture(t, strangers{})
	owed := []threshold.Notice{f.notice("a"), f.notice("b"), f.notice("c")}
	f.mustAnnounce(owed...)
	before := f.stored(f.namespace)
	f.mustAnnounce(owed...)
	owed[0].Note = "the same in other words"
	f.mustAnnounce(owed...)
	if diff := cmp.Diff(before, f.stored(f.namespace)); diff != "" {
		t.Errorf("-first +second:\n%s", diff)
	}
	f.mustHave("a", "b", "c")
}

// TestNothingOwed: nothing is nothing to do.
func TestNothingOwed(t *testing.T) {
	f := newFixture(t, strangers{})
	f.mustAnnounce()
	f.mustHave()
}

// plant creates an Event under a name.
func (f *fixture) plant(name string, labels map[string]string) {
	f.Helper()
	e := &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: name, Labels: labels},
		EventTime:  metav1.NewMicroTime(noon), ReportingController: "tenant", ReportingInstance: "1", Action: "Plant",
		Reason: "Planted", Type: corev1.EventTypeNormal, Note: "planted as " + name, Regarding: corev1.ObjectReference{Namespace: f.namespace, Name: "planted"},
	}
	if _, err := f.server.EventsV1().Events(f.namespace).Create(f.Context(), e, metav1.CreateOptions{}); err != nil {
		f.Fatal(err)
	}
}

// TestPlanted: who may create Events cannot keep ours from being stored.
func TestPlanted(t *testing.T) {
	f := newFixture(t, strangers{})
	n := f.notice("web")
	first := nameOf(&f.about, &n, "web")
	f.plant(first, nil)
	f.plant(nthName(first, 1), map[string]string{v1alpha1.ThresholdUIDLabel: "another"})
	f.mustAnnounce(n)
	f.mustAnnounce(n)
	f.mustHave("planted", "planted", "web")
	if e := f.stored(f.namespace)[n.Note]; e.Name != nthName(first, 2) {
		t.Errorf("the Event is called %s", e.Name)
	}
	if f.counts()["event_failures_total NameTaken"] != 0 {
		t.Errorf("counted are %v", f.counts())
	}
}

// TestAllPlanted: one who has all names is not worth more requests.
func TestAllPlanted(t *testing.T) {
	f := newFixture(t, strangers{})
	n := f.notice("web")
	for i := range maxNames {
		f.plant(nthName(nameOf(&f.about, &n, "web"), i), nil)
	}
	f.mustAnnounce(n, f.notice("db"))
	f.mustHave(append(slices.Repeat([]string{"planted"}, maxNames), "db")...)
	if diff := cmp.Diff(map[string]float64{"events_pending": 7, "events_written_total": 1, "event_failures_total NameTaken": 1}, f.counts()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestNamespaces: what is about a namespace that goes or is gone is given up, and all
// else is delivered.
func TestNamespaces(t *testing.T) {
	f := newFixture(t, strangers{})
	f.about.Namespace = ""
	terminating := newFixture(t, strangers{}).namespace
	if err := f.server.CoreV1().Namespaces().Delete(t.Context(), terminating, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	gone, ends := f.notice("gone"), f.notice("ends")
	gone.Subject.Namespace, ends.Subject.Namespace = "gone-"+f.namespace, terminating
	f.mustAnnounce(f.notice("a"), gone, ends, f.notice("b"))
	f.mustHave("a", "b")
	want := map[string]float64{
		"events_pending": 7, "events_written_total": 2, "event_failures_total NamespaceGone": 1, "event_failures_total NamespaceTerminating": 1,
	}
	if diff := cmp.Diff(want, f.counts()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestInvalid: what the API server refuses for good is given up.
func TestInvalid(t *testing.T) {
	f := newFixture(t, strangers{})
	bad := f.notice("bad")
	bad.Reason = 0 // an Event needs one
	f.mustAnnounce(bad, f.notice("good"))
	f.mustHave("good")
	if f.counts()["event_failures_total Invalid"] != 1 {
		t.Errorf("counted are %v", f.counts())
	}
}

// TestShed: what is too much is counted, and logged in one line.
func TestShed(t *testing.T) {
	f := newFixture(t, strangers{})
	f.Shed(f.about, []threshold.Notice{f.notice("a"), f.notice("b")})
	if f.counts()["event_failures_total Surplus"] != 2 || len(f.log.lines) != 1 {
		t.Errorf("the metrics are %v and the log is %q", f.counts(), f.log.lines)
	}
}

// TestExpire: what is owed for too long is counted and logged as well.
func TestExpire(t *testing.T) {
	f := newFixture(t, strangers{})
	f.Expire(f.about, []threshold.Notice{f.notice("a"), f.notice("b")})
	f.mustHave()
	if f.counts()["event_failures_total Expired"] != 2 || len(f.log.lines) != 2 {
		t.Errorf("counted are %v, logged %q", f.counts(), f.log.lines)
	}
}

// TestLog: each transition is a line of the log, once.
func TestLog(t *testing.T) {
	f := newFixture(t, strangers{})
	overall := threshold.Notice{Overall: true, Reason: threshold.Exceeded, Severity: threshold.Critical, Time: noon, Note: "1 of 2"}
	label := threshold.Notice{
		Subject: model.Subject{Labels: [model.MaxGroupKeys]model.LabelValue{{Value: "a", Present: true}}},
		Reason:  threshold.Cleared, Severity: threshold.Warning, Time: noon, Note: "team a",
	}
	f.mustAnnounce(f.notice("web"))
	f.mustAnnounce(overall)
	f.about.LabelKeys = []string{"team"}
	f.mustAnnounce(label)
	at := fmt.Sprintf("%q", noon)
	of := `"threshold"="ResourceThreshold ` + f.namespace + `/memory" `
	want := []string{
		`"level"=0 "msg"="A threshold made a transition" ` + of + `"subject"="Pod/web in ` + f.namespace +
			`" "severity"="Warning" "reason"="ThresholdExceeded" "time"=` + at + ` "note"="Pod web uses too much"`,
		`"level"=0 "msg"="A threshold made a transition" ` + of + `"subject"="all subjects" "severity"="Critical" "reason"="ThresholdExceeded" "time"=` + at + ` "note"="1 of 2"`,
		`"level"=0 "msg"="A threshold made a transition" ` + of + `"subject"="team=a" "severity"="Warning" "reason"="ThresholdCleared" "time"=` + at + ` "note"="team a"`,
	}
	if diff := cmp.Diff(want, f.log.lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOrder: the notices of a subject come one after the other, whatever happens.
func TestOrder(t *testing.T) {
	sent := &requests{}
	f := newFixture(t, strangers{}, sent.faults(func(n int) fault {
		if n%3 == 0 {
			return fault{status: 500}
		}
		return fault{}
	}))
	var owed []threshold.Notice
	for i := range 10 {
		for _, pod := range []string{"a", "b"} {
			n := f.notice(pod)
			n.Note, n.Severity = fmt.Sprint(pod, i), threshold.Severity(1+i%2)
			n.Time = noon.Add(time.Duration(i) * time.Minute)
			owed = append(owed, n)
		}
	}
	f.mustAnnounce(owed...)
	for _, pod := range []string{"a", "b"} {
		var want []string
		for i := range 10 {
			want = append(want, fmt.Sprint(pod, i))
		}
		if diff := cmp.Diff(want, sent.successes(pod)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// TestForbidden: what may be allowed later is left, without many attempts.
func TestForbidden(t *testing.T) {
	sent := &requests{}
	f := newFixture(t, strangers{}, sent.faults(func(int) fault { return fault{status: 403} }))
	delivered, err := f.Announce(t.Context(), f.about, []threshold.Notice{f.notice("web"), f.notice("db")})
	if err == nil || len(delivered) > 0 {
		t.Errorf("delivered are %v, %v", delivered, err)
	}
	if f.counts()["event_failures_total Forbidden"] != 2 || len(sent.all) != 2 {
		t.Errorf("counted are %v, sent %d requests", f.counts(), len(sent.all))
	}
}

// TestEnd: when its time ends, Announce says what is left.
func TestEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	sent := &requests{}
	f := newFixture(t, strangers{}, sent.faults(func(n int) fault {
		if n == 5 {
			cancel()
		}
		if n > 2 && n <= 5 {
			return fault{status: 503}
		}
		return fault{}
	}))
	n := f.notice("web")
	var owed []threshold.Notice
	for range 4 {
		n.Time = n.Time.Add(1)
		n.Note += "!"
		owed = append(owed, n)
	}
	delivered, err := f.Announce(ctx, f.about, owed)
	if !slices.Equal(delivered, owed[:2]) || err == nil || !strings.Contains(err.Error(), "2 of 4 Events of ResourceThreshold "+f.namespace+"/memory are not stored yet") {
		t.Errorf("delivered are %v, %v", delivered, err)
	}
	f.mustAnnounce(owed...)
	if got := len(f.stored(f.namespace)); got != 4 {
		t.Errorf("%d Events are stored", got)
	}
}
