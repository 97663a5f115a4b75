package subgraph

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newClient returns a client for handler, configured by change, which may be nil.
func newClient(t *testing.T, handler http.Handler, change func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return clientFor(t, server.URL, change)
}

func clientFor(t *testing.T, url string, change func(*Config)) *Client {
	t.Helper()
	config := Config{Name: "products", URL: url}
	if change != nil {
		change(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func query(body string) *exec.Request {
	return &exec.Request{Kind: operation.Query, Body: []byte(body)}
}

// wantCode checks that err carries the code.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var fe *exec.FetchError
	if !errors.As(err, &fe) || fe.Code != code {
		t.Errorf("error is %v, want code %s", err, code)
	}
}

func TestFetchSendsBodyAndHeadersAndReturnsAnyStatus(t *testing.T) {
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if got, want := string(body), `{"query":"{a}"}`; got != want || r.ContentLength != int64(len(want)) {
			t.Errorf("body %q of length %d, want %q", got, r.ContentLength, want)
		}
		for name, want := range map[string]string{
			"Content-Type": "application/json", "X-Key": "secret", "X-Tenant": "acme",
			"Accept": "application/graphql-response+json, application/json;q=0.9",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("header %s is %q, want %q", name, got, want)
			}
		}
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, `{"data":null}`)
	}), func(c *Config) { c.Headers = http.Header{"X-Key": {"secret"}} })
	req := query(`{"query":"{a}"}`)
	req.Header = http.Header{"X-Tenant": {"acme"}, "Content-Type": {"text/plain"}}
	resp, err := c.Fetch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Release()
	if resp.Status != http.StatusTeapot || string(resp.Body.B) != `{"data":null}` {
		t.Errorf("got %d %s", resp.Status, resp.Body.B)
	}
}

func TestFetchDoesNotFollowRedirects(t *testing.T) {
	c := newClient(t, http.RedirectHandler("http://elsewhere.invalid/", http.StatusTemporaryRedirect), nil)
	resp, err := c.Fetch(t.Context(), query("{}"))
	if err != nil || resp.Status != http.StatusTemporaryRedirect {
		t.Errorf("got %v, %v, want the redirect itself", resp, err)
	}
}

func TestFetchStopsReadingAtTheCap(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"with a content length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2000")
			io.WriteString(w, strings.Repeat("x", 2000))
		},
		"chunked": func(w http.ResponseWriter, _ *http.Request) {
			for range 20 {
				io.WriteString(w, strings.Repeat("x", 100))
				w.(http.Flusher).Flush()
			}
		},
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, handler, func(c *Config) { c.MaxResponseBytes = 1000 })
			_, err := c.Fetch(t.Context(), query("{}"))
			wantCode(t, err, exec.CodeSubrequestTooLarge)
		})
	}
}

func TestFetchCountsTheCapAfterDecompression(t *testing.T) {
	handler := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("x", 100000))
		z.Close()
	}
	c := newClient(t, http.HandlerFunc(handler), func(c *Config) { c.MaxResponseBytes = 1000 })
	c.plain.gzip = true
	_, err := c.Fetch(t.Context(), query("{}"))
	wantCode(t, err, exec.CodeSubrequestTooLarge)
}

