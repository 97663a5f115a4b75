package exec

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/operation"
)

var update = flag.Bool("update", false, "write what is sent and answered into the goldens")

// golden is a scenario: testdata/PLAN/NAME.txtar runs the plan of that name over HTTP. After the prose come options.json and variables.json, both
// optional, then "request SUBGRAPH" and "response SUBGRAPH [STATUS]" in the order in which the subgraph sees them, and response.json.
type golden struct {
	archive   *txtar.Archive
	responses map[string][]answer

	mu       sync.Mutex
	requests map[string][]string
}

type answer struct {
	status int
	body   []byte
}

func (g *golden) file(name string) *txtar.File {
	for i := range g.archive.Files {
		if g.archive.Files[i].Name == name {
			return &g.archive.Files[i]
		}
	}
	return nil
}

func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txtar")
		t.Run(name, func(t *testing.T) { runGolden(t, file) })
	}
}

func runGolden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	build := plans[filepath.Base(filepath.Dir(file))]
	if build == nil {
		t.Fatal("no plan has the folder's name")
	}
	f := build()
	g := &golden{archive: archive, responses: map[string][]answer{}, requests: map[string][]string{}}
	for _, section := range archive.Files {
		if words := strings.Fields(section.Name); words[0] == "response" && len(words) > 1 {
			a := answer{200, bytes.TrimSuffix(section.Data, []byte("\n"))}
			if len(words) > 2 {
				a.status, _ = strconv.Atoi(words[2])
			}
			g.responses[words[1]] = append(g.responses[words[1]], a)
		}
	}
	in := Input{Schema: f.schema, Plan: f.plan, Fetcher: g.serve(t, f), Introspect: func(dst []byte, of *operation.Field) []byte {
		return append(dst, `{"of":"`+of.Name+`"}`...)
	}}
	if o := g.file("options.json"); o != nil {
		if err := json.Unmarshal(o.Data, &in.Options); err != nil {
			t.Fatal(err)
		}
	}
	if v := g.file("variables.json"); v != nil {
		var values map[string]json.RawMessage
		if err := json.Unmarshal(v.Data, &values); err != nil {
			t.Fatal(err)
		}
		in.Variables = func(name string) ([]byte, bool) { raw, ok := values[name]; return raw, ok }
	}
	result := Run(context.Background(), in)
	defer result.Release()
	if !json.Valid(result.Body) {
		t.Errorf("response is not JSON: %s", result.Body)
	}
	g.check(t, file, result)
}

// serve starts a server for each subgraph, which answers in the order of the golden, and returns the Fetcher that talks to them.
func (g *golden) serve(t *testing.T, f *fixture) Fetcher {
	urls := make([]string, len(f.schema.Subgraphs))
	for i, s := range f.schema.Subgraphs {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			g.mu.Lock()
			n := len(g.requests[s.Name])
			g.requests[s.Name] = append(g.requests[s.Name], string(body))
			g.mu.Unlock()
			if n >= len(g.responses[s.Name]) {
				t.Errorf("no response for subgraph %s: %s", s.Name, body)
				return
			}
			w.WriteHeader(g.responses[s.Name][n].status)
			w.Write(g.responses[s.Name][n].body)
		}))
		t.Cleanup(server.Close)
		urls[i] = server.URL
	}
	return httpFetcher(urls)
}

// httpFetcher posts to the URL of a subgraph.
type httpFetcher []string

func (f httpFetcher) Fetch(ctx context.Context, req *Request) (*Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f[req.Subgraph], bytes.NewReader(bytes.Clone(req.Body)))
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return &Response{Status: resp.StatusCode, Body: &Buffer{B: body}}, err
}

// check compares requests and response with the golden, or writes them into it.
func (g *golden) check(t *testing.T, file string, result *Result) {
	t.Helper()
	seen := map[string]int{}
	var files []txtar.File
	for _, section := range g.archive.Files {
		words := strings.Fields(section.Name)
		if words[0] == "request" {
			if !*update && !contains(g.requests, words[1], seen[words[1]], section.Data) {
				t.Errorf("request %d to %s\n got %s\nwant %s", seen[words[1]], words[1], g.requests[words[1]], section.Data)
			}
			seen[words[1]]++
			if *update {
				continue
			}
		}
		if *update && words[0] == "response" {
			if n := seen["update "+words[1]]; n < len(g.requests[words[1]]) {
				files = append(files, txtar.File{Name: "request " + words[1], Data: []byte(g.requests[words[1]][n] + "\n")})
			}
			seen["update "+words[1]]++
		}
		if section.Name != "response.json" {
			files = append(files, section)
		}
	}
	if *update {
		g.archive.Files = append(files, txtar.File{Name: "response.json", Data: append(bytes.Clone(result.Body), '\n')})
		if err := os.WriteFile(file, txtar.Format(g.archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, requests := range g.requests {
		if len(requests) != seen[name] {
			t.Errorf("%d requests to %s, want %d: %s", len(requests), name, seen[name], requests)
		}
	}
	want := g.file("response.json")
	if want == nil || string(bytes.TrimSuffix(want.Data, []byte("\n"))) != string(result.Body) {
		t.Errorf("response\n got %s\nwant %s", result.Body, want.Data)
	}
}

func contains(requests map[string][]string, subgraph string, n int, want []byte) bool {
	return n < len(requests[subgraph]) && requests[subgraph][n] == string(bytes.TrimSuffix(want, []byte("\n")))
}
