package jwt

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

func TestAProviderThatNeverAnsweredIsUnavailability(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	for name, misbehave := range map[string]http.HandlerFunc{
		"down":    extensionstest.Down,
		"garbage": extensionstest.Garbage,
		"huge":    extensionstest.Huge,
		"slow":    extensionstest.Slow,
		"keys that nobody can use": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(`{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"},{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"},{"kty":"new"}]}`))
		},
		"a redirect to another origin": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace(as.JWKSURL, "127.0.0.1", "localhost", 1), http.StatusFound)
		},
		"a redirect to itself": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, as.JWKSURL, http.StatusFound) },
		"too many keys": func(w http.ResponseWriter, _ *http.Request) {
			keys := make([]map[string]any, maxKeys+1)
			for i := range keys {
				keys[i] = as.Key().JWK()
			}
			json.NewEncoder(w).Encode(map[string]any{"keys": keys})
		},
	} {
		t.Run(name, func(t *testing.T) {
			as.Misbehave(misbehave)
			e := openWith(t, configFor(as, `fetch_timeout = "300ms"`))
			_, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil)))
			if err == nil || err.Status != http.StatusServiceUnavailable || err.Header.Get("Retry-After") == "" || len(err.Challenges) != 0 {
				t.Fatalf("got %v, want 503 with Retry-After and without a challenge", err)
			}
			if text := err.Error(); strings.Contains(text, "127.0.0.1") {
				t.Errorf("the answer tells of the provider: %s", text)
			}
			as.Misbehave(nil)
			if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
				t.Errorf("after it recovered: got %v, want a pass", err)
			}
		})
	}
}

func TestKeysAreKeptWhileTheProviderIsDown(t *testing.T) {
	for name, misbehave := range map[string]http.HandlerFunc{
		"down": extensionstest.Down, "garbage": extensionstest.Garbage, "huge": extensionstest.Huge,
	} {
		t.Run(name, func(t *testing.T) {
			as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
			e := openWith(t, configFor(as, "cache_size = 0\n")+"clock_skew = 0\n")
			e2 := openWith(t, strings.Replace(configFor(as, ""), `"1h"`, `"2ms"`, 1))
			for _, e := range []*extension{e, e2} {
				if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
					t.Fatal(err)
				}
			}
			as.Misbehave(misbehave)
			as.AwaitFetches(as.Fetches() + 3)
			for _, e := range []*extension{e, e2} {
				if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(map[string]any{"jti": "new"}))); err != nil {
					t.Errorf("got %v, want a pass with the keys there were", err)
				}
			}
			stranger := extensionstest.NewKey(t, "unheard-of", "ES256").Sign(t, nil, as.Claims(nil))
			if _, err := ask(t, e2, "mcp", extensionstest.Bearer(stranger)); err == nil || err.Status < 400 {
				t.Errorf("got %v, want a refusal of a key that cannot be looked up", err)
			}
		})
	}
}

func TestRotation(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	e := openWith(t, configFor(as, ""))
	old := as.Token(nil)
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(old)); err != nil {
		t.Fatal(err)
	}
	as.Rotate(extensionstest.NewKey(t, "key-2", "ES256"))
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
		t.Errorf("a token of the new key: got %v, want a pass at once", err)
	}
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(old)); err == nil {
		t.Error("a token of the withdrawn key passed, out of the cache")
	}
}

func TestRotationWithoutKeyIDs(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	as.Rotate(extensionstest.NewKey(t, "", "ES256"))
	e := openWith(t, configFor(as, ""))
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
		t.Fatal(err)
	}
	as.Rotate(extensionstest.NewKey(t, "", "ES256"))
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
		t.Errorf("a token of the new key: got %v, want a pass at once", err)
	}
}

func TestWithdrawnKeysEndAtThePoll(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	e := openWith(t, strings.Replace(configFor(as, ""), `"1h"`, `"2ms"`, 1))
	token := as.Token(nil)
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(token)); err != nil {
		t.Fatal(err)
	}
	as.Publish() // none at all
	as.AwaitFetches(as.Fetches() + 3)
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(token)); err == nil || err.Status != http.StatusUnauthorized {
		t.Errorf("got %v, want 401", err)
	}
}

