package report

import (
	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

func newQuota(r model.Resource, q *usage.Quota) *v1alpha1.Quota {
	if q == nil {
		return nil
	}
	out := &v1alpha1.Quota{Hard: declared(r, model.Sum{}.Plus(q.Hard))}
	if q.Counted {
		out.Used = declared(r, model.Sum{}.Plus(q.Used))
	}
	return out
}

// percentOfQuota compares all that a row was seen to use with its quota. It is
// nil where nothing was seen, and for a quota of 0.
func percentOfQuota(a *usage.Amount) *int64 {
	if a.Quota == nil || !a.Observed {
		return nil
	}
	return percent(&usage.Denominator{Usage: a.Usage, Base: model.Sum{}.Plus(a.Quota.Hard)})
}
