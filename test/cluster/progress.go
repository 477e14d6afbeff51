package cluster

import (
	"fmt"
	"io"
	"sync"
)

// progress writes lines that come from steps in parallel.
type progress struct {
	mu  sync.Mutex
	out io.Writer
}

func newProgress(out io.Writer) *progress {
	if out == nil {
		out = io.Discard
	}
	return &progress{out: out}
}

// Write makes the progress an io.Writer whose calls do not mix.
func (p *progress) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(line)
}

func (p *progress) say(subject, format string, args ...any) {
	fmt.Fprintf(p, "%-24s %s\n", subject, fmt.Sprintf(format, args...))
}
