package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/calendar"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// accounted is a need for accounts of an hour.
func accounted(t testing.TB, basis account.Basis) usage.Need {
	t.Helper()
	c, err := calendar.New(calendar.Hour, "UTC")
	if err != nil {
		t.Fatal(err)
	}
	need := overFiveMinutes
	prices := account.Prices{Currency: "USD", Basis: basis, PerHour: [model.ResourceCount]account.Price{model.CPU: 1}}
	need.Accounts = &account.Terms{Calendar: c, Keep: 3, Top: 3, Prices: &prices}
	return need
}

// coreSeconds of usage, requests and the larger of both.
func coreSeconds(m *account.Measures) string {
	var out []any
	for _, s := range []model.Sums{m.Usage, m.Requests, m.Larger} {
		out = append(out, account.Integer(s[model.CPU]).Int64()/cores/1000)
	}
	return fmt.Sprint(out...)
}

func mustAccount(t *testing.T, what string, m *account.Measures, want string) {
	t.Helper()
	if got := coreSeconds(m); got != want {
		t.Errorf("%s: %s core-seconds, want %s", what, got, want)
	}
}

// TestAccounts: a uses 3 cores and requests 1, b has a container that uses nothing
// and one that uses 4; each of them requests 1. They are seen for 45 seconds, and
// before the hour began.
func TestAccounts(t *testing.T) {
	for _, rows := range []v1alpha1.ClusterSelection{byPod, everyPod, grouped(v1alpha1.GroupByContainer)} {
		e := usage.New()
		e.Apply(present(newPod("shop", "a", "app"), newPod("shop", "b", "app", "idle")))
		set(t, e, clusterReport, rows, accounted(t, account.Larger))
		for i := range 4 {
			now := at(float64(15 * i))
			b := one("shop", "b", now, 4)
			b.cores["idle"] = 0
			e.Tick(answerOf(now, one("shop", "a", now, 3), b))
		}
		periods := view(t, e, clusterReport).Periods
		mustAccount(t, "the total", &periods[0].Total, fmt.Sprint(45*7, 45*3, 45*8))
		if rows.GroupBy != nil && rows.GroupBy[0].Type == v1alpha1.GroupByPod {
			mustAccount(t, "the largest", &periods[0].Accounts[0].Measures, fmt.Sprint(45*4, 45*2, 45*5))
		}
	}
}

// TestAccountsAddUp: rows come and go, are late and lost, and are more than have
// an account or a series; the accounts and the others are the total.
func TestAccountsAddUp(t *testing.T) {
	e := usage.New()
	set(t, e, clusterReport, byPod, accounted(t, account.Larger))
	for i := range 40 {
		now := at(float64(400 * i))
		var samples []sampled
		for k := range usage.MaxSeries + 30 {
			p := newPod("shop", fmt.Sprintf("pod-%04d", k), "app")
			switch {
			case i == 0, i%7 == 3 && k%5 == i%5:
				e.Apply(present(p))
			case i%7 == 5 && k%5 == i%5:
				e.Apply(gone(p))
			}
			if (i+k)%3 > 0 {
				samples = append(samples, one("shop", p.Name, now, int64(1+(i*k)%9)))
			}
		}
		e.Tick(answerOf(now, samples...))
	}
	periods := view(t, e, clusterReport).Periods
	if len(periods) != 4 {
		t.Fatalf("there are %d periods", len(periods))
	}
	for _, p := range periods {
		sum := *p.Other
		for i := range p.Accounts {
			sum.Add(&p.Accounts[i].Measures)
		}
		if sum != p.Total || sum == (account.Measures{}) || len(p.Accounts) != 3 {
			t.Errorf("%d accounts and others come to %+v, the total is %+v", len(p.Accounts), sum, p.Total)
		}
	}
}

// TestAccountsOfAnotherSelection: what was counted before is closed.
func TestAccountsOfAnotherSelection(t *testing.T) {
	e := usage.New()
	need := accounted(t, account.Usage)
	e.Apply(present(newPod("shop", "a", "app")))
	set(t, e, clusterReport, byPod, need)
	e.Tick(answerOf(at(0), one("shop", "a", at(0), 3)))
	e.Tick(answerOf(at(15), one("shop", "a", at(15), 3)))
	set(t, e, clusterReport, everyPod, need)
	e.Tick(answerOf(at(30), one("shop", "a", at(30), 3)))
	periods := view(t, e, clusterReport).Periods
	if len(periods) < 2 || periods[1].Reason != account.SpecChanged || !periods[1].End.Equal(at(15)) || !periods[0].Start.Equal(at(15)) {
		t.Fatalf("the periods are %+v", periods)
	}
	mustAccount(t, "after the change", &periods[0].Total, "45 15 0")
	set(t, e, clusterReport, v1alpha1.ClusterSelection{Target: v1alpha1.TargetNodes}, need)
	e.TickNodes(&model.NodeSamples{ReadTime: at(45)})
	periods = view(t, e, clusterReport).Periods
	if len(periods) != 3 || periods[1].Reason != account.SpecChanged || !periods[1].End.Equal(at(30)) {
		t.Errorf("with another target the periods are %+v", periods)
	}
}

// TestCloseIsNews: a period closes, and is shown, also when no sample is new.
func TestCloseIsNews(t *testing.T) {
	e := usage.New()
	e.Apply(present(newPod("shop", "a", "app")))
	set(t, e, clusterReport, everyPod, accounted(t, account.Usage))
	for _, second := range []float64{15, 3585} {
		e.Tick(answerOf(at(second), one("shop", "a", at(second-5), 1)))
	}
	view(t, e, clusterReport)
	e.Tick(answerOf(at(3590), one("shop", "a", at(3580), 1)))
	if e.Changed(clusterReport) {
		t.Error("the same sample is news")
	}
	e.Tick(answerOf(at(3605), one("shop", "a", at(3580), 1)))
	if !e.Changed(clusterReport) {
		t.Error("a close is no news")
	}
	if periods := view(t, e, clusterReport).Periods; len(periods) != 2 || periods[1].Reason != account.PeriodEnded {
		t.Errorf("the periods are %+v", periods)
	}
}

