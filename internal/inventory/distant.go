package inventory

import (
	"cmp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	// knownFor is for how long what was read of an owner is taken as current.
	// Its UID holds it fast: only its controller could be another.
	knownFor = time.Hour
	// unknownFor is for how long an owner, or all of its kind, is left alone
	// after it could not be read.
	unknownFor = 5 * time.Minute
	// maxDistant is how many distant owners are known at once.
	maxDistant = 20_000
)

// distant knows the owners of all kinds that no reflector brings. A walk asks it
// and goes on with what is there; what is not is read meanwhile, once, and the
// walk is told. All of it is guarded by the inventory's lock.
type distant struct {
	// kinds are those that the API server serves; nil before they were read.
	// outdated tells that a walk has met another one since.
	kinds    map[groupKind]served
	outdated bool
	owners   map[link]*distantOwner
	// refused are the kinds that may not be read, with the time when that is
	// tried again.
	refused map[groupKind]time.Time
	// pending are the owners to read, in the order in which they were met, and
	// reading tells that one more is on its way.
	pending []link
	reading bool
	// wake tells the reader that something is to be done.
	wake chan struct{}
}

// served says where the API server has the objects of a kind.
type served struct {
	version, resource string
	namespaced        bool
}

// distantOwner is what is known of an owner. What was read stays, whatever fails
// later.
type distantOwner struct {
	known  bool
	parent *reference
	// due is when it is to be read again; zero while it is pending.
	due time.Time
}

func newDistant() *distant {
	return &distant{
		owners: map[link]*distantOwner{}, refused: map[groupKind]time.Time{}, wake: make(chan struct{}, 1),
	}
}

// clusterScoped takes a kind that nothing is known of for cluster-scoped, so
// that no namespaced report ever shows an owner from outside its namespace.
func (d *distant) clusterScoped(k groupKind) bool {
	s, ok := d.kinds[k]
	if !ok {
		d.outdated = true
		d.rouse()
	}
	return !ok || !s.namespaced
}

// parentOf is a findFunc. An owner that it has not met before is read soon.
func (d *distant) parentOf(l link) (parent *reference, known bool) {
	if _, ok := d.kinds[l.groupKind]; !ok {
		return nil, false // a walk that meets the kind has already asked for it
	}
	owner := d.owners[l]
	if owner == nil {
		if len(d.owners) < maxDistant {
			d.owners[l] = &distantOwner{}
			d.ask(l)
		}
		return nil, false
	}
	return owner.parent, owner.known
}

func (d *distant) ask(l link) {
	d.pending = append(d.pending, l)
	d.rouse()
}

func (d *distant) rouse() {
	select {
	case d.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// next returns an owner to read and where it is. An owner whose kind is refused
// waits its turn again instead.
func (d *distant) next(now time.Time, used func(link) bool) (l link, at served, ok bool) {
	for len(d.pending) > 0 {
		l, d.pending = d.pending[0], d.pending[1:]
		owner := d.owners[l]
		switch at, ok = d.kinds[l.groupKind]; {
		case owner == nil:
		case !ok, !used(l):
			delete(d.owners, l)
		case now.Before(d.refused[l.groupKind]):
			owner.due = now.Add(unknownFor)
		default:
			d.reading = true
			return l, at, true
		}
	}
	d.pending = nil // a slice that is cut in front never shrinks
	return link{}, served{}, false
}

// learn takes what was read of an owner, nil for nothing, and tells whether
// that is news.
func (d *distant) learn(l link, read *ownerRow, now time.Time) (news bool) {
	d.reading = false
	owner := d.owners[l]
	if owner == nil {
		return false
	}
	if read == nil {
		owner.due = now.Add(unknownFor)
		return false
	}
	news = !owner.known || !sameReference(owner.parent, read.parent)
	owner.known, owner.parent, owner.due = true, read.parent, now.Add(knownFor)
	return news
}

// sweep forgets the owners without pods, and asks again for those that are due.
func (d *distant) sweep(now time.Time, used func(link) bool) {
	for l, owner := range d.owners {
		switch {
		case owner.due.IsZero():
		case !used(l):
			delete(d.owners, l)
		case !now.Before(owner.due):
			owner.due = time.Time{}
			d.ask(l)
		}
	}
}

// forget drops all owners, but not the kinds.
func (d *distant) forget() {
	d.owners, d.pending, d.refused = map[link]*distantOwner{}, nil, map[groupKind]time.Time{}
}

// servedKinds returns where the kinds of API resource lists are. A resource that
// names no group or version has those of its list.
func servedKinds(lists []*metav1.APIResourceList) map[groupKind]served {
	kinds := map[groupKind]served{}
	for _, list := range lists {
		of, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue // the kinds of a list like that are not known
		}
		for i := range list.APIResources {
			r := &list.APIResources[i]
			k := groupKind{group: cmp.Or(r.Group, of.Group), kind: r.Kind}
			if _, taken := kinds[k]; !taken && isObject(r) {
				kinds[k] = served{version: cmp.Or(r.Version, of.Version), resource: r.Name, namespaced: r.Namespaced}
			}
		}
	}
	return kinds
}
