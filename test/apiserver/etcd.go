package apiserver

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// filler is a prefix of keys in etcd that the API server does not look at.
const filler = "/filler/"

// FillEtcd writes until etcd takes nothing more and raises its alarm NOSPACE. It
// wants a quota that is small.
func (s *Server) FillEtcd(t testing.TB) {
	t.Helper()
	const most, size = 1000, 1 << 20
	value := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{'x'}, size))
	for i := range most {
		_, err := s.etcd("kv/put", map[string]any{"key": encoded(fmt.Sprint(filler, i)), "value": value})
		if err != nil {
			if !strings.Contains(err.Error(), "space exceeded") {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("etcd takes %d MiB: it has no quota", most)
}

// EmptyEtcd takes back what filled etcd, as its administrator does: delete, compact,
// defragment, and end the alarm.
func (s *Server) EmptyEtcd(t testing.TB) {
	t.Helper()
	answer := s.mustEtcd(t, "kv/deleterange", map[string]any{"key": encoded(filler), "range_end": encoded(filler + "~")})
	s.mustEtcd(t, "kv/compaction", map[string]any{"revision": answer.Header.Revision, "physical": true})
	s.mustEtcd(t, "maintenance/defragment", map[string]any{})
	raised := s.mustEtcd(t, "maintenance/alarm", map[string]any{"action": "GET", "alarm": "NOSPACE"})
	for _, a := range raised.Alarms {
		s.mustEtcd(t, "maintenance/alarm", map[string]any{"action": "DEACTIVATE", "alarm": "NOSPACE", "memberID": a.MemberID})
	}
}

func encoded(key string) string { return base64.StdEncoding.EncodeToString([]byte(key)) }

// etcdAnswer is what answers of etcd have.
type etcdAnswer struct {
	Header struct {
		Revision string `json:"revision"`
	} `json:"header"`
	// Alarms are those that are raised, by the members of etcd.
	Alarms []struct {
		MemberID string `json:"memberID"`
	} `json:"alarms"`
}

func (s *Server) mustEtcd(t testing.TB, method string, request map[string]any) *etcdAnswer {
	t.Helper()
	answer, err := s.etcd(method, request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// etcd calls a method of etcd through its JSON gateway.
func (s *Server) etcd(method string, request map[string]any) (*etcdAnswer, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	url := s.environment.ControlPlane.Etcd.URL.String() + "/v3/" + method
	answer, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("etcd answers %s with %s: %s", method, answer.Status, text)
	}
	decoded := &etcdAnswer{}
	return decoded, json.Unmarshal(text, decoded)
}
