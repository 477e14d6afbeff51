package inventory

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

// largeCluster serves the synthetic pods as an API server does, in protobuf,
// and holds none of them.
type largeCluster struct {
	pods          int
	refuseStreams bool
	codec         runtime.Encoder
	ballast       corev1.Pod
}

func newLargeCluster(pods int, refuseStreams bool) *largeCluster {
	c := &largeCluster{pods: pods, refuseStreams: refuseStreams}
	c.codec = scheme.Codecs.EncoderForVersion(protobuf.NewSerializer(scheme.Scheme, scheme.Scheme), corev1.SchemeGroupVersion)
	fields := `{"f:metadata":{` + strings.Repeat(`"f:labels":{".":{},"f:app":{}},`, 100) + `"f:x":{}}}`
	c.ballast.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubelet", FieldsV1: metav1.NewFieldsV1(fields)}}
	for i := range 30 {
		c.ballast.Spec.Containers = append(c.ballast.Spec.Containers, corev1.Container{
			Env: []corev1.EnvVar{{Name: fmt.Sprint("VARIABLE_", i), Value: strings.Repeat("v", 40)}},
		})
	}
	return c
}

// pod returns a pod of the size that pods have.
func (c *largeCluster) pod(i int) *corev1.Pod {
	p := syntheticPod(i)
	p.ManagedFields = c.ballast.ManagedFields
	for _, b := range c.ballast.Spec.Containers {
		p.Spec.Containers[0].Env = append(p.Spec.Containers[0].Env, b.Env...)
	}
	return p
}

func (c *largeCluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case r.URL.Path != "/api/v1/pods":
		http.NotFound(w, r) // it is asked for its kinds too
	case q.Get("sendInitialEvents") == "true" && c.refuseStreams:
		http.Error(w, "sendInitialEvents is forbidden", http.StatusUnprocessableEntity)
	case q.Get("sendInitialEvents") == "true":
		c.stream(w)
		<-r.Context().Done()
	case q.Get("watch") == "true":
		w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf;stream=watch")
		flush(w)
		<-r.Context().Done()
	default:
		c.page(w, q.Get("limit"), q.Get("continue"))
	}
}

func (c *largeCluster) page(w http.ResponseWriter, limit, from string) {
	size, err := strconv.Atoi(limit)
	if err != nil {
		size = c.pods
	}
	first, _ := strconv.Atoi(from)
	list := corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "1"}}
	for i := first; i < min(first+size, c.pods); i++ {
		list.Items = append(list.Items, *c.pod(i))
	}
	if first+size < c.pods {
		list.Continue = strconv.Itoa(first + size)
	}
	w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf")
	if err := c.codec.Encode(&list, w); err != nil {
		panic(err)
	}
}

func (c *largeCluster) stream(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf;stream=watch")
	frames := protobuf.LengthDelimitedFramer.NewFrameWriter(w)
	raw := protobuf.NewRawSerializer(scheme.Scheme, scheme.Scheme)
	send := func(kind watch.EventType, p *corev1.Pod) {
		object, err := runtime.Encode(c.codec, p)
		if err == nil {
			err = raw.Encode(&metav1.WatchEvent{Type: string(kind), Object: runtime.RawExtension{Raw: object}}, frames)
		}
		if err != nil {
			panic(err)
		}
	}
	for i := range c.pods {
		send(watch.Added, c.pod(i))
	}
	send(watch.Bookmark, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		ResourceVersion: "1", Annotations: map[string]string{metav1.InitialEventsAnnotationKey: "true"},
	}})
	flush(w)
}

func flush(w http.ResponseWriter) {
	if err := http.NewResponseController(w).Flush(); err != nil {
		panic(err)
	}
}

// serveEnv tells the test binary to be the large cluster, so that its memory
// does not count. It is a number of pods, and "stream" or "refuse".
const serveEnv = "INVENTORY_TEST_LARGE_CLUSTER"

func TestMain(m *testing.M) {
	var pods int
	var mode string
	if n, _ := fmt.Sscan(os.Getenv(serveEnv), &pods, &mode); n < 2 {
		os.Exit(m.Run())
	}
	server := httptest.NewServer(newLargeCluster(pods, mode == "refuse"))
	fmt.Fprintln(os.Stdout, server.URL)
	// The parent closes the pipe when it is done.
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// startLargeCluster returns the address of a large cluster.
func startLargeCluster(b *testing.B, pods int, mode string) string {
	b.Helper()
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), fmt.Sprint(serveEnv, "=", pods, " ", mode))
	stdin, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = stdin.Close(), server.Wait() })
	var url string
	if _, err := fmt.Fscan(stdout, &url); err != nil {
		b.Fatal(err)
	}
	return url
}

// BenchmarkPeak measures the peak of the process's memory while the pods of a
// large cluster are read. The bar is 300 MB.
func BenchmarkPeak(b *testing.B) {
	pods := benchPods
	if testing.Short() {
		pods = 2000
	}
	for _, mode := range []string{"stream", "refuse"} {
		b.Run(mode, func(b *testing.B) {
			url := startLargeCluster(b, pods, mode)
			for b.Loop() {
				readPods(b, url, pods)
			}
		})
	}
}

func readPods(b *testing.B, url string, pods int) {
	inv, err := New(&rest.Config{Host: url}, logr.Discard())
	if err != nil {
		b.Fatal(err)
	}
	inv.sources = inv.sources[:1]
	inv.gate = newGate(inv.sources)
	debug.FreeOSMemory()
	forgetPeak(b)
	before := heap()

	ctx, stop := context.WithTimeout(b.Context(), 10*time.Minute)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { _ = inv.Start(ctx) })
	if err := inv.WaitForSync(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(peakMB(b), "MB-peak-RSS")
	b.ReportMetric((heap()-before)/1e6, "MB-heap")
	if inv.pods.count != pods {
		b.Fatalf("%d pods", inv.pods.count)
	}
	stop()
	running.Wait()
}

// forgetPeak makes Linux measure the peak from now on.
func forgetPeak(b *testing.B) {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Skipf("the peak of memory cannot be measured here: %v", err)
	}
}

func peakMB(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	var kb float64
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(after, &kb); err != nil {
		b.Fatal(err)
	}
	return kb * 1024 / 1e6
}
