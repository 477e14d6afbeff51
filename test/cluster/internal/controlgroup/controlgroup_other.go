//go:build !linux

package controlgroup

import "errors"

var errNone = errors.New("only Linux has control groups")

// CanMake returns an error: there are none.
func CanMake() error { return errNone }

// Make returns an error: there are none.
func Make(string) error { return errNone }

// Remove does nothing.
func Remove(string) error { return nil }
