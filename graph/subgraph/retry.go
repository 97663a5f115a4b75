package subgraph

import (
	"sync"
	"time"
)

// Retry says whether and how often failed queries are sent again: on network errors and the statuses 429, 502, 503 and 504, at most twice.
type Retry struct {
	Enabled bool
	// MinPerSecond is how many retries a second are allowed however few requests there are.
	MinPerSecond int
	// TTL is how long an unused retry can be used; 0 means 10 s.
	TTL time.Duration
	// Percent is the share of requests, 0 to 1, that may be retried beyond that.
	Percent float64
}

// budget keeps retries from multiplying the load on a subgraph that is down. It counts requests and retries over the last TTL, in slots of a
// tenth of it. A nil budget allows nothing.
type budget struct {
	reserve float64 // retries that may be taken in any TTL
	share   float64 // what a request adds
	slot    time.Duration

	mu      sync.Mutex
	slots   [10]float64 // what was added less what was taken
	current int64       // number of the newest slot since 1970
}

func newBudget(r Retry) *budget {
	if !r.Enabled {
		return nil
	}
	ttl := r.TTL
	if ttl <= 0 {
		ttl = 10 * time.Second
	}
	return &budget{reserve: float64(r.MinPerSecond) * ttl.Seconds(), share: r.Percent, slot: max(ttl/10, 1)}
}

// deposit counts a request.
func (b *budget) deposit() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	*b.advance() += b.share
}

// withdraw takes a retry out of the budget, if there is one.
func (b *budget) withdraw() bool {
	if b == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	slot := b.advance()
	sum := b.reserve
	for _, s := range b.slots {
		sum += s
	}
	if sum < 1 {
		return false
	}
	*slot--
	return true
}

// advance empties the slots that time has passed by, and returns the newest.
func (b *budget) advance() *float64 {
	now := time.Now().UnixNano() / int64(b.slot)
	for from := max(b.current+1, now-int64(len(b.slots))+1); from <= now; from++ {
		b.slots[from%int64(len(b.slots))] = 0
	}
	b.current = max(b.current, now)
	return &b.slots[b.current%int64(len(b.slots))]
}
