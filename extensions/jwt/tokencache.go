package jwt

import (
	"crypto/sha256"
	"sync"
	"time"
)

// tokenCache remembers verified tokens by their hash, so that a caller's signature is computed once and not at every
// request. It holds no token. It is safe for concurrent use; a nil cache remembers nothing.
//
// Invariant: what it returns would verify again: the token is not expired, and its issuer's key set is the one that it
// was verified with.
type tokenCache struct {
	limit int
	now   func() time.Time

	mu      sync.RWMutex
	entries map[cacheKey]verified
}

// cacheKey tells the resources apart, because they may have audiences of their own.
type cacheKey struct {
	token    [sha256.Size]byte
	resource *resource
}

func keyOf(raw string, r *resource) cacheKey {
	return cacheKey{token: sha256.Sum256([]byte(raw)), resource: r}
}

func newTokenCache(limit int, now func() time.Time) *tokenCache {
	if limit == 0 {
		return nil
	}
	return &tokenCache{limit: limit, now: now, entries: map[cacheKey]verified{}}
}

// load returns what is remembered and still good.
func (c *tokenCache) load(k cacheKey) (verified, bool) {
	if c == nil {
		return verified{}, false
	}
	c.mu.RLock()
	v, ok := c.entries[k]
	c.mu.RUnlock()
	return v, ok && c.good(v)
}

func (c *tokenCache) good(v verified) bool {
	return c.now().Before(v.until) && v.source.current() == v.keys
}

// store remembers a token. When the cache is full, what is no longer good goes, and if that is nothing, a few others do.
func (c *tokenCache) store(k cacheKey, v verified) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.limit {
		c.evict()
	}
	c.entries[k] = v
}

// evict frees an eighth of the cache, so that a full cache is not swept at every store.
func (c *tokenCache) evict() {
	for k, v := range c.entries {
		if !c.good(v) {
			delete(c.entries, k)
		}
	}
	for k := range c.entries { // in Go's random order
		if len(c.entries) <= c.limit-c.limit/8-1 {
			return
		}
		delete(c.entries, k)
	}
}
