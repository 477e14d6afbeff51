package report

import (
	"encoding/json"
	"testing"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// change makes a status differ.
type change struct {
	name string
	make func(s *v1alpha1.ReportStatus)
}

// resourceOf changes the CPU of the total.
func resourceOf(f func(u *v1alpha1.ResourceUsage)) func(*v1alpha1.ReportStatus) {
	return func(s *v1alpha1.ReportStatus) {
		u := s.Total.Resources["cpu"]
		f(&u)
		s.Total.Resources["cpu"] = u
	}
}

// subjectOf changes the subject of the first row.
func subjectOf(f func(s *v1alpha1.Subject)) func(*v1alpha1.ReportStatus) {
	return func(s *v1alpha1.ReportStatus) { f(s.Groups[0].Subject) }
}

// worthAWrite differ from one another, and from no change.
var worthAWrite = []change{
	{"usage", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Usage = "251m" })},
	{"unit", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Usage = "250" })},
	{"no usage", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Usage = "" })},
	{"usage of zero", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Usage = "0" })},
	{"average", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Average = "411m" })},
	{"maximum", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Maximum = "311m" })},
	{"no maximum", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Maximum = "" })},
	{"p50", resourceOf(func(u *v1alpha1.ResourceUsage) { u.P50 = "511m" })},
	{"p95", resourceOf(func(u *v1alpha1.ResourceUsage) { u.P95 = "201m" })},
	{"p99", resourceOf(func(u *v1alpha1.ResourceUsage) { u.P99 = "611m" })},
	{"requests", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Requests = "501m" })},
	{"limits", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Limits = "500m" })},
	{"percent of requests", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PercentOf.Requests = new(int64(31)) })},
	{"percent of limits", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PercentOf.Limits = new(int64(30)) })},
	{"no percent", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PercentOf = nil })},
	{"a percentage of zero", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PercentOf.Requests = new(int64(0)) })},
	{"a quota", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Quota = &v1alpha1.Quota{Hard: "4"} })},
	{"a quota of zero", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Quota = &v1alpha1.Quota{Hard: "0"} })},
	{"a larger quota", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Quota = &v1alpha1.Quota{Hard: "5"} })},
	{"a quota that is taken", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Quota = &v1alpha1.Quota{Hard: "4", Used: "3"} })},
	{"percent of a quota", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PercentOf.Quota = new(int64(6)) })},
	{"without requests", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Unset.Requests = 2 })},
	{"without limits", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Unset.Limits = 1 })},
	{"none without", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Unset = nil })},
	{"median pod", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PerPod.Median = "126m" })},
	{"largest pod", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PerPod.Maximum = "151m" })},
	{"no pods to compare", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PerPod = nil })},
	{"allocatable", resourceOf(func(u *v1alpha1.ResourceUsage) { u.Allocatable = "500m" })},
	{"percent of allocatable", resourceOf(func(u *v1alpha1.ResourceUsage) { u.PercentOf.Allocatable = new(int64(30)) })},
	{"pods", func(s *v1alpha1.ReportStatus) { s.Total.Pods = new(int32(3)) }},
	{"containers", func(s *v1alpha1.ReportStatus) { s.Total.Containers = new(int32(3)) }},
	{"nodes", func(s *v1alpha1.ReportStatus) { s.Total.Nodes = new(int32(3)) }},
	{"no nodes of some", func(s *v1alpha1.ReportStatus) { s.Total.Nodes = new(int32(0)) }},
	{"nodes instead of pods", func(s *v1alpha1.ReportStatus) { s.Total.Pods, s.Total.Nodes = nil, s.Total.Pods }},
	{"no memory", func(s *v1alpha1.ReportStatus) { delete(s.Total.Resources, "memory") }},
	{"no total", func(s *v1alpha1.ReportStatus) { s.Total = nil }},
	{"no other", func(s *v1alpha1.ReportStatus) { s.Other = nil }},
	{"other instead of total", func(s *v1alpha1.ReportStatus) { s.Total = nil; s.Groups = nil }},
	{"total instead of other", func(s *v1alpha1.ReportStatus) { s.Other = nil; s.Groups = nil }},
	{"row count", func(s *v1alpha1.ReportStatus) { s.GroupCount = 58 }},
	{"one row less", func(s *v1alpha1.ReportStatus) { s.Groups = s.Groups[:2] }},
	{"order of rows", func(s *v1alpha1.ReportStatus) { s.Groups[0], s.Groups[1] = s.Groups[1], s.Groups[0] }},
	{"no subject", func(s *v1alpha1.ReportStatus) { s.Groups[0].Subject = nil }},
	{"namespace", subjectOf(func(s *v1alpha1.Subject) { s.Namespace = "data" })},
	{"namespace as pod", subjectOf(func(s *v1alpha1.Subject) { s.Namespace, s.Pod = "", s.Namespace })},
	{"container", subjectOf(func(s *v1alpha1.Subject) { s.Container = "web" })},
	{"node", subjectOf(func(s *v1alpha1.Subject) { s.Node = "web" })},
	{"workload's group", subjectOf(func(s *v1alpha1.Subject) { s.Workload.APIGroup = "" })},
	{"workload's kind", subjectOf(func(s *v1alpha1.Subject) { s.Workload.Kind = "StatefulSet" })},
	{"workload's name", subjectOf(func(s *v1alpha1.Subject) { s.Workload.Name = "db" })},
	{"no workload", subjectOf(func(s *v1alpha1.Subject) { s.Workload = nil })},
	{"label's key", subjectOf(func(s *v1alpha1.Subject) { s.Labels[0].Key = "owner" })},
	{"label's value", subjectOf(func(s *v1alpha1.Subject) { s.Labels[0].Value = new("red") })},
	{"a value of none", subjectOf(func(s *v1alpha1.Subject) { s.Labels[0].Value = new("none") })},
	{"empty value", subjectOf(func(s *v1alpha1.Subject) { s.Labels[0].Value = new("") })},
	{"absent value", subjectOf(func(s *v1alpha1.Subject) { s.Labels[0].Value = nil })},
	{"absent instead of empty", subjectOf(func(s *v1alpha1.Subject) { s.Labels[1].Value = nil })},
	{"nothing missing", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing = nil }},
	{"missing less", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing = s.Coverage.Missing[1:] }},
	{"missing node", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing[0].Node = "n2" }},
	{"missing namespace", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing[1].Namespace = "data" }},
	{"missing pod", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing[1].Pod = "web-3" }},
	{"missing container", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing[1].Container = "" }},
	{"missing for another reason", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing[1].Reason = v1alpha1.MissingUnknown }},
	{"no labels", subjectOf(func(s *v1alpha1.Subject) { s.Labels = nil })},
}

