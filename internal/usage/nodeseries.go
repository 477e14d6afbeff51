package usage

import (
	"time"

	"github.com/usage-operator/usage-operator/internal/model"
)

// nodeSeries are the series of the rows of a report of nodes, by their subjects,
// and of its total.
type nodeSeries struct {
	total *series
	rows  map[model.Subject]*series
	// waiting is how many rows have none because these were too many.
	waiting int
}

// followNodes continues the series of all reports of nodes that want any.
func (e *Engine) followNodes(readTime time.Time) {
	s := e.newStep(&tick{now: readTime, age: e.age(readTime)})
	for _, r := range e.nodes.reports {
		switch s.window = r.need.Window; {
		case s.window == 0:
		case r.need.Alert != nil:
			r.followValues(&s, &e.nodes)
		default:
			total, rows := e.nodes.fold(r.plan)
			r.follow(&s, &total, rows)
		}
	}
}

func (r *nodeReport) follow(s *step, total *nodeSums, rows []*nodeRow) {
	if r.series.total == nil {
		r.series = nodeSeries{total: newSeries(s), rows: map[model.Subject]*series{}}
		r.series.total.keep(r.need.History)
	}
	observed := r.series.total.follow(s, total.nodes, total.observation())
	present := make(map[model.Subject]bool, len(rows))
	r.series.waiting = 0
	for _, w := range rows {
		present[w.subject] = true
		length := r.series.followRow(s, w)
		r.account(w, length)
	}
	r.closeStep(s, total, observed)
	for subject, n := range r.series.rows {
		switch {
		case present[subject]:
		case n.empty != peopled && s.age-n.empty >= s.window:
			delete(r.series.rows, subject)
		default:
			n.follow(s, 0, &observation{})
		}
	}
}

// followRow returns how long the tick stands for.
func (x *nodeSeries) followRow(s *step, w *nodeRow) time.Duration {
	n := x.rows[w.subject]
	if n == nil {
		if w.observed == 0 {
			return 0
		}
		if len(x.rows) >= s.most || s.windows.isFull() {
			x.waiting++
			return 0
		}
		n = newSeries(s)
		x.rows[w.subject] = n
	}
	return n.follow(s, w.nodes, w.observation())
}

// observation is what the series of pods are made of.
func (s *nodeSums) observation() *observation {
	o := &observation{usage: s.usage}
	o.lacking.lost = int32(s.lost)
	if s.observed > 0 {
		o.newest = s.newest.Unix()
	}
	return o
}

// renew gives a report another need.
func (r *nodeReport) renew(need Need) {
	if !r.need.Accounts.Equal(need.Accounts) {
		r.books.renew(need.Accounts)
	}
	switch {
	case need.Window == r.need.Window && r.need.Alert.means(need.Alert), r.series.total == nil:
	case need.Window == 0, !r.need.Alert.means(need.Alert):
		r.series = nodeSeries{}
	default:
		r.series.total.resize(need.Window)
		for _, n := range r.series.rows {
			n.resize(need.Window)
		}
	}
	r.series.total.keep(need.History)
	r.need = need
}

// withLeft adds rows for the subjects that have a series and no node any more.
func (x *nodeSeries) withLeft(rows []*nodeRow) []*nodeRow {
	present := make(map[model.Subject]bool, len(rows))
	for _, w := range rows {
		present[w.subject] = true
	}
	for subject := range x.rows {
		if !present[subject] {
			rows = append(rows, &nodeRow{subject: subject})
		}
	}
	return rows
}
