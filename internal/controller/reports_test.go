package controller

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/usage"
)

var kinds = []string{"UsageReport", "ClusterUsageReport"}

// object returns a report that does not exist yet, and its ID.
func (f *fixture) object(kind, name string) (v1alpha1.ReportObject, usage.ID) {
	meta := metav1.ObjectMeta{Name: f.namespace + "-" + name}
	if kind == "ClusterUsageReport" {
		return &v1alpha1.ClusterUsageReport{ObjectMeta: meta}, usage.ID{Kind: kind, Name: meta.Name}
	}
	meta.Namespace = f.namespace
	return &v1alpha1.UsageReport{ObjectMeta: meta}, usage.ID{Kind: kind, Namespace: f.namespace, Name: meta.Name}
}

// create creates a report, whose numbers are there already, if any.
func (f *fixture) create(kind, name string, millicores int64, change func(o v1alpha1.ReportObject)) usage.ID {
	f.t.Helper()
	o, id := f.object(kind, name)
	if millicores > 0 {
		f.source.show(id, millicores)
	}
	if change != nil {
		change(o)
	}
	if err := f.server.Create(f.t.Context(), o); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = f.server.Delete(context.Background(), o) })
	return id
}

// get reads a report as it is stored.
func (f *fixture) get(id usage.ID) v1alpha1.ReportObject { return f.read(f.server, id) }

func (f *fixture) read(from client.Reader, id usage.ID) v1alpha1.ReportObject {
	f.t.Helper()
	o, err := f.lookUp(from, id)
	if err != nil {
		f.t.Fatal(err)
	}
	return o
}

func (f *fixture) lookUp(in client.Reader, id usage.ID) (v1alpha1.ReportObject, error) {
	var o v1alpha1.ReportObject = &v1alpha1.UsageReport{}
	if id.Kind == "ClusterUsageReport" {
		o = &v1alpha1.ClusterUsageReport{}
	}
	return o, in.Get(f.t.Context(), client.ObjectKey{Namespace: id.Namespace, Name: id.Name}, o)
}

// change changes the spec or the metadata of a report.
func (f *fixture) change(id usage.ID, change func(o v1alpha1.ReportObject)) {
	f.t.Helper()
	o := f.get(id)
	change(o)
	if err := f.server.Update(f.t.Context(), o); err != nil {
		f.t.Fatal(err)
	}
}

// reconcile lets a report be due and waits until it was reconciled with what the
// source says now.
func (f *fixture) reconcile(id usage.ID) {
	f.t.Helper()
	for range 2 { // when the second begins, the first has ended
		seen := f.source.looked(id)
		f.source.due(id)
		f.eventually("the report is reconciled", func() bool { return f.source.looked(id) > seen })
	}
}

// ready waits for a reason of the condition Ready and returns the report.
func (f *fixture) ready(id usage.ID, reason string) v1alpha1.ReportObject {
	f.t.Helper()
	var o v1alpha1.ReportObject
	f.eventually("Ready is "+reason, func() bool {
		o = f.get(id)
		for _, c := range o.ReportStatus().Conditions {
			if c.Type == v1alpha1.ConditionReady {
				return c.Reason == reason && c.ObservedGeneration == o.GetGeneration()
			}
		}
		return false
	})
	return o
}

// cached waits until the operator's cache holds a report as it is stored.
func (f *fixture) cached(id usage.ID) v1alpha1.ReportObject {
	f.t.Helper()
	var o v1alpha1.ReportObject
	f.eventually("the cache knows the report", func() bool {
		var err error
		o, err = f.lookUp(f.operator, id)
		return err == nil && o.GetResourceVersion() == f.get(id).GetResourceVersion()
	})
	return o
}

func (f *fixture) mustHavePatched(id usage.ID, want int) {
	f.t.Helper()
	if got := f.patched(id); got != want {
		f.t.Errorf("%s %s: %d patches of the status, want %d", id.Kind, id.Name, got, want)
	}
}

func (f *fixture) mustHaveNoErrors() {
	f.t.Helper()
	if errs := f.log.errors(); len(errs) > 0 {
		f.t.Errorf("errors were logged: %v", errs)
	}
}

func usageOf(o v1alpha1.ReportObject) v1alpha1.Quantity {
	if o.ReportStatus().Total == nil {
		return ""
	}
	return o.ReportStatus().Total.Resources[v1alpha1.ResourceCPU].Usage
}
