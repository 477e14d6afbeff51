// Package alert says in words what thresholds find.
package alert
