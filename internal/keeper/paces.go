package keeper

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/time/rate"
)

const (
	// pace is how many bytes a second one namespace may store without asking the
	// budget, with what is saved up of it: several times the largest checkpoint. etcd
	// keeps what is replaced for five minutes, and has room for 2 GiB by default.
	pace      = 256 << 10
	paceBurst = 8 << 20
)

// paces hold what each namespace stores at once to its pace, so that a thousand
// thresholds whose alerts never rest do not fill etcd. The zero value is ready.
type paces struct {
	mu          sync.Mutex
	byNamespace map[string]*rate.Limiter
}

// wait blocks until a namespace may store so many bytes.
func (p *paces) wait(ctx context.Context, namespace string, bytes int) error {
	if err := p.of(namespace).WaitN(ctx, min(bytes, paceBurst)); err != nil {
		return fmt.Errorf("waiting for what the namespace has stored before: %w", err)
	}
	return nil
}

func (p *paces) of(namespace string) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	limiter := p.byNamespace[namespace]
	if limiter == nil {
		if p.byNamespace == nil {
			p.byNamespace = map[string]*rate.Limiter{}
		}
		p.forget()
		limiter = rate.NewLimiter(pace, paceBurst)
		p.byNamespace[namespace] = limiter
	}
	return limiter
}

// forget drops the limiters that hold nobody back: new ones would not either.
func (p *paces) forget() {
	for namespace, limiter := range p.byNamespace {
		if limiter.Tokens() >= paceBurst {
			delete(p.byNamespace, namespace)
		}
	}
}
