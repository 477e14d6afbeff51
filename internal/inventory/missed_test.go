package inventory

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func started(p *corev1.Pod) {
	p.Status.ContainerStatuses = []corev1.ContainerStatus{runningSince("main", metav1.NewTime(began.Time))}
}

func finished(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }

// drained are the changes of a feed in words, in their order, with those pods
// that ran marked by a star.
func drained(f *Feed) (words []string) {
	for _, c := range f.Drain(nil) {
		word := map[bool]string{true: "-", false: "+"}[c.Gone] + c.Pod.Name + " " + c.Pod.UID
		if c.Pod.Ran {
			word += "*"
		}
		words = append(words, word)
	}
	return words
}

// TestPodsThatRanUnheardOf come and go between two calls of Drain.
func TestPodsThatRanUnheardOf(t *testing.T) {
	for _, test := range []struct {
		name    string
		known   *corev1.Pod // at the call before; nil for none
		happens func(fixture)
		want    []string
	}{
		{"one that ran", nil, func(f fixture) {
			f.add("pods", podOf("shop", "job", "2"), podOf("shop", "job", "2", started), podOf("shop", "job", "2", finished))
		}, []string{"-job 2*"}},
		{"one that was deleted", nil, func(f fixture) {
			f.add("pods", podOf("shop", "job", "2", started))
			f.delete("pods", podOf("shop", "job", "2"))
		}, []string{"-job 2*"}},
		{"one that never ran", nil, func(f fixture) {
			f.add("pods", podOf("shop", "job", "2"))
			f.delete("pods", podOf("shop", "job", "2"))
		}, nil},
		{"one that is told of as pending", podOf("shop", "job", "1"), func(f fixture) {
			f.add("pods", podOf("shop", "job", "1", started), podOf("shop", "job", "1", finished))
		}, []string{"-job 1*", "-job 1"}},
		{"one that is told of as running", podOf("shop", "job", "1", started), func(f fixture) {
			f.add("pods", podOf("shop", "job", "1", started, onNode("node-2")), podOf("shop", "job", "1", finished))
		}, []string{"-job 1*"}},
		{"between two of the same name", podOf("shop", "job", "1", started), func(f fixture) {
			f.delete("pods", podOf("shop", "job", "1"))
			f.add("pods", podOf("shop", "job", "2", started), podOf("shop", "job", "3", started))
		}, []string{"-job 2*", "-job 1*", "+job 3*"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t)
			if test.known != nil {
				f.add("pods", test.known)
			}
			feed := f.Subscribe()
			feed.Drain(nil)
			test.happens(f)
			if diff := gocmp.Diff(test.want, drained(feed)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if again := drained(feed); again != nil {
				t.Errorf("told again: %v", again)
			}
		})
	}
}

// TestAFeedThatIsNotDrainedIsBounded lets more pods run and leave than it keeps.
func TestAFeedThatIsNotDrainedIsBounded(t *testing.T) {
	f := newFixture(t)
	feed := f.Subscribe()
	feed.Drain(nil)
	for i := range maxMissed + 5 {
		p := podOf("shop", "job", fmt.Sprint(i), started)
		f.add("pods", p)
		f.delete("pods", p)
	}
	if n := len(feed.Drain(nil)); n != maxMissed {
		t.Errorf("%d changes, want %d", n, maxMissed)
	}
}
