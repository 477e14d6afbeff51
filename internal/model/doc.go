// Package model holds the nouns that the stages of the operator hand on:
// amounts, samples, pods, workloads, subjects. It imports the standard library
// only and decides nothing.
//
// Units: CPU is in nanocores, memory in bytes, everywhere until a report or a
// message is written.
package model
