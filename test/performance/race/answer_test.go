package race

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/client-go/kubernetes"
)

// answer is one of the Metrics API, read with nothing of the operator's own
// code.
type answer struct{ pods []podMetrics }

type podMetrics struct {
	Metadata   struct{ Namespace, Name string }
	Timestamp  time.Time
	Containers []struct{ Usage map[string]string }
}

func readAnswer(ctx context.Context, client kubernetes.Interface) (*answer, error) {
	body, err := client.Discovery().RESTClient().Get().AbsPath("/apis/metrics.k8s.io/v1beta1/pods").
		SetHeader("Accept", "application/json").DoRaw(ctx)
	if err != nil {
		return nil, err
	}
	var list struct{ Items []podMetrics }
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	return &answer{list.Items}, nil
}

// amounts are CPU and memory, by namespace.
type amounts map[string][2]int64

// exact sums nanocores and bytes.
func (a *answer) exact() amounts {
	return a.sum(func(cpu, memory *resource.Quantity) [2]int64 {
		return [2]int64{cpu.ScaledValue(resource.Nano), memory.Value()}
	})
}

// rounded sums millicores and Mi, each pod rounded as kubectl rounds it.
func (a *answer) rounded() amounts {
	return a.sum(func(cpu, memory *resource.Quantity) [2]int64 {
		return [2]int64{cpu.MilliValue(), memory.Value() >> 20}
	})
}

func (a *answer) sum(of func(cpu, memory *resource.Quantity) [2]int64) amounts {
	sums := amounts{}
	for _, p := range a.pods {
		var cpu, memory resource.Quantity
		for _, c := range p.Containers {
			cpu.Add(resource.MustParse(c.Usage["cpu"]))
			memory.Add(resource.MustParse(c.Usage["memory"]))
		}
		sum, add := sums[p.Metadata.Namespace], of(&cpu, &memory)
		sums[p.Metadata.Namespace] = [2]int64{sum[0] + add[0], sum[1] + add[1]}
	}
	return sums
}

// printed reads lines of a namespace, CPU and memory.
func printed(out string) (amounts, error) {
	sums := amounts{}
	for line := range strings.Lines(out) {
		var namespace string
		var sum [2]int64
		if _, err := fmt.Sscan(line, &namespace, &sum[0], &sum[1]); err != nil {
			return nil, fmt.Errorf("%q is not a line of sums: %w", line, err)
		}
		sums[namespace] = sum
	}
	return sums, nil
}

// attempts is how often a quiet moment between two scrapes is looked for.
const attempts = 10

var errNotQuiet = errors.New("new samples came while the contestants ran")

// sumTheSame returns an error unless both contestants sum what the Metrics API
// says.
func (c *contest) sumTheSame() error {
	config, err := c.local.RESTConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	err = errNotQuiet
	for i := 0; i < attempts && errors.Is(err, errNotQuiet); i++ {
		err = c.compare(client)
	}
	return err
}

func (c *contest) compare(client kubernetes.Interface) error {
	before, err := readAnswer(c.ctx, client)
	if err != nil {
		return err
	}
	tops, sums := c.must(c.top), c.must(c.sums)
	after, err := readAnswer(c.ctx, client)
	if err != nil {
		return err
	}
	if !cmp.Equal(before.exact(), after.exact()) {
		return errNotQuiet
	}
	return errors.Join(
		says("kubectl and awk", tops.out, after.rounded()),
		says("the program", sums.out, after.exact()),
	)
}

func says(who, out string, want amounts) error {
	got, err := printed(out)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("%s does not sum what the Metrics API says (-want +got):\n%s", who, diff)
	}
	return nil
}
