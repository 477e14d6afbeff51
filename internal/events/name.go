package events

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"

	"github.com/usage-operator/usage-operator/internal/threshold"
)

const (
	// maxPrefix is how much of an object's name stands in the name of an Event.
	maxPrefix = 200
	// hashBytes is how much of a hash it takes that no two Events have the same.
	hashBytes = 16
	// maxNames is how many names an Event can have.
	maxNames = 8
)

// nameOf is the first name of an Event: that of the object, for people, and a hash
// of what tells one Event from another.
func nameOf(about *About, n *threshold.Notice, object string) string {
	d := digest{sha256.New()}
	d.text(about.UID)
	d.subject(n)
	d.number(int64(n.Reason))
	d.number(int64(n.Severity))
	d.number(n.Time.UnixNano())
	return prefix(object) + hex.EncodeToString(d.Sum(nil)[:hashBytes])
}

// nthName is the name that an Event takes where n others have those before.
func nthName(first string, n int) string {
	if n == 0 {
		return first
	}
	return first + "-" + strconv.Itoa(n)
}

// prefix makes of an object's name what the name of an Event can begin with.
func prefix(object string) string {
	var parts []string
	for part := range strings.SplitSeq(object, ".") {
		if part = strings.Trim(strings.Map(simple, part), "-"); part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, ".")
	if text = strings.TrimRight(text[:min(len(text), maxPrefix)], ".-"); text == "" {
		return ""
	}
	return text + "."
}

// simple maps the letters that names can have to lower case, and all others to -.
func simple(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return r
	case 'A' <= r && r <= 'Z':
		return r - 'A' + 'a'
	default:
		return '-'
	}
}

// digest is a hash over parts, none of which can be taken for two.
type digest struct{ hash.Hash }

func (d digest) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	d.Write(b[:])
}

func (d digest) flag(b bool) {
	if b {
		d.number(1)
	} else {
		d.number(0)
	}
}

func (d digest) text(s string) {
	d.number(int64(len(s)))
	d.Write([]byte(s))
}

func (d digest) subject(n *threshold.Notice) {
	s := &n.Subject
	d.flag(n.Overall)
	for _, part := range []string{s.Namespace, s.Workload.Group, s.Workload.Kind, s.Workload.Name, s.Pod, s.Container, s.Node} {
		d.text(part)
	}
	for _, l := range s.Labels {
		d.flag(l.Present)
		d.text(l.Value)
	}
}
