package inventory

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/usage-operator/usage-operator/internal/model"
)

// kept is the content of an interner. Whatever is larger than a string is found
// by a hash of its content; should two have the same, one of them is not shared.
type kept struct {
	seed       maphash.Seed
	strings    map[string]string
	labels     map[uint64]model.Labels
	containers map[uint64][]model.Container
	references map[uint64]*reference
}

func newKept() *kept {
	return &kept{
		seed:       maphash.MakeSeed(),
		strings:    map[string]string{},
		labels:     map[uint64]model.Labels{},
		containers: map[uint64][]model.Container{},
		references: map[uint64]*reference{},
	}
}

// shared returns the kept copy of list. Where there is none it keeps a copy,
// whose elements own interns.
func shared[S ~[]T, T comparable](seed maphash.Seed, in map[uint64]S, list []T, own func(*T)) S {
	hash := hashOf(seed, list)
	known, taken := in[hash]
	if taken && slices.Equal(known, list) {
		return known
	}
	copied := make(S, len(list))
	copy(copied, list)
	for i := range copied {
		own(&copied[i])
	}
	if !taken {
		in[hash] = copied
	}
	return copied
}

func hashOf[T comparable](seed maphash.Seed, list []T) uint64 {
	type link struct {
		before  uint64
		element T
	}
	hash := uint64(len(list))
	for _, e := range list {
		hash = maphash.Comparable(seed, link{hash, e})
	}
	return hash
}

// text keeps a copy, so that a part of a larger string does not hold the whole.
func (k *kept) text(s string) string {
	if known, ok := k.strings[s]; ok {
		return known
	}
	s = strings.Clone(s)
	k.strings[s] = s
	return s
}

func (k *kept) markText(s string) { k.strings[s] = s }

func (k *kept) markLabels(l model.Labels) {
	if len(l) == 0 {
		return
	}
	hash := hashOf(k.seed, l)
	if _, marked := k.labels[hash]; marked {
		return
	}
	k.labels[hash] = l
	for i := range l {
		k.markText(l[i].Key)
	}
}

func (k *kept) markContainers(list []model.Container) {
	if len(list) == 0 {
		return
	}
	hash := hashOf(k.seed, list)
	if _, marked := k.containers[hash]; marked {
		return
	}
	k.containers[hash] = list
	for i := range list {
		k.markText(list[i].Name)
	}
}

func (k *kept) markReference(r *reference) {
	if r == nil {
		return
	}
	k.references[maphash.Comparable(k.seed, *r)] = r
	k.markText(r.group)
	k.markText(r.kind)
}
