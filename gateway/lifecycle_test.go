package gateway

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sluice-gateway/sluice/gateway/config"
)

var soakTime = flag.Duration("soak", 2*time.Second, "how long the soak and chaos tests run")

func TestReloads(t *testing.T) {
	b := newBench(t, benchSetup{config: "[operation_limits]\ndepth = 5\n[trusted_documents]\nmanifests = [\"docs\"]\n", files: map[string]string{"docs/a.graphql": "query A { brands { id } }"}})
	dir := filepath.Dir(b.file)
	text, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	sdl, err := os.ReadFile(filepath.Join(dir, "products.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	replace := func(file, old, with string) func() {
		return func() {
			writeFile(t, filepath.Join(dir, file), strings.Replace(string(map[string][]byte{"gateway.toml": text, "products.graphql": sdl}[file]), old, with, 1))
		}
	}
	restore := func() {
		writeFile(t, b.file, string(text))
		writeFile(t, filepath.Join(dir, "products.graphql"), string(sdl))
		writeFile(t, filepath.Join(dir, "docs/a.graphql"), "query A { brands { id } }")
	}
	for name, c := range map[string]struct {
		change func()
		error  string // "" where the reload succeeds
	}{
		"nothing":                {func() {}, ""},
		"a limit":                {replace("gateway.toml", "depth = 5", "depth = 4"), ""},
		"broken TOML":            {replace("gateway.toml", "depth = 5", "depth = "), "TOML"},
		"an unknown key":         {replace("gateway.toml", "depth = 5", "dept = 5"), "dept"},
		"a missing file":         {replace("gateway.toml", "products.graphql", "nothing.graphql"), "nothing.graphql"},
		"a listener":             {replace("gateway.toml", "127.0.0.1:0", "127.0.0.1:1"), "takes a restart"},
		"a time of the listener": {replace("gateway.toml", "[network]", "[network]\nidle_timeout = \"1s\""), "network.idle_timeout"},
		"an exporter":            {replace("gateway.toml", "[operation_limits]", "[telemetry.exporters.otlp]\nenabled = true\n[operation_limits]"), "telemetry"},
		"a schema":               {replace("products.graphql", "type Brand @key(fields: \"id\") {", "type Brand @key(fields: \"id\") {\n  motto: String"), ""},
		"a broken schema":        {replace("products.graphql", "type Brand", "typ Brand"), "compose"},
		"a schema that clashes":  {replace("products.graphql", "brands: [Brand!]!", "brands: [Brnd!]!"), "compose"},
		"a document":             {func() { writeFile(t, filepath.Join(dir, "docs/b.graphql"), "query B { brands { name } }") }, ""},
		"a broken document":      {func() { writeFile(t, filepath.Join(dir, "docs/a.graphql"), "query A { nope }") }, "nope"},
	} {
		t.Run(name, func(t *testing.T) {
			restore()
			if err := b.g.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			before, failures := b.g.current.Load(), b.metric("sluice_reloads_total", "failed")
			c.change()
			err := b.g.Reload(t.Context())
			ready := b.do("GET", "/ready", "")
			if c.error == "" {
				if err != nil || b.g.current.Load() == before || !strings.Contains(ready.body, `"current"`) {
					t.Errorf("got %v, ready says %s", err, ready.body)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.error) || b.g.current.Load() != before || !strings.Contains(ready.body, `"stale"`) || ready.status != 200 ||
				b.metric("sluice_reloads_total", "failed") != failures+1 || b.metric("sluice_snapshot_stale") != 1 || !strings.Contains(b.logs.String(), "reload failed") {
				t.Errorf("got %v, ready says %s; want an error with %q", err, ready.body, c.error)
			}
			if a := b.query(`{brands{id}}`); codeOf(a.body) != "" {
				t.Errorf("afterwards: %s", a.body)
			}
		})
	}
}

func TestTheNewSnapshotIsWarm(t *testing.T) {
	b := newBench(t, benchSetup{})
	const query = `{brands{id products{name}}}`
	b.query(query)
	if err := b.g.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := b.metric("sluice_document_cache_total", "hit")
	_, misses := b.g.current.Load().graphs.planStats()
	b.query(query)
	if _, after := b.g.current.Load().graphs.planStats(); after != misses || b.metric("sluice_document_cache_total", "hit") != before+1 {
		t.Error("the first request after the reload had to be prepared and planned")
	}
}

func TestChangedFilesAreNoticed(t *testing.T) {
	b := newBench(t, benchSetup{config: "[operation_limits]\ndepth = 5\n"})
	b.edit("depth = 5", "depth = 2")
	for deadline := time.Now().Add(10 * time.Second); codeOf(b.query(`{brands{products{id}}}`).body) == ""; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the changed file was not noticed within ten seconds")
		}
	}
}

