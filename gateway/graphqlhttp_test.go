package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestGraphQLOverHTTP(t *testing.T) {
	b := newBench(t, benchSetup{top: "request_body_limit = \"64KiB\""})
	get := func(query string) string { return "/graphql?query=" + url.QueryEscape(query) }
	good, bad := bodyOf(`{brands{name}}`), bodyOf(`{nope}`)
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		media, has         string
	}{
		"POST without Accept answers application/json":    {"POST", "/graphql", good, nil, 200, typeJSON, `{"data":{"brands":`},
		"POST in the new media type":                      {"POST", "/graphql", good, []string{"Accept", typeResponse}, 200, typeResponse, `{"data":`},
		"the preferred media type wins":                   {"POST", "/graphql", good, []string{"Accept", typeJSON + ";q=0.5, " + typeResponse}, 200, typeResponse, `{"data":`},
		"a wildcard means application/json":               {"POST", "/graphql", good, []string{"Accept", "*/*"}, 200, typeJSON, `{"data":`},
		"an invalid operation is 200 in application/json": {"POST", "/graphql", bad, []string{"Accept", typeJSON}, 200, typeJSON, `OPERATION_VALIDATION_ERROR`},
		"an invalid operation is 400 in the new type":     {"POST", "/graphql", bad, []string{"Accept", typeResponse}, 400, typeResponse, `OPERATION_VALIDATION_ERROR`},
		"no query is 400 even in application/json":        {"POST", "/graphql", `{}`, nil, 400, typeJSON, `NO_DOCUMENT`},
		"text that is no JSON is 400":                     {"POST", "/graphql", `{"query":`, nil, 400, typeJSON, `BAD_REQUEST`},
		"a list is 400 without batching":                  {"POST", "/graphql", "[" + good + "]", nil, 400, typeJSON, `BAD_REQUEST`},
		"a member of the wrong type is 400":               {"POST", "/graphql", `{"query":1}`, nil, 400, typeJSON, `BAD_REQUEST`},
		"invalid UTF-8 is 400":                            {"POST", "/graphql", "{\"query\":\"{a\xff}\"}", nil, 400, typeJSON, `BAD_REQUEST`},
		"an overlong UTF-8 sequence is 400":               {"POST", "/graphql", "{\"query\":\"{a\xc0\xaf}\"}", nil, 400, typeJSON, `BAD_REQUEST`},
		"no accepted media type is 406":                   {"POST", "/graphql", good, []string{"Accept", "image/png"}, 406, typeJSON, `BAD_REQUEST`},
		"an unwanted media type is 406":                   {"POST", "/graphql", good, []string{"Accept", typeJSON + ";q=0"}, 406, typeJSON, `BAD_REQUEST`},
		"another Content-Type is 415":                     {"POST", "/graphql", good, []string{"Content-Type", "text/plain"}, 415, typeJSON, `BAD_REQUEST`},
		"another charset is 415":                          {"POST", "/graphql", good, []string{"Content-Type", "application/json; charset=latin1"}, 415, typeJSON, `BAD_REQUEST`},
		"a body over the limit is 413":                    {"POST", "/graphql", bodyOf(strings.Repeat(" ", 70_000)), nil, 413, typeJSON, `BAD_REQUEST`},
		"PUT is 405":                                      {"PUT", "/graphql", good, nil, 405, typeJSON, `BAD_REQUEST`},
		"DELETE is 405":                                   {"DELETE", "/graphql", "", nil, 405, typeJSON, `BAD_REQUEST`},
		"GET runs a query":                                {"GET", get(`{brands{name}}`), "", nil, 200, typeJSON, `{"data":{"brands":`},
		"GET takes variables":                             {"GET", get(`query($id:ID!){brand(id:$id){id}}`) + "&variables=" + url.QueryEscape(`{"id":"b1"}`), "", nil, 200, typeJSON, `{"data":{"brand":{"id":"b1"}}}`},
		"GET takes the operation's name":                  {"GET", get(`query A{brands{id}} query B{brand(id:"b1"){id}}`) + "&operationName=B", "", nil, 200, typeJSON, `{"data":{"brand":`},
		"GET refuses a mutation with 405":                 {"GET", get(`mutation{addReview(input:{productId:"p1",authorId:"u1",rating:5,title:"x"}){review{id}}}`), "", nil, 405, typeJSON, `MUTATION_NOT_ALLOWED`},
		"GET with broken variables is 400":                {"GET", get(`{brands{id}}`) + "&variables=[", "", nil, 400, typeJSON, `BAD_REQUEST`},
		"GET without a query is 400":                      {"GET", "/graphql", "", nil, 400, typeJSON, `NO_DOCUMENT`},
		"a subscription needs a stream":                   {"POST", "/graphql", bodyOf(`subscription{reviewAdded{id}}`), nil, 200, typeJSON, `SUBSCRIPTION_NOT_ALLOWED`},
		"an unknown path is 404":                          {"GET", "/graphql/more", "", nil, 404, "text/plain", ``},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.do(c.method, c.path, c.body, c.header...)
			if a.status != c.status || !strings.HasPrefix(a.header.Get("Content-Type"), c.media) || !strings.Contains(a.body, c.has) {
				t.Errorf("got %d %s %s\nwant %d %s …%s…", a.status, a.header.Get("Content-Type"), a.body, c.status, c.media, c.has)
			}
			if a.status == http.StatusMethodNotAllowed && a.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
}

