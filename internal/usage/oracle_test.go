package usage_test

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/model"
	"github.com/usage-operator/usage-operator/internal/usage"
)

// oracle says what the engine must answer. It is as naive as can be: it keeps
// the pods with everything that was ever read under their names, and computes
// each answer from the beginning, in plain loops and math/big. Selection and
// grouping are its own too, after the API's documentation.
type oracle struct {
	pods       []*truePod
	namespaces map[string]model.Labels
	nodes      map[string]model.Labels
	// allocatable is what nodes have for pods.
	allocatable map[string]model.Declared
	quotas      map[quotaName]model.Quota
	reports     map[usage.ID]*trueReport
	// now and carry are those of the last tick.
	now        time.Time
	carry      time.Duration
	resolution time.Duration
	// forgotten holds from the removal of the last report to the next tick.
	forgotten bool
	// reads counts the answers of the Metrics API, and departed are the pods that
	// leave with the changes at hand.
	reads    int
	departed []*truePod
	// born is the time of the first tick, and gaps counts those of all tracks.
	born time.Time
	gaps int
}

// truePod is a pod and what happened to it, oldest first.
type truePod struct {
	*model.Pod
	starts  starts
	history []reading
	// known are the accepted of the first so many in history.
	known   []reading
	knownOf int
}

// reading is a sample that the Metrics API gave under the pod's name, or, where
// voids is set, a change of the pod's containers.
type reading struct {
	voids          bool
	readTime, time time.Time
	window         time.Duration
	// carry is up to which age the sample before counted then.
	carry time.Duration
	// startTime is the pod's, in Unix seconds, as it was known then.
	startTime int64
	usage     map[string]model.Amounts
}

type trueReport struct {
	scope string
	spec  v1alpha1.ClusterSelection
	need  usage.Need
	// reads is how many answers there were when the report was set.
	reads, unsampled int
	// tracks are the rows that are followed, total is the track of all.
	tracks map[model.Subject]*track
	total  *track
	// values are the tracks of a threshold.
	values map[model.Subject]*valueTrack
}

// accepted returns the readings that were new when they were read.
func (p *truePod) accepted() []reading {
	if p.knownOf == len(p.history) {
		return p.known
	}
	var readings []reading
	var last, lastRead time.Time
	for _, r := range p.history {
		setBack := r.time.Before(last) && r.readTime.Sub(lastRead) > r.carry
		switch {
		case r.voids:
			readings = append(readings, r)
		case r.time.IsZero(), !r.time.After(last) && !setBack, r.startTime == 0, r.time.Unix() < r.startTime:
		default:
			last, lastRead = r.time, r.readTime
			readings = append(readings, r)
		}
	}
	p.known, p.knownOf = readings, len(p.history)
	return readings
}

// current returns the reading that counts for a pod, nil for none.
func (o *oracle) current(p *truePod) *reading {
	readings := p.accepted()
	if o.forgotten || len(readings) == 0 {
		return nil
	}
	last := readings[len(readings)-1]
	if last.voids || o.now.Sub(last.readTime) > o.carry {
		return nil
	}
	return &last
}

// observeResolution derives the resolution from what was read at a time.
func (o *oracle) observeResolution(readTime time.Time) {
	var gaps, windows []time.Duration
	for _, p := range o.pods {
		var before time.Time
		for _, r := range p.accepted() {
			if r.voids {
				continue
			}
			if r.readTime.Equal(readTime) {
				windows = append(windows, r.window)
				if r.time.After(before) && !before.IsZero() {
					gaps = append(gaps, r.time.Sub(before))
				}
			}
			before = r.time
		}
	}
	next := upperMedian(windows)
	if gap := upperMedian(gaps); gap > 0 && (gap < next || next == 0) {
		next = gap
	}
	next = next.Round(time.Second)
	if next >= time.Second && 10*(next-o.resolution).Abs() > o.resolution {
		o.resolution = next
	}
}

func upperMedian(d []time.Duration) time.Duration {
	d = slices.DeleteFunc(d, func(d time.Duration) bool { return d <= 0 })
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}

// tick moves the oracle to the time of a tick.
func (o *oracle) tick(now time.Time) {
	for _, p := range o.pods {
		p.date(o.now, now)
	}
	if o.born.IsZero() {
		o.born = now
	}
	o.now, o.forgotten = now, false
	o.carry = 150 * time.Second
	if o.resolution > 0 {
		o.carry = o.resolution * 5 / 2
	}
}

