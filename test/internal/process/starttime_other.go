//go:build !linux

package process

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"
)

// startTime returns the wall clock time at which the process started, to the second.
func startTime(pid int) (string, error) {
	ps := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid))
	// The notation must not change with the locale or the time zone of who asks.
	ps.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin"}
	out, err := ps.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", errNoProcess
	}
	if err != nil {
		return "", err
	}
	state, started, found := strings.Cut(strings.TrimSpace(string(out)), " ")
	if !found || strings.HasPrefix(state, "Z") {
		return "", errNoProcess
	}
	return strings.Join(strings.Fields(started), " "), nil
}
