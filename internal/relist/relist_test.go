package relist

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
)

var errRefused = errors.New("connection refused")

// server fails until a time, by what it is asked.
type server struct {
	up    time.Time
	fails error
	asked []time.Time
	// watches are all that were begun, the last of which is open.
	watches []*watch.FakeWatcher
	list    corev1.PodList
}

func (s *server) answer() error {
	s.asked = append(s.asked, time.Now())
	if time.Now().Before(s.up) {
		return s.fails
	}
	return nil
}

func (s *server) source() cache.ListerWatcher {
	return &cache.ListWatch{
		ListWithContextFunc: func(context.Context, metav1.ListOptions) (runtime.Object, error) {
			if err := s.answer(); err != nil {
				return nil, err
			}
			return s.list.DeepCopy(), nil
		},
		WatchFuncWithContext: func(_ context.Context, o metav1.ListOptions) (watch.Interface, error) {
			if o.SendInitialEvents != nil {
				return nil, apierrors.NewInvalid(schema.GroupKind{}, "", nil)
			}
			if err := s.answer(); err != nil {
				return nil, err
			}
			w := watch.NewFake()
			s.watches = append(s.watches, w)
			return w, nil
		},
	}
}

func (s *server) fail(d time.Duration, err error) {
	s.asked, s.up, s.fails = nil, time.Now().Add(d), err
}

func (s *server) patient() *patient {
	return &patient{from: cache.ToListerWatcherWithContext(s.source()), clock: clock.RealClock{}, log: logr.Discard()}
}

// TestInsist: whatever can pass is tried again, at a pace that neither floods the
// server nor is long after its return.
func TestInsist(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	for name, err := range map[string]error{
		"refused":   errRefused,
		"busy":      apierrors.NewTooManyRequests("", 1),
		"broken":    apierrors.NewInternalError(errRefused),
		"slow":      apierrors.NewTimeoutError("etcd", 1),
		"starting":  apierrors.NewServiceUnavailable(""),
		"conflict":  apierrors.NewConflict(pods, "", nil),
		"gone":      apierrors.NewNotFound(pods, ""), // the kind, for a while
		"forbidden": apierrors.NewForbidden(pods, "", nil),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const outage = 10 * time.Minute
				s := &server{}
				s.fail(outage, err)
				begin := time.Now()
				if _, err := s.patient().ListWithContext(t.Context(), metav1.ListOptions{}); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begin); took > outage+longestPause*3/2 {
					t.Errorf("it took %s", took)
				}
				if n := len(s.asked); n < int(outage/longestPause)/2 || n > int(outage/longestPause)+10 {
					t.Errorf("it asked %d times", n)
				}
			})
		})
	}
}

// TestFinal: what the reflector has an answer to is returned at once, and what was
// stopped as well.
func TestFinal(t *testing.T) {
	tooLarge := apierrors.NewTimeoutError("Too large resource version", 1)
	tooLarge.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: metav1.CauseTypeResourceVersionTooLarge}}
	for name, err := range map[string]error{
		"expired":   apierrors.NewResourceExpired(""),
		"invalid":   apierrors.NewInvalid(schema.GroupKind{}, "", nil),
		"bad":       apierrors.NewBadRequest(""),
		"too large": tooLarge,
		"of old":    &apierrors.StatusError{ErrStatus: metav1.Status{Status: metav1.StatusFailure, Code: http.StatusGone, Reason: metav1.StatusReasonExpired}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				s.fail(time.Hour, err)
				if _, got := s.patient().WatchWithContext(t.Context(), metav1.ListOptions{}); !errors.Is(got, err) || len(s.asked) != 1 {
					t.Errorf("it asked %d times, and returned %v", len(s.asked), got)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		s.fail(time.Hour, errRefused)
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		begin := time.Now()
		if _, err := s.patient().ListWithContext(ctx, metav1.ListOptions{}); !errors.Is(err, errRefused) || time.Since(begin) > time.Minute {
			t.Errorf("it returned %v after %s", err, time.Since(begin))
		}
	})
}

// broken is what a watch says whose connection is lost.
var broken = apierrors.NewInternalError(errRefused).Status()

// TestInformer: after each of many outages an informer knows what is new within
// seconds, where client-go's own takes up to a minute.
func TestInformer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{list: corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: "1"}}}
		informer := Informer(clock.RealClock{}, logr.Discard())(s.source(), &corev1.Pod{}, 0, cache.Indexers{})
		go informer.RunWithContext(t.Context())
		synctest.Wait()
		for round := range 20 {
			<-time.After(2 * time.Second)
			s.fail(5*time.Second, errRefused)
			if open := s.watches[len(s.watches)-1]; round%3 == 0 {
				open.Stop()
			} else {
				open.Error(&broken)
			}
			<-time.After(5*time.Second + longestPause*3/2)
			synctest.Wait()
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "new", ResourceVersion: "2"}}
			if round%2 == 0 {
				s.watches[len(s.watches)-1].Add(pod)
			} else {
				s.watches[len(s.watches)-1].Delete(pod)
			}
			synctest.Wait()
			if n := len(informer.GetStore().List()); n != 1-round%2 {
				t.Fatalf("after outage %d it knows %d pods", round, n)
			}
		}
	})
}

// TestEndOfWatch: what is final is told, what breaks just ends, and who is stopped leaves
// nothing behind.
func TestEndOfWatch(t *testing.T) {
	expired := apierrors.NewResourceExpired("").Status()
	for name, row := range map[string]struct {
		status metav1.Status
		told   bool
	}{"expired": {expired, true}, "broken": {broken, false}} {
		t.Run(name, func(t *testing.T) {
			from := watch.NewFake()
			w := endQuietly(from)
			go from.Error(&row.status)
			if event, told := <-w.ResultChan(); told != row.told || told && event.Type != watch.Error {
				t.Errorf("it tells %v", event)
			}
			w.Stop()
		})
	}
	synctest.Test(t, func(t *testing.T) { // which fails where a goroutine stays
		from := watch.NewFakeWithChanSize(1, false)
		w := endQuietly(from)
		from.Add(&corev1.Pod{})
		synctest.Wait()
		w.Stop()
		w.Stop()
		if _, more := <-w.ResultChan(); more {
			t.Log("the event was on its way")
		}
	})
}