// TestAccountsOfWholePods: what a pod requests as a whole is compared as a whole.
func TestAccountsOfWholePods(t *testing.T) {
	whole := changed(newPod("shop", "a", "app", "side"), func(p *model.Pod) {
		p.PodLevel = &model.Resources{Requests: declared(5*cores, 100*mi)}
	})
	e := usage.New()
	e.Apply(present(whole))
	set(t, e, clusterReport, byPod, accounted(t, account.Larger))
	for i := range 4 {
		now := at(float64(15 * i))
		a := one("shop", "a", now, 3)
		a.cores["side"] = 1
		e.Tick(answerOf(now, a))
	}
	mustAccount(t, "the total", &view(t, e, clusterReport).Periods[0].Total, fmt.Sprint(45*4, 45*5, 45*5))
}

// TestUnseenContainersRequest: of a container without a sample its requests count.
// One of 25 pods without one is no gap.
func TestUnseenContainersRequest(t *testing.T) {
	e := usage.New()
	set(t, e, clusterReport, everyPod, accounted(t, account.Larger))
	for i := range 4 {
		now := at(float64(15 * i))
		var samples []sampled
		for k := range 25 {
			p := newPod("shop", fmt.Sprintf("p%02d", k), "app", "side")
			if i == 0 {
				e.Apply(present(p))
			}
			x := one("shop", p.Name, now, 3)
			if k > 0 {
				x.cores["side"] = 0
			}
			samples = append(samples, x)
		}
		e.Tick(answerOf(now, samples...))
	}
	mustAccount(t, "the total", &view(t, e, clusterReport).Periods[0].Total, fmt.Sprint(45*75, 45*50, 45*100))
}

// TestAccountsOfNodes: nodes use and request nothing.
func TestAccountsOfNodes(t *testing.T) {
	e := usage.New()
	e.Apply(nodesPresent(newNode("n1")))
	byNode := grouped(v1alpha1.GroupByNode)
	byNode.Target = v1alpha1.TargetNodes
	set(t, e, clusterReport, byNode, accounted(t, account.Usage))
	for i := range 4 {
		now := at(float64(15 * i))
		e.TickNodes(&model.NodeSamples{ReadTime: now, Nodes: []model.NodeSample{{Name: "n1", Time: now, Window: 15 * time.Second, Usage: model.Amounts{2 * cores, mi}}}})
	}
	p := view(t, e, clusterReport).Periods[0]
	mustAccount(t, "the total", &p.Total, fmt.Sprint(45*2, 0, 45*2))
	mustAccount(t, p.Accounts[0].Subject.Node, &p.Accounts[0].Measures, fmt.Sprint(45*2, 0, 45*2))
}

// TestShareOfAccounts: where one namespace has more accounts than its share, what
// comes later is summed, and closed periods grow no more. Others get their accounts,
// and all add up.
func TestShareOfAccounts(t *testing.T) {
	const rows, greedy = 400, 40
	e := usage.New()
	e.BoundAccounts(8 << 20)                        // a share is for some 6,000 accounts
	e.BoundWindows(100 * usage.DefaultWindowMemory) // those are another matter
	quiet := usage.ID{Kind: "UsageReport", Namespace: "modest", Name: "only"}
	ids := []usage.ID{quiet}
	for i := range greedy {
		ids = append(ids, usage.ID{Kind: "UsageReport", Namespace: "greedy", Name: fmt.Sprint(i)})
	}
	for i := range rows {
		e.Apply(present(newPod("greedy", fmt.Sprintf("pod-%03d", i), "app")))
	}
	e.Apply(present(newPod("modest", "pod", "app")))
	for _, id := range ids {
		need := accounted(t, account.Usage)
		need.Accounts.Top = account.MaxClosedAccounts
		set(t, e, id, byPod, need)
	}
	closed := 0
	for second := 0.0; second <= 5*3600; second += 600 {
		now := at(second)
		var samples []sampled
		for i := range rows {
			samples = append(samples, one("greedy", fmt.Sprintf("pod-%03d", i), now, 1))
		}
		e.Tick(answerOf(now, append(samples, one("modest", "pod", now, 1))...))
	}
	for _, id := range ids {
		for _, p := range view(t, e, id).Periods {
			if p.Reason != account.Running && id != quiet {
				closed += len(p.Accounts)
			}
			sum := account.Measures{}
			if p.Other != nil {
				sum = *p.Other
			}
			for i := range p.Accounts {
				sum.Add(&p.Accounts[i].Measures)
			}
			if sum != p.Total {
				t.Fatalf("%v: accounts and others are %+v, the total %+v", id, sum, p.Total)
			}
			if id == quiet && (len(p.Accounts) != 1 || p.Other != nil) {
				t.Errorf("the quiet one has %d accounts, and others %v", len(p.Accounts), p.Other)
			}
		}
	}
	if most := 2 << 20; e.AccountMemory() > most*5/4 {
		t.Errorf("all accounts take %d bytes, want some %d at most", e.AccountMemory(), most)
	}
	if last := greedy * account.MaxClosedAccounts; closed < last/2 || closed > last {
		t.Errorf("%d closed accounts are kept, want those of the last period alone, %d", closed, last)
	}
}
