package scale

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
)

// storedCheckpoints are the checkpoints of the API server. As at a real one, a
// write names the version that it replaces.
type storedCheckpoints struct {
	mu      sync.Mutex
	objects map[string]v1alpha1.UsageCheckpoint
	writes  int
}

func (s *storedCheckpoints) serve(server *apiServer) {
	const path = ourGroup + "namespaces/{namespace}/usagecheckpoints"
	server.HandleFunc("GET "+path, s.names)
	server.HandleFunc("POST "+path, s.put)
	server.HandleFunc("GET "+path+"/{name}", s.get)
	server.HandleFunc("PUT "+path+"/{name}", s.put)
}

// names lists them all, and no more of them than that: nobody asks for more.
func (s *storedCheckpoints) names(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := metav1.PartialObjectMetadataList{TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"}}
	for name := range s.objects {
		list.Items = append(list.Items, metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	respond(list)(w, r)
}

func (s *storedCheckpoints) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	object, ok := s.objects[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	respond(object)(w, r)
}

func (s *storedCheckpoints) put(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var object v1alpha1.UsageCheckpoint
	if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if s.objects[object.Name].ResourceVersion != object.ResourceVersion {
		http.Error(w, "another version is stored", http.StatusConflict)
		return
	}
	s.writes++
	object.ResourceVersion = strconv.Itoa(s.writes)
	s.objects[object.Name] = object
	respond(object)(w, r)
}

// size is how many there are, and what they take in bytes, in base64.
func (s *storedCheckpoints) size() (count, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, object := range s.objects {
		bytes += len(object.Data)
	}
	return len(s.objects), bytes
}
