package metricsapi

import (
	"sort"

	"github.com/usage-operator/usage-operator/internal/model"
)

// generation is after how many reads unused names of the table are let go.
const generation = 256

// maxSteps is how far the cursor walks before it searches.
const maxSteps = 16

// maxCompared bounds the comparisons per container. No real pod has more.
const maxCompared = 32

// recall gives the strings of names out of the last read, so that reading the
// same pods again allocates nothing. Both reads are sorted, so a cursor walks
// along the last one; a list out of order costs a binary search per step back.
type recall struct {
	last []remembered
	// containers are those of all pods of the last read, by remembered.first.
	containers []string
	cursor     int
	// repeated tells whether this read has brought the last one's pods so far, and
	// nothing else.
	repeated bool
	// table serves the names that repeat within a read, of namespaces and
	// containers, where the last read has not got them.
	table nameTable
	reads int
}

type remembered struct {
	namespace, name string
	first, end      int32
}

// rewind begins a read.
func (r *recall) rewind() { r.cursor, r.repeated = 0, true }

// pod returns the strings of a pod's namespace and name and what the last read
// knows of the pod, or nil. Neighbour is the namespace of the pod before.
func (r *recall) pod(namespace, name []byte, neighbour string) (string, string, *remembered) {
	known := r.seek(namespace, name)
	if known != nil {
		return known.namespace, known.name, known
	}
	r.repeated = false
	if neighbour != string(namespace) {
		neighbour = r.table.of(namespace)
	}
	return neighbour, string(name), nil
}

// seek moves the cursor to a pod and returns it, or nil if the last read had no
// such pod.
func (r *recall) seek(namespace, name []byte) *remembered {
	steps := 0
	for ; r.cursor < len(r.last); r.cursor++ {
		p := &r.last[r.cursor]
		if p.name == string(name) && p.namespace == string(namespace) {
			r.cursor++
			return p
		}
		r.repeated = false
		// Pods come and go one by one. A longer way, and the way back, is searched.
		if steps++; steps > maxSteps || p.compare(namespace, name) > 0 {
			break
		}
	}
	if steps > maxSteps || r.cursor > 0 && r.last[r.cursor-1].compare(namespace, name) >= 0 {
		return r.search(namespace, name)
	}
	return nil
}

func (r *recall) search(namespace, name []byte) *remembered {
	r.repeated = false
	at := sort.Search(len(r.last), func(i int) bool { return r.last[i].compare(namespace, name) >= 0 })
	r.cursor = at
	if at == len(r.last) || r.last[at].compare(namespace, name) != 0 {
		return nil
	}
	r.cursor++
	return &r.last[at]
}

// compare orders by namespace, then name, without a copy of the bytes.
func (p *remembered) compare(namespace, name []byte) int {
	switch {
	case p.namespace < string(namespace):
		return -1
	case p.namespace > string(namespace):
		return 1
	case p.name < string(name):
		return -1
	case p.name > string(name):
		return 1
	}
	return 0
}

// container returns the string of a container's name. Metrics-server lists the
// containers of a pod in random order, so all that the pod had are compared.
func (r *recall) container(known *remembered, name []byte) string {
	if known != nil {
		for _, had := range r.containers[known.first:min(known.end, known.first+maxCompared)] {
			if had == string(name) {
				return had
			}
		}
	}
	r.repeated = false
	return r.table.of(name)
}

// done tells at the end of a read whether there is nothing new to remember.
func (r *recall) done() bool { return r.repeated && r.cursor == len(r.last) }

// forget empties what is remembered before a read's rows are added with
// remember; the strings live on in the rows.
func (r *recall) forget() {
	clear(r.last)
	clear(r.containers)
	r.last, r.containers = r.last[:0], r.containers[:0]
	r.reads++
	if r.reads%generation == 0 {
		r.table.age()
	}
}

// remember adds a row, in order.
func (r *recall) remember(namespace, name string, containers []model.ContainerSample) {
	first := int32(len(r.containers))
	for i := range containers {
		r.containers = append(r.containers, containers[i].Name)
	}
	r.last = append(r.last, remembered{namespace, name, first, int32(len(r.containers))})
}
