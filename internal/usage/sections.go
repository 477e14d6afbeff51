package usage

import (
	"fmt"
	"maps"

	"github.com/usage-operator/usage-operator/internal/account"
	"github.com/usage-operator/usage-operator/internal/history"
)

// The sections of a snapshot.
const (
	historySection  = "history"
	accountsSection = "accounts"
)

// take adds the history and the accounts of a report. Their encoding cannot fail:
// it has the errors of an interface.
func (s *Snapshot) take(total *series, b *books) {
	if total != nil && total.history != nil {
		s.section(historySection)(total.history.AppendBinary(nil))
	}
	if b.ledger != nil {
		s.section(accountsSection)(b.ledger.AppendBinary(nil))
	}
}

func (s *Snapshot) section(name string) func(data []byte, err error) {
	return func(data []byte, err error) {
		if err != nil {
			return
		}
		if s.Sections == nil {
			s.Sections = map[string][]byte{}
		}
		s.Sections[name] = data
	}
}

// CheckSections tells what is wrong with the sections of a snapshot that was
// stored.
func (s *Snapshot) CheckSections() error {
	if _, err := s.history(); err != nil {
		return fmt.Errorf("the history: %w", err)
	}
	if _, err := s.ledger(); err != nil {
		return fmt.Errorf("the accounts: %w", err)
	}
	return nil
}

func (s *Snapshot) history() (*history.Ring, error) {
	data, known := s.Sections[historySection]
	if !known {
		return nil, nil
	}
	ring, _, err := history.Decode(data)
	return ring, err
}

func (s *Snapshot) ledger() (*account.Ledger, error) {
	data, known := s.Sections[accountsSection]
	if !known {
		return nil, nil
	}
	ledger, _, err := account.Decode(data)
	return ledger, err
}

// giveHistory lets a total go on with its history, as far as it still wants one.
func (s *Snapshot) giveHistory(total *series, need *Need) {
	if ring, err := s.history(); err == nil && ring != nil {
		total.history = ring
	}
	total.keep(need.History)
}

// giveAccounts lets a report go on with its accounts, as far as it still wants
// them. What counted something else goes on as after an edit of the report.
func (s *Snapshot) giveAccounts(b *books, need *Need) {
	ledger, err := s.ledger()
	if err != nil || ledger == nil || need.Accounts == nil {
		return
	}
	if s.Changed {
		ledger.Restart()
	}
	ledger.Renew(*need.Accounts)
	b.ledger = ledger
}

// ClosedAccounts returns how many accounts the closed periods of a snapshot have.
func (s *Snapshot) ClosedAccounts() int {
	ledger, err := s.ledger()
	if err != nil || ledger == nil {
		return 0
	}
	return ledger.ClosedAccounts()
}

// WithoutAccounts returns the snapshot with so many accounts of closed periods less,
// of the oldest first: they are summed with those that had no place before. The totals
// of all periods stay. The rest is shared.
func (s *Snapshot) WithoutAccounts(n int) *Snapshot {
	ledger, err := s.ledger()
	if err != nil || ledger == nil {
		return s
	}
	ledger.Fold(n)
	folded := *s
	folded.Sections = maps.Clone(s.Sections)
	folded.section(accountsSection)(ledger.AppendBinary(nil))
	return &folded
}
