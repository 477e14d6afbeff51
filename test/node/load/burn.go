package main

import (
	"syscall"
	"time"
)

// slice is how long burn works or rests at a time.
const slice = 5 * time.Millisecond

// burn uses so many cores on average. It looks at what the process has used, all of it, so that time in which the
// machine had no processor for it is made up for.
func burn(cores float64) {
	begin := time.Now()
	for {
		due := time.Duration(cores * float64(time.Since(begin)))
		if used() < due {
			spin(slice)
		} else {
			time.Sleep(slice)
		}
	}
}

// spin keeps a core busy.
func spin(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

// used is the processor time of the process.
func used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
