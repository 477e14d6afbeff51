package history_test

import (
	"math/big"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/internal/history"
	"github.com/usage-operator/usage-operator/internal/model"
)

// oracle keeps all that was added, piece by piece, and adds up when it is asked.
type oracle struct {
	step   int64 // in milliseconds, as all times
	points int
	pieces []piece
}

// piece is a value that stood for a time within one step.
type piece struct {
	// cell and end bound the step that the piece is known to lie in: what was
	// merged into a longer step is not known any finer.
	cell, end int64
	weight    int64
	values    model.Sums
}

func newOracle(s history.Shape) *oracle {
	return &oracle{step: s.Step.Milliseconds(), points: s.Points}
}

func (o *oracle) add(to int64, values model.Sums, length int64) bool {
	newest := (to - 1) / o.step * o.step
	for _, p := range o.pieces {
		newest = max(newest, p.cell)
	}
	oldest := newest - int64(o.points-1)*o.step
	if length == 0 {
		return true
	}
	o.keep(func(p piece) bool { return p.cell >= oldest })
	if to <= oldest {
		return false
	}
	for cell := max((to-length)/o.step*o.step, oldest); cell < to; cell += o.step {
		weight := min(to, cell+o.step) - max(to-length, cell)
		o.pieces = append(o.pieces, piece{cell: cell, end: cell + o.step, weight: weight, values: values})
	}
	return true
}

func (o *oracle) keep(f func(p piece) bool) {
	o.pieces = slices.DeleteFunc(o.pieces, func(p piece) bool { return !f(p) })
}

func (o *oracle) resize(s history.Shape) {
	o.step, o.points = s.Step.Milliseconds(), s.Points
	o.keep(func(p piece) bool { return p.cell/o.step == (p.end-1)/o.step })
	newest := int64(0)
	for i := range o.pieces {
		p := &o.pieces[i]
		p.cell = p.cell / o.step * o.step
		p.end = p.cell + o.step
		newest = max(newest, p.cell)
	}
	o.keep(func(p piece) bool { return p.cell > newest-int64(o.points)*o.step })
}

func (o *oracle) view() *history.View {
	v := &history.View{Step: time.Duration(o.step) * time.Millisecond, Points: []history.Point{}}
	byCell := map[int64][]piece{}
	for _, p := range o.pieces {
		byCell[p.cell] = append(byCell[p.cell], p)
	}
	for cell, pieces := range byCell {
		v.Points = append(v.Points, pointOf(cell, pieces))
	}
	slices.SortFunc(v.Points, func(a, b history.Point) int { return a.Start.Compare(b.Start) })
	return v
}

func pointOf(cell int64, pieces []piece) history.Point {
	p := history.Point{Start: time.UnixMilli(cell).UTC()}
	weight := new(big.Int)
	var sums [model.ResourceCount]big.Int
	for _, x := range pieces {
		p.Observed += time.Duration(x.weight) * time.Millisecond
		weight.Add(weight, big.NewInt(x.weight))
		for r, value := range x.values {
			sums[r].Add(&sums[r], new(big.Int).Mul(bigOf(value), big.NewInt(x.weight)))
			if value.Compare(p.Maximum[r]) > 0 {
				p.Maximum[r] = value
			}
		}
	}
	for r := range sums {
		// (2 × sum + weight) ÷ (2 × weight) rounds a half up.
		twice := new(big.Int).Lsh(&sums[r], 1)
		twice.Add(twice, weight).Div(twice, new(big.Int).Lsh(weight, 1))
		p.Average[r] = sumOf(twice)
	}
	return p
}

func bigOf(s model.Sum) *big.Int {
	hi, lo := s.Words()
	n := new(big.Int).Lsh(big.NewInt(hi), 64)
	return n.Or(n, new(big.Int).SetUint64(lo))
}

func sumOf(n *big.Int) model.Sum {
	hi := new(big.Int).Rsh(n, 64)
	lo := new(big.Int).Sub(n, new(big.Int).Lsh(hi, 64))
	return model.SumOfWords(hi.Int64(), lo.Uint64())
}