func TestFetchGivesUpAtTheEarlierOfTimeoutAndDeadline(t *testing.T) {
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	t.Run("timeout", func(t *testing.T) {
		c := newClient(t, hang, func(c *Config) { c.Timeout = 10 * time.Millisecond })
		_, err := c.Fetch(t.Context(), query("{}"))
		wantCode(t, err, exec.CodeSubrequestTimeout)
	})
	t.Run("deadline", func(t *testing.T) {
		c := newClient(t, hang, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := c.Fetch(ctx, query("{}"))
		wantCode(t, err, exec.CodeSubrequestTimeout)
	})
	t.Run("cancellation", func(t *testing.T) {
		c := newClient(t, hang, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Fetch(ctx, query("{}"))
		wantCode(t, err, exec.CodeSubrequestCanceled)
	})
}

func TestFetchSendsFailedQueriesAgainButNeverMutations(t *testing.T) {
	tests := []struct {
		name   string
		kind   operation.Kind
		retry  Retry
		status int
		drop   bool // the connection, after the request was read
		want   int32
	}{
		{name: "query on 503", kind: operation.Query, retry: Retry{Enabled: true, MinPerSecond: 10}, status: 503, want: 3},
		{name: "query on 429", kind: operation.Query, retry: Retry{Enabled: true, MinPerSecond: 10}, status: 429, want: 3},
		{name: "query on a dropped connection", kind: operation.Query, retry: Retry{Enabled: true, MinPerSecond: 10}, drop: true, want: 3},
		{name: "query on 500", kind: operation.Query, retry: Retry{Enabled: true, MinPerSecond: 10}, status: 500, want: 1},
		{name: "query without retries", kind: operation.Query, status: 503, want: 1},
		{name: "query with an empty budget", kind: operation.Query, retry: Retry{Enabled: true}, status: 503, want: 1},
		{name: "mutation on 503", kind: operation.Mutation, retry: Retry{Enabled: true, MinPerSecond: 10}, status: 503, want: 1},
		{name: "mutation on a dropped connection", kind: operation.Mutation, retry: Retry{Enabled: true, MinPerSecond: 10}, drop: true, want: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var seen atomic.Int32
			c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen.Add(1)
				io.Copy(io.Discard, r.Body)
				if tt.drop {
					conn, _, _ := w.(http.Hijacker).Hijack()
					conn.Close()
					return
				}
				w.WriteHeader(tt.status)
			}), func(c *Config) { c.Retry = tt.retry })
			req := query("{}")
			req.Kind = tt.kind
			// A key that makes HTTP clients repeat requests must not have that effect.
			req.Header = http.Header{"Idempotency-Key": {"1"}}
			resp, err := c.Fetch(t.Context(), req)
			if tt.drop {
				wantCode(t, err, exec.CodeSubrequestHTTP)
			} else if err != nil || resp.Status != tt.status {
				t.Errorf("got %v, %v", resp, err)
			}
			if seen.Load() != tt.want {
				t.Errorf("the subgraph saw %d requests, want %d", seen.Load(), tt.want)
			}
		})
	}
}

func TestMutationIsNotRepeatedOnAReusedConnection(t *testing.T) {
	var seen atomic.Int32
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if seen.Add(1) > 1 {
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		}
	}), func(c *Config) { c.Retry = Retry{Enabled: true, MinPerSecond: 10} })
	if _, err := c.Fetch(t.Context(), query("{}")); err != nil {
		t.Fatal(err)
	}
	req := query("{}")
	req.Kind = operation.Mutation
	req.Header = http.Header{"Idempotency-Key": {"1"}}
	_, err := c.Fetch(t.Context(), req)
	wantCode(t, err, exec.CodeSubrequestHTTP)
	if seen.Load() != 2 {
		t.Errorf("the mutation arrived %d times", seen.Load()-1)
	}
}

func TestFetchKeepsTheCapOnRequestsInFlight(t *testing.T) {
	var now, most atomic.Int32
	release := make(chan struct{})
	entered := make(chan struct{}, 10)
	c := newClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		entered <- struct{}{}
		<-release
		now.Add(-1)
	}), func(c *Config) { c.MaxConcurrent = 2 })
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := c.Fetch(t.Context(), query("{}")); err != nil {
				t.Error(err)
			}
		})
	}
	<-entered
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := c.Fetch(ctx, query("{}"))
	wantCode(t, err, exec.CodeSubrequestTimeout)
	close(release)
	wg.Wait()
	if most.Load() > 2 {
		t.Errorf("%d requests in flight, want at most 2", most.Load())
	}
}

func TestBodyIsNotReadAfterFetchHasReturned(t *testing.T) {
	src := &source{b: []byte("secret")}
	r := &reader{source: src}
	if n, _ := r.Read(make([]byte, 3)); n != 3 {
		t.Fatalf("read %d bytes", n)
	}
	src.detach()
	if n, err := r.Read(make([]byte, 3)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read %d bytes and %v of a body that was taken away", n, err)
	}
}

