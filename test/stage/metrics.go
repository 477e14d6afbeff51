package stage

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Resolution is the time between two samples of a pod: the finest that the format
// of their timestamps allows.
const Resolution = time.Second

// Metrics is a Metrics API.
type Metrics struct {
	mu   sync.Mutex
	pods map[client.ObjectKey]corev1.ResourceList
	// now is the clock of the samples.
	now        func() time.Time
	resolution time.Duration
}

func newMetrics() *Metrics {
	return &Metrics{pods: map[client.ObjectKey]corev1.ResourceList{}, now: time.Now, resolution: Resolution}
}

// Use says what each container of a pod uses from now on.
func (m *Metrics) Use(pod *corev1.Pod, cpu, memory string) {
	usage := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pods[client.ObjectKeyFromObject(pod)] = usage
}

// Lose leaves a pod out from now on.
func (m *Metrics) Lose(pod *corev1.Pod) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.pods, client.ObjectKeyFromObject(pod))
}

// SetClock gives the samples another clock.
func (m *Metrics) SetClock(now func() time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = now
}

// SetResolution says how far apart the samples are, by their clock.
func (m *Metrics) SetResolution(resolution time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.resolution = resolution
}

// ServeHTTP answers with the samples of all pods, or of those of one namespace.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, found := strings.CutPrefix(r.URL.Path, metricsPath+"/v1beta1/")
	if !found || !strings.HasSuffix(path, "pods") {
		http.NotFound(w, r)
		return
	}
	namespace, _, _ := strings.Cut(strings.TrimPrefix(path, "namespaces/"), "/")
	if path == "pods" {
		namespace = ""
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(m.list(namespace)) // the reader has gone
}

func (m *Metrics) list(namespace string) *metrics.PodMetricsList {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := &metrics.PodMetricsList{TypeMeta: metav1.TypeMeta{APIVersion: "metrics.k8s.io/v1beta1", Kind: "PodMetricsList"}}
	for key, usage := range m.pods {
		if namespace != "" && key.Namespace != namespace {
			continue
		}
		list.Items = append(list.Items, metrics.PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
			Timestamp:  metav1.NewTime(m.now().Truncate(m.resolution)), Window: metav1.Duration{Duration: m.resolution},
			Containers: []metrics.ContainerMetrics{{Name: containerName, Usage: usage}},
		})
	}
	slices.SortFunc(list.Items, func(a, b metrics.PodMetrics) int {
		return slices.Compare([]string{a.Namespace, a.Name}, []string{b.Namespace, b.Name})
	})
	return list
}
