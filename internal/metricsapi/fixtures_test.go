package metricsapi

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

var sampleTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// codecs are those of the typed clients.
var codecs = func() serializer.CodecFactory {
	scheme := runtime.NewScheme()
	if err := metrics.AddToScheme(scheme); err != nil {
		panic(err)
	}
	return serializer.NewCodecFactory(scheme)
}()

const (
	protobufType = "application/vnd.kubernetes.protobuf"
	jsonType     = "application/json"
)

func codecOf(mediaType string) runtime.Serializer {
	info, ok := runtime.SerializerInfoForMediaType(codecs.SupportedMediaTypes(), mediaType)
	if !ok {
		panic(mediaType)
	}
	return info.Serializer
}

// encode writes an object as an API server does.
func encode(tb testing.TB, mediaType string, object runtime.Object) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := codecs.EncoderForVersion(codecOf(mediaType), metrics.SchemeGroupVersion).Encode(object, &b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// marshaler is implemented by the generated types of Kubernetes.
type marshaler interface{ Marshal() ([]byte, error) }

func marshal(tb testing.TB, m marshaler) []byte {
	tb.Helper()
	b, err := m.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// wrap puts a message of a kind into a body, as an API server does.
func wrap(tb testing.TB, kind string, raw []byte) []byte {
	tb.Helper()
	return append([]byte("k8s\x00"), marshal(tb, &runtime.Unknown{
		TypeMeta: runtime.TypeMeta{APIVersion: "metrics.k8s.io/v1beta1", Kind: kind}, Raw: raw,
	})...)
}

func usageOf(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse(cpu),
		corev1.ResourceMemory: resource.MustParse(memory),
	}
}

// podOf returns a PodMetrics of the containers app and sidecar, sorted so that
// its encoding is the same each time.
func podOf(namespace, name string, n int) metrics.PodMetrics {
	return metrics.PodMetrics{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: name,
			CreationTimestamp: metav1.NewTime(sampleTime),
			Labels: map[string]string{
				"app.kubernetes.io/name":       "storefront-web",
				"app.kubernetes.io/instance":   "storefront-production",
				"app.kubernetes.io/managed-by": "Helm",
				"team":                         "shop-" + strconv.Itoa(n%20),
				"pod-template-hash":            "7d9f8b6c5d",
			},
		},
		Timestamp: metav1.NewTime(sampleTime.Add(time.Duration(n%15) * time.Second)),
		Window:    metav1.Duration{Duration: 15*time.Second + time.Duration(n%1000)*time.Millisecond},
		Containers: []metrics.ContainerMetrics{
			{Name: "app", Usage: usageOf(strconv.Itoa(n*7919+12345)+"n", strconv.Itoa(n%100000+1234)+"Ki")},
			{Name: "sidecar", Usage: usageOf(strconv.Itoa(n%9+1)+"m", strconv.Itoa(n%50+1)+"Mi")},
		},
	}
}

// podListOf returns a sorted list of pods, 100 to a namespace.
func podListOf(pods int) *metrics.PodMetricsList {
	list := &metrics.PodMetricsList{Items: make([]metrics.PodMetrics, pods)}
	for n := range pods {
		list.Items[n] = podOf(fmt.Sprintf("team-%05d", n/100), fmt.Sprintf("storefront-web-7d9f8b6c5d-%06d", n), n)
	}
	return list
}

func nodeListOf(nodes int) *metrics.NodeMetricsList {
	list := &metrics.NodeMetricsList{Items: make([]metrics.NodeMetrics, nodes)}
	for n := range nodes {
		list.Items[n] = metrics.NodeMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%05d", n), Labels: map[string]string{"pool": "gpu"}},
			Timestamp:  metav1.NewTime(sampleTime.Add(time.Duration(n) * time.Second)),
			Window:     metav1.Duration{Duration: 20 * time.Second},
			Usage:      usageOf(strconv.Itoa(n*1000003+1)+"n", strconv.Itoa(n+1)+"Mi"),
		}
	}
	return list
}
