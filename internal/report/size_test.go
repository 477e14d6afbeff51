package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// longNames names a row with all that Kubernetes admits, and with an owner that
// nobody has bounded, in characters that JSON writes in six.
func longNames(i int) model.Subject {
	name := fmt.Sprintf("%03d", i) + strings.Repeat("n", 250)
	owner := strings.Repeat("<", 1000)
	s := model.Subject{
		Namespace: strings.Repeat("n", 63), Pod: name, Container: strings.Repeat("c", 63), Node: name,
		Workload: model.Workload{Group: owner, Kind: owner, Name: owner},
	}
	for l := range s.Labels {
		s.Labels[l] = model.LabelValue{Value: strings.Repeat("v", 63), Present: true}
	}
	return s
}

// longView has 100 rows that do not all fit into a status, beside a history.
func longView() *usage.View {
	v := someView()
	v.LabelKeys = nil
	for i := range model.MaxGroupKeys {
		v.LabelKeys = append(v.LabelKeys, strings.Repeat("d", 253)+"/"+fmt.Sprint(i)+strings.Repeat("k", 62))
	}
	v.Rows = nil
	for i := range 100 {
		row := someRow()
		row.Subject = longNames(i)
		v.Rows = append(v.Rows, row)
	}
	v.RowCount, v.History = 100, longHistory()
	return v
}

// TestFitting: one row more than fits would be too much.
func TestFitting(t *testing.T) {
	size := func(s v1alpha1.ReportStatus, rows int) int {
		s.Groups = s.Groups[:rows]
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return len(text)
	}
	f := facts()
	f.View, f.Settings.Top = longView(), 100
	s := Decide(f).Status
	rows := Fitting(&s)
	if fits, tooMany := size(s, rows), size(s, rows+1); fits > MaxBytes || tooMany <= MaxBytes || rows < 10 {
		t.Errorf("%d rows fit: they have %d bytes, one more has %d; at most %d", rows, fits, tooMany, MaxBytes)
	}
	for exact := range 3 {
		s.Groups = s.Groups[:exact]
		if got := Fitting(&s); got != exact {
			t.Errorf("of %d rows %d fit", exact, got)
		}
	}
}

// TestFittingToTheByte fills a status until not one byte more fits.
func TestFittingToTheByte(t *testing.T) {
	f := facts()
	f.View, f.Settings.Top = longView(), 100
	s := Decide(f).Status
	s.Groups = s.Groups[:Fitting(&s)]
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	room := MaxBytes - len(text)
	s.Groups[0].Subject.Pod += strings.Repeat("x", room)
	if got := Fitting(&s); got != len(s.Groups) {
		t.Errorf("a status of just %d bytes is cut from %d rows to %d", MaxBytes, len(s.Groups), got)
	}
	s.Groups[0].Subject.Pod += "x"
	if got := Fitting(&s); got != len(s.Groups)-1 {
		t.Errorf("a status of one byte more is cut from %d rows to %d, want one less", len(s.Groups), got)
	}
}

// TestUsualReportsFit: with names as people give them, a hundred rows are far
// from the limit.
func TestUsualReportsFit(t *testing.T) {
	v := someView()
	row := v.Rows[0]
	for len(v.Rows) < 100 {
		v.Rows = append(v.Rows, row)
	}
	f := facts()
	f.View = v
	s := Decide(f).Status
	if got := encoded(&s); got > MaxBytes/3 || Fitting(&s) != 100 {
		t.Errorf("a hundred rows have %d bytes, and %d fit", got, Fitting(&s))
	}
}

func TestTruncationSaysWhatToDo(t *testing.T) {
	f := facts()
	f.Settings.Top = 50
	for _, observed := range []int{1, 2} { // of 2
		f.View.Containers.Observed = observed
		conditions := Decide(f).Status.Conditions
		message := conditions[len(conditions)-1].Message
		for _, want := range []string{"Only 3 of 50 rows fit into a status of 256 KiB", "status.other", "Lower spec.top"} {
			if !strings.Contains(message, want) {
				t.Errorf("the message %q lacks %q", message, want)
			}
		}
	}
}
