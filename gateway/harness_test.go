package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/sluice-gateway/sluice/extensions/standard"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/gateway/demo"
)

// bench is a gateway on the demo's subgraphs, over real HTTP. Between it and each subgraph stands a spy.
type bench struct {
	t      testing.TB
	g      *Gateway
	url    string
	file   string // of the configuration
	logs   *lockedBuffer
	spies  map[string]*spy
	client *http.Client
}

// benchSetup is what a bench has besides the subgraphs.
type benchSetup struct {
	auth    bool              // the subgraphs' schemas demand scopes
	top     string            // keys of no table
	network string            // lines of [network]
	config  string            // tables
	extra   map[string]string // lines of the tables of subgraphs
	files   map[string]string // beside the configuration
	sdl     func(name, sdl string) string
}

func newBench(t testing.TB, s benchSetup) *bench {
	t.Helper()
	b, err := openBench(t, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// openBench starts a bench, or returns why it does not start.
func openBench(t testing.TB, s benchSetup) (*bench, error) {
	t.Helper()
	d, err := demo.Start(context.Background(), demo.Options{Auth: s.auth})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	dir := t.TempDir()
	b := &bench{t: t, logs: &lockedBuffer{}, spies: map[string]*spy{}, file: filepath.Join(dir, "gateway.toml"), client: &http.Client{Transport: &http.Transport{}}}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n[network]\nlisten_address = \"127.0.0.1:0\"\nshutdown_timeout = \"5s\"\n%s\n", s.top, s.network)
	for _, sg := range d.Subgraphs() {
		b.spies[sg.Name] = newSpy(t, sg.URL)
		file := sg.Name + ".graphql"
		sdl := sg.SDL
		if s.sdl != nil {
			sdl = s.sdl(sg.Name, sdl)
		}
		writeFile(t, filepath.Join(dir, file), sdl)
		fmt.Fprintf(&text, "[subgraphs.%s]\nurl = %q\nschema_path = %q\n%s\n", sg.Name, b.spies[sg.Name].server.URL, file, s.extra[sg.Name])
	}
	for name, content := range s.files {
		writeFile(t, filepath.Join(dir, name), content)
	}
	writeFile(t, b.file, text.String()+s.config)
	return b, b.start()
}

func (b *bench) load() (*config.Config, error) {
	return config.Load(b.file, func(string) (string, bool) { return "", false })
}

func (b *bench) start() error {
	b.t.Helper()
	cfg, err := b.load()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if b.g, err = New(b.t.Context(), cfg, Options{Version: "test", Logger: log, Load: b.load}); err != nil {
		return err
	}
	if err := b.g.Start(b.t.Context()); err != nil {
		return err
	}
	b.url = "http://" + b.g.Address()
	b.t.Cleanup(func() {
		b.client.CloseIdleConnections()
		b.g.close()
	})
	return nil
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit changes the configuration's file.
func (b *bench) edit(old, text string) {
	b.t.Helper()
	data, err := os.ReadFile(b.file)
	if err != nil {
		b.t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		b.t.Fatalf("the configuration has no %q:\n%s", old, data)
	}
	writeFile(b.t, b.file, strings.Replace(string(data), old, text, 1))
}

// answer is an HTTP response that has been read.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request; header are pairs of names and values.
func (b *bench) do(method, path, body string, header ...string) answer {
	b.t.Helper()
	a, err := b.try(method, path, body, header...)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *bench) try(method, path, body string, header ...string) (answer, error) {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, b.url+path, content)
	if err != nil {
		return answer{}, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		switch {
		case header[i+1] == "":
			r.Header.Del(header[i])
		case header[i] == "Host":
			r.Host = header[i+1]
		default:
			r.Header.Add(header[i], header[i+1])
			if header[i] == "Content-Type" {
				r.Header["Content-Type"] = []string{header[i+1]}
			}
		}
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(data)}, err
}

// query posts a GraphQL document.
func (b *bench) query(query string, header ...string) answer {
	b.t.Helper()
	return b.do(http.MethodPost, "/graphql", bodyOf(query), header...)
}

func bodyOf(query string) string {
	data, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err)
	}
	return string(data)
}

// toolAnswer is what a tool call came to.
type toolAnswer struct {
	answer
	text    string
	isError bool
}

// tool calls an MCP tool of the endpoint at path.
func (b *bench) tool(path, name string, arguments any, header ...string) toolAnswer {
	b.t.Helper()
	args, err := json.Marshal(arguments)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.mcp(path, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, name, args), header...)
}

func (b *bench) mcp(path, body string, header ...string) toolAnswer {
	b.t.Helper()
	a := b.do(http.MethodPost, path, body, append([]string{"Accept", "application/json, text/event-stream", "Mcp-Protocol-Version", "2025-06-18"}, header...)...)
	out := toolAnswer{answer: a}
	var message struct {
		Result struct {
			Content []struct{ Text string }
			IsError bool
		}
	}
	if json.Unmarshal([]byte(a.body), &message) == nil {
		out.isError = message.Result.IsError
		for _, c := range message.Result.Content {
			out.text += c.Text + "\n"
		}
	}
	return out
}

type args map[string]any

// codeOf returns the code of the first error of a GraphQL response, "" where it has none.
func codeOf(body string) string {
	var r struct {
		Errors []struct {
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		return "no JSON: " + body
	}
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].Extensions.Code
}

// metric reads the sum of a metric's lines that contain every part.
func (b *bench) metric(name string, parts ...string) float64 {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.g.metrics.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	sum := 0.0
	for line := range strings.Lines(w.Body.String()) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if !strings.Contains(line, "{") {
			series, value, _ = strings.Cut(strings.TrimSpace(line), " ")
		}
		if at, _, _ := strings.Cut(series, "{"); at != name {
			continue
		}
		has := true
		for _, p := range parts {
			has = has && strings.Contains(series, p)
		}
		if has {
			v := 0.0
			if _, err := fmt.Sscan(value, &v); err != nil {
				b.t.Fatalf("%s: %v", line, err)
			}
			sum += v
		}
	}
	return sum
}

// spy passes requests on to a subgraph and remembers them.
type spy struct {
	server *httptest.Server

	mu       sync.Mutex
	seen     []spied
	override http.HandlerFunc // answers in the place of the subgraph
}

type spied struct {
	header http.Header
	body   string
}

func newSpy(t testing.TB, target string) *spy {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.URL = u; r.Out.Host = u.Host },
		FlushInterval: -1, Transport: transport, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	s := &spy{}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.seen = append(s.seen, spied{r.Header.Clone(), string(body)})
		override := s.override
		s.mu.Unlock()
		if override != nil {
			override(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.server.CloseClientConnections()
		s.server.Close()
		transport.CloseIdleConnections()
	})
	return s
}

// take returns what was seen since the last call.
func (s *spy) take() []spied {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

// answerWith makes the subgraph answer by h; nil ends it.
func (s *spy) answerWith(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.override = h
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
