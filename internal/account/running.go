package account

import (
	"hash/maphash"
	"unsafe"

	"github.com/usage-operator/usage-operator/internal/model"
)

var seed = maphash.MakeSeed()

// hashOf is a variable for a test in which all hashes are the same.
var hashOf = func(s *model.Subject) uint64 { return maphash.Comparable(seed, *s) }

// entry returns the account of a subject; nil where there are too many.
func (r *running) entry(subject *model.Subject, full bool) *entry {
	hash := hashOf(subject)
	if e := r.find(hash, subject); e != nil {
		return e
	}
	if full || len(r.accounts) >= MaxAccounts {
		return nil
	}
	return r.begin(hash, entry{Account: Account{Subject: *subject}})
}

func (r *running) find(hash uint64, subject *model.Subject) *entry {
	for place := r.first[hash]; place > 0; {
		e := &r.accounts[place-1]
		if e.Subject == *subject {
			return e
		}
		place = e.next
	}
	return nil
}

func (r *running) begin(hash uint64, e entry) *entry {
	e.next = r.first[hash]
	r.accounts = append(r.accounts, e)
	r.first[hash] = int32(len(r.accounts))
	return &r.accounts[len(r.accounts)-1]
}

// Size is what the accounts take of the heap, in bytes, without the names in them.
func (l *Ledger) Size() int {
	n := cap(l.running.accounts) * int(unsafe.Sizeof(entry{}))
	for i := range l.closed {
		n += cap(l.closed[i].Accounts) * int(unsafe.Sizeof(Account{}))
	}
	return n
}
