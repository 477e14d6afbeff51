package alert

import (
	"math"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/threshold"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// severities, phases and data are what states are called in a status.
var (
	severities = map[threshold.Severity]v1alpha1.Severity{
		threshold.Warning:  v1alpha1.SeverityWarning,
		threshold.Critical: v1alpha1.SeverityCritical,
	}
	phases = map[threshold.Phase]v1alpha1.ThresholdState{
		threshold.PhaseOK:      v1alpha1.StateOK,
		threshold.PhasePending: v1alpha1.StatePending,
		threshold.PhaseUnknown: v1alpha1.StateUnknown,
		threshold.PhaseFiring:  v1alpha1.StateFiring,
	}
	data = map[usage.Data]v1alpha1.AlertData{
		usage.Complete:    v1alpha1.DataComplete,
		usage.Partial:     v1alpha1.DataPartial,
		usage.MissingData: v1alpha1.DataMissing,
	}
)

// isUnbounded tells whether nothing bounds a value.
func isUnbounded(n int64) bool { return n == math.MaxInt64 }
