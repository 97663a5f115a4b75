package graph

import (
	"container/list"
	"sync"
)

// cache is a map bounded by the bytes that its values hold, with the least recently used leaving first. A value is built once,
// however many callers ask for it at the same time.
type cache[K comparable, V any] struct {
	mu      sync.Mutex
	max     int64 // bytes
	size    int64
	entries map[K]*list.Element // of *cached[K, V]
	recent  *list.List          // most recently used first

	hits, misses uint64
}

type cached[K comparable, V any] struct {
	key   K
	done  chan struct{} // closed when value and cost are set
	value V
	cost  int64
}

func newCache[K comparable, V any](maxBytes int64) *cache[K, V] {
	return &cache[K, V]{max: maxBytes, entries: map[K]*list.Element{}, recent: list.New()}
}

// get returns the value of key, from build if it is not there. build tells the bytes that the value holds, and whether it may be kept.
// hit is false for the caller who built it.
func (c *cache[K, V]) get(key K, build func() (value V, cost int64, keep bool)) (value V, hit bool) {
	c.mu.Lock()
	if el, ok := c.entries[key]; ok {
		c.recent.MoveToFront(el)
		c.hits++
		c.mu.Unlock()
		e := el.Value.(*cached[K, V])
		<-e.done
		return e.value, true
	}
	c.misses++
	e := &cached[K, V]{key: key, done: make(chan struct{})}
	el := c.recent.PushFront(e)
	c.entries[key] = el
	c.mu.Unlock()

	keep := false
	defer func() { // also when build panics: nobody may wait for ever
		c.mu.Lock()
		defer c.mu.Unlock()
		if keep && e.cost <= c.max {
			c.size += e.cost
			c.evict()
		} else {
			c.remove(el)
			e.cost = 0
		}
		close(e.done)
	}()
	e.value, e.cost, keep = build()
	return e.value, false
}

// evict removes finished entries, the least recently used first, until the bound holds.
func (c *cache[K, V]) evict() {
	for el := c.recent.Back(); el != nil && c.size > c.max; {
		prev := el.Prev()
		if e := el.Value.(*cached[K, V]); e.cost > 0 {
			c.size -= e.cost
			c.remove(el)
		}
		el = prev
	}
}

func (c *cache[K, V]) remove(el *list.Element) {
	c.recent.Remove(el)
	delete(c.entries, el.Value.(*cached[K, V]).key)
}

// keys returns the keys of all finished entries, most recently used first.
func (c *cache[K, V]) keys() []K {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []K
	for el := c.recent.Front(); el != nil; el = el.Next() {
		if e := el.Value.(*cached[K, V]); e.cost > 0 {
			out = append(out, e.key)
		}
	}
	return out
}

// stats returns how often a value was there, and how often it had to be built.
func (c *cache[K, V]) stats() (hits, misses uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits, c.misses
}
