package graph

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

func TestCacheBuildsAValueOnceForConcurrentCallers(t *testing.T) {
	c := newCache[string, int](100)
	var built atomic.Int32
	release := make(chan struct{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			v, _ := c.get("a", func() (int, int64, bool) {
				built.Add(1)
				<-release
				return 7, 10, true
			})
			if v != 7 {
				t.Errorf("got %d, want 7", v)
			}
		})
	}
	close(release)
	wg.Wait()
	if n := built.Load(); n != 1 {
		t.Errorf("built %d times, want once", n)
	}
}

func TestCacheDropsTheLeastRecentlyUsedBeyondItsBytes(t *testing.T) {
	c := newCache[string, int](100)
	put := func(k string, cost int64) { c.get(k, func() (int, int64, bool) { return 0, cost, true }) }
	put("a", 40)
	put("b", 40)
	put("a", 40) // used again
	put("c", 40)
	if got := c.keys(); !slices.Equal(got, []string{"c", "a"}) {
		t.Errorf("kept %v, want c and a", got)
	}
	put("huge", 1000)
	if got := c.keys(); !slices.Equal(got, []string{"c", "a"}) {
		t.Errorf("kept %v: a value larger than the cache must displace nothing", got)
	}
}

func TestCacheSurvivesAPanickingBuild(t *testing.T) {
	c := newCache[string, int](100)
	func() {
		defer func() { _ = recover() }()
		c.get("a", func() (int, int64, bool) { panic("broken") })
	}()
	if v, hit := c.get("a", func() (int, int64, bool) { return 3, 1, true }); v != 3 || hit {
		t.Errorf("got %d, hit %v; want a fresh 3", v, hit)
	}
}
