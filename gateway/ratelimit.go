package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/operation"
)

const codeRateLimited operation.Code = "RATE_LIMITED"

// maxCallers bounds the callers that are counted at one time. Beyond it the longest idle one is forgotten.
const maxCallers = 50_000

// limiter says whether one more request of a key may pass, and otherwise when to try again.
type limiter interface {
	allow(ctx context.Context, key string) (ok bool, retryAfter time.Duration)
}

// rateLimits are the limits on clients' requests; nil limiters limit nothing. They outlive snapshots only as far as their settings stay
// the same, because a new snapshot counts anew.
type rateLimits struct {
	global, caller limiter
	proxies        trustedProxies
	observe        *observer
	shared         *redisCounters // nil: counters in memory
}

func newRateLimits(cfg *config.Config, observe *observer, log *slog.Logger) (*rateLimits, error) {
	rl := cfg.Gateway.RateLimit
	out := &rateLimits{proxies: newTrustedProxies(cfg.Network.TrustedProxies), observe: observe}
	if rl.Storage == "redis" && (rl.Global != nil || rl.PerCaller != nil) {
		var err error
		if out.shared, err = newRedisCounters(rl.Redis, log); err != nil {
			return nil, err
		}
	}
	build := func(r *config.Rate, name string) limiter {
		if r == nil {
			return nil
		}
		local := newBuckets(*r)
		if out.shared == nil {
			return local
		}
		return &redisLimiter{out.shared, *r, name, local}
	}
	out.global, out.caller = build(rl.Global, "global"), build(rl.PerCaller, "caller")
	return out, nil
}

func (l *rateLimits) close() {
	if l.shared != nil {
		_ = l.shared.client.Close()
	}
}

// wrapGlobal counts every request, before anything else is done for it.
func (l *rateLimits) wrapGlobal(next http.Handler) http.Handler {
	if l.global == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ok, after := l.global.allow(r.Context(), ""); !ok {
			l.observe.metrics.limit("rate_limit.global")
			tooMany(w, after)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// wrapCaller counts the requests of each caller: the subject of its token, or else its address.
func (l *rateLimits) wrapCaller(next http.Handler) http.Handler {
	if l.caller == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := "address:" + l.proxies.client(r)
		if tok := callerFrom(r.Context()); tok.Authenticated() && tok.Subject != "" {
			key = "subject:" + tok.Issuer + "\x00" + tok.Subject
		}
		if ok, after := l.caller.allow(r.Context(), key); !ok {
			l.observe.metrics.limit("rate_limit.per_caller")
			tooMany(w, after)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func tooMany(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(after.Seconds())))))
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusTooManyRequests, errorBody(fault(codeRateLimited, "Too many requests, try again later.")))
}

// buckets are token buckets in memory, one for each key.
type buckets struct {
	rate  rate.Limit
	burst int

	mu   sync.Mutex
	keys map[string]*bucket
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

func newBuckets(r config.Rate) *buckets {
	return &buckets{rate: rate.Limit(float64(r.Limit) / r.Duration.Seconds()), burst: r.Limit, keys: map[string]*bucket{}}
}

func (b *buckets) allow(_ context.Context, key string) (bool, time.Duration) {
	now := time.Now()
	b.mu.Lock()
	k := b.keys[key]
	if k == nil {
		if len(b.keys) >= maxCallers {
			b.forget(now)
		}
		k = &bucket{Limiter: rate.NewLimiter(b.rate, b.burst)}
		b.keys[key] = k
	}
	k.used = now
	b.mu.Unlock()
	r := k.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return false, wait
	}
	return true, 0
}

// forget drops the keys whose buckets are full again, which is what a new bucket is, and the longest idle one when there are none.
func (b *buckets) forget(now time.Time) {
	full := time.Duration(float64(b.burst) / float64(b.rate) * float64(time.Second))
	oldest := ""
	for key, k := range b.keys {
		if now.Sub(k.used) >= full {
			delete(b.keys, key)
		} else if oldest == "" || k.used.Before(b.keys[oldest].used) {
			oldest = key
		}
	}
	if len(b.keys) >= maxCallers {
		delete(b.keys, oldest)
	}
}

// hashed makes a key of fixed length without the caller's name in it.
func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}
