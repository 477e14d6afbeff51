package race

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/usage-operator/usage-operator/test/cluster"
)

// byNamespace sums the columns of "kubectl top pods -A". A number in awk is what
// a text begins with, so that "12m" is 12.
const byNamespace = `{cpu[$1] += $3; memory[$1] += $4} END {for (n in cpu) print n, cpu[n], memory[n]}`

// contest is a cluster and the contestants.
type contest struct {
	tb         testing.TB
	ctx        context.Context
	local      *cluster.Cluster
	kubectl    string
	awk        string
	sumsBinary string
}

// newContest starts a cluster that ends with the test.
func newContest(ctx context.Context, tb testing.TB, s size) *contest {
	tb.Helper()
	c := &contest{tb: tb, ctx: ctx, sumsBinary: filepath.Join(tb.TempDir(), "sums")}
	build := exec.CommandContext(ctx, "go", "build", "-o", c.sumsBinary, "../sums")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build the program: %v\n%s", err, out)
	}
	var err error
	if c.awk, err = exec.LookPath("awk"); err != nil {
		tb.Fatal(err)
	}
	c.local = startCluster(ctx, tb, s)
	if c.kubectl, err = c.local.Program("kubectl"); err != nil {
		tb.Fatal(err)
	}
	return c
}

// spent is what one contestant took.
type spent struct {
	wall time.Duration
	// kubectl and awk, or the program alone, as user and system time.
	kubectl, awk, program time.Duration
	out                   string
}

func (s spent) cpu() time.Duration { return s.kubectl + s.awk + s.program }

// top runs kubectl and awk, connected by a pipe as a shell would.
func (c *contest) top() (spent, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return spent{}, err
	}
	kubectl := c.command(c.kubectl, "top", "pods", "-A", "--no-headers", "--kubeconfig", c.local.Kubeconfig())
	awk := c.command(c.awk, byNamespace)
	var out bytes.Buffer
	kubectl.Stdout, awk.Stdin, awk.Stdout = w, r, &out
	begin := time.Now()
	err = kubectl.Start()
	w.Close()
	if err == nil {
		err = awk.Start()
	}
	r.Close()
	if err != nil {
		return spent{}, err
	}
	for _, p := range []*exec.Cmd{kubectl, awk} {
		if failed := p.Wait(); failed != nil && err == nil {
			err = fmt.Errorf("%s: %w: %s", p.Path, failed, p.Stderr)
		}
	}
	return spent{wall: time.Since(begin), kubectl: processor(kubectl), awk: processor(awk), out: out.String()}, err
}

// sums runs the project's own program.
func (c *contest) sums() (spent, error) {
	p := c.command(c.sumsBinary, "--kubeconfig", c.local.Kubeconfig())
	var out bytes.Buffer
	p.Stdout = &out
	begin := time.Now()
	if err := p.Run(); err != nil {
		return spent{}, fmt.Errorf("%s: %w: %s", p.Path, err, p.Stderr)
	}
	return spent{wall: time.Since(begin), program: processor(p), out: out.String()}, nil
}

// command sees nothing of the user's environment. Its home is the cluster's, so
// that kubectl keeps there what it learned of the API, as on a user's machine.
func (c *contest) command(path string, args ...string) *exec.Cmd {
	p := exec.CommandContext(c.ctx, path, args...)
	p.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(filepath.Dir(c.local.Kubeconfig()), "home")}
	p.Stderr = new(bytes.Buffer)
	return p
}

func (c *contest) must(run func() (spent, error)) spent {
	s, err := run()
	if err != nil {
		c.tb.Fatal(err)
	}
	return s
}

func processor(p *exec.Cmd) time.Duration {
	return p.ProcessState.UserTime() + p.ProcessState.SystemTime()
}

func medians(all []spent) spent {
	return spent{
		wall:    median(all, func(s spent) time.Duration { return s.wall }),
		kubectl: median(all, func(s spent) time.Duration { return s.kubectl }),
		awk:     median(all, func(s spent) time.Duration { return s.awk }),
		program: median(all, func(s spent) time.Duration { return s.program }),
	}
}

func median(all []spent, of func(spent) time.Duration) time.Duration {
	var values []time.Duration
	for _, s := range all {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
