package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/trusted"
)

const documentsSDL = `
type Query { user(id: ID!): User  users(first: Int = 10, filter: Filter, role: Role): [User!]!  now: String }
type Mutation { rename(id: ID!, name: String!): User }
type User { id: ID!  name: String  friends(first: Int): [User!]! }
input Filter { name: String  any: [Filter!]  ages: [Int!] }
enum Role { ADMIN GUEST }
`

// documentsGateway is a gateway on one subgraph, which answers everything with {"now":"x"}. Extra is added to its configuration; files are
// written beside it.
func documentsGateway(t *testing.T, extra string, files map[string]string) (*Gateway, *bytes.Buffer, error) {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"now":"x"}}`)
	}))
	t.Cleanup(upstream.Close)
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("api.graphql", documentsSDL)
	for name, text := range files {
		write(name, text)
	}
	text := fmt.Sprintf("[subgraphs.api]\nurl = %q\nschema_path = \"api.graphql\"\n%s", upstream.URL, extra)
	cfg, err := config.Parse("gateway.toml", []byte(text), dir, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	logs := &bytes.Buffer{}
	g, err := New(t.Context(), cfg, Options{Logger: slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelInfo}))})
	if err == nil {
		t.Cleanup(g.close)
	}
	return g, logs, err
}

// post sends a body to /graphql and returns the code of the first error, or "" when there is data.
func post(t *testing.T, g *Gateway, body string, header ...string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("status %d, %q: %v", w.Code, w.Body, err)
	}
	if len(answer.Errors) > 0 {
		return answer.Errors[0].Extensions.Code
	}
	if len(answer.Data) == 0 {
		t.Fatalf("neither data nor errors: %s", w.Body)
	}
	return ""
}

const (
	nowText   = `query Now { now }`
	otherText = `{ now }`
)

var documentsManifest = map[string]string{"docs/m.json": `{"format":"sluice-trusted-documents","version":1,"documents":[
	{"id":"now","name":"Now","text":"query Now { now }","clients":["web"]},
	{"id":"two","text":"query A { now } query B { now }","operation_name":"B","clients":["web"]},
	{"id":"deep","text":"{ now a: now b: now }","unlimited":true},
	{"id":"scoped","name":"Scoped","text":"query Scoped { now }","required_scopes":["read"]}]}`}

func TestTrustedDocuments(t *testing.T) {
	hash := trusted.Hash(nowText)
	apq := func(hash, query string) string {
		return fmt.Sprintf(`{"query":%q,"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, query, hash)
	}
	const enforced = "enforced = true\n"
	bypass := []string{"x-bypass", "open sesame"}
	for name, c := range map[string]struct {
		settings, body string
		header         []string
		want           string
	}{
		"documentId finds the document":                        {enforced, `{"documentId":"now"}`, nil, ""},
		"doc_id finds the document":                            {enforced, `{"doc_id":"now"}`, nil, ""},
		"the hash of the text finds the document":              {enforced, `{"documentId":"sha256:` + hash + `"}`, nil, ""},
		"a persisted query's hash finds the document":          {enforced, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`, nil, ""},
		"inline text that is known runs":                       {enforced, `{"query":"query Now { now }\n"}`, nil, ""},
		"id and text that belong together run":                 {enforced, `{"documentId":"now","query":"query Now { now }"}`, nil, ""},
		"the manifest says which operation runs":               {enforced, `{"documentId":"two"}`, nil, ""},
		"unknown text is refused":                              {enforced, `{"query":"{ now }"}`, nil, "TRUSTED_DOCUMENT_REQUIRED"},
		"an unknown id is refused":                             {enforced, `{"documentId":"none"}`, nil, "PERSISTED_DOCUMENT_NOT_FOUND"},
		"an unknown hash is refused as unknown, not asked for": {enforced, apq(trusted.Hash("x"), ""), nil, "PERSISTED_DOCUMENT_NOT_FOUND"},
		"an unknown hash with its text is refused":             {enforced, apq(trusted.Hash(otherText), otherText), nil, "TRUSTED_DOCUMENT_REQUIRED"},
		"a known id does not carry another text":               {enforced, `{"documentId":"now","query":"{ now }"}`, nil, "PERSISTED_DOCUMENT_MISMATCH"},
		"the bypass header lets unknown text run":              {enforced, `{"query":"{ now }"}`, bypass, ""},
		"the bypass header lets text with a hash run":          {enforced, apq(trusted.Hash(otherText), otherText), bypass, ""},
		"a wrong bypass value does not":                        {enforced, `{"query":"{ now }"}`, []string{"x-bypass", "open"}, "TRUSTED_DOCUMENT_REQUIRED"},
		"permissive: unknown text runs":                        {"", `{"query":"{ now }"}`, nil, ""},
		"permissive: an unknown id is refused":                 {"", `{"documentId":"none"}`, nil, "PERSISTED_DOCUMENT_NOT_FOUND"},
		"permissive: an unknown id with a text runs the text":  {"", `{"documentId":"none","query":"{ now }"}`, nil, ""},
		"permissive: a text beside another's id runs":          {"", `{"documentId":"now","query":"{ now }"}`, nil, ""},
		"permissive: an unknown hash is asked for":             {"", apq(trusted.Hash("x"), ""), nil, "PERSISTED_QUERY_NOT_FOUND"},
		"permissive: a hash with another text is refused":      {"", apq(trusted.Hash("x"), otherText), nil, "PERSISTED_DOCUMENT_MISMATCH"},
		"without APQ a hash with a text is not supported":      {"\n[apq]\nenabled = false\n", apq(trusted.Hash(otherText), otherText), nil, "PERSISTED_QUERY_NOT_SUPPORTED"},
		"a named client finds its document":                    {"require_client_name = true\n", `{"documentId":"now"}`, []string{"x-grafbase-client-name", "web"}, ""},
		"another client does not":                              {"require_client_name = true\n", `{"documentId":"now"}`, []string{"x-grafbase-client-name", "ios"}, "PERSISTED_DOCUMENT_NOT_FOUND"},
		"a client without a name does not":                     {"require_client_name = true\n", `{"documentId":"now"}`, nil, "PERSISTED_DOCUMENT_NOT_FOUND"},
		"a document for nobody in particular is nobody's then": {"require_client_name = true\n", `{"documentId":"deep"}`, []string{"x-grafbase-client-name", "web"}, "PERSISTED_DOCUMENT_NOT_FOUND"},
		"limits hold for trusted documents":                    {"\n[operation_limits]\nroot_fields = 1\naliases = 1\n", `{"query":"{ now a: now }"}`, nil, "OPERATION_LIMIT_EXCEEDED"},
		"limits do not hold for exempt ones":                   {"\n[operation_limits]\nroot_fields = 1\naliases = 1\n", `{"documentId":"deep"}`, nil, ""},
		"a document's own scopes are demanded":                 {"", `{"documentId":"scoped"}`, nil, "UNAUTHENTICATED"},
		"neither request member is no request":                 {"", `{"variables":{}}`, nil, "NO_DOCUMENT"},
	} {
		t.Run(name, func(t *testing.T) {
			g, _, err := documentsGateway(t, "[trusted_documents]\nmanifests = [\"docs\"]\nbypass_header_name = \"x-bypass\"\nbypass_header_value = \"open sesame\"\n"+c.settings, documentsManifest)
			if err != nil {
				t.Fatal(err)
			}
			if got := post(t, g, c.body, c.header...); got != c.want {
				t.Errorf("got code %q, want %q", got, c.want)
			}
		})
	}
}

func TestTrustedDocumentsSwitchedOff(t *testing.T) {
	g, _, err := documentsGateway(t, "[trusted_documents]\nenabled = false\nmanifests = [\"docs\"]\n", documentsManifest)
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"documentId":"now"}`:                      "PERSISTED_DOCUMENT_NOT_FOUND",
		`{"documentId":"now","query":"{ now }"}`:    "",
		`{"query":"query Scoped { now }"}`:          "",
		`{"doc_id":"scoped","query":"{ unknown }"}`: "OPERATION_VALIDATION_ERROR",
	} {
		if got := post(t, g, body); got != want {
			t.Errorf("%s: got code %q, want %q", body, got, want)
		}
	}
}

