package threshold_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/threshold"
)

type (
	// settings is short for what is edited in these tests.
	settings = v1alpha1.ThresholdSettings
	level    = v1alpha1.ThresholdLevel
)

// clusterWide is a threshold of memory limits, by pod, that an edit changes.
func clusterWide(edit func(s *settings, c *v1alpha1.ClusterSelection)) *v1alpha1.ClusterResourceThreshold {
	t := &v1alpha1.ClusterResourceThreshold{ObjectMeta: metav1.ObjectMeta{Name: "limits"}}
	t.Spec.Resource, t.Spec.Measure = v1alpha1.ResourceMemory, v1alpha1.MeasurePercentOfLimits
	t.Spec.Levels = []level{{Severity: v1alpha1.SeverityWarning, Above: "80%"}}
	t.Spec.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPod}}
	edit(&t.Spec.ThresholdSettings, &t.Spec.ClusterSelection)
	return t
}

// own is the same of a namespace.
func own(edit func(s *settings, c *v1alpha1.Selection)) *v1alpha1.ResourceThreshold {
	t := &v1alpha1.ResourceThreshold{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "limits"}}
	t.Spec.ThresholdSettings = clusterWide(func(*settings, *v1alpha1.ClusterSelection) {}).Spec.ThresholdSettings
	edit(&t.Spec.ThresholdSettings, &t.Spec.Selection)
	return t
}

// with changes settings only.
func with(edit func(s *settings)) *v1alpha1.ClusterResourceThreshold {
	return clusterWide(func(s *settings, _ *v1alpha1.ClusterSelection) { edit(s) })
}

// usage is a threshold of usage itself.
func usageOf(resource v1alpha1.ResourceName, l level) *v1alpha1.ClusterResourceThreshold {
	return with(func(s *settings) {
		s.Resource, s.Measure = resource, v1alpha1.MeasureUsage
		l.Severity = v1alpha1.SeverityWarning
		s.Levels = []level{l}
	})
}

