package cluster

import (
	"fmt"
	"os"
	"strings"
)

// shownLines is how much of a log an error shows.
const shownLines = 20

// ComponentError says which component failed, and shows the end of its log.
type ComponentError struct {
	Component string
	Cause     error
	// Log is the path of the log, and LastLines its end.
	Log       string
	LastLines []string
}

func componentError(component string, cause error, log string) *ComponentError {
	// A log that cannot be read must not hide why the component failed.
	content, _ := os.ReadFile(log)
	lines := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	return &ComponentError{
		Component: component,
		Cause:     cause,
		Log:       log,
		LastLines: lines[max(0, len(lines)-shownLines):],
	}
}

func (e *ComponentError) Error() string {
	return fmt.Sprintf("%s: %v; the end of its log %s:\n  %s", e.Component, e.Cause, e.Log, strings.Join(e.LastLines, "\n  "))
}

func (e *ComponentError) Unwrap() error { return e.Cause }

// portWasTaken reports whether the component could not listen.
func (e *ComponentError) portWasTaken() bool {
	return strings.Contains(strings.Join(e.LastLines, "\n"), "address already in use")
}
