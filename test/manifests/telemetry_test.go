package manifests

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

// documented returns what stands in the first two columns of the rows of
// docs/operations.md whose first column is a name that begins so.
func documented(t *testing.T, prefix string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(root + "/docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| `(" + prefix + "\\w+)` \\| (\\w+) \\|")
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		found[m[1]] = m[2]
	}
	return found
}

// served are the names that a query may have: those of the operator's own metrics,
// which docs/operations.md lists, and those that come with the client library.
func served(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for name, kind := range documented(t, "usage_operator_") {
		names[name] = kind != "histogram"
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			names[name+suffix] = kind == "histogram"
		}
	}
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		names[family.GetName()] = true
	}
	return names
}

// named finds the names of metrics in a query: what has a selector behind it, and what
// has the operator's prefix.
var named = regexp.MustCompile(`(\w+)\{|(usage_operator_\w+)`)

// mustExist fails for each query that names a metric which is not served.
func mustExist(t *testing.T, queries map[string]string) {
	t.Helper()
	exists := served(t)
	for where, query := range queries {
		found := named.FindAllStringSubmatch(query, -1)
		if len(found) == 0 {
			t.Errorf("%s names no metric: %s", where, query)
		}
		for _, m := range found {
			if name := m[1] + m[2]; !exists[name] {
				t.Errorf("%s names %s, which is not served: %s", where, name, query)
			}
		}
	}
}

// TestAlertsAreDocumented with their severities, and ask for what exists.
func TestAlertsAreDocumented(t *testing.T) {
	rule := kustomized(t, "prometheus", "")["PrometheusRule "+system+"/usage-operator"]
	severities, queries := map[string]string{}, map[string]string{}
	rules, _ := at(nilOr(rule), "spec", "groups", 0, "rules").([]any)
	for _, r := range rules {
		name, _ := at(r, "alert").(string)
		severities[name], _ = at(r, "labels", "severity").(string)
		queries[name], _ = at(r, "expr").(string)
	}
	if diff := cmp.Diff(severities, documented(t, "UsageOperator")); diff != "" {
		t.Errorf("alerts (-config +documented):\n%s", diff)
	}
	mustExist(t, queries)
}

// TestAlertsAreTried: test/rules says of each when it fires.
func TestAlertsAreTried(t *testing.T) {
	text, err := os.ReadFile(root + "/test/rules/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fires := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  - alertname: (\w+)\n    eval_time: \w+\n    exp_alerts:\n    - `).FindAllStringSubmatch(string(text), -1) {
		fires[m[1]] = true
	}
	want := slices.Sorted(maps.Keys(documented(t, "UsageOperator")))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(fires))); diff != "" || len(want) == 0 {
		t.Errorf("alerts (-documented +tried):\n%s", diff)
	}
}

// TestDashboard: it comes whole, asks for what exists, and no two panels lie upon each
// other.
func TestDashboard(t *testing.T) {
	text, _ := at(nilOr(kustomized(t, "grafana", "")["ConfigMap "+system+"/usage-operator-dashboard"]), "data", "usage-operator.json").(string)
	var dashboard struct {
		Panels []struct {
			Title   string
			Type    string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil {
		t.Fatal(err)
	}
	queries, taken := map[string]string{}, map[[2]int]string{}
	for _, p := range dashboard.Panels {
		for i, target := range p.Targets {
			queries[p.Title+", "+string(rune('A'+i))] = target.Expr
		}
		if len(p.Targets) == 0 && p.Type != "row" {
			t.Errorf("%s shows nothing", p.Title)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				place := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other, is := taken[place]; is || place[0] >= 24 {
					t.Fatalf("%s lies upon %q at %v", p.Title, other, place)
				}
				taken[place] = p.Title
			}
		}
	}
	mustExist(t, queries)
}