func TestCompile(t *testing.T) {
	for name, test := range map[string]struct {
		object v1alpha1.ThresholdObject
		want   threshold.Rule
	}{
		"the least": {
			own(func(*settings, *v1alpha1.Selection) {}),
			threshold.Rule{
				Levels: []threshold.LevelRule{{Severity: threshold.Warning, Threshold: 800_000_000, Clear: 800_000_000}},
				Floor:  1, RepeatInterval: 30 * time.Minute,
			},
		},
		"everything": {
			with(func(s *settings) {
				s.Levels = []level{
					{Severity: v1alpha1.SeverityCritical, Above: "9999%", Clear: "95%", For: "1m"},
					{Severity: v1alpha1.SeverityWarning, Above: "0%", Clear: "0%", For: "24h"},
				}
				s.Combine, s.Statistic, s.Window = v1alpha1.CombineMaximumPod, "P95", "5m"
				s.Floor, s.KeepFiringFor, s.RepeatInterval = "100Mi", "90s", "0s"
				s.OnNoData, s.Silence = v1alpha1.NoDataFire, &v1alpha1.Silence{Until: "2026-12-01T09:00:00+09:00"}
			}),
			threshold.Rule{
				Objects: true,
				Levels: []threshold.LevelRule{
					{Severity: threshold.Warning, For: 24 * time.Hour},
					{Severity: threshold.Critical, Threshold: 99_990_000_000, Clear: 950_000_000, For: time.Minute},
				},
				Floor: 100 << 20, KeepFiringFor: 90 * time.Second, FireOnNoData: true,
				SilencedUntil: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
			},
		},
		"cores below": {
			usageOf(v1alpha1.ResourceCPU, level{Below: "1.5", Clear: "2000m"}),
			threshold.Rule{
				Objects: true, Below: true, RepeatInterval: 30 * time.Minute,
				Levels: []threshold.LevelRule{{Severity: threshold.Warning, Threshold: 1_500_000_000, Clear: 2_000_000_000}},
			},
		},
		"bytes": {
			usageOf(v1alpha1.ResourceMemory, level{Above: "2Gi", Clear: "1.5G"}),
			threshold.Rule{
				Objects: true, RepeatInterval: 30 * time.Minute,
				Levels: []threshold.LevelRule{{Severity: threshold.Warning, Threshold: 2 << 30, Clear: 1_500_000_000}},
			},
		},
		"labels are no objects": {
			clusterWide(func(_ *settings, c *v1alpha1.ClusterSelection) {
				c.GroupBy = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByPodLabel, Label: "app"}, {Type: v1alpha1.GroupByNamespaceLabel, Label: "team"}}
			}),
			threshold.Rule{
				Levels: []threshold.LevelRule{{Severity: threshold.Warning, Threshold: 800_000_000, Clear: 800_000_000}},
				Floor:  1, RepeatInterval: 30 * time.Minute,
			},
		},
	} {
		got, err := threshold.Compile(test.object)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Meaning == [16]byte{} {
			t.Errorf("%s: it means nothing", name)
		}
		got.Meaning = [16]byte{}
		if diff := cmp.Diff(test.want, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestMeaning: what a threshold measures of what identifies its alerts; when they
// fire and what is told does not.
func TestMeaning(t *testing.T) {
	meaning := func(object v1alpha1.ThresholdObject) [16]byte {
		rule, err := threshold.Compile(object)
		if err != nil {
			t.Fatal(err)
		}
		return rule.Meaning
	}
	plain := meaning(with(func(*settings) {}))
	for name, same := range map[string]func(s *settings){
		"nothing":      func(*settings) {},
		"defaults":     func(s *settings) { s.Combine, s.Statistic = v1alpha1.CombineSum, v1alpha1.StatisticCurrent },
		"above":        func(s *settings) { s.Levels[0].Above = "90%" },
		"clear, for":   func(s *settings) { s.Levels[0].Clear, s.Levels[0].For = "70%", "5m" },
		"severity":     func(s *settings) { s.Levels[0].Severity = v1alpha1.SeverityCritical },
		"timers":       func(s *settings) { s.KeepFiringFor, s.RepeatInterval, s.Floor = "1m", "1m", "1Gi" },
		"what is told": func(s *settings) { s.Description, s.RunbookURL, s.Suspend = "x", "https://example.com", true },
		"on no data": func(s *settings) {
			s.OnNoData, s.Silence = v1alpha1.NoDataFire, &v1alpha1.Silence{Until: "2026-12-01T00:00:00Z"}
		},
	} {
		if meaning(with(same)) != plain {
			t.Errorf("%s: it means something else", name)
		}
	}
	average := func(window v1alpha1.Duration) func(s *settings) {
		return func(s *settings) { s.Statistic, s.Window = "Average", window }
	}
	if meaning(with(average("5m"))) != meaning(with(average("1h"))) {
		t.Error("with another window it means something else")
	}
	meanings := map[[16]byte]string{plain: "nothing"}
	for name, object := range map[string]v1alpha1.ThresholdObject{
		"resource":  with(func(s *settings) { s.Resource = v1alpha1.ResourceCPU }),
		"measure":   with(func(s *settings) { s.Measure = v1alpha1.MeasurePercentOfRequests }),
		"combine":   with(func(s *settings) { s.Combine = v1alpha1.CombineMaximumPod }),
		"statistic": with(average("5m")),
		"direction": with(func(s *settings) { s.Levels[0].Above, s.Levels[0].Below = "", "80%" }),
		"selection": clusterWide(func(_ *settings, c *v1alpha1.ClusterSelection) { c.Namespaces = []v1alpha1.NamespaceName{"shop"} }),
		"groupBy":   clusterWide(func(_ *settings, c *v1alpha1.ClusterSelection) { c.GroupBy = nil }),
	} {
		m := meaning(object)
		if other, known := meanings[m]; known {
			t.Errorf("%s means the same as %s", name, other)
		}
		meanings[m] = name
	}
}

// TestCompileRefuses looks for the field, and for what would be right.
func TestCompileRefuses(t *testing.T) {
	two := func(a, b level) v1alpha1.ThresholdObject { return with(func(s *settings) { s.Levels = []level{a, b} }) }
	one := func(l level) v1alpha1.ThresholdObject {
		l.Severity = v1alpha1.SeverityWarning
		return with(func(s *settings) { s.Levels = []level{l} })
	}
	const warning, critical = v1alpha1.SeverityWarning, v1alpha1.SeverityCritical
	nodes := func(edit func(s *settings)) v1alpha1.ThresholdObject {
		return clusterWide(func(s *settings, c *v1alpha1.ClusterSelection) {
			c.Target, c.GroupBy, s.Measure = v1alpha1.TargetNodes, nil, v1alpha1.MeasurePercentOfAllocatable
			edit(s)
		})
	}
	quota := func(edit func(s *settings, c *v1alpha1.ClusterSelection)) v1alpha1.ThresholdObject {
		return clusterWide(func(s *settings, c *v1alpha1.ClusterSelection) {
			c.GroupBy, s.Measure = []v1alpha1.GroupKey{{Type: v1alpha1.GroupByNamespace}}, v1alpha1.MeasurePercentOfQuota
			edit(s, c)
		})
	}
	for name, test := range map[string]struct {
		object v1alpha1.ThresholdObject
		want   []string
	}{
		"no resource":        {with(func(s *settings) { s.Resource = "" }), []string{`spec.resource: Unsupported value: ""`, `"cpu", "memory"`}},
		"another resource":   {with(func(s *settings) { s.Resource = "swap" }), []string{"spec.resource", `"swap"`, `"cpu", "memory"`}},
		"another measure":    {with(func(s *settings) { s.Measure = "Percent" }), []string{"spec.measure", `"Percent"`, `"PercentOfLimits"`}},
		"another combine":    {with(func(s *settings) { s.Combine = "sum" }), []string{"spec.combine", `"sum"`, `"Sum", "MaximumPod", "MaximumContainer"`}},
		"another statistic":  {with(func(s *settings) { s.Statistic = "P90" }), []string{"spec.statistic", `"P90"`, `"P95"`}},
		"another no data":    {with(func(s *settings) { s.OnNoData = "Ignore" }), []string{"spec.onNoData", `"Ignore"`, `"KeepState", "Fire"`}},
		"a long name":        {with(func(s *settings) { s.Measure = v1alpha1.ThresholdMeasure(strings.Repeat("x", 1e6)) }), []string{"spec.measure", strings.Repeat("x", 40) + `"`}},
		"window of Current":  {with(func(s *settings) { s.Window = "5m" }), []string{"spec.window: Forbidden", "such as Average"}},
		"no window":          {with(func(s *settings) { s.Statistic = "P50" }), []string{"spec.window: Required", "for example 5m"}},
		"short window":       {with(func(s *settings) { s.Statistic, s.Window = "P50", "59s" }), []string{"spec.window", `"59s"`, "1m to 744h"}},
		"long window":        {with(func(s *settings) { s.Statistic, s.Window = "P50", "745h" }), []string{"spec.window", "1m to 744h"}},
		"no window at all":   {with(func(s *settings) { s.Statistic, s.Window = "P50", "1d" }), []string{"spec.window", "such as 90s, 15m or 1h30m"}},
		"no level":           {with(func(s *settings) { s.Levels = nil }), []string{"spec.levels: Required", "{severity: Warning, above: 80%}"}},
		"three levels":       {with(func(s *settings) { s.Levels = make([]level, 3) }), []string{"spec.levels: Too many: 3", "at most 2"}},
		"another severity":   {two(level{Severity: "Info", Above: "1%"}, level{}), []string{"spec.levels[0].severity", `"Info"`, `"Warning", "Critical"`}},
		"no severity":        {with(func(s *settings) { s.Levels[0].Severity = "" }), []string{"spec.levels[0].severity", `"Warning", "Critical"`}},
		"a severity twice":   {two(level{Severity: critical, Above: "1%"}, level{Severity: critical, Above: "2%"}), []string{"spec.levels[1].severity: Duplicate", "one level"}},
		"above and below":    {one(level{Above: "1%", Below: "2%"}), []string{"spec.levels[0].below: Forbidden", "remove one"}},
		"nothing":            {one(level{}), []string{"spec.levels[0].above: Required", "for example 80%"}},
		"one above, one not": {two(level{Severity: warning, Above: "1%"}, level{Severity: critical, Below: "2%"}), []string{"spec.levels[1]", "write two thresholds"}},
		"one below, one not": {two(level{Severity: warning, Below: "1%"}, level{Severity: critical}), []string{"spec.levels[1]", "write two thresholds"}},
		"critical is milder": {two(level{Severity: critical, Above: "80%"}, level{Severity: warning, Above: "95%"}), []string{"spec.levels", "does not lie beyond Warning"}},
		"critical is equal":  {two(level{Severity: warning, Above: "80%"}, level{Severity: critical, Above: "80%"}), []string{"spec.levels", "does not lie beyond Warning"}},
		"below, milder":      {two(level{Severity: warning, Below: "5%"}, level{Severity: critical, Below: "10%"}), []string{"spec.levels", "the lower one with below"}},
		"below, equal":       {two(level{Severity: warning, Below: "5%"}, level{Severity: critical, Below: "5%"}), []string{"spec.levels", "the lower one with below"}},
		"below nothing":      {one(level{Below: "0%"}), []string{"spec.levels[0].below", "nothing is below 0"}},
		"clear above above":  {one(level{Above: "80%", Clear: "81%"}), []string{"spec.levels[0].clear", `"81%"`, "at or below it"}},
		"clear below below":  {one(level{Below: "10%", Clear: "9%"}), []string{"spec.levels[0].clear", `"9%"`, "at or above it"}},
		"an amount of share": {one(level{Above: "2Gi"}), []string{"spec.levels[0].above", `"2Gi"`, "whole percentage"}},
		"part of a percent":  {one(level{Above: "80.5%"}), []string{"spec.levels[0].above", "whole percentage"}},
		"too many percent":   {one(level{Above: "10000%"}), []string{"spec.levels[0].above", "9999%"}},
		"clear of the other": {one(level{Above: "80%", Clear: "1Gi"}), []string{"spec.levels[0].clear", "whole percentage"}},
		"for is no duration": {one(level{Above: "80%", For: "5 minutes"}), []string{"spec.levels[0].for", `"5 minutes"`, "such as 90s"}},
		"for is too long":    {one(level{Above: "80%", For: "25h"}), []string{"spec.levels[0].for", `"25h"`, "0s to 24h"}},
		"keeps too long":     {with(func(s *settings) { s.KeepFiringFor = "25h" }), []string{"spec.keepFiringFor", "0s to 24h"}},
		"repeats too often":  {with(func(s *settings) { s.RepeatInterval = "59s" }), []string{"spec.repeatInterval", `"59s"`, "1m to 24h, or 0s"}},
		"repeats too late":   {with(func(s *settings) { s.RepeatInterval = "25h" }), []string{"spec.repeatInterval", "0s to 24h"}},
		"a share of usage":   {usageOf("cpu", level{Above: "80%"}), []string{"spec.levels[0].above", `"80%"`, "such as 500m or 2Gi"}},
		"an exponent":        {usageOf("memory", level{Above: "1e-10000000"}), []string{"spec.levels[0].above", "is not a quantity"}},
		"cores in bytes":     {usageOf("cpu", level{Above: "2Gi"}), []string{"spec.levels[0].above", `"2Gi"`, "cpu is in cores"}},
		"mega-cores":         {usageOf("cpu", level{Above: "2M"}), []string{"spec.levels[0].above", "cpu is in cores"}},
		"bytes in thousands": {usageOf("memory", level{Above: "500m"}), []string{"spec.levels[0].above", `"500m"`, "memory is in bytes"}},
		"bytes beyond all":   {usageOf("memory", level{Above: "999999999999999Pi"}), []string{"spec.levels[0].above", "write less"}},
		"cores beyond all":   {usageOf("cpu", level{Above: "999999999999999k"}), []string{"spec.levels[0].above", "write less"}},
		"below less than 1":  {usageOf("cpu", level{Below: "0.1n"}), []string{"spec.levels[0].below", "nothing is below 0"}},
		"floor of usage": {clusterWide(func(s *settings, _ *v1alpha1.ClusterSelection) {
			s.Measure, s.Levels[0].Above, s.Floor = v1alpha1.MeasureUsage, "1Gi", "1Gi"
		}), []string{"spec.floor: Forbidden", "such as PercentOfRequests"}},
		"floor is a share":    {with(func(s *settings) { s.Floor = "5%" }), []string{"spec.floor", `"5%"`, "such as 500m or 2Gi"}},
		"floor in thousands":  {with(func(s *settings) { s.Floor = "500m" }), []string{"spec.floor", "memory is in bytes"}},
		"silence without end": {with(func(s *settings) { s.Silence = &v1alpha1.Silence{} }), []string{"spec.silence.until: Required", "2026-12-01T00:00:00Z"}},
		"silence until when":  {with(func(s *settings) { s.Silence = &v1alpha1.Silence{Until: "tomorrow"} }), []string{"spec.silence.until", `"tomorrow"`, "RFC 3339"}},
		"silence until never": {with(func(s *settings) { s.Silence = &v1alpha1.Silence{Until: "2026-02-30T00:00:00Z"} }), []string{"spec.silence.until", "does not exist"}},
		"limits of nodes":     {nodes(func(s *settings) { s.Measure = v1alpha1.MeasurePercentOfLimits }), []string{"spec.measure", "Usage or PercentOfAllocatable"}},
		"pods of nodes":       {nodes(func(s *settings) { s.Combine = v1alpha1.CombineMaximumPod }), []string{"spec.combine", "it is Sum"}},
		"allocatable of pods": {with(func(s *settings) { s.Measure = v1alpha1.MeasurePercentOfAllocatable }), []string{"spec.groupBy: Forbidden", "groupBy: [{type: Node}]"}},
		"own allocatable":     {own(func(s *settings, _ *v1alpha1.Selection) { s.Measure = v1alpha1.MeasurePercentOfAllocatable }), []string{"spec.measure: Forbidden", "ClusterResourceThreshold"}},
		"containers of nodes": {clusterWide(func(s *settings, c *v1alpha1.ClusterSelection) {
			c.GroupBy[0].Type = v1alpha1.GroupByNode
			s.Measure, s.Combine = v1alpha1.MeasurePercentOfAllocatable, v1alpha1.CombineMaximumContainer
		}), []string{"spec.combine", "Sum or MaximumPod"}},
		"quota of pods":    {quota(func(_ *settings, c *v1alpha1.ClusterSelection) { c.GroupBy[0].Type = v1alpha1.GroupByPod }), []string{"spec.groupBy: Forbidden", "groupBy: [{type: Namespace}]"}},
		"quota of all":     {quota(func(_ *settings, c *v1alpha1.ClusterSelection) { c.GroupBy = nil }), []string{"spec.groupBy: Forbidden"}},
		"quota of some":    {quota(func(_ *settings, c *v1alpha1.ClusterSelection) { c.ExcludeContainers = []v1alpha1.ContainerName{"x"} }), []string{"spec.measure: Forbidden", "remove selector"}},
		"quota of largest": {quota(func(s *settings, _ *v1alpha1.ClusterSelection) { s.Combine = v1alpha1.CombineMaximumPod }), []string{"spec.combine", "it is Sum"}},
	} {
		rule, err := threshold.Compile(test.object)
		if err == nil {
			t.Errorf("%s: compiled to %+v", name, rule)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not tell %q", name, err, want)
			}
		}
		if len(err.Error()) > 400 {
			t.Errorf("%s: the message has %d bytes", name, len(err.Error()))
		}
	}
}

// TestCompileAccepts what is on the border of what is refused.
func TestCompileAccepts(t *testing.T) {
	for name, object := range map[string]v1alpha1.ThresholdObject{
		"own quota": own(func(s *settings, _ *v1alpha1.Selection) { s.Measure = v1alpha1.MeasurePercentOfQuota }),
		"quota by namespace": clusterWide(func(s *settings, c *v1alpha1.ClusterSelection) {
			c.GroupBy[0].Type, s.Measure = v1alpha1.GroupByNamespace, v1alpha1.MeasurePercentOfQuota
			c.Namespaces = []v1alpha1.NamespaceName{"shop"}
		}),
		"all nodes": clusterWide(func(s *settings, c *v1alpha1.ClusterSelection) {
			c.GroupBy, c.Target, s.Measure = nil, v1alpha1.TargetNodes, v1alpha1.MeasurePercentOfAllocatable
		}),
		"largest pod of nodes": clusterWide(func(s *settings, c *v1alpha1.ClusterSelection) {
			c.GroupBy[0].Type, s.Measure = v1alpha1.GroupByNode, v1alpha1.MeasurePercentOfAllocatable
			s.Combine = v1alpha1.CombineMaximumPod
		}),
		"thousands of cores": usageOf(v1alpha1.ResourceCPU, level{Above: "9k"}),
		"billionths":         usageOf(v1alpha1.ResourceCPU, level{Above: "5n", Clear: "0"}),
		"petabytes":          usageOf(v1alpha1.ResourceMemory, level{Above: "8191Pi"}),
	} {
		if _, err := threshold.Compile(object); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
