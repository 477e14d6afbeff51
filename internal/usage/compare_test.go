package usage_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// figures is a row in a form that can be compared with == and read in a diff.
type figures struct {
	Subject                                        model.Subject
	Pods, Containers                               int
	Observed                                       bool
	CPU, Memory                                    words
	CPUPerPod, MemPerPod                           perPodFigures
	CPUOver, MemOver                               string
	CPURequests, CPULimits, MemRequests, MemLimits denominatorFigures
	CPUQuota, MemQuota                             quotaFigures
}

type denominatorFigures struct {
	Declared, Usage, Base words
	Set, Unset            int
}

type perPodFigures struct {
	Known           bool
	Median, Maximum words
}

// truePerPod sorts, where the engine only splits.
func truePerPod(used map[string]*big.Int) perPodFigures {
	sorted := slices.SortedFunc(maps.Values(used), (*big.Int).Cmp)
	n := len(sorted)
	if n < 2 {
		return perPodFigures{}
	}
	median := new(big.Int).Add(sorted[(n-1)/2], sorted[n/2])
	return perPodFigures{true, wordsOf(median.Rsh(median, 1)), wordsOf(sorted[n-1])}
}

func viewOver(values []model.Sum) string {
	if values == nil {
		return "unknown"
	}
	return fmt.Sprint(values)
}

func viewHistory(h *history.View) string {
	if h == nil {
		return "none"
	}
	return fmt.Sprintf("%+v", *h)
}

func viewPerPod(p *usage.PerPod) perPodFigures {
	if p == nil {
		return perPodFigures{}
	}
	return perPodFigures{true, sumWords(p.Median), sumWords(p.Maximum)}
}

// words is a 128-bit number.
type words struct {
	Hi int64
	Lo uint64
}

// wordsOf is exact: no sum in a test takes more than 128 bits.
func wordsOf(n *big.Int) words {
	lo := new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1))
	return words{Hi: new(big.Int).Rsh(n, 64).Int64(), Lo: lo.Uint64()}
}

func sumWords(s model.Sum) words {
	hi, lo := s.Words()
	return words{Hi: hi, Lo: lo}
}

func trueFigures(r *trueRow) figures {
	of := func(d trueDenominator) denominatorFigures {
		return denominatorFigures{wordsOf(d.declared), wordsOf(d.usage), wordsOf(d.base), d.set, d.unset}
	}
	return figures{
		Subject: r.subject, Pods: len(r.pods), Containers: r.containers, Observed: r.observed > 0,
		CPU: wordsOf(r.usage[model.CPU]), Memory: wordsOf(r.usage[model.Memory]),
		CPUOver: viewOver(r.over[model.CPU]), MemOver: viewOver(r.over[model.Memory]),
		CPUPerPod: truePerPod(r.perPod[model.CPU]), MemPerPod: truePerPod(r.perPod[model.Memory]),
		CPURequests: of(r.requests[model.CPU]), CPULimits: of(r.limits[model.CPU]),
		MemRequests: of(r.requests[model.Memory]), MemLimits: of(r.limits[model.Memory]),
		CPUQuota: newQuotaFigures(r.quota[model.CPU]), MemQuota: newQuotaFigures(r.quota[model.Memory]),
	}
}

func viewFigures(t *testing.T, r *usage.Row) figures {
	t.Helper()
	of := func(d usage.Denominator) denominatorFigures {
		return denominatorFigures{sumWords(d.Declared), sumWords(d.Usage), sumWords(d.Base), d.Set, d.Unset}
	}
	cpu, memory := &r.Resources[model.CPU], &r.Resources[model.Memory]
	if cpu.Observed != memory.Observed {
		t.Errorf("%v: only one resource is observed", r.Subject)
	}
	return figures{
		Subject: r.Subject, Pods: r.Pods, Containers: r.Containers, Observed: cpu.Observed,
		CPU: sumWords(cpu.Usage), Memory: sumWords(memory.Usage),
		CPUOver: viewOver(cpu.Over), MemOver: viewOver(memory.Over),
		CPUPerPod: viewPerPod(cpu.PerPod), MemPerPod: viewPerPod(memory.PerPod),
		CPURequests: of(cpu.Requests), CPULimits: of(cpu.Limits),
		MemRequests: of(memory.Requests), MemLimits: of(memory.Limits),
		CPUQuota: newQuotaFigures(cpu.Quota), MemQuota: newQuotaFigures(memory.Quota),
	}
}

// summary is a view but for its rows.
type summary struct {
	SampleTime       time.Time
	Resolution       time.Duration
	LabelKeys        string
	Grouped          bool
	Pods, Containers usage.Coverage
	Total            figures
	History          string
	RowCount         int
	Cut              bool
	Other            figures
	Missing          string
	MissingOmitted   int
	UnsampledRuns    int
}

// same fails the test where a view is not the oracle's answer. Between ticks the
// sample time may be that of a pod that has just left.
func (o *oracle) same(t *testing.T, id usage.ID, v *usage.View, ticked bool) {
	t.Helper()
	a := o.answer(id)
	want := summary{
		SampleTime: a.sampleTime.Truncate(time.Second), Resolution: o.resolution,
		LabelKeys: strings.Join(a.labelKeys, ","), Grouped: a.grouped, Total: trueFigures(a.total), RowCount: a.rowCount,
		Pods:       usage.Coverage{Expected: len(a.total.expectedPods), Observed: len(a.total.observedPods)},
		Containers: usage.Coverage{Expected: a.total.expected, Observed: a.total.observedRunning},
	}
	got := summary{
		SampleTime: v.SampleTime, Resolution: v.Resolution, LabelKeys: strings.Join(v.LabelKeys, ","), Grouped: v.Grouped,
		Total: viewFigures(t, &v.Total), RowCount: v.RowCount, Pods: v.Pods, Containers: v.Containers,
	}
	want.History, got.History = o.reports[id].total.recorded(), viewHistory(v.History)
	if !ticked {
		want.SampleTime, got.SampleTime = time.Time{}, time.Time{}
	}
	if a.other != nil {
		want.Cut, want.Other = true, trueFigures(a.other)
	}
	if v.Other != nil {
		got.Cut, got.Other = true, viewFigures(t, v.Other)
	}
	want.UnsampledRuns, got.UnsampledRuns = a.unsampled, v.UnsampledRuns
	listed := a.missing[:min(len(a.missing), 20)]
	want.Missing, got.Missing = fmt.Sprint(listed), fmt.Sprint(v.Missing)
	want.MissingOmitted, got.MissingOmitted = len(a.missing)-len(listed), v.MissingOmitted
	if want != got {
		t.Errorf("%v (-oracle +engine):\n%s", id, cmp.Diff(want, got))
	}
	o.sameRows(t, id, a.rows, v.Rows)
}

func (o *oracle) sameRows(t *testing.T, id usage.ID, want []*trueRow, got []usage.Row) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%v: the engine has %d rows, the oracle %d", id, len(got), len(want))
		return
	}
	for i := range want {
		want, got := trueFigures(want[i]), viewFigures(t, &got[i])
		if want != got {
			t.Errorf("%v, row %d (-oracle +engine):\n%s", id, i, cmp.Diff(want, got))
		}
	}
}
