package inventory

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	testingclock "k8s.io/utils/clock/testing"
)

// newFixtureOf is of some namespaces.
func newFixtureOf(t *testing.T, namespaces ...string) fixture {
	t.Helper()
	inv, err := New(&rest.Config{Host: "http://127.0.0.1:1"}, logr.Discard(), namespaces...)
	if err != nil {
		t.Fatal(err)
	}
	return fixture{inv, t}
}

// TestNamespacesAreReplacedApart: what a reflector reads of one namespace says
// nothing about another.
func TestNamespacesAreReplacedApart(t *testing.T) {
	f := newFixtureOf(t, "shop", "data")
	r := newReader(t, f.Inventory)
	f.replace("pods in shop", podOf("shop", "web", "1"), podOf("shop", "api", "2"))
	f.replace("pods in data", podOf("data", "db", "3"))
	r.expect("+data/db 3", "+shop/api 2", "+shop/web 1")
	f.replace("pods in shop", podOf("shop", "web", "1"))
	r.expect("-shop/api 2")
	f.replace("pods in shop")
	r.expect("-shop/web 1")

	hard, used := amounts{"requests.cpu": "4"}, amounts{"requests.cpu": "1"}
	f.replace("resourcequotas in shop", quotaOf("compute", "1", hard, used))
	f.replace("resourcequotas in data", quotaOf("compute", "2", hard, used, func(q *corev1.ResourceQuota) { q.Namespace = "data" }))
	r.drain()
	f.replace("resourcequotas in shop")
	if len(r.drain()) != 1 || len(f.quotas.rows) != 1 {
		t.Errorf("%d quotas are left, want that of data", len(f.quotas.rows))
	}

	f.replace("replicasets.apps in shop", metadataObject("shop", "web-1", "a", nil))
	f.replace("replicasets.apps in data", metadataObject("data", "db-1", "b", nil))
	f.replace("replicasets.apps in shop")
	if rows := f.workloads().near[0].rows; len(rows) != 1 || rows["b"] == nil {
		t.Errorf("the ReplicaSets %v are left, want that of data", rows)
	}
}

// TestNothingClusterWideIsRead where only namespaces may be seen.
func TestNothingClusterWideIsRead(t *testing.T) {
	f := newFixtureOf(t, "shop")
	for _, s := range append(f.sources, f.high...) {
		if !strings.HasSuffix(s.kind, " in shop") {
			t.Errorf("%s are read", s.kind)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	err := f.WaitForSync(ctx)
	if err == nil || !strings.Contains(err.Error(), "pods in shop") || !strings.Contains(err.Error(), "labels of namespaces") {
		t.Errorf("the error is %v, and does not name what is missing", err)
	}
}

// TestVisits reads the labels of a namespace each minute.
func TestVisits(t *testing.T) {
	f := newFixtureOf(t, "shop")
	r := newReader(t, f.Inventory)
	clock := testingclock.NewFakeClock(time.Now())
	answers := make(chan func() (*metav1.PartialObjectMetadata, error))
	visited := make(chan struct{})
	v := f.visitor
	v.clock, v.whenRead = clock, func() { visited <- struct{}{} }
	v.get = func(_ context.Context, name string) (*metav1.PartialObjectMetadata, error) {
		if name != "shop" {
			t.Errorf("%s is read", name)
		}
		return (<-answers)()
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { v.run(ctx); close(ended) }()
	visit := func(o *metav1.PartialObjectMetadata, err error) {
		answers <- func() (*metav1.PartialObjectMetadata, error) { return o, err }
		<-visited
	}
	visit(labelled("shop", map[string]string{"team": "x"}), nil)
	r.expect("+namespace shop")
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "namespaces"}, "shop", errors.New("no rights"))
	for _, step := range []struct {
		object *metav1.PartialObjectMetadata
		err    error
		want   []string
	}{
		{labelled("shop", map[string]string{"team": "x"}), nil, nil},
		{nil, forbidden, nil}, // what was known stays
		{labelled("shop", map[string]string{"team": "y"}), nil, []string{"+namespace shop"}},
		{nil, apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "shop"), []string{"-namespace shop"}},
	} {
		clock.Step(visitInterval)
		visit(step.object, step.err)
		r.expect(step.want...)
	}
	cancel()
	<-ended
}

// TestNamespacesAgainstAnAPIServer follows one of two namespaces.
func TestNamespacesAgainstAnAPIServer(t *testing.T) {
	config := apiServer(t)
	inv, err := New(config, klog.Background(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	c := cluster{t: t, client: kubernetes.NewForConfigOrDie(config), reader: newReader(t, inv)}
	for _, name := range []string{"shop", "data"} {
		must[*corev1.Namespace](t)(c.client.CoreV1().Namespaces().Create(t.Context(),
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"team": name}}}, metav1.CreateOptions{}))
	}
	c.create("data", "hidden")
	run(t, inv)
	web := c.create("shop", "web")
	c.eventually("the pod of shop", c.knows(web))
	if n := c.knownIn("data"); n != 0 || len(c.reader.nodes) != 0 {
		t.Errorf("%d pods of data and %d nodes are known", n, len(c.reader.nodes))
	}
	if got := c.reader.namespaces["shop"].Get("team"); got != "shop" || len(c.reader.namespaces) != 1 {
		t.Errorf("the namespaces are %v", c.reader.namespaces)
	}
}