func TestUnknownKeyIDsCostTheProviderLittle(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	e := openWith(t, configFor(as, ""))
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
		t.Fatal(err)
	}
	before := as.Fetches()
	stranger := extensionstest.NewKey(t, "", "ES256")
	for i := range 200 {
		forged := stranger.Sign(t, map[string]any{"kid": "k" + strconv.Itoa(i)}, as.Claims(nil))
		if _, err := ask(t, e, "mcp", extensionstest.Bearer(forged)); err == nil || err.Status != http.StatusUnauthorized {
			t.Fatalf("got %v, want 401", err)
		}
	}
	if got := as.Fetches() - before; got > refreshBurst+1 {
		t.Errorf("200 unknown key ids cost %d fetches, want at most %d", got, refreshBurst+1)
	}
}

func TestRequestsShareOneFetch(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	release := make(chan struct{})
	as.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{as.Key().JWK()}})
	})
	e := openWith(t, configFor(as, ""))
	var wg sync.WaitGroup
	var refused atomic.Int32
	for range 50 {
		token := as.Token(nil)
		wg.Go(func() {
			if _, err := ask(t, e, "mcp", extensionstest.Bearer(token)); err != nil {
				refused.Add(1)
			}
		})
	}
	as.AwaitFetches(1)
	close(release)
	wg.Wait()
	if as.Fetches() != 1 || refused.Load() != 0 {
		t.Errorf("got %d fetches and %d refusals, want 1 and 0", as.Fetches(), refused.Load())
	}
}

func TestACallerGoesAwayWhileKeysAreSlow(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	as.Misbehave(extensionstest.Slow)
	e := openWith(t, configFor(as, ""))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	token := as.Token(nil)
	go func() {
		_, err := e.verify(ctx, token, e.resources.other)
		done <- err
	}()
	as.AwaitFetches(1)
	cancel()
	err := <-done
	if err == nil || !strings.Contains(err.Error(), "not available") {
		t.Errorf("got %v, want unavailability", err)
	}
}

func TestCloseEndsAFetchThatHangs(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	as.Misbehave(extensionstest.Slow)
	e := openWith(t, configFor(as, `fetch_timeout = "1m"`))
	done := make(chan *extensions.Error, 1)
	token := as.Token(nil)
	go func() {
		_, err := ask(t, e, "mcp", extensionstest.Bearer(token))
		done <- err
	}()
	as.AwaitFetches(1)
	e.Close()
	if err := <-done; err == nil {
		t.Error("a token passed without keys")
	}
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err == nil || err.Status != http.StatusServiceUnavailable {
		t.Errorf("after Close: got %v, want 503", err)
	}
}

// TestStaleKeysAreDropped runs on a fake clock: keys outlive their provider by max_stale, and no longer.
func TestStaleKeysAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &keySource{maxStale: time.Hour, now: time.Now}
		s.keys.Store(&keySet{})
		s.fresh.Store(time.Now().UnixNano())
		time.Sleep(time.Hour)
		if s.current() == nil {
			t.Error("keys were dropped before their time")
		}
		time.Sleep(time.Second)
		if s.current() != nil {
			t.Error("stale keys are used")
		}
	})
}

// TestThrottledRefreshesComeBack runs on a fake clock.
func TestThrottledRefreshesComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &keySource{now: time.Now, ask: make(chan struct{}, 1), limiter: rate.NewLimiter(rate.Every(refreshEvery), refreshBurst)}
		allowed := func() bool {
			_, err := s.join()
			s.flight = nil // as though it had been answered
			return err == nil
		}
		for range refreshBurst {
			if !allowed() {
				t.Fatal("refused within the burst")
			}
		}
		if allowed() {
			t.Error("allowed beyond the burst")
		}
		time.Sleep(refreshEvery)
		if !allowed() {
			t.Error("refused though time went by")
		}
	})
}

