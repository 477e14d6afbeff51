package metricsapi

// maxNames bounds one generation of a name table.
const maxNames = 1 << 14

// nameTable gives one string for all that are equal. Names that nothing asked
// for during two generations are let go.
type nameTable struct {
	young, old map[string]string
}

// of returns the table's string of a name.
func (t *nameTable) of(name []byte) string {
	if s, ok := t.young[string(name)]; ok {
		return s
	}
	s, ok := t.old[string(name)]
	if !ok {
		s = string(name)
	}
	if len(t.young) >= maxNames {
		t.age()
	}
	if t.young == nil {
		t.young = make(map[string]string)
	}
	t.young[s] = s
	return s
}

// age begins a new generation.
func (t *nameTable) age() {
	t.old, t.young = t.young, nil
}
