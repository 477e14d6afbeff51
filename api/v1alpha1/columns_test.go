package v1alpha1_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// raw is a client that sends and receives bytes as they are.
func raw(t *testing.T) *rest.RESTClient {
	t.Helper()
	config := rest.CopyConfig(apiServer.Config(t))
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	c, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	groupPath      = "/apis/usage-operator.io/v1alpha1/"
	namespacedPath = groupPath + "namespaces/shop/usagereports/"
	clusterPath    = groupPath + "clusterusagereports/"
)

// TestColumns reads what kubectl get -o wide prints.
func TestColumns(t *testing.T) {
	c := server(t)
	for _, row := range []struct {
		name, kind, path, spec, status string
		want                           []string
	}{
		{"columns", "UsageReport", namespacedPath, "", columnsStatus, slices.Concat(columns, p95("17300m", "50Gi"), wide)},
		{"columns", "ClusterUsageReport", clusterPath, "", columnsStatus, slices.Concat(columns, p95("17300m", "50Gi"), ofNodes("<nil>", "<nil>", "<nil>"), wide)},
		{"columns-of-nodes", "ClusterUsageReport", clusterPath, "", nodeColumnsStatus, slices.Concat(nodeColumns, p95("13", "<nil>"), ofNodes("5", "31", "40"), wide)},
		{"columns", "ResourceThreshold", groupPath + "namespaces/shop/resourcethresholds/", usual, thresholdColumnsStatus, thresholdColumns},
		{"columns", "ClusterResourceThreshold", groupPath + "clusterresourcethresholds/", usual, thresholdColumnsStatus, thresholdColumns},
	} {
		t.Run(row.kind+"/"+row.name, func(t *testing.T) {
			object := written(t, row.kind, row.name, row.spec)
			if err := c.Create(t.Context(), object); err != nil {
				t.Fatal(err)
			}
			object.Object["status"] = fromYAML(t, row.status)
			if err := c.Status().Update(t.Context(), object); err != nil {
				t.Fatal(err)
			}
			body, err := raw(t).Get().AbsPath(row.path+row.name).SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").DoRaw(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var table metav1.Table
			if err := json.Unmarshal(body, &table); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, rendered(table)); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
		})
	}
}

const columnsStatus = `
conditions: [{type: Ready, status: "True", reason: Reported, lastTransitionTime: "2026-01-31T09:00:00Z"}]
sampleTime: "2026-01-31T09:00:00Z"
coverage: {percent: 98, pods: {expected: 40, observed: 39}, containers: {expected: 81, observed: 79}}
groupCount: 57
total:
  pods: 40
  containers: 81
  resources:
    cpu: {usage: 12500m, p95: 17300m, percentOf: {requests: 62}}
    memory: {usage: 48Gi, p95: 50Gi, percentOf: {requests: 91}}
`

const nodeColumnsStatus = `
conditions: [{type: Ready, status: "True", reason: Reported, lastTransitionTime: "2026-01-31T09:00:00Z"}]
sampleTime: "2026-01-31T09:00:00Z"
coverage: {percent: 98, nodes: {expected: 5, observed: 5}}
groupCount: 57
total:
  nodes: 5
  resources:
    cpu: {usage: 12500m, p95: "13", allocatable: "40", percentOf: {allocatable: 31}}
    memory: {usage: 48Gi, allocatable: 120Gi, percentOf: {allocatable: 40}}
`

const thresholdColumnsStatus = `
conditions: [{type: Ready, status: "True", reason: Evaluated, lastTransitionTime: "2026-01-31T09:00:00Z"}]
lastEvaluationTime: "2026-01-31T09:00:00Z"
state: Firing
severity: Critical
stateTime: "2026-01-31T09:00:00Z"
worst: Deployment/web 97% of limits, above 95%
subjectCounts: {total: 12, ok: 10, pending: 0, firing: 1, unknown: 1}
`

// columns in the form "heading=cell"; those after "|" are for -o wide only.
// kubectl leaves the cell of a nil blank. Ages depend on the day of the test, so
// only their presence is held.
var (
	columns = []string{"NAME=columns", "PODS=40", "CPU=12500m", "CPU%REQ=62", "MEMORY=48Gi", "MEM%REQ=91", "READY=True",
		"UPDATED=some", "AGE=some"}
	nodeColumns = []string{"NAME=columns-of-nodes", "PODS=<nil>", "CPU=12500m", "CPU%REQ=<nil>", "MEMORY=48Gi", "MEM%REQ=<nil>", "READY=True",
		"UPDATED=some", "AGE=some"}
	thresholdColumns = []string{"NAME=columns", "STATE=Firing", "SEVERITY=Critical", "FIRING=1", "PENDING=0", "SUBJECTS=12",
		"WORST=Deployment/web 97% of limits, above 95%", "SINCE=some", "READY=True", "AGE=some",
		"|RESOURCE=memory", "|MEASURE=PercentOfLimits", "|UNKNOWN=1", "|EVALUATED=some"}
	wide = []string{"|GROUPS=57", "|COVERAGE=98"}
)

func p95(cpu, memory string) []string { return []string{"|P95 CPU=" + cpu, "|P95 MEMORY=" + memory} }

func ofNodes(nodes, cpu, memory string) []string {
	return []string{"|NODES=" + nodes, "|CPU%ALLOC=" + cpu, "|MEM%ALLOC=" + memory}
}

// rendered prints headings as kubectl does, in capitals.
func rendered(table metav1.Table) []string {
	var got []string
	for i, column := range table.ColumnDefinitions {
		cell := fmt.Sprint(table.Rows[0].Cells[i])
		heading := strings.ToUpper(column.Name)
		if slices.Contains([]string{"UPDATED", "SINCE", "EVALUATED", "AGE"}, heading) && cell != "" && cell != "<unknown>" && cell != "<invalid>" {
			cell = "some"
		}
		if column.Priority > 0 {
			heading = "|" + heading
		}
		got = append(got, heading+"="+cell)
	}
	return got
}

// TestNumberForms sends an integer as JSON allows: the server takes it, so the
// typed read must.
func TestNumberForms(t *testing.T) {
	c := server(t)
	body := `{"apiVersion": "usage-operator.io/v1alpha1", "kind": "UsageReport", "metadata": {"name": "number-forms"}, "spec": {"top": 2.0e1}}`
	path := "/apis/usage-operator.io/v1alpha1/namespaces/shop/usagereports"
	if err := raw(t).Post().AbsPath(path).SetHeader("Content-Type", "application/json").Body([]byte(body)).Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	var list v1alpha1.UsageReportList
	if err := c.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
}
