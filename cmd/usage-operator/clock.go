//go:build !fastclock && !steppedclock

package main

import "k8s.io/utils/clock"

// systemClock is the clock of all stages. Only in a program that is built for tests,
// with the tag fastclock or steppedclock, is it another than the system's.
func systemClock() (clock.WithTicker, error) { return clock.RealClock{}, nil }
