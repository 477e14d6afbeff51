package poller

import (
	"context"
	"slices"
	"strings"
	"time"

	testingclock "k8s.io/utils/clock/testing"

	"github.com/usage-operator/usage-operator/internal/metricsapi"
	"github.com/usage-operator/usage-operator/internal/model"
)

// cluster is an inventory with its feed, and a metrics pipeline that scrapes
// all pods every 15 seconds. Pods run for a day already.
type cluster struct {
	clock *testingclock.FakeClock
	pods  []*model.Pod
	// unsampled pods are not in the answers, news was not drained yet.
	unsampled map[string]bool
	news      []model.Change
	drains    int
	notSynced chan struct{} // closed when synced; nil when it was from the start
	closed    bool
	// wantsTop is what the poller has said last.
	wantsTop, climbing bool
	// err fails the reads, which take some time.
	err   error
	takes time.Duration
	// during runs in each read.
	during func(ctx context.Context)
	reads  []read
	// nodes are in the answers about nodes, nodesErr fails these.
	nodes     []*model.Node
	nodesErr  error
	nodeReads []time.Duration
}

type read struct {
	at         time.Duration
	namespaces []string
}

func (c *cluster) addPod(namespace, name string) {
	p := &model.Pod{
		UID: namespace + "/" + name, Namespace: namespace, Name: name, Node: "n1",
		Containers: []model.Container{{Name: "main"}},
		Started:    []int64{start.Add(-24 * time.Hour).Unix()}, StartTime: start.Add(-24 * time.Hour).Unix(),
	}
	c.pods = append(c.pods, p)
	slices.SortFunc(c.pods, func(a, b *model.Pod) int { return strings.Compare(a.UID, b.UID) })
	c.news = append(c.news, model.Change{Pod: p})
}

func (c *cluster) addNode(name string) {
	n := &model.Node{UID: name, Name: name, Ready: true, CreationTime: start.Add(-24 * time.Hour).Unix()}
	c.nodes = append(c.nodes, n)
	c.news = append(c.news, model.Change{Node: n})
}

func (c *cluster) Drain(into []model.Change) []model.Change {
	c.drains++
	into = append(into, c.news...)
	c.news = nil
	return into
}

func (c *cluster) Close() { c.closed = true }

func (c *cluster) HasSynced() bool {
	select {
	case <-c.notSynced:
		return true
	default:
		return c.notSynced == nil
	}
}

func (c *cluster) WantTop(want bool) { c.wantsTop = want }

func (c *cluster) Climbing() bool { return c.climbing }

func (c *cluster) WaitForSync(ctx context.Context) error {
	if c.notSynced == nil {
		return nil
	}
	select {
	case <-c.notSynced:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *cluster) Read(ctx context.Context, namespaces []string, into *model.Samples) error {
	into.Reset()
	into.ReadTime = c.clock.Now()
	c.reads = append(c.reads, read{into.ReadTime.Sub(start), namespaces})
	if c.during != nil {
		c.during(ctx)
	}
	c.clock.Step(c.takes)
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.err != nil {
		return c.err
	}
	scraped := into.ReadTime.Truncate(scrapes).Add(-time.Second)
	for _, p := range c.pods {
		if c.unsampled[p.Name] || namespaces != nil && !slices.Contains(namespaces, p.Namespace) {
			continue
		}
		at := int32(len(into.Containers))
		into.Containers = append(into.Containers, model.ContainerSample{Name: "main", Usage: model.Amounts{1_000_000, 1 << 20}})
		into.Pods = append(into.Pods, model.PodSample{
			Namespace: p.Namespace, Name: p.Name, Time: scraped, Window: scrapes, First: at, Last: at + 1})
	}
	if len(into.Pods) == 0 {
		return &metricsapi.Error{Kind: metricsapi.Empty, Advice: "wait"}
	}
	return nil
}

func (c *cluster) ReadNodes(ctx context.Context, into *model.NodeSamples) error {
	into.Reset()
	into.ReadTime = c.clock.Now()
	c.nodeReads = append(c.nodeReads, into.ReadTime.Sub(start))
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.nodesErr != nil {
		return c.nodesErr
	}
	for _, n := range c.nodes {
		if !c.unsampled[n.Name] {
			into.Nodes = append(into.Nodes, model.NodeSample{Name: n.Name, Window: scrapes,
				Time: into.ReadTime.Truncate(scrapes).Add(-time.Second), Usage: model.Amounts{1_000_000, 1 << 20}})
		}
	}
	if len(into.Nodes) == 0 {
		return &metricsapi.Error{Kind: metricsapi.Empty, Advice: "wait"}
	}
	return nil
}
