package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/test/stage"
)

// TestSamples lets the Metrics API answer otherwise than it should.
func TestSamples(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1, stage.Options{})
	s.drill(t, s.samplesAreLate())
	s.drill(t, s.samplesBreakOff())
	s.drill(t, s.samplesAreNone())
	s.drill(t, s.samplesAreFew())
	s.drill(t, s.samplesGoBack())
	s.drill(t, s.nodeVanishes())
}

// answerMetrics lets a function answer in place of the Metrics API.
func (s *scene) answerMetrics(f func(w http.ResponseWriter, r *http.Request)) {
	s.Proxy.Inject(func(w http.ResponseWriter, r *http.Request) bool {
		if !stage.IsMetrics(r) {
			return false
		}
		f(w, r)
		return true
	})
}

// samplesAreLate: each answer takes three resolutions.
func (s *scene) samplesAreLate() fault {
	return fault{
		name: "slow metrics", rounds: *rounds,
		begin: func(*testing.T, int) {
			s.answerMetrics(func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-time.After(3 * stage.Resolution):
					s.Proxy.Forward(w, r)
				case <-r.Context().Done():
				}
			})
		},
		meanwhile: func(t *testing.T) { s.goesOn(t, s.shop, s.aside) },
		end:       s.mends,
	}
}

// samplesBreakOff: of each answer comes a half.
func (s *scene) samplesBreakOff() fault {
	return fault{
		name: "truncated metrics", rounds: *rounds,
		begin: func(*testing.T, int) {
			s.answerMetrics(func(w http.ResponseWriter, r *http.Request) {
				whole := s.sampled(r)
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(whole[:len(whole)/2])
			})
		},
		meanwhile: s.isBlind,
		end:       s.mends,
	}
}

// samplesAreNone: the list is there and has no items.
func (s *scene) samplesAreNone() fault {
	return fault{
		name: "empty list of metrics", rounds: *rounds,
		begin:     func(*testing.T, int) { s.keepSamples(func(*metrics.PodMetrics) bool { return false }) },
		meanwhile: s.isBlind,
		end:       s.mends,
	}
}

// samplesAreFew: the list lacks a tenant.
func (s *scene) samplesAreFew() fault {
	return fault{
		name: "partial list of metrics", rounds: *rounds,
		begin: func(*testing.T, int) {
			s.keepSamples(func(m *metrics.PodMetrics) bool { return m.Namespace != s.shop.name })
		},
		meanwhile: func(t *testing.T) {
			s.goesOn(t, s.aside)
			s.staysSilent(t, s.shop)
			s.await(t, "what is missing is named", func(ctx context.Context) error { return s.isMissed(ctx, s.shop) })
		},
		end: s.mends,
	}
}

// samplesGoBack: the clock of the Metrics API is set back, and forward again.
func (s *scene) samplesGoBack() fault {
	set := func(by time.Duration) { s.Metrics.SetClock(func() time.Time { return time.Now().Add(by) }) }
	return fault{
		name: "timestamps go back", rounds: *rounds,
		begin:     func(*testing.T, int) { set(-10 * time.Minute) },
		meanwhile: func(t *testing.T) { s.goesOn(t, s.shop, s.aside) },
		end:       func(*testing.T, int) { set(0) },
	}
}

// nodeVanishes: one is deleted, and nobody samples its pods any more.
func (s *scene) nodeVanishes() fault {
	return fault{
		name: "nodes vanish", rounds: *rounds,
		begin: func(t *testing.T, _ int) {
			if err := s.API.Delete(t.Context(), stage.Node("node-1")); err != nil {
				t.Fatal(err)
			}
			s.keepSamples(func(m *metrics.PodMetrics) bool { return m.Namespace != s.shop.name })
		},
		meanwhile: func(t *testing.T) {
			s.goesOn(t, s.aside)
			s.staysSilent(t, s.shop)
			s.await(t, "the node is named", func(ctx context.Context) error { return s.isMissed(ctx, s.shop) })
		},
		end: func(t *testing.T, round int) {
			s.Create(t, stage.Node("node-1"))
			s.mends(t, round)
		},
	}
}

// sampled is what the Metrics API answers.
func (s *scene) sampled(r *http.Request) []byte {
	answer := httptest.NewRecorder()
	s.Proxy.Forward(answer, r)
	return answer.Body.Bytes()
}

// keepSamples lets the Metrics API answer with some samples only.
func (s *scene) keepSamples(keeps func(*metrics.PodMetrics) bool) {
	s.answerMetrics(func(w http.ResponseWriter, r *http.Request) {
		var list metrics.PodMetricsList
		if err := json.Unmarshal(s.sampled(r), &list); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		list.Items = slices.DeleteFunc(list.Items, func(m metrics.PodMetrics) bool { return !keeps(&m) })
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(list)
	})
}

// isBlind wants nothing to be told, and the statuses to say why and to keep their
// numbers.
func (s *scene) isBlind(t *testing.T) {
	t.Helper()
	s.staysSilent(t, s.shop, s.aside)
	s.await(t, "the statuses say so", func(ctx context.Context) error {
		for _, n := range []*tenant{s.shop, s.aside} {
			if err := s.API.Get(ctx, client.ObjectKeyFromObject(n.report), n.report); err != nil {
				return err
			}
			status := &n.report.Status
			if status.Total == nil || hasCondition(status.Conditions, v1alpha1.ConditionMetricsAvailable) {
				return fmt.Errorf("the report of %s shows %+v", n.name, status)
			}
		}
		return nil
	})
}

// isMissed wants the report of a tenant, all of whose samples are missing, to say so and
// to keep its numbers, and that of the cluster to name the node that they are missing of.
func (s *scene) isMissed(ctx context.Context, n *tenant) error {
	for _, r := range []v1alpha1.ReportObject{n.report, s.report} {
		if err := s.API.Get(ctx, client.ObjectKeyFromObject(r), r); err != nil {
			return err
		}
	}
	if status := &n.report.Status; status.Total == nil || hasCondition(status.Conditions, v1alpha1.ConditionReady) {
		return fmt.Errorf("the report of %s shows %+v", n.name, status)
	}
	want := v1alpha1.MissingSample{Node: n.pods[0].Spec.NodeName, Pods: podsEach, Reason: v1alpha1.MissingNodeLost}
	if c := s.report.Status.Coverage; c == nil || c.Percent != 50 || !slices.Contains(c.Missing, want) {
		return fmt.Errorf("the coverage of the cluster is %+v", c)
	}
	return nil
}
