package controller

import (
	"sync"

	"github.com/usage-operator/usage-operator/api/v1alpha1"
	"github.com/usage-operator/usage-operator/internal/selection"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// plans keeps the compiled selection of each report until the selection changes,
// so that an edit of anything else keeps the report's rows. The zero value is
// ready.
type plans struct {
	mu    sync.Mutex
	plans map[types.NamespacedName]compiled
}

// selecting is an object that selects pods or nodes.
type selecting interface {
	client.Object
	Scope() string
	SelectionSpec() v1alpha1.ClusterSelection
}

type compiled struct {
	uid        types.UID
	generation int64
	selection  v1alpha1.ClusterSelection
	plan       *selection.Plan
	err        error
}

// of returns the plan of an object, which must not be changed any more.
func (p *plans) of(object selecting) (*selection.Plan, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name, wanted := client.ObjectKeyFromObject(object), object.SelectionSpec()
	c, ok := p.plans[name]
	ok = ok && c.uid == object.GetUID()
	if ok && c.generation == object.GetGeneration() {
		return c.plan, c.err
	}
	if !ok || !equality.Semantic.DeepEqual(c.selection, wanted) {
		c = compiled{uid: object.GetUID(), selection: wanted}
		c.plan, c.err = selection.Compile(object.Scope(), wanted)
	}
	c.generation = object.GetGeneration()
	if p.plans == nil {
		p.plans = map[types.NamespacedName]compiled{}
	}
	p.plans[name] = c
	return c.plan, c.err
}

func (p *plans) forget(name types.NamespacedName) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.plans, name)
}
