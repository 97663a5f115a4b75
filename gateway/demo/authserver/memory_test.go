package authserver

import (
	"net/url"
	"testing"
	"time"
)

func TestMemoryIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	m := newMemory[int](func() time.Time { return now }, time.Minute)
	first := m.put(0)
	for i := range maxRemembered {
		m.put(i)
	}
	if _, ok := m.get(first); ok || len(m.entries) != maxRemembered || len(m.order) != maxRemembered {
		t.Errorf("%d entries, %d names, the oldest among them: %v", len(m.entries), len(m.order), ok)
	}
	last := m.put(7)
	if v, ok := m.take(last); !ok || v != 7 {
		t.Errorf("took %d %v", v, ok)
	}
	if _, ok := m.take(last); ok {
		t.Error("taken twice")
	}
	last = m.put(8)
	now = now.Add(time.Minute)
	if _, ok := m.get(last); ok {
		t.Error("remembered for too long")
	}
}

// FuzzRedirectURI: what a client registered for one address allows leads to no other host, and to no script.
func FuzzRedirectURI(f *testing.F) {
	for _, seed := range []string{
		"http://127.0.0.1:7777/callback", "http://127.0.0.1/callback", "http://127.0.0.1:1/callback?x", "http://x@127.0.0.1/callback",
		"http://127.0.0.1.evil.example/callback", "HTTP://127.0.0.1:3/callback", "javascript://127.0.0.1/%0aalert(1)", "http://[::1]/callback",
	} {
		f.Add(seed)
	}
	c := client{redirectURIs: []string{"http://127.0.0.1:7777/callback"}}
	f.Fuzz(func(t *testing.T, uri string) {
		if !c.allows(uri) {
			return
		}
		u, err := url.Parse(uri)
		if err != nil || !isRedirectURI(uri) || u.Scheme != "http" || u.Hostname() != "127.0.0.1" || u.Path != "/callback" || u.User != nil {
			t.Errorf("allowed: %q", uri)
		}
	})
}
