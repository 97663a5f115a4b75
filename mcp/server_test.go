package mcp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sluice-gateway/sluice/mcp"
	"github.com/sluice-gateway/sluice/mcp/search"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

const viewerCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":"{ viewer { id } }"}}}`

// TestCancellationOfOneClientLeavesOthersAlone is defect D1: in stateless
// operation all clients share one session, and SDKs number requests from 0.
func TestCancellationOfOneClientLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	started, release := make(chan struct{}), make(chan struct{})
	su.api.hook = func(ctx context.Context, _ mcp.Request) (mcp.Response, bool) {
		close(started)
		select {
		case <-release:
			return mcp.Response{Body: []byte(`{"data":{"viewer":{"id":"slow"}}}`), HasData: true}, true
		case <-ctx.Done():
			return mcp.Response{Body: []byte(`{"errors":[{"message":"cancelled"}]}`)}, true
		}
	}
	answer := make(chan string)
	go func() {
		_, body, _ := su.post(t, viewerCall)
		answer <- body
	}()
	<-started
	for _, header := range [][]string{nil, {"Mcp-Session-Id", ""}} {
		if status, body, _ := su.post(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`, header...); status != http.StatusAccepted || body != "" {
			t.Errorf("the notification got %d %q, want 202 without a body", status, body)
		}
	}
	close(release)
	if body := <-answer; !strings.Contains(body, "slow") {
		t.Errorf("the other client's request came to %s", body)
	}
}

func TestDisconnectCancelsTheCall(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	started, cancelled := make(chan struct{}), make(chan struct{})
	su.api.hook = func(ctx context.Context, _ mcp.Request) (mcp.Response, bool) {
		close(started)
		<-ctx.Done()
		close(cancelled)
		return mcp.Response{}, true
	}
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, su.url, strings.NewReader(viewerCall))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	go func() {
		<-started
		cancel()
	}()
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Error("the request was answered")
	}
	<-cancelled
}

func TestCallEndsAtItsTimeout(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{CallTimeout: 20 * time.Millisecond})
	su.api.hook = func(ctx context.Context, _ mcp.Request) (mcp.Response, bool) {
		<-ctx.Done()
		return mcp.Response{}, true
	}
	if res := su.call(t, "execute", `{"query":"{ viewer { id } }"}`); !res.IsError || !strings.Contains(res.text(), "did not finish within 20ms") {
		t.Errorf("got %+v", res)
	}
}

// TestPanicIsToldByItsCorrelationID is defect D5: no internal text reaches a
// client, and the log has the cause under the same id.
func TestPanicIsToldByItsCorrelationID(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	su.api.hook = func(context.Context, mcp.Request) (mcp.Response, bool) { panic("secret of the house") }
	res := su.call(t, "execute", `{"query":"{ viewer { id } }"}`)
	_, id, ok := strings.Cut(res.text(), "correlation id ")
	if !ok || !res.IsError || strings.Contains(res.text(), "secret") {
		t.Fatalf("got %+v", res)
	}
	if log := su.log.String(); !strings.Contains(log, id) || !strings.Contains(log, "secret of the house") {
		t.Errorf("the log lacks the cause or the id %s: %s", id, log)
	}
}

func TestScopeChallengeIsAnHTTPStatus(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	const challenge = `Bearer error="insufficient_scope", scope="graph:read graph:admin", resource_metadata="https://x/.well-known/oauth-protected-resource/mcp"`
	su.api.hook = func(context.Context, mcp.Request) (mcp.Response, bool) {
		return mcp.Response{
			Body:    []byte(`{"errors":[{"message":"insufficient scope","extensions":{"code":"FORBIDDEN"}}]}`),
			Refused: mcp.RefusedScopes, Status: http.StatusForbidden,
			Header: http.Header{"Www-Authenticate": {challenge}, "Set-Cookie": {"x=y"}},
		}, true
	}
	status, body, header := su.post(t, viewerCall)
	if status != http.StatusForbidden || header.Get("WWW-Authenticate") != challenge || header.Get("Set-Cookie") != "" {
		t.Errorf("got %d, %v; want 403 with the challenge and no other header", status, header)
	}
	if !strings.Contains(body, `"isError":true`) || !strings.Contains(body, "insufficient scope") {
		t.Errorf("the body does not say it too: %s", body)
	}
}

func TestTraceContextReachesTheExecutor(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	var got http.Header
	su.api.hook = func(_ context.Context, req mcp.Request) (mcp.Response, bool) {
		got = req.Header
		return mcp.Response{Body: []byte(`{"data":{}}`), HasData: true}, true
	}
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute","arguments":{"query":"{ viewer { id } }"},"_meta":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=b","baggage":"k=v"}}}`
	su.post(t, call, "Tracestate", "from=http", "X-Tenant", "t1")
	for name, want := range map[string]string{
		"Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"Tracestate":  "from=http", // HTTP wins
		"Baggage":     "k=v",
		"X-Tenant":    "t1",
	} {
		if got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestMiddlewareRunsAfterPreflightAndBeforeTheMethodIsJudged(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	deny := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
		})
	}
	h := su.server.Handler(deny)
	send := func(method string, header http.Header) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost/mcp", nil)
		r.Header = header
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	preflight := http.Header{"Origin": {"http://localhost:6274"}, "Access-Control-Request-Method": {"POST"}}
	if w := send(http.MethodOptions, preflight); w.Code != http.StatusNoContent {
		t.Errorf("preflight: %d, want 204 without credentials", w.Code)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		w := send(method, http.Header{"Origin": {"http://localhost:6274"}})
		if w.Code != http.StatusUnauthorized || w.Header().Get("Access-Control-Allow-Origin") == "" || !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "WWW-Authenticate") {
			t.Errorf("%s: %d %v, want 401 that a browser client can read", method, w.Code, w.Header())
		}
	}
}

