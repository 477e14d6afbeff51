package metricsapi

import (
	"strings"

	"github.com/usage-operator/usage-operator/internal/model"
)

func comparePods(a, b model.PodSample) int {
	if order := strings.Compare(a.Namespace, b.Namespace); order != 0 {
		return order
	}
	return strings.Compare(a.Name, b.Name)
}

// dropOlder keeps, of neighbours that are the same, the newest, and of equally
// new ones the last.
func dropOlder[T any](rows []T, same, older func(a, b *T) bool) []T {
	kept := rows[:0]
	for i := range rows {
		last := len(kept) - 1
		switch {
		case last < 0 || !same(&kept[last], &rows[i]):
			kept = append(kept, rows[i])
		case !older(&rows[i], &kept[last]):
			kept[last] = rows[i]
		}
	}
	return kept
}
