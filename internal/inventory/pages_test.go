package inventory

import (
	"context"
	"errors"
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// pagedServer serves pages of one pod each and notes what it was asked.
type pagedServer struct {
	pages int
	fail  func(request int) error
	asked []string
}

func (s *pagedServer) page(_ context.Context, o metav1.ListOptions) (runtime.Object, error) {
	s.asked = append(s.asked, fmt.Sprintf("limit=%d continue=%s version=%s match=%s", o.Limit, o.Continue, o.ResourceVersion, o.ResourceVersionMatch))
	if s.fail != nil {
		if err := s.fail(len(s.asked)); err != nil {
			return nil, err
		}
	}
	at := 0
	if o.Continue != "" {
		if _, err := fmt.Sscan(o.Continue, &at); err != nil {
			return nil, err
		}
	}
	list := &corev1.PodList{Items: []corev1.Pod{*podOf("shop", fmt.Sprint("web-", at), fmt.Sprint(at))}}
	list.ResourceVersion = "77"
	if at++; at < s.pages {
		list.Continue = fmt.Sprint(at)
	}
	return list, nil
}

func (s *pagedServer) list(t *testing.T, o metav1.ListOptions) ([]string, error) {
	t.Helper()
	list, err := listCompact(t.Context(), o, s.page, newFixture(t).store("pods").compact)
	if err != nil {
		return nil, err
	}
	if l, err := meta.ListAccessor(list); err != nil || l.GetResourceVersion() != "77" || l.GetContinue() != "" {
		t.Errorf("list %+v: %v", l, err)
	}
	items, err := meta.ExtractListWithAlloc(list)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range items {
		o, err := meta.Accessor(i)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, o.GetName())
	}
	return names, nil
}

func TestListsArePaged(t *testing.T) {
	s := &pagedServer{pages: 3}
	// As a reflector asks at first, which would have the server ignore a limit.
	names, err := s.list(t, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]string{"web-0", "web-1", "web-2"}, names); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	want := []string{"limit=500 continue= version= match=", "limit=500 continue=1 version= match=", "limit=500 continue=2 version= match="}
	if diff := gocmp.Diff(want, s.asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAnExactStateIsListedAsAsked(t *testing.T) {
	s := &pagedServer{pages: 2}
	if _, err := s.list(t, metav1.ListOptions{ResourceVersion: "5", ResourceVersionMatch: metav1.ResourceVersionMatchExact}); err != nil {
		t.Fatal(err)
	}
	want := []string{"limit=500 continue= version=5 match=Exact", "limit=500 continue=1 version= match="}
	if diff := gocmp.Diff(want, s.asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAnExpiredListBeginsAnew(t *testing.T) {
	s := &pagedServer{pages: 3, fail: func(request int) error {
		if request == 3 {
			return apierrors.NewResourceExpired("the state is gone")
		}
		return nil
	}}
	names, err := s.list(t, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]string{"web-0", "web-1", "web-2"}, names); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestAListThatKeepsFailingIsGivenUp(t *testing.T) {
	for _, test := range []struct {
		name     string
		err      error
		requests int
	}{
		{"expired", apierrors.NewResourceExpired("the state is gone"), 1 + maxRestarts},
		{"forbidden", apierrors.NewForbidden(corev1.Resource("pods"), "", errors.New("no")), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &pagedServer{pages: 1, fail: func(int) error { return test.err }}
			if _, err := s.list(t, metav1.ListOptions{}); !errors.Is(err, test.err) {
				t.Errorf("got %v, want %v", err, test.err)
			}
			if len(s.asked) != test.requests {
				t.Errorf("%d requests, want %d", len(s.asked), test.requests)
			}
		})
	}
}