func TestToolsListIsTheSameForEveryCaller(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{DocumentTools: true})
	const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	_, first, _ := su.post(t, list, "Authorization", "Bearer a")
	_, second, _ := su.post(t, list, "Authorization", "Bearer b")
	if first != second || !strings.Contains(first, "get_user") {
		t.Error("the lists differ, or lack the document")
	}
}

// TestSchemasSayWhatIsTaken holds every advertised schema against what the
// tools take: each property is understood, and each wrong name refused.
func TestSchemasSayWhatIsTaken(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{ExecuteMutations: true})
	_, body, _ := su.post(t, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	var answer struct {
		Result struct {
			Tools []struct {
				Name        string
				InputSchema struct {
					Type       string
					Properties map[string]struct{ Type string }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.Result.Tools) != 4 {
		t.Fatalf("%v: %s", err, body)
	}
	sample := map[string]string{"string": `"x"`, "integer": `500`, "boolean": `true`, "array": `["x"]`, "object": `{}`}
	for _, tool := range answer.Result.Tools {
		refused := su.call(t, tool.Name, `{"nonsense":1}`).text()
		_, takes, _ := strings.Cut(refused, "This tool takes: ")
		names := strings.Split(strings.TrimSuffix(takes, "."), ", ")
		if len(names) != len(tool.InputSchema.Properties) {
			t.Errorf("%s takes %v, its schema has %d properties", tool.Name, names, len(tool.InputSchema.Properties))
		}
		for _, name := range names {
			value := sample[tool.InputSchema.Properties[name].Type]
			if name == "depth" {
				value = "1"
			}
			if text := su.call(t, tool.Name, fmt.Sprintf(`{%q:%s}`, name, value)).text(); strings.Contains(text, fmt.Sprintf("Argument %q must", name)) {
				t.Errorf("%s(%s: %s): %s", tool.Name, name, value, text)
			}
		}
	}
}

func TestObserverSeesEveryCall(t *testing.T) {
	t.Parallel()
	var seen []mcp.CallStats
	su := newSetup(t, mcp.Config{}, func(d *mcp.Deps) {
		d.Observe = func(_ context.Context, c mcp.CallStats) { seen = append(seen, c) }
	})
	su.call(t, "execute", `{"query":"{ viewer { id } }"}`)
	su.call(t, "execute", `{"query":"{ viewer { nope } }"}`)
	su.call(t, "execute", `{"query":"{ users(first: 90) { nodes { id login } } }","max_tokens":100}`)
	su.call(t, "search", `{"keywords":["x"]}`)
	want := []mcp.CallStats{{Tool: "execute"}, {Tool: "execute", IsError: true}, {Tool: "execute", Cut: true}, {Tool: "search"}}
	for i := range seen {
		if seen[i].Tokens == 0 {
			t.Errorf("call %d: the tokens of its result were not counted", i)
		}
		seen[i].Duration, seen[i].Tokens = 0, 0
	}
	if !slices.Equal(seen, want) {
		t.Errorf("got %+v, want %+v", seen, want)
	}
}

func TestPartialDataIsAnOrdinaryResult(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	const partial = `{"errors":[{"message":"reviews did not answer","path":["a"]}],"data":{"a":null,"b":1}}`
	su.api.hook = func(context.Context, mcp.Request) (mcp.Response, bool) {
		return mcp.Response{Body: []byte(partial), HasData: true}, true
	}
	if res := su.call(t, "execute", `{"query":"{ viewer { id } }"}`); res.IsError || res.text() != partial {
		t.Errorf("got %+v", res)
	}
}

func TestFailureWhileRunningIsNotBlamedOnTheOperation(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	const body = `{"errors":[{"message":"users did not answer","extensions":{"code":"SUBREQUEST_TIMEOUT"}}],"data":null}`
	su.api.hook = func(context.Context, mcp.Request) (mcp.Response, bool) { return mcp.Response{Body: []byte(body)}, true }
	if res := su.call(t, "execute", `{"query":"{ viewer { nope } }"}`); !res.IsError || res.text() != body {
		t.Errorf("got %+v, want the executor's errors alone", res)
	}
}

func TestEveryAnswerKeepsItsBudget(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{MaxTokens: mcp.MaxTokens{Execute: 400}})
	wrong := strings.Repeat(`f%s: viewer { nopenopenope } `, 60)
	for i := range 60 {
		wrong = strings.Replace(wrong, "%s", fmt.Sprint(i), 1)
	}
	for _, query := range []string{"{ " + wrong + "}", "{ users(first: 500) { nodes { id login issues { title } } } }"} {
		text, _ := json.Marshal(query)
		res := su.call(t, "execute", `{"query":`+string(text)+`}`)
		if used := search.EstimateTokens(res.text()); used > 400 {
			t.Errorf("%.40s… came to %d tokens, over 400", query, used)
		}
		if !json.Valid([]byte(res.Content[0].Text)) {
			t.Errorf("%.40s…: the first text is not JSON: %s", query, res.Content[0].Text)
		}
	}
}

// TestToolsOnTheRealIndex goes the three steps on the index that the gateway
// uses, with what the caller may not see.
func TestToolsOnTheRealIndex(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	index := search.Build(schema, search.BuildOptions{})
	su := newSetup(t, mcp.Config{}, func(d *mcp.Deps) { d.Schemas = schemas{schema, index} })
	found := su.call(t, "search", `{"keywords":["login","salary"],"max_tokens":300}`)
	if found.IsError || !strings.Contains(found.text(), "User.login") || search.EstimateTokens(found.text()) > 300 {
		t.Errorf("search: %+v", found)
	}
	types := su.call(t, "introspect", `{"types":["User","IssueState","Usr"],"known_types":["Issue"],"depth":1}`)
	if types.IsError || !strings.Contains(types.text(), "enum IssueState") || !strings.Contains(types.text(), `"Usr"`) {
		t.Errorf("introspect: %+v", types)
	}
	mended := su.call(t, "execute", `{"query":"{ viewer { loginn } }"}`)
	if !mended.IsError || !strings.Contains(mended.text(), "+ { viewer { login } }") || !strings.Contains(mended.text(), "type User") {
		t.Errorf("execute: %+v", mended)
	}
	for _, res := range []toolResult{found, types, mended} {
		if strings.Contains(res.text(), "salary") && !strings.Contains(res.text(), "keyword") {
			t.Errorf("the hidden field is named: %s", res.text())
		}
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	su := newSetup(t, mcp.Config{})
	base := mcp.Deps{Executor: su.api, Schemas: newSchemas(su.api.schema), Schema: su.api.schema, Logger: discard()}
	with := func(docs ...mcp.Document) mcp.Deps {
		d := base
		d.Documents = docs
		return d
	}
	valid := "query { viewer { id } }"
	for _, tc := range []struct {
		name string
		cfg  mcp.Config
		deps mcp.Deps
		want []string
	}{
		{"missing parts", mcp.Config{}, mcp.Deps{}, []string{"required"}},
		{"an unknown tool and a tiny budget", mcp.Config{Tools: []string{"serach"}, MaxTokens: mcp.MaxTokens{Execute: 5}}, base, []string{`"serach"`, "max_tokens.execute"}},
		{"mutate without mutations", mcp.Config{Tools: []string{"mutate"}}, base, []string{"execute_mutations"}},
		{"a malformed origin", mcp.Config{AllowedOrigins: []string{"example.com"}}, base, []string{`"example.com"`}},
		{
			"names that cannot be",
			mcp.Config{DocumentTools: true},
			with(mcp.Document{ID: "1", Name: "no spaces", Query: valid}, mcp.Document{ID: "2", Name: "search", Query: valid}, mcp.Document{ID: "3", Name: "a", Query: valid}, mcp.Document{ID: "4", Name: "a", Query: valid}, mcp.Document{ID: "5", Name: strings.Repeat("x", 65), Query: valid}),
			[]string{`"no spaces"`, `"search"`, `"a": another tool`, "1 to 64"},
		},
		{
			"documents that cannot be run",
			mcp.Config{DocumentTools: true},
			with(mcp.Document{ID: "1", Name: "unparsable", Query: "query {"}, mcp.Document{ID: "2", Name: "invalid", Query: "{ nope }"}, mcp.Document{ID: "3", Name: "two", Query: "query A { viewer { id } } query B { viewer { id } }"}),
			[]string{"unparsable", "invalid", "two"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := mcp.New(tc.cfg, tc.deps)
			for _, want := range tc.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v does not say %q", err, want)
				}
			}
		})
	}
}

func TestRefusalsNameTheWayOut(t *testing.T) {
	t.Parallel()
	for why, want := range map[mcp.Refusal]string{
		mcp.RefusedMutation:     "[mcp] execute_mutations = true",
		mcp.RefusedUntrusted:    "document_id",
		mcp.RefusedSubscription: "Query the current state instead",
		mcp.RefusedScopes:       "Leave out the fields",
		mcp.RefusedOther:        `"message":"refused"`,
	} {
		su := newSetup(t, mcp.Config{})
		su.api.hook = func(context.Context, mcp.Request) (mcp.Response, bool) {
			return mcp.Response{Body: []byte(`{"errors":[{"message":"refused"}]}`), Refused: why}, true
		}
		res := su.call(t, "execute", `{"query":"{ viewer { id nope } }"}`)
		if !res.IsError || !strings.Contains(res.text(), want) || strings.Contains(res.text(), "nope") {
			t.Errorf("refusal %d: got %q, want %q and no word on the text", why, res.text(), want)
		}
	}
}

// TestHostOnOtherConnections: a connection that is not of this machine, for
// which a test server cannot be used.
func TestHostOnOtherConnections(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		hosts []string
		host  string
		want  int
	}{
		{"any host without a list", nil, "graph.example.com", http.StatusOK},
		{"a listed host", []string{"graph.example.com"}, "GRAPH.example.com:443", http.StatusOK},
		{"another host", []string{"graph.example.com"}, "evil.example", http.StatusForbidden},
		{"a loopback name that nobody listed", []string{"graph.example.com"}, "localhost", http.StatusForbidden},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := newSetup(t, mcp.Config{AllowedHosts: tc.hosts}).server.Handler()
			ctx := context.WithValue(t.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 5), Port: 4000})
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
			r.Host = tc.host
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tc.want {
				t.Errorf("got %d, want %d", w.Code, tc.want)
			}
		})
	}
}
