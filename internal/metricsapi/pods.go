package metricsapi

import (
	"slices"

	"github.com/usage-operator/usage-operator/internal/model"
)

// The fields of PodMetrics and of ContainerMetrics beyond the head.
const (
	podContainers = 4

	containerName  = 1
	containerUsage = 2
)

// podRows turns items into the rows of a read.
type podRows struct {
	into  *model.Samples
	names *recall
	// settled tells whether the rows so far are sorted and all different.
	settled bool
}

func newPodRows(into *model.Samples, names *recall) *podRows {
	names.rewind()
	return &podRows{into: into, names: names, settled: true}
}

// scan adds one PodMetrics in protobuf.
func (r *podRows) scan(message []byte) error {
	var h head
	// Containers need the names that the metadata holds. They come last, so
	// that the second walk covers only them.
	containers, walked := message[len(message):], message
	for len(walked) > 0 {
		number, value, n := nextField(walked)
		if n < 0 {
			return errWire
		}
		switch number {
		case metricsMetadata, metricsTimestamp, metricsWindow:
			if err := h.field(number, value); err != nil {
				return err
			}
		case podContainers:
			if len(containers) == 0 {
				containers = walked
			}
		}
		walked = walked[n:]
	}
	known, err := r.begin(&h)
	if err != nil {
		return err
	}
	return r.scanContainers(containers, known)
}

// scanContainers adds the containers among the fields of a PodMetrics that was
// walked before.
func (r *podRows) scanContainers(message []byte, known *remembered) error {
	for len(message) > 0 {
		number, value, n := nextField(message)
		message = message[n:]
		if number != podContainers {
			continue
		}
		if value == nil {
			return errWire
		}
		if err := r.container(value, known); err != nil {
			return err
		}
	}
	return nil
}

// begin adds the row of a pod, still without containers, and returns what the
// last read knows of it.
func (r *podRows) begin(h *head) (*remembered, error) {
	if badName(h.namespace, maxNamespace) || badName(h.name, maxName) {
		return nil, errName
	}
	rows := r.into.Pods
	if len(rows) >= maxItems {
		return nil, errTooMany
	}
	before := &model.PodSample{}
	if len(rows) > 0 {
		before = &rows[len(rows)-1]
	}
	namespace, name, known := r.names.pod(h.namespace, h.name, before.Namespace)
	if before.Namespace > namespace || before.Namespace == namespace && before.Name >= name {
		r.settled = false
	}
	first := int32(len(r.into.Containers))
	r.into.Pods = append(r.into.Pods, model.PodSample{
		Namespace: namespace, Name: name,
		Time: h.time, Window: h.window,
		First: first, Last: first,
	})
	return known, nil
}

// container scans one ContainerMetrics of the pod that was begun last.
func (r *podRows) container(message []byte, known *remembered) error {
	var name []byte
	var u usage
	for len(message) > 0 {
		number, value, n := nextField(message)
		if n < 0 {
			return errWire
		}
		message = message[n:]
		if number != containerName && number != containerUsage {
			continue
		}
		if value == nil {
			return errWire
		}
		if number == containerName {
			name = value
		} else if err := u.entry(value); err != nil {
			return err
		}
	}
	return r.addContainer(name, &u, known)
}

// addContainer adds the row of a container to the pod that was begun last. What
// a container is called is up to its node's kubelet, so a name that cannot be
// is no reason to refuse the list.
func (r *podRows) addContainer(name []byte, u *usage, known *remembered) error {
	if !u.complete() || badName(name, maxContainer) {
		r.into.Unusable++
		return nil
	}
	if len(r.into.Containers) >= maxContainers {
		return errTooMany
	}
	r.into.Containers = append(r.into.Containers,
		model.ContainerSample{Name: r.names.container(known, name), Usage: u.amounts})
	r.into.Pods[len(r.into.Pods)-1].Last++
	return nil
}

// finish sorts the rows, drops what is there twice, and remembers the names.
func (r *podRows) finish() {
	if !r.settled {
		slices.SortStableFunc(r.into.Pods, comparePods)
		r.into.Pods = dropOlder(r.into.Pods,
			func(a, b *model.PodSample) bool { return a.Namespace == b.Namespace && a.Name == b.Name },
			func(a, b *model.PodSample) bool { return a.Time.Before(b.Time) })
	}
	if r.names.done() {
		return
	}
	r.names.forget()
	for i := range r.into.Pods {
		p := &r.into.Pods[i]
		r.names.remember(p.Namespace, p.Name, r.into.Of(p))
	}
}

func badName(name []byte, most int) bool { return len(name) == 0 || len(name) > most }