func TestBodyBelongsToTheCallerAgainAfterAnEarlyAnswer(t *testing.T) {
	c := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge) // without reading the body
	}), nil)
	req := query(strings.Repeat("x", 8<<20))
	for range 5 {
		resp, err := c.Fetch(t.Context(), req)
		if err == nil {
			resp.Body.Release()
		}
		clear(req.Body) // which the race detector would see, if the transport still read it
	}
}

func TestBudgetRefillsWithRequestsAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(Retry{Enabled: true, Percent: 0.5})
		if b.withdraw() {
			t.Error("an empty budget gave a retry")
		}
		b.deposit()
		b.deposit()
		if !b.withdraw() || b.withdraw() {
			t.Error("two requests at 50 % must allow exactly one retry")
		}
		b.deposit()
		b.deposit()
		time.Sleep(11 * time.Second)
		if b.withdraw() {
			t.Error("a retry outlived its time")
		}
		b = newBudget(Retry{Enabled: true, MinPerSecond: 1, TTL: 2 * time.Second})
		if first, second, third := b.withdraw(), b.withdraw(), b.withdraw(); !first || !second || third {
			t.Error("a reserve of one a second must allow two retries in two seconds")
		}
		time.Sleep(3 * time.Second)
		if !b.withdraw() {
			t.Error("the reserve did not come back")
		}
	})
}

func TestNewRefusesOtherURLs(t *testing.T) {
	for _, u := range []string{"", "ftp://a", "http://", "a/b", "http://a b"} {
		if _, err := New(Config{URL: u}); err == nil {
			t.Errorf("%q was taken", u)
		}
	}
}

func TestMutualTLSWithAnOwnAuthority(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) != 1 {
			t.Error("no client certificate")
		}
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	server.StartTLS()
	t.Cleanup(server.Close)

	dir := t.TempDir()
	ca, identity := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "identity.pem")
	writePEM(t, ca, pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	writeIdentity(t, identity, server.TLS.Certificates[0])

	config, err := LoadTLS(TLSFiles{Identity: identity, CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clientFor(t, server.URL, func(c *Config) { c.TLS = config }).Fetch(t.Context(), query("{}")); err != nil {
		t.Errorf("with authority and certificate: %v", err)
	}
	_, err = clientFor(t, server.URL, nil).Fetch(t.Context(), query("{}"))
	wantCode(t, err, exec.CodeSubrequestHTTP)
	if _, err := LoadTLS(TLSFiles{CA: identity + ".none"}); err == nil {
		t.Error("a missing file was taken")
	}
	writePEM(t, ca, pem.Block{Type: "NOTHING"})
	if _, err := LoadTLS(TLSFiles{CA: ca}); err == nil {
		t.Error("a file without certificates was taken")
	}
}

func writePEM(t *testing.T, path string, blocks ...pem.Block) {
	t.Helper()
	var text []byte
	for i := range blocks {
		text = append(text, pem.EncodeToMemory(&blocks[i])...)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestClientsRouteBySubgraph(t *testing.T) {
	b := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "b") }), nil)
	clients := Clients{nil, b}
	req := query("{}")
	req.Subgraph = 1
	resp, err := clients.Fetch(t.Context(), req)
	if err != nil || string(resp.Body.B) != "b" {
		t.Errorf("got %v, %v", resp, err)
	}
	for _, id := range []schema.SubgraphID{0, 2} {
		_, err = clients.Fetch(t.Context(), &exec.Request{Subgraph: id})
		wantCode(t, err, exec.CodeInternal)
	}
}

func BenchmarkFetch(b *testing.B) {
	answer := []byte(`{"data":{"a":"` + strings.Repeat("x", 4000) + `"}}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Write(answer)
	}))
	defer server.Close()
	c, err := New(Config{URL: server.URL})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	req := query(`{"query":"` + strings.Repeat("x", 600) + `"}`)
	fetch := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			resp, err := c.Fetch(b.Context(), req)
			if err != nil {
				b.Fatal(err)
			}
			resp.Body.Release()
		}
	}
	b.Run("http1", fetch)
	c.plain.close()
	c.plain = nil
	b.Run("net-http", fetch)
}
