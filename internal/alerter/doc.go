// Package alerter keeps the alerts of all thresholds. It steps their state machines
// in the tick, and sees to it that what they tell is stored before it is told, and
// told once:
//
//	tick     engine: readings ─> threshold.Step ─> next state, in memory
//	deliver  checkpoint, which holds what is owed ─> Events ─> no longer owed
//	status   the reconciler renders the state that it finds
//
// The tick never waits for the API server. Thresholds with news stand in a queue,
// and workers deliver for one threshold at a time, so that the Events of a subject
// keep their order. Namespaces take turns, and one has a quarter of the workers at
// most: a storm in one does not hold up what another has to tell.
//
// A notice that is owed is part of the state, and the state is stored before the
// first attempt to write its Event. Whoever goes on from the checkpoint, this
// operator after a crash or the next leader, owes the same notice still. It writes
// an Event of the same name, and finds that it is there. What was not stored has
// never been told: the machine comes to it again. So each transition is told once,
// whenever the operator dies.
//
// The checkpoint is also what fences. A leader that was asleep fails to store its
// state, since another has stored one, and tells nothing.
//
// A threshold that is deleted closes what it announced, in the same order, and only
// then lets go of its checkpoint. One that was deleted unnoticed is closed from its
// checkpoint, before the keeper sweeps that away.
package alerter