func TestHEADIsGETWithoutABody(t *testing.T) {
	b := newBench(t, benchSetup{})
	path := "/graphql?query=" + url.QueryEscape(`{brands{name}}`)
	get, head := b.do("GET", path, ""), b.do("HEAD", path, "")
	if head.status != get.status || head.body != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") {
		t.Errorf("HEAD answers %d %v %q, GET %d %v", head.status, head.header, head.body, get.status, get.header)
	}
}

func TestBatches(t *testing.T) {
	b := newBench(t, benchSetup{config: "[gateway.batching]\nenabled = true\nlimit = 3\n"})
	one, bad := bodyOf(`{brand(id:"b1"){id}}`), bodyOf(`{nope}`)
	if a := b.do("POST", "/graphql", "["+one+","+bad+",{}]"); a.status != 200 || !strings.HasPrefix(a.body, `[{"data":{"brand":{"id":"b1"}}},{"errors":[`) ||
		strings.Count(a.body, `"errors"`) != 2 {
		t.Errorf("a batch was answered with %d %s", a.status, a.body)
	}
	for name, body := range map[string]string{"too many": "[" + one + "," + one + "," + one + "," + one + "]", "none": "[]"} {
		if a := b.do("POST", "/graphql", body); a.status != 400 || codeOf(a.body) != "OPERATION_LIMIT_EXCEEDED" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := b.do("POST", "/graphql", "["+one+","); a.status != 400 || codeOf(a.body) != "BAD_REQUEST" {
		t.Errorf("a malformed batch: %d %s", a.status, a.body)
	}
	if a := b.do("POST", "/graphql", "[["+one+"]]"); a.status != 200 || !strings.HasPrefix(a.body, `[{"errors":`) {
		t.Errorf("a batch in a batch: %d %s", a.status, a.body)
	}
}

func TestAutomaticPersistedQueries(t *testing.T) {
	b := newBench(t, benchSetup{})
	const query = `{brand(id:"b2"){id}}`
	sum := sha256.Sum256([]byte(query))
	ext := `"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hex.EncodeToString(sum[:]) + `"}}`
	steps := []struct{ body, want string }{
		{`{` + ext + `}`, "PERSISTED_QUERY_NOT_FOUND"},
		{`{"query":"{brands{id}}",` + ext + `}`, "PERSISTED_DOCUMENT_MISMATCH"},
		{`{` + ext + `}`, "PERSISTED_QUERY_NOT_FOUND"},
		{`{"query":"{brand(id:\"b2\"){id}}",` + ext + `}`, ""},
		{`{` + ext + `}`, ""},
	}
	for i, s := range steps {
		if a := b.do("POST", "/graphql", s.body); codeOf(a.body) != s.want {
			t.Fatalf("step %d: %s, want %q", i, a.body, s.want)
		}
	}
	path := "/graphql?extensions=" + url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"`+hex.EncodeToString(sum[:])+`"}}`)
	if a := b.do("GET", path, ""); a.status != 200 || !strings.Contains(a.body, `"b2"`) {
		t.Errorf("GET by hash: %d %s", a.status, a.body)
	}
}

func TestLargeResponsesAreCompressed(t *testing.T) {
	b := newBench(t, benchSetup{})
	const query = `{products(first:50){nodes{name description}}}`
	plain := b.query(query, "Accept-Encoding", "identity")
	small := b.query(`{brand(id:"b1"){id}}`, "Accept-Encoding", "gzip")
	packed := b.query(query, "Accept-Encoding", "gzip")
	if plain.header.Get("Content-Encoding") != "" || small.header.Get("Content-Encoding") != "" {
		t.Error("a response was compressed that should not be")
	}
	if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) >= len(plain.body) || !strings.Contains(strings.Join(packed.header.Values("Vary"), ","), "Accept-Encoding") {
		t.Errorf("got %v, %d bytes of %d", packed.header, len(packed.body), len(plain.body))
	}
}

func TestErrorCodesAreMapped(t *testing.T) {
	b := newBench(t, benchSetup{config: "[graph.error_code_mapping]\nSUBREQUEST_HTTP_ERROR = \"UPSTREAM\"\nOPERATION_VALIDATION_ERROR = \"BAD_USER_INPUT\"\n"})
	if a := b.query(`{nope}`); codeOf(a.body) != "BAD_USER_INPUT" {
		t.Errorf("a validation error: %s", a.body)
	}
	if a := b.query(`{`); codeOf(a.body) != "OPERATION_PARSING_ERROR" {
		t.Errorf("a code without a mapping: %s", a.body)
	}
	b.spies["products"].answerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	if a := b.query(`{brand(id:"b1"){id}}`); codeOf(a.body) != "UPSTREAM" {
		t.Errorf("an error of a subgraph: %s", a.body)
	}
	if a := b.tool("/mcp", "execute", args{"query": `{brand(id:"b1"){id}}`}); !strings.Contains(a.text, "UPSTREAM") {
		t.Errorf("an error of a subgraph in a tool: %s", a.text)
	}
}

func TestErrorCodesRename(t *testing.T) {
	m := errorCodes{"A": "B"}
	for in, want := range map[string]string{
		`{"data":{"errors":[{"extensions":{"code":"A"}}]}}`:                                                `{"data":{"errors":[{"extensions":{"code":"A"}}]}}`,
		`{"errors":[{"message":"x","extensions":{"code":"A"}}]}`:                                           `{"errors":[{"message":"x","extensions":{"code":"B"}}]}`,
		`{"data":null,"errors":[{"extensions":{"x":{"code":"A"},"code" : "A" }},{},{"code":"A"}]}`:         `{"data":null,"errors":[{"extensions":{"x":{"code":"A"},"code" : "B" }},{},{"code":"A"}]}`,
		`{"errors":[{"path":["a",0,-1.5e3,true,null,"]}"],"extensions":{"code":"A"}}],"data":{"a":"\"}"}}`: `{"errors":[{"path":["a",0,-1.5e3,true,null,"]}"],"extensions":{"code":"B"}}],"data":{"a":"\"}"}}`,
		`[]`: `[]`, ``: ``, `{"errors":[]}`: `{"errors":[]}`, `{"errors":{"extensions":1}}`: `{"errors":{"extensions":1}}`,
	} {
		if got := string(m.rename([]byte(in))); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func FuzzErrorCodesRename(f *testing.F) {
	f.Add(`{"data":{"a":[1,"\\\""]},"errors":[{"extensions":{"code":"A"}}]}`)
	f.Add(`{"errors":[{`)
	f.Fuzz(func(t *testing.T, body string) {
		out := errorCodes{"A": "B", "": "C"}.rename([]byte(body))
		if len(out) > len(body)+strings.Count(body, `""`) {
			t.Errorf("%q became %q", body, out)
		}
	})
}
