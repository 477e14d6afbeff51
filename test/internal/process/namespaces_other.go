//go:build !linux

package process

import (
	"context"
	"errors"
	"syscall"
)

var errNoNamespaces = errors.New("only Linux has namespaces")

func setApart(*syscall.SysProcAttr) error { return errNoNamespaces }

// CanBeApart returns an error: no program can.
func CanBeApart(context.Context) error { return errNoNamespaces }

// Within runs f. On this system no program is apart.
func (i Identity) Within(f func() error) error {
	if i == (Identity{}) {
		return f()
	}
	return errNoNamespaces
}
