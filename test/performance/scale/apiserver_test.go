package scale

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// apiServer speaks like one, as far as the operator listens. It makes the
// objects while it sends them, and then nothing changes but the samples.
type apiServer struct {
	http.ServeMux
	cluster cluster
	codec   *protobuf.Serializer
	raw     *protobuf.RawSerializer

	checkpoints storedCheckpoints

	mu      sync.Mutex
	answer  *answer
	metrics int // reads of the Metrics API
	writes  int // of statuses
}

// counts is what a test asks the server for.
type counts struct {
	MetricsReads, StatusWrites int
	// Checkpoints are those that are stored, and CheckpointBytes what they take.
	Checkpoints, CheckpointBytes int
}

func newAPIServer(c cluster, reports int) (*apiServer, error) {
	answer, err := newAnswer(c)
	if err != nil {
		return nil, err
	}
	own, err := ownKinds()
	if err != nil {
		return nil, err
	}
	s := &apiServer{
		cluster:     c,
		codec:       protobuf.NewSerializer(scheme.Scheme, scheme.Scheme),
		raw:         protobuf.NewRawSerializer(scheme.Scheme, scheme.Scheme),
		answer:      answer,
		checkpoints: storedCheckpoints{objects: map[string]v1alpha1.UsageCheckpoint{}},
	}
	for path, document := range discovery(own) {
		s.HandleFunc("GET "+path+"/{$}", respond(document))
		s.HandleFunc("GET "+path, respond(document))
	}
	s.HandleFunc("GET /api/v1/{kind}", s.objects)
	s.HandleFunc("GET /apis/apps/v1/{kind}", s.objects)
	s.HandleFunc("GET /apis/batch/v1/{kind}", s.objects)
	s.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/pods", s.samples)
	s.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/nodes", func(w http.ResponseWriter, r *http.Request) {
		respond(nodeAnswer(c, time.Now()))(w, r)
	})
	newReports(c, reports).serve(s, own)
	s.checkpoints.serve(s)
	s.HandleFunc("GET /counts", func(w http.ResponseWriter, r *http.Request) { respond(s.counts())(w, r) })
	return s, nil
}

func (s *apiServer) counts() counts {
	count, bytes := s.checkpoints.size()
	s.mu.Lock()
	defer s.mu.Unlock()
	return counts{s.metrics, s.writes, count, bytes}
}

func respond(document any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		must(json.NewEncoder(w).Encode(document))
	}
}

func (s *apiServer) samples(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.metrics++
	s.answer.at(time.Now().Add(-time.Second))
	w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf")
	_, _ = w.Write(s.answer.body)
}

// objects lists a kind in pages, streams it, or watches it in silence.
func (s *apiServer) objects(w http.ResponseWriter, r *http.Request) {
	k, q := s.kind(r), r.URL.Query()
	if q.Get("watch") != "true" {
		s.page(w, k, q.Get("limit"), q.Get("continue"))
		return
	}
	w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf;stream=watch")
	if q.Get("sendInitialEvents") == "true" {
		s.stream(w, k)
	}
	flush(w)
	<-r.Context().Done()
}

// kind is the one that is asked for, in the form that is asked for.
func (s *apiServer) kind(r *http.Request) kind {
	if !strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadata") {
		return s.cluster.objects()[r.PathValue("kind")]
	}
	if k, ok := s.cluster.metadata()[r.PathValue("kind")]; ok {
		return k
	}
	return metadataOf(0, nil)
}

func (s *apiServer) page(w http.ResponseWriter, k kind, limit, from string) {
	size, err := strconv.Atoi(limit)
	if err != nil {
		size = k.count
	}
	first, _ := strconv.Atoi(from)
	var items []runtime.Object
	for i := first; i < min(first+size, k.count); i++ {
		items = append(items, k.object(i))
	}
	list := k.list.DeepCopyObject()
	must(meta.SetList(list, items))
	about, err := meta.ListAccessor(list)
	must(err)
	about.SetResourceVersion("1")
	if first+size < k.count {
		about.SetContinue(strconv.Itoa(first + size))
	}
	w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf")
	must(s.codec.Encode(list, w))
}

func (s *apiServer) stream(w http.ResponseWriter, k kind) {
	frames := protobuf.LengthDelimitedFramer.NewFrameWriter(w)
	send := func(event watch.EventType, object runtime.Object) {
		encoded, err := runtime.Encode(s.codec, object)
		must(err)
		must(s.raw.Encode(&metav1.WatchEvent{Type: string(event), Object: runtime.RawExtension{Raw: encoded}}, frames))
	}
	for i := range k.count {
		send(watch.Added, k.object(i))
	}
	end := k.object(-1)
	about, err := meta.Accessor(end)
	must(err)
	about.SetResourceVersion("1")
	about.SetAnnotations(map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	send(watch.Bookmark, end)
}

func flush(w http.ResponseWriter) { must(http.NewResponseController(w).Flush()) }

// must ends the request; the client sees a body that breaks off.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
