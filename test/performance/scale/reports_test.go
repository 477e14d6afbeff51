package scale

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const ourGroup = "/apis/usage-operator.io/v1alpha1/"

// storedReports are the reports of the API server, all by workload and of an
// hour's interval. They are written once and never change: what is written is
// accepted and forgotten.
type storedReports struct {
	// lists and objects are by resource and, for objects, namespace and name.
	lists   map[string][]json.RawMessage
	objects map[string]json.RawMessage
}

// newReports are one over the cluster, and all others in namespaces.
func newReports(c cluster, n int) *storedReports {
	s := &storedReports{lists: map[string][]json.RawMessage{}, objects: map[string]json.RawMessage{}}
	s.add("ClusterUsageReport", "clusterusagereports", "", "by-workload")
	for i := range n - 1 {
		s.add("UsageReport", "usagereports", c.namespace(i%c.namespaces()), fmt.Sprint("by-workload-", i))
	}
	return s
}

const storedReport = `{"apiVersion": "usage-operator.io/v1alpha1", "kind": %q,
"metadata": {"namespace": %q, "name": %q, "uid": %q, "resourceVersion": "1", "generation": 1, "creationTimestamp": "2026-03-01T08:00:00Z"},
"spec": {"interval": "1h", "top": 20, "sortBy": {"resource": "cpu", "measure": "Usage"}, "groupBy": [{"type": "Workload"}]},
"status": {"observedGeneration": -1}}`

func (s *storedReports) add(kind, resource, namespace, name string) {
	object := json.RawMessage(fmt.Sprintf(storedReport, kind, namespace, name, uid(resource, len(s.objects))))
	s.lists[resource] = append(s.lists[resource], object)
	s.objects[path.Join(resource, namespace, name)] = object
}

// serve also lists the kinds of which there are none.
func (s *storedReports) serve(server *apiServer, own []metav1.APIResource) {
	for _, kind := range own {
		server.HandleFunc("GET "+ourGroup+kind.Name, s.listing(kind))
	}
	server.HandleFunc("PATCH "+ourGroup+"clusterusagereports/{name}/status", server.counted(s.patching("clusterusagereports")))
	server.HandleFunc("PATCH "+ourGroup+"namespaces/{namespace}/usagereports/{name}/status", server.counted(s.patching("usagereports")))
}

// listing lists, or watches in silence. It does not stream lists.
func (s *storedReports) listing(kind metav1.APIResource) http.HandlerFunc {
	list := map[string]any{
		"apiVersion": "usage-operator.io/v1alpha1", "kind": kind.Kind + "List",
		"metadata": map[string]any{"resourceVersion": "1"}, "items": s.lists[kind.Name],
	}
	return func(w http.ResponseWriter, r *http.Request) {
		switch q := r.URL.Query(); {
		case q.Get("sendInitialEvents") == "true":
			http.Error(w, "sendInitialEvents is forbidden", http.StatusUnprocessableEntity)
		case q.Get("watch") == "true":
			w.Header().Set("Content-Type", "application/json")
			flush(w)
			<-r.Context().Done()
		default:
			respond(list)(w, r)
		}
	}
}

func (s *storedReports) patching(resource string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		object, ok := s.objects[path.Join(resource, r.PathValue("namespace"), r.PathValue("name"))]
		if !ok {
			http.NotFound(w, r)
			return
		}
		respond(object)(w, r)
	}
}

// counted counts the writes.
func (s *apiServer) counted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.writes++
		s.mu.Unlock()
		next(w, r)
	}
}