func TestDocumentScopes(t *testing.T) {
	d := document{scopes: []string{"read", "write"}}
	reader := extensions.Token{ExtensionID: "jwt", Subject: "u", Scopes: []string{"read"}}
	if e := d.scopesDemanded(reader); e == nil || e.Code != extensions.CodeInsufficientScope {
		t.Errorf("a reader: got %v", e)
	}
	if e := d.scopesDemanded(extensions.Token{ExtensionID: "jwt", Subject: "u", Scopes: []string{"write", "read"}}); e != nil {
		t.Errorf("a writer: got %v", e)
	}
	if e := d.scopesDemanded(extensions.Anonymous("")); e == nil || e.Status != http.StatusUnauthorized || len(e.Challenges[0].Scope) != 2 {
		t.Errorf("nobody: got %v", e)
	}
	store, err := trusted.NewStore([]*trusted.Document{{Name: "A", Text: "{a}"}, {Name: "B", Text: "{b}", Scopes: []string{"write"}}})
	if err != nil {
		t.Fatal(err)
	}
	hidden := (&documents{store: store}).hiddenFrom(reader)
	if hidden == nil || !hidden("B") || hidden("A") {
		t.Error("the reader must not see B and must see A")
	}
}

func TestDocumentProblemsAreToldTogether(t *testing.T) {
	_, _, err := documentsGateway(t, "[trusted_documents]\nmanifests = [\"docs\"]\n", map[string]string{
		"docs/a.graphql": "query A {\n  nov\n}",
		"docs/b.graphql": "query B { user { name } }",
		"docs/c.graphql": "query {",
		"docs/d.json":    `{"format":"sluice-trusted-documents","version":1,"documents":[{"id":"x","text":"{ now }","operation_name":"Y"},{"id":"y","text":"query Z { now }","required_scopes":["a b"]}]}`,
		"docs/e.json":    `{"x":"{ users { id } }"}`,
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`trusted document "A" (`, `a.graphql) at 2:3: Cannot query field "nov"`, `b.graphql) at 1:11`, `c.graphql: not a GraphQL document`,
		`no operation named "Y"`, `"a b" is not a scope`, `give different texts`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no problem says %q:\n%v", want, err)
		}
	}
}

