package faults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// What is wrong is an error in all that follows, and nil where nothing is.

// isRight looks at all that the operator tells and shows.
func (s *scene) isRight(ctx context.Context) error {
	return errors.Join(s.isTold(ctx, s.shop), s.isTold(ctx, s.aside), s.isShown(ctx, s.shop), s.isShown(ctx, s.aside))
}

// isTold wants the Events of a tenant: each once, in order, and no others.
func (s *scene) isTold(ctx context.Context, n *tenant) error {
	return errors.Join(s.isToldByOwn(ctx, n, n.told), s.isToldByAll(ctx, n, n.toldAll))
}

// isToldByOwn wants a story of each pod of a tenant, told by the tenant's threshold.
func (s *scene) isToldByOwn(ctx context.Context, n *tenant, want story) error {
	told, err := s.events(ctx, n, n.threshold.UID)
	if err != nil {
		return err
	}
	objects := []string{"ResourceThreshold/" + n.threshold.Name}
	for _, pod := range n.pods {
		objects = append(objects, "Pod/"+pod.Name)
	}
	for _, object := range objects {
		if !slices.Equal(told[object], want) {
			return fmt.Errorf("of %s/%s is told %q, want %q", n.name, object, told[object], want)
		}
	}
	return nil
}

// isToldByAll wants a story of the namespace of a tenant, told by the threshold of the
// cluster.
func (s *scene) isToldByAll(ctx context.Context, n *tenant, want story) error {
	told, err := s.events(ctx, n, s.threshold.UID)
	if err != nil {
		return err
	}
	if got := told["Namespace/"+n.name]; !slices.Equal(got, want) {
		return fmt.Errorf("of the namespace %s is told %q, want %q", n.name, got, want)
	}
	return nil
}

// events returns what a threshold has told in a namespace, by what it is about.
func (s *scene) events(ctx context.Context, n *tenant, threshold types.UID) (map[string][]string, error) {
	var list eventsv1.EventList
	of := client.MatchingLabels{v1alpha1.ThresholdUIDLabel: string(threshold)}
	if err := s.API.List(ctx, &list, client.InNamespace(n.name), of); err != nil {
		return nil, err
	}
	slices.SortFunc(list.Items, func(a, b eventsv1.Event) int {
		// The time of an Event is that of a sample, and samples are set back here.
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), a.EventTime.Compare(b.EventTime.Time))
	})
	told := map[string][]string{}
	for _, e := range list.Items {
		about := e.Regarding.Kind + "/" + e.Regarding.Name
		told[about] = append(told[about], strings.TrimPrefix(e.Reason, "Threshold")+" "+e.Labels[v1alpha1.SeverityLabel])
	}
	return told, nil
}

// isShown wants the statuses of a tenant, and what those of the cluster-wide kinds
// say of it.
func (s *scene) isShown(ctx context.Context, n *tenant) error {
	for _, o := range []client.Object{n.report, n.threshold, s.report, s.threshold} {
		if err := s.API.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
			return err
		}
	}
	total := n.report.Status.Total
	return errors.Join(
		uses(n, total, "its report"), uses(n, rowOf(s.report, n.name), "the report of the cluster"),
		fires(n.threshold.Name+" of "+n.name, &n.threshold.Status, len(n.pods), n.high),
		fires("the threshold of the cluster", &s.threshold.Status, 2, s.shop.high || s.aside.high),
		isWell("the report of "+n.name, n.report.Status.Conditions), isWell("the report of the cluster", s.report.Status.Conditions),
	)
}

func rowOf(r *v1alpha1.ClusterUsageReport, namespace string) *v1alpha1.Row {
	for i := range r.Status.Groups {
		if row := &r.Status.Groups[i]; row.Subject != nil && row.Subject.Namespace == namespace {
			return row
		}
	}
	return nil
}

// uses wants the memory of a tenant's pods in a row.
func uses(n *tenant, row *v1alpha1.Row, where string) error {
	want := resource.MustParse(n.memory())
	want.Mul(int64(len(n.pods)))
	if row == nil {
		return fmt.Errorf("%s shows nothing of %s", where, n.name)
	}
	got, err := resource.ParseQuantity(string(row.Resources[v1alpha1.ResourceMemory].Usage))
	if err != nil || got.Cmp(want) != 0 {
		return fmt.Errorf("%s shows %s for %s, want %s", where, row.Resources[v1alpha1.ResourceMemory].Usage, n.name, &want)
	}
	return nil
}

// fires wants the state of a threshold with so many subjects.
func fires(name string, status *v1alpha1.ThresholdStatus, subjects int, firing bool) error {
	want := v1alpha1.StateOK
	if firing {
		want = v1alpha1.StateFiring
	}
	if c := status.SubjectCounts; status.State != want || c == nil || int(c.Total) != subjects || c.Unknown > 0 {
		return fmt.Errorf("%s is %s with the subjects %+v, want %s with %d", name, status.State, c, want, subjects)
	}
	return isWell(name, status.Conditions)
}

// isWell wants the conditions of an object that nothing is wrong with.
func isWell(name string, conditions []v1alpha1.Condition) error {
	for _, wanted := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionMetricsAvailable} {
		if !hasCondition(conditions, wanted) {
			return fmt.Errorf("%s is not %s: %+v", name, wanted, conditions)
		}
	}
	return nil
}

func hasCondition(conditions []v1alpha1.Condition, name string) bool {
	return slices.ContainsFunc(conditions, func(c v1alpha1.Condition) bool {
		return c.Type == name && c.Status == metav1.ConditionTrue
	})
}