func TestPolledSchemas(t *testing.T) {
	b := newBench(t, benchSetup{config: "[graph]\npoll_interval = \"1s\"\n"})
	b.edit(`schema_path = "products.graphql"`, "")
	if err := b.g.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.spies["products"].answerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	wait := func(state string) {
		t.Helper()
		for deadline := time.Now().Add(15 * time.Second); !strings.Contains(b.do("GET", "/ready", "").body, state); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("readiness never said %s", state)
			}
		}
	}
	wait(`"stale"`)
	b.spies["products"].answerWith(nil)
	wait(`"current"`)
}

func TestAReloadThatFailedIsTriedAgain(t *testing.T) {
	b := newBench(t, benchSetup{config: "[operation_limits]\ndepth = 5\n"})
	b.spies["products"].answerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	b.edit(`schema_path = "products.graphql"`, "")
	if err := b.g.Reload(t.Context()); err == nil {
		t.Fatal("a reload without a subgraph's schema succeeds")
	}
	b.spies["products"].answerWith(nil)
	for deadline := time.Now().Add(15 * time.Second); b.g.failed.Load(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the reload was not tried again")
		}
	}
}

func TestRetriesAreSpaced(t *testing.T) {
	var b backoff
	now := time.Unix(1, 0)
	if !b.due(now) {
		t.Error("the first retry is not due")
	}
	for _, want := range []time.Duration{firstRetry, 2 * firstRetry, 4 * firstRetry} {
		b.note(now, true)
		if b.due(now.Add(want-1)) || !b.due(now.Add(want)) {
			t.Errorf("the retry is due after %s, want %s", b.next.Sub(now), want)
		}
	}
	for range 20 {
		b.note(now, true)
	}
	if !b.due(now.Add(lastRetry)) {
		t.Errorf("the retry waits %s", b.wait)
	}
	if b.note(now, false); !b.due(now) {
		t.Error("a success is remembered as a failure")
	}
}

func TestShutdownDoesNotWaitForAReload(t *testing.T) {
	b := newBench(t, benchSetup{})
	entered := make(chan struct{})
	b.g.opts.Supergraph = func(ctx context.Context, _ *config.Config) (string, error) {
		close(entered)
		<-ctx.Done()
		return "", ctx.Err()
	}
	reloaded := make(chan error, 1)
	go func() { reloaded <- b.g.Reload(context.Background()) }()
	<-entered
	if err := b.g.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if err := <-reloaded; !errors.Is(err, errStopping) {
		t.Errorf("the reload ended with %v", err)
	}
}

func TestDrain(t *testing.T) {
	b := newBench(t, benchSetup{})
	entered, release := make(chan struct{}), make(chan struct{})
	b.spies["products"].answerWith(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		_, _ = io.WriteString(w, `{"data":{"brands":[]}}`)
	})
	slow := make(chan answer, 1)
	go func() {
		a, err := b.try("POST", "/graphql", bodyOf(`{brands{id}}`))
		if err != nil {
			a.body = err.Error()
		}
		slow <- a
	}()
	<-entered
	events := openStream(t, b, `subscription{reviewAdded{id}}`, typeSSE)
	stopped := make(chan error, 1)
	go func() { stopped <- b.g.Shutdown(context.Background()) }()
	if rest := readAll(events); !strings.Contains(rest, "SUBSCRIPTION_ENDED") || !strings.Contains(rest, "event: complete") {
		t.Errorf("the stream ended with %q", rest)
	}
	close(release)
	if a := <-slow; a.body != `{"data":{"brands":[]}}` {
		t.Errorf("the request in flight: %d %s", a.status, a.body)
	}
	if err := <-stopped; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if _, err := b.try("GET", "/health", ""); err == nil {
		t.Error("the listener is still open")
	}
	if err := b.g.Reload(context.Background()); err == nil {
		t.Error("a stopped gateway reloads")
	}
}

func readAll(r *bufio.Reader) string {
	data, _ := io.ReadAll(r)
	return string(data)
}

