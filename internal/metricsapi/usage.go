package metricsapi

import (
	"errors"

	"github.com/usage-operator/usage-operator/internal/model"
)

// The fields of a map entry and of a Quantity.
const (
	entryKey   = 1
	entryValue = 2

	quantityString = 1
)

// usage gathers the usage map of one container or node.
type usage struct {
	amounts model.Amounts
	usable  [model.ResourceCount]bool
}

// complete tells whether there is a usable amount of every resource.
func (u *usage) complete() bool { return u.usable[model.CPU] && u.usable[model.Memory] }

// set takes over one amount. Of an amount that is given twice, the later
// counts, as in any map of protobuf.
func (u *usage) set(r model.Resource, quantity []byte) error {
	amount, err := parseQuantity(quantity, r)
	u.amounts[r], u.usable[r] = amount, err == nil
	if errors.Is(err, errRange) {
		return nil
	}
	return err
}

// entry scans one entry of the map in protobuf. Resources that no row holds are
// skipped, their quantities unread.
func (u *usage) entry(message []byte) error {
	if r, quantity, ok := plainEntry(message); ok {
		return u.set(r, quantity)
	}
	var key, value []byte
	for len(message) > 0 {
		number, field, n := nextField(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		switch number {
		case entryKey:
			key = field
		case entryValue:
			value = field
		default:
			continue
		}
		if field == nil {
			return errWire
		}
	}
	switch string(key) {
	case "cpu":
		return u.quantity(model.CPU, value)
	case "memory":
		return u.quantity(model.Memory, value)
	}
	return nil
}

// plainEntry recognizes an entry in the bytes that all generated code writes,
// at a fraction of the cost: the key, then a Quantity of nothing but a string.
func plainEntry(message []byte) (r model.Resource, quantity []byte, ok bool) {
	const cpu, memory = "\x0a\x03cpu\x12", "\x0a\x06memory\x12"
	switch {
	case len(message) > len(cpu)+3 && string(message[:len(cpu)]) == cpu:
		r, message = model.CPU, message[len(cpu):]
	case len(message) > len(memory)+3 && string(message[:len(memory)]) == memory:
		r, message = model.Memory, message[len(memory):]
	default:
		return 0, nil, false
	}
	// A length, the tag of the string, its length, the string.
	quantity = message[3:]
	n := len(quantity)
	ok = n < 0x7e && message[0] == byte(n+2) && message[1] == 0x0a && message[2] == byte(n)
	return r, quantity, ok
}

// quantity scans a Quantity. One without a string would be read as 0 by
// protobuf's rules; no server writes that, and missing is not zero.
func (u *usage) quantity(r model.Resource, message []byte) error {
	found := false
	for len(message) > 0 {
		number, text, n := nextField(message)
		if n < 0 || number == quantityString && text == nil {
			return errWire
		}
		message = message[n:]
		if number != quantityString {
			continue
		}
		found = true
		if err := u.set(r, text); err != nil {
			return err
		}
	}
	if !found {
		return errQuantity
	}
	return nil
}
