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
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// oddSDL has what published schemas have and composition refuses.
const oddSDL = `
schema { query: QueryRoot mutation: Changes }
directive @auth(role: String!) repeatable on OBJECT | FIELD_DEFINITION
directive @key(name: String) on FIELD_DEFINITION
interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }
type QueryRoot { user(in: By): User @auth(role: "x") @key(name: "x") @unknown  user(in: By): User  search: [Hit!]  query: Query }
extend type QueryRoot { late: Int }
type Changes { rename(to: String!): User }
type User implements Named & Node @auth(role: "y") { id: ID! name: String @deprecated(reason: "no") }
type Query { x: Int }
union Hit = User | Query
input By @oneOf { id: ID name: String }
scalar Date @specifiedBy(url: "https://example.com/date")
enum Role { A @internal B @deprecated }
scalar FieldSet
`

// api is a GraphQL server that answers introspection with what it is given and everything else with one user.
type api struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func newAPI(t *testing.T, introspect func(w http.ResponseWriter, query string)) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		a.requests, a.bodies = append(a.requests, r), append(a.bodies, string(body))
		a.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(string(body), "__") && introspect != nil {
			introspect(w, string(body))
			return
		}
		_, _ = io.WriteString(w, `{"data":{"user":{"name":"Ada"}}}`)
	}))
	t.Cleanup(a.Close)
	return a
}

func openSingle(t *testing.T, s Single) (*Gateway, *bytes.Buffer, error) {
	t.Helper()
	if s.ListenAddress == "" {
		s.ListenAddress = "127.0.0.1:0"
	}
	logs := &bytes.Buffer{}
	g, err := NewSingle(t.Context(), s, Options{Logger: slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err == nil {
		t.Cleanup(g.close)
	}
	return g, logs, err
}

// call calls a tool over HTTP and returns its text.
func call(t *testing.T, g *Gateway, tool, arguments string) (text string, isError bool) {
	t.Helper()
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, tool, arguments)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Host = "127.0.0.1"
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	var answer struct {
		Result struct {
			IsError bool
			Content []struct{ Text string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Result.Content) == 0 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return answer.Result.Content[0].Text, answer.Result.IsError
}

func TestSingleServesOddSchemas(t *testing.T) {
	a := newAPI(t, nil)
	g, logs, err := openSingle(t, Single{URL: a.URL, Schema: []byte(oddSDL), Headers: []SingleHeader{{"Authorization", config.NewSecret("Bearer s3cret")}}})
	if err != nil {
		t.Fatal(err)
	}
	text, failed := call(t, g, "search", `{"keywords":["user","name"]}`)
	if failed || !strings.Contains(text, "type QueryRoot") || !strings.Contains(text, "user(in: By): User") {
		t.Errorf("search: %s", text)
	}
	if text, failed = call(t, g, "execute", `{"query":"query Q($n: String!) { user(in: {name: $n}) { name } }","variables":{"n":"Ada"}}`); failed || text != `{"data":{"user":{"name":"Ada"}}}` {
		t.Errorf("execute: %s", text)
	}
	if text, failed = call(t, g, "execute", `{"query":"mutation { rename(to: \"x\") { id } }"}`); !failed || !strings.Contains(text, "utation") {
		t.Errorf("a mutation: %s", text)
	}
	if len(a.requests) != 1 {
		t.Fatalf("the API got %d requests, want one", len(a.requests))
	}
	if got := a.requests[0].Header.Get("Authorization"); got != "Bearer s3cret" {
		t.Errorf("the API got the header %q", got)
	}
	if strings.Contains(logs.String(), "s3cret") {
		t.Error("the header is in the log")
	}
}

func TestSingleLeavesTheGraphQLEndpointOut(t *testing.T) {
	a := newAPI(t, nil)
	g, _, err := openSingle(t, Single{URL: a.URL, Schema: []byte(`type Query { a: Int }`)})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query":"{a}"}`)))
	if w.Code != http.StatusNotFound {
		t.Errorf("got status %d, want 404: any page could use the API with the headers", w.Code)
	}
}

func TestSingleAsksForTheSchema(t *testing.T) {
	const schemaJSON = `{"data":{"__schema":{"queryType":{"name":"Q"},"types":[{"kind":"OBJECT","name":"Q","fields":[{"name":"user","args":[],"type":{"kind":"OBJECT","name":"User"}}],"interfaces":[]},
		{"kind":"OBJECT","name":"User","fields":[{"name":"name","args":[],"type":{"kind":"SCALAR","name":"String"}}],"interfaces":[]},{"kind":"SCALAR","name":"String"}],"directives":[]}}}`
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, query string)
		want   string // of the error
	}{
		"a server that answers the probe": {func(w http.ResponseWriter, query string) {
			if strings.Contains(query, "Probe") {
				_, _ = io.WriteString(w, `{"data":{"type":{"fields":[]},"directive":{"fields":[]}}}`)
				return
			}
			if strings.Contains(query, "specifiedByURL") {
				_, _ = io.WriteString(w, `{"errors":[{"message":"unknown field"}]}`)
				return
			}
			_, _ = io.WriteString(w, schemaJSON)
		}, ""},
		"a server that refuses the probe": {func(w http.ResponseWriter, query string) {
			if strings.Contains(query, "Probe") {
				_, _ = io.WriteString(w, `{"errors":[{"message":"no __type here"}]}`)
				return
			}
			_, _ = io.WriteString(w, schemaJSON)
		}, ""},
		"a server that refuses introspection": {func(w http.ResponseWriter, _ string) {
			_, _ = io.WriteString(w, `{"errors":[{"message":"s3cret detail"}]}`)
		}, "--schema FILE"},
		"a server that wants credentials": {func(w http.ResponseWriter, _ string) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `go away`)
		}, "status 401"},
		"a server that tells no schema": {func(w http.ResponseWriter, _ string) {
			_, _ = io.WriteString(w, `{"data":{"__schema":{}}}`)
		}, "no __schema with a queryType"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, c.answer)
			g, _, err := openSingle(t, Single{URL: a.URL, Headers: []SingleHeader{{"X-Key", config.NewSecret("k")}}})
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("got %v, want an error that says %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range a.requests {
				if r.Header.Get("X-Key") != "k" {
					t.Error("introspection went without the header")
				}
			}
			if text, failed := call(t, g, "execute", `{"query":"{ user { name } }"}`); failed || text != `{"data":{"user":{"name":"Ada"}}}` {
				t.Errorf("execute: %s", text)
			}
		})
	}
}

func TestSingleRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		s    Single
		want string
	}{
		"an address that others reach":    {Single{URL: "http://127.0.0.1/", ListenAddress: "0.0.0.0:5000"}, "loopback"},
		"a header of the connection":      {Single{URL: "http://127.0.0.1/", Headers: []SingleHeader{{"host", config.NewSecret("x")}}}, "header Host"},
		"an address that is none":         {Single{URL: "127.0.0.1:80", Schema: []byte("type Query { a: Int }")}, "subgraphs.api.url"},
		"a schema that does not parse":    {Single{URL: "http://127.0.0.1/", Schema: []byte("type Query {")}, "schema of the API"},
		"a schema without a root":         {Single{URL: "http://127.0.0.1/", Schema: []byte("type User { a: Int }")}, "no query root"},
		"a schema with unknown types":     {Single{URL: "http://127.0.0.1/", Schema: []byte("type Query { a: Nope }")}, "Nope"},
		"JSON that is no introspection":   {Single{URL: "http://127.0.0.1/", Schema: []byte(`{"data":{}}`)}, "introspection result"},
		"a budget that holds no answer":   {Single{URL: "http://127.0.0.1/", Schema: []byte("type Query { a: Int }"), MaxTokens: config.MaxTokens{Search: 3}}, "max_tokens.search"},
		"a schema that is empty":          {Single{URL: "http://127.0.0.1/", Schema: []byte(" ")}, "no query root"},
		"a schema that is defined twice ": {Single{URL: "http://127.0.0.1/", Schema: []byte("type Query { a: Int } type Query { b: Int }")}, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := openSingle(t, c.s); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error that says %q", err, c.want)
			}
		})
	}
}

func TestSingleWarnsOfHeadersThatTravelInTheOpen(t *testing.T) {
	for address, want := range map[string]bool{"http://api.example/": true, "https://api.example/": false, "http://127.0.0.1:1/": false} {
		_, logs, err := openSingle(t, Single{URL: address, Schema: []byte("type Query { a: Int }"), Headers: []SingleHeader{{"X-Key", config.NewSecret("s3cret")}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(logs.String(), "plain http"); got != want || strings.Contains(logs.String(), "s3cret") {
			t.Errorf("%s: warned %v, want %v", address, got, want)
		}
	}
}

func TestSingleServesStdio(t *testing.T) {
	a := newAPI(t, nil)
	g, _, err := openSingle(t, Single{URL: a.URL, Schema: []byte(oddSDL), ExecuteMutations: true})
	if err != nil {
		t.Fatal(err)
	}
	in := strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
`)
	var out bytes.Buffer
	if err := g.ServeStdio(t.Context(), in, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(out.String(), `"name":"mutate"`) {
		t.Errorf("got %d lines:\n%s", len(lines), out.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, w := io.Pipe()
	defer w.Close()
	if err := g.ServeStdio(ctx, r, io.Discard); err == nil {
		t.Error("a context that ended is no error")
	}
}

// TestSingleTakesARealSchema is about a published schema of 1.2 MB.
func TestSingleTakesARealSchema(t *testing.T) {
	dir := os.Getenv("SLUICE_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	data, err := os.ReadFile(filepath.Join(dir, "search", "github.graphql"))
	if err != nil {
		t.Skip("the schema of a large public API is not here, so it was not tried")
	}
	a := newAPI(t, nil)
	start := time.Now()
	g, _, err := openSingle(t, Single{URL: a.URL, Schema: data})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("ready after %v", time.Since(start))
	text, failed := call(t, g, "search", `{"keywords":["repository","stars"]}`)
	if failed || !strings.Contains(text, "stargazerCount") {
		t.Errorf("search: %s", text)
	}
	const query = `{ node(id: "x") { id ... on Repository { name } } search(query: "x", type: REPOSITORY, first: 1) { nodes { ... on Repository { name owner { login } } } } }`
	call(t, g, "execute", fmt.Sprintf(`{"query":%q}`, query))
	if len(a.bodies) != 1 || len(a.bodies[0]) > 2*len(query) {
		t.Errorf("the API was not sent what was asked, but %d requests: %.2000s", len(a.bodies), a.bodies)
	}
}

func FuzzSingleSupergraph(f *testing.F) {
	f.Add(oddSDL)
	f.Add(documentsSDL)
	f.Fuzz(func(t *testing.T, sdl string) {
		text, err := singleSupergraph("http://127.0.0.1/", sdl)
		if err != nil {
			return
		}
		s, err := schema.Load(text)
		if err == nil && (len(s.Subgraphs) != 1 || s.Subgraphs[0].Name != singleName) {
			t.Fatalf("%d subgraphs", len(s.Subgraphs))
		}
	})
}
