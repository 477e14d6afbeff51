package scale

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
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

// reportKinds are by their resource.
var reportKinds = map[string]string{"usagereports": "UsageReport", "clusterusagereports": "ClusterUsageReport"}

// newReports are one over the cluster, and all others in namespaces.
func newReports(c cluster, n int) *storedReports {
	s := &storedReports{lists: map[string][]json.RawMessage{}, objects: map[string]json.RawMessage{}}
	s.add("clusterusagereports", "", "by-workload")
	for i := range n - 1 {
		s.add("usagereports", c.namespace(i%c.namespaces()), fmt.Sprint("by-workload-", i))
	}
	return s
}

const storedReport = `{"apiVersion": "usage-operator.io/v1alpha1", "kind": %q,
"metadata": {"namespace": %q, "name": %q, "uid": %q, "resourceVersion": "1", "generation": 1, "creationTimestamp": "2026-03-01T08:00:00Z"},
"spec": {"interval": "1h", "top": 20, "sortBy": {"resource": "cpu", "measure": "Usage"}, "groupBy": [{"type": "Workload"}]},
"status": {"observedGeneration": -1}}`

func (s *storedReports) add(resource, namespace, name string) {
	object := json.RawMessage(fmt.Sprintf(storedReport, reportKinds[resource], namespace, name, namespace+"/"+name))
	s.lists[resource] = append(s.lists[resource], object)
	s.objects[path.Join(resource, namespace, name)] = object
}

func (s *storedReports) serve(server *apiServer) {
	for resource := range reportKinds {
		server.HandleFunc("GET "+ourGroup+resource, s.listing(resource))
	}
	server.HandleFunc("PATCH "+ourGroup+"clusterusagereports/{name}/status", server.counted(s.patching("clusterusagereports")))
	server.HandleFunc("PATCH "+ourGroup+"namespaces/{namespace}/usagereports/{name}/status", server.counted(s.patching("usagereports")))
}

// listing lists, or watches in silence. It does not stream lists.
func (s *storedReports) listing(resource string) http.HandlerFunc {
	list := map[string]any{
		"apiVersion": "usage-operator.io/v1alpha1", "kind": reportKinds[resource] + "List",
		"metadata": map[string]any{"resourceVersion": "1"}, "items": s.lists[resource],
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
