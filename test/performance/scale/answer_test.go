package scale

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// answer is the Metrics API's list of all pods in protobuf. Its time can be
// changed in place, so that each tick brings new samples at no cost.
type answer struct {
	body []byte
	// times are where the seconds of the samples' timestamps stand.
	times []int
}

// timeLength is how many bytes the seconds of a timestamp take as a varint,
// from 1978 to 3058.
const timeLength = 5

func newAnswer(c cluster) (*answer, error) {
	list := metrics.PodMetricsList{Items: make([]metrics.PodMetrics, c.pods())}
	for i := range list.Items {
		list.Items[i] = podMetrics(c, i)
	}
	raw, err := list.Marshal()
	if err != nil {
		return nil, err
	}
	envelope := runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "metrics.k8s.io/v1beta1", Kind: "PodMetricsList"}, Raw: raw}
	wrapped, err := envelope.Marshal()
	if err != nil {
		return nil, err
	}
	a := &answer{body: append([]byte("k8s\x00"), wrapped...)}
	// Unknown.raw, PodMetricsList.items, PodMetrics.timestamp, Time.seconds.
	if a.find(4, len(a.body), 2, 2, 2, 1); len(a.times) != c.pods() {
		return nil, fmt.Errorf("%d timestamps in the answer, want %d", len(a.times), c.pods())
	}
	return a, nil
}

func podMetrics(c cluster, i int) metrics.PodMetrics {
	return metrics.PodMetrics{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.namespaceOf(i), Name: c.pod(i), Labels: c.labelsOf(i), CreationTimestamp: metav1.NewTime(began),
		},
		Timestamp: metav1.NewTime(began),
		Window:    metav1.Duration{Duration: 15*time.Second + time.Duration(i%1000)*time.Millisecond},
		Containers: []metrics.ContainerMetrics{
			{Name: "app", Usage: used(fmt.Sprintf("%dn", i*7919+12_345), fmt.Sprintf("%dKi", i%100_000+1234))},
			{Name: "istio-proxy", Usage: used(fmt.Sprintf("%dn", i*104_729+999), fmt.Sprintf("%dKi", i%50_000+999))},
		},
	}
}

// used is an amount of both resources.
func used(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory)}
}

// find notes where, in the message from one byte to another, the fields at the
// end of a path begin.
func (a *answer) find(from, to int, path ...protowire.Number) {
	for from < to {
		number, kind, tag := protowire.ConsumeTag(a.body[from:to])
		length := protowire.ConsumeFieldValue(number, kind, a.body[from+tag:to])
		value := from + tag
		from = value + length
		switch {
		case number != path[0]:
		case len(path) == 1:
			a.times = append(a.times, value)
		default:
			_, prefix := protowire.ConsumeVarint(a.body[value:])
			a.find(value+prefix, from, path[1:]...)
		}
	}
}

// at gives all samples a time.
func (a *answer) at(t time.Time) {
	seconds := protowire.AppendVarint(nil, uint64(t.Unix()))
	if len(seconds) != timeLength {
		panic("a time that is written in another length")
	}
	for _, at := range a.times {
		copy(a.body[at:], seconds)
	}
}

// RoundTrip answers each request, as far as metrics-server does.
func (a *answer) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/v1beta1/pods") {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// nodeAnswer is the Metrics API's list of all nodes.
func nodeAnswer(c cluster, now time.Time) *metrics.NodeMetricsList {
	list := &metrics.NodeMetricsList{TypeMeta: metav1.TypeMeta{APIVersion: "metrics.k8s.io/v1beta1", Kind: "NodeMetricsList"}}
	for i := range c.nodes() {
		list.Items = append(list.Items, metrics.NodeMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: c.node(i)}, Timestamp: metav1.NewTime(now),
			Window: metav1.Duration{Duration: resolution}, Usage: used("7500m", "60Gi"),
		})
	}
	return list
}