func TestDiscoveryRefuses(t *testing.T) {
	var document atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/openid-configuration" {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(document.Load().(string)))
	}))
	defer server.Close()
	elsewhere := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	for name, tt := range map[string]struct {
		document string
		origins  []string
		want     string // part of the error, or empty
	}{
		"the metadata of another issuer":         {`{"issuer":"https://evil.example","jwks_uri":"{self}/k"}`, nil, "not of"},
		"an issuer that differs by a slash":      {`{"issuer":"{self}/","jwks_uri":"{self}/k"}`, nil, "not of"},
		"keys at another origin":                 {`{"issuer":"{self}","jwks_uri":"` + elsewhere.JWKSURL + `"}`, nil, "jwks_origins"},
		"no jwks_uri":                            {`{"issuer":"{self}"}`, nil, "jwks_uri"},
		"a relative jwks_uri":                    {`{"issuer":"{self}","jwks_uri":"/k"}`, nil, "jwks_uri"},
		"a jwks_uri of another scheme":           {`{"issuer":"{self}","jwks_uri":"file:///etc/passwd"}`, nil, "jwks_uri"},
		"something that is no document":          {`<html>`, nil, "not a metadata document"},
		"nothing wrong at the issuer's origin":   {`{"issuer":"{self}","jwks_uri":"{self}/k"}`, nil, ""},
		"nothing wrong at an origin that may be": {`{"issuer":"{self}","jwks_uri":"` + elsewhere.JWKSURL + `"}`, []string{elsewhere.Issuer}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			document.Store(strings.ReplaceAll(tt.document, "{self}", server.URL))
			got, err := discover(server.URL, tt.origins)(t.Context(), sameOriginClient(http.DefaultClient))
			if tt.want == "" {
				if err != nil || got == "" {
					t.Errorf("got %q, %v, want a URL", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestMetadataURLsOfAnIssuer(t *testing.T) {
	for issuer, want := range map[string]string{
		"https://a.example":         "https://a.example/.well-known/oauth-authorization-server https://a.example/.well-known/openid-configuration",
		"https://a.example/":        "https://a.example/.well-known/oauth-authorization-server https://a.example/.well-known/openid-configuration",
		"https://a.example/realm/x": "https://a.example/.well-known/oauth-authorization-server/realm/x https://a.example/.well-known/openid-configuration/realm/x https://a.example/realm/x/.well-known/openid-configuration",
	} {
		if got := strings.Join(metadataURLs(issuer), " "); got != want {
			t.Errorf("%s: got %s, want %s", issuer, got, want)
		}
	}
}

func TestTheCacheIsBoundedAndForgetsWhatExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := &keySet{}
		s := &keySource{maxStale: 24 * time.Hour, now: time.Now}
		s.keys.Store(set)
		s.fresh.Store(time.Now().UnixNano())
		c := newTokenCache(16, time.Now)
		r := &resource{}
		good := verified{source: s, keys: set, until: time.Now().Add(time.Hour)}
		for i := range 1000 {
			c.store(keyOf(strconv.Itoa(i), r), good)
			if len(c.entries) > 16 {
				t.Fatalf("the cache holds %d tokens, want at most 16", len(c.entries))
			}
		}
		if _, ok := c.load(keyOf("999", r)); !ok {
			t.Error("the token stored last is forgotten")
		}
		if _, ok := c.load(keyOf("999", &resource{})); ok {
			t.Error("a pass at one resource is a pass at another")
		}
		time.Sleep(time.Hour)
		if _, ok := c.load(keyOf("999", r)); ok {
			t.Error("an expired token passed")
		}
		good.until = time.Now().Add(time.Hour)
		c.store(keyOf("fresh", r), good)
		s.keys.Store(&keySet{})
		if _, ok := c.load(keyOf("fresh", r)); ok {
			t.Error("a token passed though the keys have changed")
		}
	})
	newTokenCache(0, time.Now).store(cacheKey{}, verified{}) // a cache of size 0 takes what comes
}
