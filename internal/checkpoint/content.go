package checkpoint

import (
	"errors"
	"fmt"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// Content is what a checkpoint holds.
type Content struct {
	// Owner is the UID of the report.
	Owner string
	// Hash is that of the spec that the snapshot was taken under.
	Hash     Hash
	Snapshot *usage.Snapshot
}

// Reason says why a checkpoint is of no use.
type Reason string

// The reasons.
const (
	// Corrupt bytes are not what was written.
	Corrupt Reason = "Corrupt"
	// ForeignVersion is one that this operator does not know.
	ForeignVersion Reason = "ForeignVersion"
	// ForeignOwner is another report, perhaps a former one of the same name.
	ForeignOwner Reason = "ForeignOwner"
	// SpecChanged tells that the report counts something else now. It is no fault.
	SpecChanged Reason = "SpecChanged"
)

// Error says why a checkpoint is of no use.
type Error struct {
	Reason Reason
	cause  error
}

func (e *Error) Error() string { return fmt.Sprintf("checkpoint: %s: %v", e.Reason, e.cause) }

func (e *Error) Unwrap() error { return e.cause }

// ReasonOf returns the reason of an error of this package, "" for any other.
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// Open decodes the checkpoint of a report that has this UID and a spec of this
// hash.
func Open(data []byte, owner string, hash Hash) (*usage.Snapshot, error) {
	c, err := Decode(data)
	switch {
	case err != nil:
		return nil, err
	case c.Owner != owner:
		return nil, &Error{ForeignOwner, fmt.Errorf("it is of %q, not of %q", c.Owner, owner)}
	case c.Hash != hash:
		return nil, &Error{SpecChanged, errors.New("the report selects or groups otherwise now")}
	}
	return c.Snapshot, nil
}
