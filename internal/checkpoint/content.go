package checkpoint

import (
	"errors"
	"fmt"

	"github.com/usage-operator/usage-operator/internal/usage"
)

// Content is what a checkpoint holds.
type Content struct {
	// Owner is the UID of what remembers this.
	Owner string
	// Hash is that of what gave the snapshot its meaning.
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
	// ForeignOwner is another owner, perhaps a former one of the same name.
	ForeignOwner Reason = "ForeignOwner"
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

// Open decodes the checkpoint of an owner that has this UID. Where the hash of what
// gives its memory its meaning is another one now, the snapshot says so, and holds
// no more than its sections.
func Open(data, base []byte, owner string, hash Hash) (*usage.Snapshot, error) {
	c, err := Decode(data, base)
	switch {
	case err != nil:
		return nil, err
	case c.Owner != owner:
		return nil, &Error{ForeignOwner, fmt.Errorf("it is of %q, not of %q", c.Owner, owner)}
	case c.Hash != hash:
		return &usage.Snapshot{Time: c.Snapshot.Time, Sections: c.Snapshot.Sections, Changed: true}, nil
	}
	return c.Snapshot, nil
}