func TestDocumentFaultsAreLogged(t *testing.T) {
	g, logs, err := documentsGateway(t, "[trusted_documents]\nenforced = true\nmanifests = [\"docs\"]\ndocument_id_unknown_log_level = \"warn\"\ndocument_id_and_query_mismatch_log_level = \"off\"\n", documentsManifest)
	if err != nil {
		t.Fatal(err)
	}
	post(t, g, `{"documentId":"abc\nlevel=ERROR","query":""}`, "x-grafbase-client-name", "web")
	post(t, g, `{"documentId":"now","query":"{ secretField }"}`)
	post(t, g, `{"query":"{ secretField }"}`, "apollographql-client-name", "my app; x")
	got := logs.String()
	for _, want := range []string{
		`level=WARN msg="unknown document id" client=web document_id=(malformed)`,
		`level=INFO msg="unknown inline document refused" client=(malformed)`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %q:\n%s", want, got)
		}
	}
	for _, not := range []string{"belong together", "secretField", "abc"} {
		if strings.Contains(got, not) {
			t.Errorf("the log has %q:\n%s", not, got)
		}
	}
}

func TestFingerprintSeesFilesOfFolders(t *testing.T) {
	g, _, err := documentsGateway(t, "[trusted_documents]\nmanifests = [\"docs\"]\n", documentsManifest)
	if err != nil {
		t.Fatal(err)
	}
	cfg := g.current.Load().cfg
	file := filepath.Join(cfg.TrustedDocuments.Manifests[0].Abs(), "m.json")
	before := fingerprint(cfg)
	if fingerprint(cfg) != before {
		t.Fatal("the fingerprint changes by itself")
	}
	if err := os.WriteFile(file, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if fingerprint(cfg) == before {
		t.Error("a changed file in a folder of documents is not noticed")
	}
}
