package threshold

import (
	"slices"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

var (
	resources = []v1alpha1.ResourceName{v1alpha1.ResourceCPU, v1alpha1.ResourceMemory}
	measures  = []v1alpha1.ThresholdMeasure{
		v1alpha1.MeasureUsage, v1alpha1.MeasurePercentOfRequests, v1alpha1.MeasurePercentOfLimits,
		v1alpha1.MeasurePercentOfAllocatable, v1alpha1.MeasurePercentOfQuota,
	}
	combines   = []v1alpha1.Combine{v1alpha1.CombineSum, v1alpha1.CombineMaximumPod, v1alpha1.CombineMaximumContainer}
	statistics = []v1alpha1.ThresholdStatistic{
		v1alpha1.StatisticCurrent, v1alpha1.ThresholdStatistic(v1alpha1.StatisticAverage),
		v1alpha1.ThresholdStatistic(v1alpha1.StatisticMaximum), v1alpha1.ThresholdStatistic(v1alpha1.StatisticP50),
		v1alpha1.ThresholdStatistic(v1alpha1.StatisticP95), v1alpha1.ThresholdStatistic(v1alpha1.StatisticP99),
	}
	onNoData = []v1alpha1.OnNoData{v1alpha1.NoDataKeepState, v1alpha1.NoDataFire}
)

// checkMeasure refuses what cannot be measured of what is selected.
func checkMeasure(spec *field.Path, object v1alpha1.ThresholdObject) error {
	s, selection := object.ThresholdSettings(), object.SelectionSpec()
	for _, check := range []error{
		oneOf(spec.Child("resource"), s.Resource, resources),
		oneOf(spec.Child("measure"), s.Measure, measures),
		oneOf(spec.Child("combine"), s.Combine, append(combines, "")),
		oneOf(spec.Child("statistic"), s.Statistic, append(statistics, "")),
		oneOf(spec.Child("onNoData"), s.OnNoData, append(onNoData, "")),
		checkWindow(spec.Child("window"), s),
		checkNodes(spec, s, &selection),
		checkAllocatable(spec, s, &selection, object.Scope()),
		checkQuota(spec, s, &selection, object.Scope()),
	} {
		if check != nil {
			return check
		}
	}
	return nil
}

// oneOf refuses a value that is none of those that are known. An empty one among
// these says that it may be absent.
func oneOf[T ~string](path *field.Path, value T, known []T) error {
	if slices.Contains(known, value) {
		return nil
	}
	known = slices.DeleteFunc(slices.Clone(known), func(k T) bool { return k == "" })
	return field.NotSupported(path, T(shown(value)), known)
}

func checkWindow(path *field.Path, s *v1alpha1.ThresholdSettings) error {
	current := s.Statistic == "" || s.Statistic == v1alpha1.StatisticCurrent
	switch {
	case current && s.Window != "":
		return field.Forbidden(path, "Current looks at the newest sample only: remove it, or choose a statistic over time, such as Average")
	case !current && s.Window == "":
		return field.Required(path, "a statistic over time needs one, for example 5m")
	}
	_, err := durationOf(path, s.Window, minWindow, maxWindow)
	return err
}

// checkNodes refuses what nodes cannot be asked for.
func checkNodes(spec *field.Path, s *v1alpha1.ThresholdSettings, selection *v1alpha1.ClusterSelection) error {
	if selection.Target != v1alpha1.TargetNodes {
		return nil
	}
	if s.Measure != v1alpha1.MeasureUsage && s.Measure != v1alpha1.MeasurePercentOfAllocatable {
		return field.Invalid(spec.Child("measure"), s.Measure,
			"nodes request nothing and have no limits: with target Nodes, it is Usage or PercentOfAllocatable")
	}
	return mustSum(spec, s, "a node is measured as a whole, without its pods: with target Nodes, it is Sum; for the fullest node, group by Node")
}

func mustSum(spec *field.Path, s *v1alpha1.ThresholdSettings, why string) error {
	if s.Combine == "" || s.Combine == v1alpha1.CombineSum {
		return nil
	}
	return field.Invalid(spec.Child("combine"), s.Combine, why)
}

// groupsBy tells whether subjects are told apart by just this.
func groupsBy(selection *v1alpha1.ClusterSelection, key v1alpha1.GroupKeyType) bool {
	return len(selection.GroupBy) == 1 && selection.GroupBy[0].Type == key
}

func checkAllocatable(spec *field.Path, s *v1alpha1.ThresholdSettings, selection *v1alpha1.ClusterSelection, scope string) error {
	switch {
	case s.Measure != v1alpha1.MeasurePercentOfAllocatable:
		return nil
	case scope != "":
		return field.Forbidden(spec.Child("measure"), "what is allocatable belongs to nodes: use a ClusterResourceThreshold, or PercentOfLimits")
	case selection.Target != v1alpha1.TargetNodes && !groupsBy(selection, v1alpha1.GroupByNode):
		return field.Forbidden(spec.Child("groupBy"), "only nodes have allocatable: with PercentOfAllocatable, write groupBy: [{type: Node}], or target: Nodes")
	case s.Combine == v1alpha1.CombineMaximumContainer:
		return field.Invalid(spec.Child("combine"), s.Combine, "what a node has is shared by pods: with PercentOfAllocatable, it is Sum or MaximumPod")
	}
	return nil
}

func checkQuota(spec *field.Path, s *v1alpha1.ThresholdSettings, selection *v1alpha1.ClusterSelection, scope string) error {
	own := scope != "" && len(selection.GroupBy) == 0
	switch {
	case s.Measure != v1alpha1.MeasurePercentOfQuota:
		return nil
	case !own && !groupsBy(selection, v1alpha1.GroupByNamespace):
		return field.Forbidden(spec.Child("groupBy"), "a quota is that of a namespace: with PercentOfQuota, write groupBy: [{type: Namespace}]")
	case selection.Selector != nil || len(selection.Workloads) > 0 || len(selection.ExcludeContainers) > 0 || selection.NodeSelector != nil:
		return field.Forbidden(spec.Child("measure"),
			"a quota is that of the whole namespace: with PercentOfQuota, remove selector, workloads, excludeContainers and nodeSelector")
	}
	return mustSum(spec, s, "a quota is for all pods of a namespace together: with PercentOfQuota, it is Sum")
}
