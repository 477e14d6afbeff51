package metricsapi

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"github.com/usage-operator/usage-operator/internal/model"
)

// podRow is a row as the tests compare it.
type podRow struct {
	Namespace, Name string
	Time            time.Time
	Window          time.Duration
	Containers      []model.ContainerSample
}

func rowsOf(s *model.Samples) []podRow {
	rows := make([]podRow, 0, len(s.Pods))
	for i := range s.Pods {
		p := &s.Pods[i]
		rows = append(rows, podRow{p.Namespace, p.Name, p.Time, p.Window, append([]model.ContainerSample(nil), s.Of(p)...)})
	}
	return rows
}

// expectedRows makes rows of typed objects, in its own way: the package's
// promises in short.
func expectedRows(list *metrics.PodMetricsList) (rows []podRow, unusable int) {
	rows = []podRow{}
	for _, pod := range list.Items {
		row := podRow{Namespace: pod.Namespace, Name: pod.Name, Window: pod.Window.Duration, Time: pod.Timestamp.UTC()}
		for _, c := range pod.Containers {
			usage, ok := expectedUsage(c.Usage)
			if !ok || c.Name == "" || len(c.Name) > 63 {
				unusable++
				continue
			}
			row.Containers = append(row.Containers, model.ContainerSample{Name: c.Name, Usage: usage})
		}
		same := func(r podRow) bool { return r.Namespace == row.Namespace && r.Name == row.Name }
		switch i := slices.IndexFunc(rows, same); {
		case i < 0:
			rows = append(rows, row)
		case !row.Time.Before(rows[i].Time):
			rows[i] = row
		}
	}
	slices.SortFunc(rows, func(a, b podRow) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return rows, unusable
}

// expectedNodes is expectedRows for nodes. One that is left out cannot take the
// place of another sample of the same node.
func expectedNodes(list *metrics.NodeMetricsList) (rows []model.NodeSample, unusable int) {
	rows = []model.NodeSample{}
	for _, node := range list.Items {
		usage, ok := expectedUsage(node.Usage)
		if !ok {
			unusable++
			continue
		}
		row := model.NodeSample{Name: node.Name, Time: node.Timestamp.UTC(), Window: node.Window.Duration, Usage: usage}
		switch i := slices.IndexFunc(rows, func(r model.NodeSample) bool { return r.Name == row.Name }); {
		case i < 0:
			rows = append(rows, row)
		case !row.Time.Before(rows[i].Time):
			rows[i] = row
		}
	}
	slices.SortFunc(rows, func(a, b model.NodeSample) int { return cmp.Compare(a.Name, b.Name) })
	return rows, unusable
}

func expectedUsage(list corev1.ResourceList) (model.Amounts, bool) {
	cpu, hasCPU := list[corev1.ResourceCPU]
	memory, hasMemory := list[corev1.ResourceMemory]
	if !hasCPU || !hasMemory || cpu.Sign() < 0 || memory.Sign() < 0 ||
		cpu.CmpInt64(math.MaxInt64/1_000_000_000) >= 0 || memory.CmpInt64(math.MaxInt64) >= 0 {
		return model.Amounts{}, false
	}
	return model.Amounts{model.CPU: cpu.ScaledValue(resource.Nano), model.Memory: memory.Value()}, true
}

// podDecoder is what a Reader holds for pods, without the network.
type podDecoder struct {
	stream stream
	names  recall
}

func (d *podDecoder) decode(body []byte, into *model.Samples) error {
	into.Reset()
	rows := newPodRows(into, &d.names)
	if err := d.stream.decode(bytes.NewReader(body), podMetricsList, rows); err != nil {
		return err
	}
	rows.finish()
	return nil
}

func decodePods(body []byte) (*model.Samples, error) {
	var d podDecoder
	s := new(model.Samples)
	return s, d.decode(body, s)
}

func decodeNodes(body []byte) (*model.NodeSamples, error) {
	var d stream
	s := new(model.NodeSamples)
	rows := newNodeRows(s, new(recall))
	if err := d.decode(bytes.NewReader(body), nodeMetricsList, rows); err != nil {
		return s, err
	}
	rows.finish()
	return s, nil
}
