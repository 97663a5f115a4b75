package demo_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/gateway/demo"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	// After an unread request body net/http holds its connection for half a second more.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

func start(t testing.TB, options demo.Options) map[string]demo.Subgraph {
	t.Helper()
	d, err := demo.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	byName := map[string]demo.Subgraph{}
	for _, s := range d.Subgraphs() {
		byName[s.Name] = s
	}
	return byName
}

func post(t testing.TB, url, contentType, accept, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", accept)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

func graphQL(t testing.TB, url, query, variables string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(variables)})
	if err != nil {
		t.Fatal(err)
	}
	_, text := post(t, url, "application/json", "application/json", string(body))
	return text
}

// TestOperations runs each testdata/*.txtar: prose, then for each step the subgraph's operation, its variables (if it has
// any), and the response. The steps of one file share one demo, so that a mutation can be seen by the next step.
func TestOperations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			subgraphs := start(t, demo.Options{})
			out := &txtar.Archive{Comment: archive.Comment}
			for i, step := range archive.Files {
				if !strings.HasSuffix(step.Name, ".graphql") {
					continue
				}
				variables := "{}"
				out.Files = append(out.Files, step)
				if i+1 < len(archive.Files) && strings.HasSuffix(archive.Files[i+1].Name, "variables.json") {
					out.Files = append(out.Files, archive.Files[i+1])
					variables = string(archive.Files[i+1].Data)
				}
				name, _, _ := strings.Cut(filepath.Base(step.Name), ".")
				_, subgraph, _ := strings.Cut(name, "-")
				var pretty bytes.Buffer
				if err := json.Indent(&pretty, []byte(graphQL(t, subgraphs[subgraph].URL, string(step.Data), variables)), "", "  "); err != nil {
					t.Fatal(err)
				}
				out.Files = append(out.Files, txtar.File{Name: name + ".response.json", Data: pretty.Bytes()})
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(out), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got, want := string(txtar.Format(out)), string(txtar.Format(archive)); got != want {
				t.Errorf("responses differ, got:\n%s", got)
			}
		})
	}
}

func TestEverySubgraphTellsItsSDL(t *testing.T) {
	for _, auth := range []bool{false, true} {
		for name, s := range start(t, demo.Options{Auth: auth}) {
			var answer struct {
				Data struct {
					Service struct {
						SDL string `json:"sdl"`
					} `json:"_service"`
				} `json:"data"`
			}
			if err := json.Unmarshal([]byte(graphQL(t, s.URL, "{ _service { sdl } }", "{}")), &answer); err != nil {
				t.Fatal(err)
			}
			sdl := answer.Data.Service.SDL
			if sdl == "" || sdl != s.SDL {
				t.Errorf("%s: the SDL it tells is not the one that Subgraphs gives", name)
			}
			if strings.Contains(sdl, "@requiresScopes") != auth || strings.Contains(sdl, "{{") {
				t.Errorf("%s: authorization directives with Auth %v:\n%s", name, auth, sdl)
			}
			if plain := demo.SDL(name); (plain == sdl) == auth || plain == "" {
				t.Errorf("%s: SDL is the one without authorization", name)
			}
		}
	}
	if sdl := demo.SDL("none"); sdl != "" {
		t.Errorf("SDL of no subgraph: %q", sdl)
	}
}

func TestPortsInUseAreAllNamed(t *testing.T) {
	subgraphs := start(t, demo.Options{})
	var first int
	if _, err := fmt.Sscanf(subgraphs["accounts"].URL, "http://127.0.0.1:%d/graphql", &first); err != nil {
		t.Fatal(err)
	}
	// Whatever else listens near by: at least the first port is taken.
	_, err := demo.Start(t.Context(), demo.Options{FirstPort: first})
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf(`demo subgraph "accounts": cannot listen on 127.0.0.1:%d`, first)) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	d, err := demo.Start(t.Context(), demo.Options{Host: "0.0.0.0"})
	if err == nil {
		_ = d.Close()
		t.Fatal("the demo is open to the network")
	}
	if !strings.Contains(err.Error(), "loopback") {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsLeftWhenAPortIsBusy(t *testing.T) {
	// Others on this machine may take the port before the busy one at any time, so that one attempt proves nothing.
	for range 20 {
		if freeAfterFailure(t) {
			return
		}
	}
	t.Error("the listener of the first subgraph was left open")
}

// freeAfterFailure starts a demo whose second port is busy, and reports whether its first one is free afterwards.
func freeAfterFailure(t *testing.T) bool {
	t.Helper()
	busy, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	port := busy.Addr().(*net.TCPAddr).Port
	if _, err := demo.Start(t.Context(), demo.Options{FirstPort: port - 1}); err == nil {
		t.Fatal("a busy port is no error")
	}
	first, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port-1))
	if err != nil {
		return false
	}
	_ = first.Close()
	return true
}