// answer is what a view must say.
type answer struct {
	sampleTime time.Time
	grouped    bool
	labelKeys  []string
	total      *trueRow
	rows       []*trueRow
	rowCount   int
	other      *trueRow
	missing    []usage.Missing
	unsampled  int
}

func (o *oracle) answer(id usage.ID) answer {
	r := o.reports[id]
	a := answer{grouped: len(r.spec.GroupBy) > 0, labelKeys: r.labelKeys(), total: newTrueRow(model.Subject{})}
	rows := map[model.Subject]*trueRow{}
	for _, p := range o.pods {
		containers := o.counted(r, p)
		if containers == nil {
			continue
		}
		now := o.current(p)
		a.total.add(p, containers, now, false)
		if now != nil && now.seesAny(p, containers) && now.time.After(a.sampleTime) {
			a.sampleTime = now.time
		}
		for _, part := range o.parts(r, p, containers) {
			if rows[part.subject] == nil {
				rows[part.subject] = newTrueRow(part.subject)
			}
			rows[part.subject].add(p, part.containers, now, part.single)
		}
	}
	for subject := range r.tracks {
		if rows[subject] == nil {
			rows[subject] = newTrueRow(subject)
		}
	}
	for subject, row := range rows {
		row.over = r.tracks[subject].statistics(&r.need, o.now)
		a.rows = append(a.rows, row)
	}
	a.total.over = r.total.statistics(&r.need, o.now)
	a.rank(r.need)
	o.addQuotas(r, &a)
	a.missing, a.unsampled = o.missing(r), r.unsampled
	return a
}

func (a *answer) rank(need usage.Need) {
	slices.SortFunc(a.rows, func(x, y *trueRow) int {
		return cmp.Or(y.measure(need.By).Cmp(x.measure(need.By)), compareSubjects(x.subject, y.subject))
	})
	a.rowCount = len(a.rows)
	if len(a.rows) <= need.Top {
		return
	}
	a.other = newTrueRow(model.Subject{})
	for _, row := range a.rows[need.Top:] {
		a.other.fold(row)
	}
	a.rows = a.rows[:need.Top]
}

func (r *reading) seesAny(p *truePod, containers []int) bool {
	return slices.ContainsFunc(containers, func(i int) bool {
		_, seen := r.usage[p.Containers[i].Name]
		return seen
	})
}

// trueRow is the sum of some containers of some pods.
type trueRow struct {
	subject                          model.Subject
	pods, expectedPods, observedPods map[string]bool // by UID
	containers, expected, observed   int
	observedRunning                  int
	// lost are the pods that run and had samples, some now lacking.
	lost   map[string]bool // by UID
	newest time.Time
	// over are statistics of its track; nil where there are none.
	over             [model.ResourceCount][]model.Sum
	usage            [model.ResourceCount]*big.Int
	perPod           [model.ResourceCount]map[string]*big.Int // by UID
	requests, limits [model.ResourceCount]trueDenominator
	quota            [model.ResourceCount]*usage.Quota
}

type trueDenominator struct {
	declared, usage, base *big.Int
	set, unset            int
}

func newTrueRow(s model.Subject) *trueRow {
	row := &trueRow{subject: s, pods: map[string]bool{}, expectedPods: map[string]bool{}, observedPods: map[string]bool{},
		lost: map[string]bool{}}
	for r := range model.ResourceCount {
		row.usage[r], row.perPod[r] = new(big.Int), map[string]*big.Int{}
		row.requests[r] = trueDenominator{declared: new(big.Int), usage: new(big.Int), base: new(big.Int)}
		row.limits[r] = trueDenominator{declared: new(big.Int), usage: new(big.Int), base: new(big.Int)}
	}
	return row
}

// add adds some containers of a pod, with what is known of their usage.
func (row *trueRow) add(p *truePod, containers []int, now *reading, single bool) {
	row.pods[p.UID] = true
	if now != nil && now.seesAny(p, containers) && now.time.After(row.newest) {
		row.newest = now.time
	}
	for _, i := range containers {
		row.containers++
		if p.Started[i] != 0 {
			row.expected++
			row.expectedPods[p.UID] = true
			if p.wasSampled() && (now == nil || !now.seesAny(p, []int{i})) {
				row.lost[p.UID] = true
			}
		}
		if now == nil {
			continue
		}
		if _, seen := now.usage[p.Containers[i].Name]; seen {
			row.observed++
			if p.Started[i] != 0 {
				row.observedRunning++
				row.observedPods[p.UID] = true
			}
		}
	}
	for r := range model.ResourceCount {
		for _, i := range containers {
			if used, seen := usedBy(p, i, now, r); seen {
				row.usage[r].Add(row.usage[r], used)
				if row.perPod[r][p.UID] == nil {
					row.perPod[r][p.UID] = new(big.Int)
				}
				row.perPod[r][p.UID].Add(row.perPod[r][p.UID], used)
			}
		}
		row.requests[r].add(p, containers, now, single, r, func(x model.Resources) model.Declared { return x.Requests })
		row.limits[r].add(p, containers, now, single, r, func(x model.Resources) model.Declared { return x.Limits })
	}
}

