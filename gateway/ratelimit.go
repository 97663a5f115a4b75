package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
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
		key := "address:" + networkOf(l.proxies.client(r))
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

// networkOf returns the part of an address that one client cannot change at will: all of an IPv4 address, and the /64 of an IPv6 one, which
// is what a single host is given (RFC 6177 §2).
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
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
	keys *recent[*rate.Limiter]
}

func newBuckets(r config.Rate) *buckets {
	return &buckets{rate: rate.Limit(float64(r.Limit) / r.Duration.Seconds()), burst: r.Limit, keys: newRecent[*rate.Limiter](maxCallers)}
}

func (b *buckets) allow(_ context.Context, key string) (bool, time.Duration) {
	now := time.Now()
	b.mu.Lock()
	k := b.keys.get(key, func() *rate.Limiter { return rate.NewLimiter(b.rate, b.burst) })
	b.mu.Unlock()
	r := k.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return false, wait
	}
	return true, 0
}

// hashed makes a key of fixed length without the caller's name in it.
func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}
