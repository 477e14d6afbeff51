package usage

import (
	"cmp"
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// ranked is a row with the measure that ranks it: a sum, or a ratio of sums.
type ranked struct {
	row   *row
	sum   model.Sum
	ratio float64
}

func (e *Engine) ranked(w *row, by Order) ranked {
	seen := w.seen(e.ticks)
	requests := &w.declared.requests.sum[by.Resource]
	switch by.Measure {
	case Requests:
		return ranked{row: w, sum: *requests}
	case PercentOfRequests:
		used := seen.usage[by.Resource].Sub(seen.unrequested[by.Resource])
		return ranked{row: w, ratio: quotient(used, requests.Sub(seen.lacking.requests[by.Resource]))}
	default:
		return ranked{row: w, sum: seen.usage[by.Resource]}
	}
}

// quotient puts a row that declares nothing behind all others.
func quotient(a, b model.Sum) float64 {
	if b.IsZero() {
		return -1
	}
	return a.Float() / b.Float()
}

// compareRanks puts the largest first, and equals in the order of their
// subjects, so that they keep their places from one tick to the next.
func compareRanks(a, b ranked) int {
	return cmp.Or(
		b.sum.Compare(a.sum),
		cmp.Compare(b.ratio, a.ratio),
		a.row.subject.Compare(&b.row.subject),
	)
}

// largestFirst brings the largest rows to the front, in their order, and leaves
// the others behind them. A report can have a row for each pod of a cluster, so
// it does not sort them all: the front is a heap with its smallest row on top,
// and a row that is larger takes that one's place.
func largestFirst(rows []ranked, top int) {
	front := rows[:top]
	for i := top / 2; i > 0; i-- {
		sink(front, i-1)
	}
	for i := top; top > 0 && i < len(rows); i++ {
		if compareRanks(rows[i], front[0]) < 0 {
			rows[i], front[0] = front[0], rows[i]
			sink(front, 0)
		}
	}
	slices.SortFunc(front, compareRanks)
}

// sink restores the heap below its i-th row.
func sink(heap []ranked, i int) {
	for child := 2*i + 1; child < len(heap); child = 2*i + 1 {
		if right := child + 1; right < len(heap) && compareRanks(heap[right], heap[child]) > 0 {
			child = right
		}
		if compareRanks(heap[child], heap[i]) <= 0 {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