func usedBy(p *truePod, container int, now *reading, r model.Resource) (*big.Int, bool) {
	if now == nil {
		return nil, false
	}
	used, seen := now.usage[p.Containers[container].Name]
	return big.NewInt(used[r]), seen
}

// add adds what containers declare. Where the pod declares the resource as a
// whole, that stands for all of them, and usage compares with it only when all
// of the pod's containers count, and those that run were seen. Nothing compares with
// 0.
func (d *trueDenominator) add(p *truePod, containers []int, now *reading, single bool, r model.Resource, of func(model.Resources) model.Declared) {
	podSays := p.PodLevel != nil && of(*p.PodLevel).Set[r]
	if podSays && !single {
		whole := big.NewInt(of(*p.PodLevel).Amounts[r])
		d.declared.Add(d.declared, whole)
		d.set += len(containers)
		if len(containers) < len(p.Containers) || whole.Sign() == 0 {
			return
		}
		sum, some := new(big.Int), false
		for _, i := range containers {
			switch used, seen := usedBy(p, i, now, r); {
			case seen:
				sum.Add(sum, used)
				some = true
			case p.Started[i] != 0:
				return
			}
		}
		if some {
			d.usage.Add(d.usage, sum)
			d.base.Add(d.base, whole)
		}
		return
	}
	for _, i := range containers {
		own := of(p.Containers[i].Resources)
		if !own.Set[r] {
			if !podSays {
				d.unset++
			}
			continue
		}
		d.set++
		d.declared.Add(d.declared, big.NewInt(own.Amounts[r]))
		if used, seen := usedBy(p, i, now, r); seen && own.Amounts[r] > 0 {
			d.usage.Add(d.usage, used)
			d.base.Add(d.base, big.NewInt(own.Amounts[r]))
		}
	}
}

// fold adds another row. A pod that is in both stays one pod.
func (row *trueRow) fold(x *trueRow) {
	for uid := range x.pods {
		row.pods[uid] = true
	}
	row.containers += x.containers
	row.observed += x.observed
	for r := range model.ResourceCount {
		row.usage[r].Add(row.usage[r], x.usage[r])
		row.requests[r].fold(&x.requests[r])
		row.limits[r].fold(&x.limits[r])
	}
}

func (d *trueDenominator) fold(x *trueDenominator) {
	d.declared.Add(d.declared, x.declared)
	d.usage.Add(d.usage, x.usage)
	d.base.Add(d.base, x.base)
	d.set += x.set
	d.unset += x.unset
}

// measure returns what ranks a row. A percentage ranks as a floating-point
// number, since nobody tells rows apart by its last bit; one of nothing is the
// lowest.
func (row *trueRow) measure(by usage.Order) *big.Float {
	requests := &row.requests[by.Resource]
	switch {
	case by.Measure == usage.Requests:
		return new(big.Float).SetInt(requests.declared)
	case by.Measure == usage.Usage:
		return new(big.Float).SetInt(row.usage[by.Resource])
	case requests.base.Sign() == 0:
		return big.NewFloat(-1)
	}
	used, _ := new(big.Float).SetInt(requests.usage).Float64()
	base, _ := new(big.Float).SetInt(requests.base).Float64()
	return big.NewFloat(used / base)
}

// compareSubjects orders by each property in turn; absent labels come last.
func compareSubjects(a, b model.Subject) int { return slices.Compare(properties(a), properties(b)) }

func properties(s model.Subject) []string {
	p := []string{s.Namespace, s.Workload.Group, s.Workload.Kind, s.Workload.Name, s.Pod, s.Container, s.Node}
	for _, label := range s.Labels {
		if label.Present {
			p = append(p, "0"+label.Value)
		} else {
			p = append(p, "1")
		}
	}
	return p
}
