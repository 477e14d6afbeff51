// Package threshold is the state machine of alerts: a rule, a state and readings
// in, the next state and notices out.
//
//	state, transitions, moved := threshold.Step(rule, state, readings, now, longest)
//
// # Levels
//
// A rule has one or two levels, each a machine of its own for each subject: OK,
// Pending from when a value crosses its threshold, Firing once that was observed
// for long enough, OK again once the value is beyond clear for long enough. A
// reading bounds its value, so that it can
//
//	cross      for certain: its better bound is beyond the threshold
//	not cross  for certain: its worse bound is not
//	be open    neither, since something is missing
//	clear      its worse bound is not beyond clear
//	be between it does not cross, and its better bound is beyond clear
//
// Only a sample that was not observed before can move a level. Missing data moves
// none, unless the rule lets it count as crossing. Time counts as observed between
// two readings that say the same of a level, and are not further apart than
// longest. What is open in between neither counts nor starts anything anew.
//
// # Subjects
//
// A subject is Firing if a level fires; else Unknown if a level is open; else
// Pending if a level is; else OK. Of those that are OK nothing is kept, but for
// some time the sample that an alert had last when something else closed it: the
// same sample does not open it again.
//
// # Notices
//
// A subject has at most one severity announced. Each step brings it to the highest
// that fires: up with Exceeded, or Unknown where there is no data; down with
// Cleared of what was announced, once for all that ended with it. A level that is
// masked by a worse one is not announced. A silence holds all of this back until
// it ends.
//
// Where subjects are objects, the threshold as a whole has notices by the same
// rule: its severity is the worst that is announced of any subject.
//
// # The cases
//
// In this table, Pending* and Firing* are subjects, the others are levels; two
// levels are written Warning/Critical. A notice is Exceeded, Cleared (with its
// cause), Still for StillExceeded, or Unknown.
//
//	case                  | before          | then                           | after           | notice
//	crosses               | OK              | it crosses                     | Pending         |
//	crosses, no wait      | OK              | it crosses, for is 0           | Firing          | Exceeded
//	calm                  | OK              | it does not cross              | OK              |
//	open, OK              | OK              | it is open                     | OK, Unknown     |
//	waits                 | Pending         | it crosses for less than for   | Pending         |
//	fires                 | Pending         | it crosses for long enough     | Firing          | Exceeded
//	gives up              | Pending         | it does not cross              | OK              |
//	open, pending         | Pending         | it is open                     | same, Unknown   |
//	gap, pending          | Pending         | it crosses after a gap         | Pending         |
//	keeps firing          | Firing          | it crosses                     | Firing          |
//	between               | Firing          | it is between                  | Firing          |
//	clears, no wait       | Firing          | it clears, keepFiringFor is 0  | OK              | Cleared (Recovered)
//	clearing              | Firing          | it clears for less than that   | Firing          |
//	cleared               | Firing          | it clears for long enough      | OK              | Cleared (Recovered)
//	between, clearing     | Firing          | it clears, but was between     | Firing          |
//	crosses, clearing     | Firing          | it clears, but has crossed     | Firing          |
//	open, firing          | Firing          | it is open                     | same            |
//	gap, clearing         | Firing          | it clears after a gap          | Firing          |
//	flaps                 | any             | it crosses now and then        | OK, Pending     |
//	no data, OK           | OK              | data is missing                | OK, Unknown     |
//	no data, pending      | Pending         | data is missing                | same, Unknown   |
//	no data, firing       | Firing          | data is missing                | same            |
//	no data is bounded    | OK              | data is missing, cannot cross  | OK              |
//	no data fires         | OK              | data is missing, and may fire  | Pending, Firing | Unknown
//	no data, then crosses | Firing          | it crosses                     | Firing          |
//	no data, then between | Firing          | it does not cross              | OK              | Cleared (Recovered)
//	nothing runs          | Firing          | nothing runs that has a sample | OK              | Cleared (Recovered)
//	same sample           | any             | the sample is the same         | same            |
//	older sample          | any             | the sample is a bit older      | same            |
//	samples set back      | any             | the sample is much older       | as by a new one |
//	clock set back        | Pending         | now is before the last step    | Pending         |
//	clock set forward     | Pending         | now is long after it           | Pending         |
//	gone, pending         | Pending*        | the subject is gone            | none            |
//	gone, firing          | Firing*         | the subject is gone            | none            | Cleared (SubjectGone)
//	comes back            | none            | a new sample crosses           | Pending         |
//	comes back, no news   | none            | the last sample crosses        | OK              |
//	below floor           | Firing*         | its denominator is below floor | OK              | Cleared (BelowFloor)
//	below floor, in part  | Firing*         | so is that of what is observed | same            |
//	floor, never followed | OK              | its denominator is below floor | OK              |
//	both fire             | OK/OK           | both fire                      | Firing/Firing   | Exceeded Critical
//	up                    | Firing/Pending  | the worse fires                | Firing/Firing   | Exceeded Critical
//	down                  | Firing/Firing   | the worse clears               | Firing/OK       | Cleared Critical
//	all clear             | Firing/Firing   | both clear                     | OK/OK           | Cleared Critical
//	masked                | Pending/Firing  | the milder fires               | Firing/Firing   |
//	worse is open         | Pending/OK      | the worse is open              | same, Unknown   |
//	repeats               | Firing*         | an interval is over            | same            | Still
//	repeats once          | Firing*         | many intervals are over        | same            | Still
//	repeats never         | Firing*         | the interval is 0              | same            |
//	fires in silence      | OK              | it fires, and the silence ends | Firing          | Exceeded
//	silenced, fires on    | Firing*         | a silence ends                 | Firing          | Still
//	clears in silence     | Firing*         | it clears, the silence ends    | OK              | Cleared (Recovered)
//	all in silence        | OK              | it fires and clears in it      | OK              |
//	gone in silence       | Firing*         | it is gone, the silence ends   | none            | Cleared (SubjectGone)
//	down in silence       | Firing/Firing   | the worse clears, it ends      | Firing/OK       | Cleared Critical
//	silence taken back    | Firing          | the silence is removed         | Firing          | Exceeded
//	longer for            | Firing          | for is longer than it crossed  | Pending         | Cleared (SpecChanged)
//	shorter for           | Pending         | for is shorter                 | Firing          | Exceeded
//	other threshold       | Firing          | it does not cross any more     | OK              | Cleared (Recovered)
//	level added           | Firing/none     | there is a worse level         | Firing/Firing   | Exceeded Critical
//	level removed         | Firing/Firing   | the worse level is removed     | Firing/none     | Cleared (SpecChanged)
//	level replaced        | Firing/none     | it is Critical, not Warning    | none/Pending    | Cleared (SpecChanged)
//	other meaning         | Firing*         | the rule means something else  | OK              | Cleared (SpecChanged)
//	resumed, pending      | Pending         | it was suspended               | OK              |
//	resumed, firing       | Firing          | it was suspended               | Firing          |
//	resumed, clearing     | Firing          | it was suspended while it was  | Firing          |
//	deleted               | Firing*         | the threshold is deleted       | none            | Cleared (Deleted)
//	deleted in silence    | Firing*         | the threshold is deleted       | none            | Cleared (Deleted)
//	below                 | OK              | it crosses downwards           | as above        | as above
//
// # Time
//
// The time of a notice is that of the sample which caused it, or the deadline of a
// repeat or a silence, or, where something else was the cause, that of the step.
// It is what tells two notices of a kind apart. What is stored is the system's time
// in nanoseconds; a reading of the monotonic clock, which the time of a step may
// have, stays with the state in memory, so that a clock that is set moves no timer.
//
// The package knows no clock. A state is a value: a step leaves the one before as
// it is.
package threshold
