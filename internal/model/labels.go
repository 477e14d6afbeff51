package model

import (
	"cmp"
	"slices"
	"strings"
)

// Label is one label of an object.
type Label struct{ Key, Value string }

// Labels are an object's labels, sorted by key. It can be asked by the label
// selectors of apimachinery.
type Labels []Label

// NewLabels returns the labels of a map.
func NewLabels(m map[string]string) Labels {
	if len(m) == 0 {
		return nil
	}
	l := make(Labels, 0, len(m))
	for k, v := range m {
		l = append(l, Label{Key: k, Value: v})
	}
	slices.SortFunc(l, func(a, b Label) int { return cmp.Compare(a.Key, b.Key) })
	return l
}

// Lookup returns the value of a label and whether it is there.
func (l Labels) Lookup(key string) (value string, exists bool) {
	i, found := slices.BinarySearchFunc(l, key, func(a Label, key string) int {
		return strings.Compare(a.Key, key)
	})
	if !found {
		return "", false
	}
	return l[i].Value, true
}

// Has tells whether a label is there.
func (l Labels) Has(key string) bool {
	_, exists := l.Lookup(key)
	return exists
}

// Get returns the value of a label, "" where it is not there.
func (l Labels) Get(key string) string {
	value, _ := l.Lookup(key)
	return value
}
