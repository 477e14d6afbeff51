package alerter

// MaxOwed is how many Events the thresholds of one namespace may owe together, some
// 40 MB. They take three minutes to write; a storm that goes on for longer loses its
// oldest, which would come late and push others out of the cluster's hour of Events.
// Cluster kinds, which administrators make, are bounded by each threshold alone.
const MaxOwed = 50_000

// shed gives up the oldest of what is owed by namespaces that owe too much. Each of
// their thresholds keeps an equal share, so that one in a storm costs another of the
// same namespace nothing.
func (a *Alerter) shed() {
	owed, owing := map[string]int{}, map[string]int{}
	for id, e := range a.entries {
		if n := len(e.state.Owed); n > 0 && id.Namespace != "" {
			owed[id.Namespace] += n
			owing[id.Namespace]++
		}
	}
	for id, e := range a.entries {
		if owed[id.Namespace] <= MaxOwed {
			continue
		}
		kept, shed := e.state.Shed(MaxOwed / owing[id.Namespace])
		if e.state = kept; len(shed) > 0 {
			a.announcer.Shed(e.about(), shed)
			e.told++
		}
	}
}