func TestNothingIsLeftBehind(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	t.Run("life", func(t *testing.T) {
		b := newBench(t, benchSetup{})
		for range 3 {
			b.query(`{brands{id}}`)
			if err := b.g.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		b.client.CloseIdleConnections()
		if err := b.g.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	goleak.VerifyNone(t, ignore)
}

// load sends operations from several clients until stop is closed, and judges every answer.
func load(b *bench, stop <-chan struct{}, judge func(a answer, err error)) (sent *atomic.Int64, wait func()) {
	sent = &atomic.Int64{}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				query := bodyOf(fmt.Sprintf(`{a%d:latestReviews(first:%d){rating author{name} product{name price{amount}}}}`, (n+i)%7, 1+n%3))
				judge(b.try("POST", "/graphql", query))
				sent.Add(1)
			}
		})
	}
	return sent, wg.Wait
}

func TestSoak(t *testing.T) {
	b := newBench(t, benchSetup{config: "[operation_limits]\ndepth = 5\n[telemetry.logs]\naccess = false\n"})
	good, err := os.ReadFile(b.file)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	sent, wait := load(b, stop, func(a answer, err error) {
		if err != nil || a.status != 200 || !strings.HasPrefix(a.body, `{"data":{`) || strings.Contains(a.body, `"errors"`) {
			t.Errorf("lost: %v %d %.200s", err, a.status, a.body)
		}
	})
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	var base uint64
	goroutines := 0
	reloads := 0
	for start := time.Now(); time.Since(start) < *soakTime || reloads < 6; reloads++ {
		text := string(good)
		switch reloads % 3 {
		case 1:
			text = strings.Replace(text, "depth = 5", fmt.Sprintf("depth = %d", 5+reloads%4), 1)
		case 2:
			text = strings.Replace(text, "depth = 5", "depth = -1", 1)
		}
		writeFile(t, b.file, text)
		if err := b.g.Reload(context.Background()); (err != nil) != (reloads%3 == 2) {
			t.Fatalf("reload %d: %v", reloads, err)
		}
		if reloads == 3 {
			base, goroutines = heap(), runtime.NumGoroutine()
		}
	}
	grown, more := int64(heap())-int64(base), runtime.NumGoroutine()-goroutines
	close(stop)
	wait()
	if grown > 48<<20 || more > 60 {
		t.Errorf("after %d reloads the heap grew by %d MiB and there are %d more goroutines", reloads, grown>>20, more)
	}
	t.Logf("%d reloads, %d requests, heap %+d KiB, goroutines %+d", reloads, sent.Load(), grown>>10, more)
}

func TestChaos(t *testing.T) {
	b := newBench(t, benchSetup{config: "[gateway]\nsubgraph_timeout = \"300ms\"\ntimeout = \"2s\"\n[telemetry.logs]\naccess = false\n"})
	garbled := []string{``, `{`, `null`, `[]`, `{"data":5}`, `{"data":{"_entities":[null]}}`, `{"data":{"latestReviews":"x"}}`, `{"errors":"x"}`, "\xff\xfe", `{"data":null,"errors":[{"message":"boom"}]}`}
	trouble := []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, garbled[rand.IntN(len(garbled))])
		},
		nil, nil,
	}
	stop := make(chan struct{})
	var right, told atomic.Int64
	_, wait := load(b, stop, func(a answer, err error) {
		switch {
		case err != nil || a.status != 200 || !strings.HasPrefix(a.body, `{"data":`):
			t.Errorf("no answer: %v %d %.200s", err, a.status, a.body)
		case !strings.Contains(a.body, `"errors":[`):
			right.Add(1)
			if !strings.Contains(a.body, `"name":"`) || strings.Contains(a.body, `null`) {
				t.Errorf("a wrong answer without an error: %.300s", a.body)
			}
		case codeOf(a.body) == "" || strings.Contains(a.body, "127.0.0.1") || strings.Contains(a.body, "boom"):
			t.Errorf("an error that is not clear: %.300s", a.body)
		default:
			told.Add(1)
		}
	})
	for start := time.Now(); time.Since(start) < *soakTime; time.Sleep(20 * time.Millisecond) {
		for _, name := range []string{"accounts", "products", "reviews"} {
			b.spies[name].answerWith(trouble[rand.IntN(len(trouble))])
		}
	}
	for _, s := range b.spies {
		s.answerWith(nil)
	}
	for start := time.Now(); right.Load() == 0 && time.Since(start) < 10*time.Second; {
		time.Sleep(10 * time.Millisecond) // the troubles may have left no moment for a right answer
	}
	close(stop)
	wait()
	if a := b.query(`{latestReviews(first:1){author{name}}}`); codeOf(a.body) != "" {
		t.Errorf("afterwards: %s", a.body)
	}
	if right.Load() == 0 || told.Load() == 0 {
		t.Errorf("%d right answers, %d with errors: the test tested nothing", right.Load(), told.Load())
	}
}