// notWorthAWrite move all the time, or tell nothing that others do not.
var notWorthAWrite = []change{
	{"sample time", func(s *v1alpha1.ReportStatus) { s.SampleTime = "2026-01-31T09:00:08Z" }},
	{"window", func(s *v1alpha1.ReportStatus) { s.Window.ObservedSeconds++ }},
	{"the newest point", func(s *v1alpha1.ReportStatus) { s.History.Points[2].Average["cpu"] = "251m" }},
	{"a new point", func(s *v1alpha1.ReportStatus) {
		s.History.Points = append(s.History.Points, v1alpha1.HistoryPoint{Time: "2026-01-31T09:05:00Z"})
	}},
	{"no history", func(s *v1alpha1.ReportStatus) { s.History = nil }},
	{"resolution", func(s *v1alpha1.ReportStatus) { s.Resolution = "16s" }},
	{"coverage", func(s *v1alpha1.ReportStatus) { s.Coverage.Percent, s.Coverage.Pods.Observed = 98, 40 }},
	{"pods of a lost node", func(s *v1alpha1.ReportStatus) { s.Coverage.Missing[0].Pods++ }},
	{"counts of what is missing", func(s *v1alpha1.ReportStatus) { s.Coverage.MissingOmitted, s.Coverage.UnsampledRuns = 8, 9 }},
	{"conditions", func(s *v1alpha1.ReportStatus) { s.Conditions = []v1alpha1.Condition{{Type: v1alpha1.ConditionReady}} }},
	{"generation", func(s *v1alpha1.ReportStatus) { s.ObservedGeneration++ }},
}

func fingerprintOf(c change) string {
	s := Build(someView())
	c.make(&s)
	return Fingerprint(&s)
}

func TestFingerprint(t *testing.T) {
	nothing := change{"no change", func(*v1alpha1.ReportStatus) {}}
	names := map[string]string{fingerprintOf(nothing): nothing.name}
	for _, c := range worthAWrite {
		f := fingerprintOf(c)
		if other, known := names[f]; known {
			t.Errorf("%q has the fingerprint of %q", c.name, other)
		}
		names[f] = c.name
	}
	for _, c := range notWorthAWrite {
		if fingerprintOf(c) != fingerprintOf(nothing) {
			t.Errorf("%q takes part in the fingerprint", c.name)
		}
	}
}

// TestFingerprintSurvivesJSON: the stored status must have the fingerprint of
// the one that was written.
func TestFingerprintSurvivesJSON(t *testing.T) {
	for _, c := range worthAWrite {
		s := Build(someView())
		c.make(&s)
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var read v1alpha1.ReportStatus
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if Fingerprint(&read) != Fingerprint(&s) {
			t.Errorf("%q: the fingerprint changes on the way through JSON", c.name)
		}
	}
}

func TestThreeDigits(t *testing.T) {
	for _, row := range []struct{ a, b string }{{"1234m", "1239m"}, {"123456Mi", "123999Mi"}, {"1000", "1009"}} {
		if ThreeDigits(row.a) != ThreeDigits(row.b) {
			t.Errorf("%s and %s differ at three digits", row.a, row.b)
		}
	}
	for _, row := range []struct{ a, b string }{
		{"", "0"}, {"1", "10"}, {"123m", "124m"}, {"123m", "123"}, {"1234m", "1234"}, {"1239m", "1240m"}, {"123Mi", "1234Mi"}, {"123Ki", "123Mi"},
	} {
		if ThreeDigits(row.a) == ThreeDigits(row.b) {
			t.Errorf("%s and %s are the same at three digits", row.a, row.b)
		}
	}
}