func TestRequestsThatAreNone(t *testing.T) {
	url := start(t, demo.Options{})["accounts"].URL
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %d", res.StatusCode)
	}
	for _, c := range []struct {
		name, contentType, accept, body string
		status                          int
		contains                        string
	}{
		{"no JSON", "application/json", "", "{", 400, "not a GraphQL request"},
		{"another content type", "text/plain", "", "{}", 415, "application/json"},
		{"a body that is too large", "application/json", "", `{"query":"` + strings.Repeat(" ", 5<<20) + `"}`, 413, ""},
		{"a syntax error", "application/json", "", `{"query":"{"}`, 200, `"errors"`},
		{"an unknown field", "application/json", "", `{"query":"{ nobody }"}`, 200, `Cannot query field`},
		{"an unknown operation", "application/json", "", `{"query":"query A { me { id } }", "operationName": "B"}`, 200, "no such operation"},
		{"a missing variable", "application/json", "", `{"query":"query A($i: ID!) { user(id: $i) { id } }"}`, 200, "must be defined"},
		{"introspection", "application/json", "", `{"query":"{ __schema { queryType { name } } }"}`, 200, "introspection is not served"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, text := post(t, url, c.contentType, c.accept, c.body)
			if res.StatusCode != c.status || !strings.Contains(text, c.contains) {
				t.Errorf("%d %s", res.StatusCode, text)
			}
		})
	}
}

func TestMeIsWhoTheHeaderNames(t *testing.T) {
	url := start(t, demo.Options{})["accounts"].URL
	_, text := post(t, url, "application/json", "", `{"query":"{ me { username } }"}`, "X-User-Id", "u4")
	if want := `{"data":{"me":{"username":"emmy"}}}`; text != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestSubscribersGetNewReviews(t *testing.T) {
	url := start(t, demo.Options{})["reviews"].URL
	res, text := post(t, url, "application/json", "application/json", `{"query":"subscription { reviewAdded { id } }"}`)
	if res.StatusCode != http.StatusNotAcceptable {
		t.Errorf("without event stream: %d %s", res.StatusCode, text)
	}

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(
		`{"query":"subscription S($p: ID) { added: reviewAdded(productId: $p) { rating author { username } product { id } } }","variables":{"p":"p2"}}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	stream, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()

	add := `mutation M($i: AddReviewInput!) { addReview(input: $i) { review { id } } }`
	for _, productID := range []string{"p1", "p2"} {
		variables := fmt.Sprintf(`{"i":{"productId":%q,"authorId":"u2","rating":4,"title":"t"}}`, productID)
		if text := graphQL(t, url, add, variables); strings.Contains(text, "errors") {
			t.Fatal(text)
		}
	}
	lines := bufio.NewReader(stream.Body)
	var got strings.Builder
	for range 2 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(line)
	}
	want := "event: next\ndata: {\"data\":{\"added\":{\"rating\":4,\"author\":{\"username\":\"grace\"},\"product\":{\"id\":\"p2\"}}}}\n"
	if got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func TestAQueryCanBeAskedAsAnEventStream(t *testing.T) {
	url := start(t, demo.Options{})["accounts"].URL
	res, text := post(t, url, "application/json", "text/event-stream", `{"query":"{ user(id: \"u2\") { name } }"}`)
	want := "event: next\ndata: {\"data\":{\"user\":{\"name\":\"Grace Hopper\"}}}\n\nevent: complete\ndata:\n\n"
	if res.Header.Get("Content-Type") != "text/event-stream" || text != want {
		t.Errorf("got %q", text)
	}
}

func TestTheShopIsLargeEnough(t *testing.T) {
	subgraphs := start(t, demo.Options{})
	for _, c := range []struct{ subgraph, query, contains string }{
		{"products", "{ products(first: 1) { totalCount } }", `"totalCount":24`},
		{"accounts", "{ users(first: 50) { id } }", `"u12"`},
		{"reviews", `{ review(id: "r72") { id } }`, `"r72"`},
	} {
		if text := graphQL(t, subgraphs[c.subgraph].URL, c.query, "{}"); !strings.Contains(text, c.contains) {
			t.Errorf("%s: %s", c.query, text)
		}
	}
	if n := len(demo.Users()); n != 12 {
		t.Errorf("%d users", n)
	}
}

func BenchmarkEntities(b *testing.B) {
	url := start(b, demo.Options{})["inventory"].URL
	body := `{"query":"query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock shippingEstimate { amount } } } }",` +
		`"variables":{"r":[{"__typename":"Product","id":"p1","weight":310,"price":{"amount":89,"currency":"EUR"}}]}}`
	b.ReportAllocs()
	for b.Loop() {
		post(b, url, "application/json", "application/json", body)
	}
}
