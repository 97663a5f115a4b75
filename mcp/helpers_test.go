package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/mcp"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// loadSchema is the small code-hosting API that the repair tests use too.
func loadSchema(tb testing.TB, without ...string) *ast.Schema {
	tb.Helper()
	sdl, err := os.ReadFile("internal/repair/testdata/schema.graphql")
	if err != nil {
		tb.Fatal(err)
	}
	for _, line := range without {
		sdl = bytes.Replace(sdl, []byte(line), nil, 1)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(sdl)})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// hideSalary is the view of a caller who may not see User.salary.
func hideSalary(typeName, member string) bool { return typeName == "User" && member == "salary" }

// schemas shows every caller the same schema.
type schemas struct {
	schema *ast.Schema
	index  mcp.Index
}

func newSchemas(s *ast.Schema) schemas { return schemas{s, plainIndex{s}} }

// employee marks the context of a caller who may run restricted documents.
type employee struct{}

// asEmployee lets the header Employee stand for a token.
func asEmployee(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Employee") != "" {
			r = r.WithContext(context.WithValue(r.Context(), employee{}, true))
		}
		next.ServeHTTP(w, r)
	})
}

func (s schemas) Schema(ctx context.Context) mcp.View {
	return mcp.View{Schema: s.schema, Index: s.index, Hidden: hideSalary, HiddenDocument: func(name string) bool {
		return name == "get_employee" && ctx.Value(employee{}) == nil
	}}
}

// plainIndex finds names that contain a keyword and prints types as they are:
// the goldens hold the tools' texts, and the index has tests of its own.
type plainIndex struct{ schema *ast.Schema }

func (x plainIndex) Search(q search.Query) search.Result {
	var out []string
	for _, d := range x.schema.Types {
		for _, f := range d.Fields {
			for _, k := range q.Keywords {
				if strings.Contains(strings.ToLower(f.Name), strings.ToLower(k)) && !d.BuiltIn && !q.Hidden(d.Name, f.Name) {
					out = append(out, d.Name+"."+f.Name)
				}
			}
		}
	}
	slices.Sort(out)
	return search.Result{Text: strings.Join(out, "\n")}
}

func (x plainIndex) Introspect(q search.IntrospectQuery) search.Result {
	var b strings.Builder
	for _, n := range q.Types {
		d := x.schema.Types[n]
		if d == nil {
			fmt.Fprintf(&b, "Type %s does not exist.\n", n)
			continue
		}
		visible := *d
		visible.Fields = slices.DeleteFunc(slices.Clone(d.Fields), func(f *ast.FieldDefinition) bool {
			return strings.HasPrefix(f.Name, "__") || q.Hidden(d.Name, f.Name)
		})
		one := &ast.SchemaDocument{Definitions: ast.DefinitionList{&visible}}
		formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchemaDocument(one)
	}
	return search.Result{Text: b.String()}
}

// api is a GraphQL executor on data in memory: it validates, selects and
// resolves, which is what the tools rely on.
type api struct {
	schema    *ast.Schema
	documents map[string]string
	enforced  bool // only documents run
	// hook, when set, answers before anything else.
	hook func(ctx context.Context, req mcp.Request) (mcp.Response, bool)
}

func (a *api) Execute(ctx context.Context, req mcp.Request) mcp.Response {
	if a.hook != nil {
		if resp, ok := a.hook(ctx, req); ok {
			return resp
		}
	}
	if a.untrusted(req) {
		return failed(untrusted, mcp.RefusedUntrusted)
	}
	op, doc, errs := a.prepare(req)
	if errs != nil {
		return failed(errs, mcp.NotRefused)
	}
	if op.Operation == ast.Mutation && req.ReadOnly {
		return failed(gqlerror.List{gqlerror.Errorf("mutations are not allowed here")}, mcp.RefusedMutation)
	}
	variables := map[string]any{}
	if len(req.Variables) > 0 {
		d := json.NewDecoder(bytes.NewReader(req.Variables))
		if err := d.Decode(&variables); err != nil {
			return failed(gqlerror.List{gqlerror.Errorf("variables are malformed")}, mcp.NotRefused)
		}
	}
	variables, err := validator.VariableValues(a.schema, op, variables)
	if err != nil {
		return failed(gqlerror.List{gqlerror.Wrap(errors.New("a variable has a wrong value"))}, mcp.NotRefused)
	}
	root := a.schema.Query
	if op.Operation == ast.Mutation {
		root = a.schema.Mutation
	}
	r := resolver{schema: a.schema, doc: doc, variables: variables}
	var b bytes.Buffer
	b.WriteString(`{"data":`)
	r.object(&b, root, op.SelectionSet, record{})
	b.WriteString(`}`)
	return mcp.Response{Body: b.Bytes(), HasData: true}
}

var untrusted = gqlerror.List{gqlerror.Errorf("only trusted documents may run")}

func (a *api) untrusted(req mcp.Request) bool {
	known := func(text string) bool { return text == req.Query }
	return a.enforced && req.DocumentID == "" && !slices.ContainsFunc(slices.Collect(maps.Values(a.documents)), known)
}

func (a *api) prepare(req mcp.Request) (*ast.OperationDefinition, *ast.QueryDocument, gqlerror.List) {
	text := req.Query
	if req.DocumentID != "" {
		if text = a.documents[req.DocumentID]; text == "" {
			return nil, nil, gqlerror.List{gqlerror.Errorf("no trusted document has this id")}
		}
	}
	doc, errs := gqlparser.LoadQueryWithRules(a.schema, text, rules.NewDefaultRules())
	if errs != nil {
		return nil, nil, errs
	}
	op := doc.Operations.ForName(req.OperationName)
	if op == nil {
		return nil, nil, gqlerror.List{gqlerror.Errorf("no such operation")}
	}
	return op, doc, nil
}

func (a *api) DryRun(_ context.Context, req mcp.Request) mcp.DryRun {
	var out mcp.DryRun
	_, _, errs := a.prepare(req)
	if a.untrusted(req) {
		errs, out.Refused = untrusted, mcp.RefusedUntrusted
	}
	for _, e := range errs {
		out.Errors = append(out.Errors, mcp.Error{Message: e.Message, Code: "OPERATION_VALIDATION_ERROR"})
	}
	out.Limits = []mcp.LimitUse{{Name: "depth", Used: 3, Max: 15}, {Name: "complexity", Used: 1200, Max: 1000}, {Name: "height", Used: 9}}
	out.Fetches = []mcp.Fetch{{Subgraph: "users", Requests: 1}, {Subgraph: "issues", Requests: 2}}
	out.RequiredScopes, out.HeldScopes = [][]string{{"read:user", "read:org"}, {"admin"}}, []string{"read:user"}
	return out
}

func failed(errs gqlerror.List, why mcp.Refusal) mcp.Response {
	body, _ := json.Marshal(map[string]any{"errors": errs})
	return mcp.Response{Body: body, Refused: why}
}

type record map[string]any

// resolver writes the selected part of records that it makes up.
type resolver struct {
	schema    *ast.Schema
	doc       *ast.QueryDocument
	variables map[string]any
}

func (r resolver) object(b *bytes.Buffer, def *ast.Definition, set ast.SelectionSet, parent record) {
	b.WriteByte('{')
	first := true
	r.fields(def, set, func(f *ast.Field) {
		if !first {
			b.WriteByte(',')
		}
		first = false
		fmt.Fprintf(b, "%q:", f.Alias)
		if f.Name == "__typename" {
			fmt.Fprintf(b, "%q", def.Name)
			return
		}
		r.value(b, f, f.Definition.Type, r.resolve(f, parent))
	})
	b.WriteByte('}')
}

func (r resolver) fields(def *ast.Definition, set ast.SelectionSet, visit func(*ast.Field)) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			visit(s)
		case *ast.InlineFragment:
			if s.TypeCondition == "" || s.TypeCondition == def.Name {
				r.fields(def, s.SelectionSet, visit)
			}
		case *ast.FragmentSpread:
			r.fields(def, s.Definition.SelectionSet, visit)
		}
	}
}

func (r resolver) value(b *bytes.Buffer, f *ast.Field, t *ast.Type, v any) {
	switch v := v.(type) {
	case []record:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			r.value(b, f, t.Elem, item)
		}
		b.WriteByte(']')
	case record:
		def := r.schema.Types[t.Name()]
		if name, ok := v["__typename"].(string); ok {
			def = r.schema.Types[name]
		}
		r.object(b, def, f.SelectionSet, v)
	default:
		text, _ := json.Marshal(v)
		b.Write(text)
	}
}

// resolve makes data up: users are numbered, everything else follows from them.
func (r resolver) resolve(f *ast.Field, parent record) any {
	args := f.ArgumentMap(r.variables)
	switch f.Name {
	case "viewer", "author", "user":
		return user(1)
	case "users":
		n, _ := args["first"].(int64)
		var nodes, edges []record
		for i := range int(n) {
			nodes = append(nodes, user(i+1))
			edges = append(edges, record{"cursor": fmt.Sprintf("c%d", i+1), "node": user(i + 1)})
		}
		return record{"nodes": nodes, "edges": edges, "totalCount": 1000, "pageInfo": record{"hasNextPage": true, "endCursor": fmt.Sprintf("c%d", n)}}
	case "closeIssue", "issue":
		return record{"id": "i1", "number": 1, "title": "A title", "state": "CLOSED"}
	case "search":
		return []record{{"__typename": "Repository", "id": "r1", "fullName": "a/b", "stars": 3}}
	}
	return parent[f.Name]
}

func user(i int) record {
	return record{
		"id": fmt.Sprintf("u%d", i), "login": fmt.Sprintf("user%d", i), "name": nil, "createdAt": "2026-01-01T00:00:00Z",
		"issues": []record{{"id": "i1", "number": 1, "title": "A title", "state": "OPEN"}},
	}
}

// setup is an endpoint under test on real HTTP.
type setup struct {
	api    *api
	server *mcp.Server
	url    string
	log    *bytes.Buffer
}

var trusted = []mcp.Document{
	{ID: "doc-1", Name: "get_user", Title: "One user", Description: "Looks a user up by login.", Query: `query GetUser($login: String!) { user(login: $login) { id login } }`},
	{ID: "doc-2", Query: `query { viewer { id } }`},
	{
		ID: "doc-4", Name: "get_employee", Title: "One employee", Restricted: true,
		Query:     `query Employee("Their name here." $login: String! $first: Int) { user(login: $login) { id issues(first: $first) { id } email } }`,
		Variables: map[string]string{"first": "How many issues."},
	},
	{ID: "doc-3", Name: "close_issue", Query: `mutation Close($input: CloseIssueInput!) { closeIssue(input: $input) { state } }`},
}

func newSetup(tb testing.TB, cfg mcp.Config, change ...func(*mcp.Deps)) *setup {
	tb.Helper()
	schema := loadSchema(tb)
	visible := loadSchema(tb, "salary: Int") // what the gateway lets this caller run
	su := &setup{api: &api{schema: visible, documents: map[string]string{}, enforced: cfg.DocumentsEnforced}, log: new(bytes.Buffer)}
	for _, d := range trusted {
		su.api.documents[d.ID] = d.Query
	}
	deps := mcp.Deps{
		Executor: su.api, Schemas: newSchemas(schema), Schema: schema, Documents: trusted,
		Logger: slog.New(slog.NewTextHandler(su.log, nil)),
	}
	for _, c := range change {
		c(&deps)
	}
	var err error
	if su.server, err = mcp.New(cfg, deps); err != nil {
		tb.Fatal(err)
	}
	ts := httptest.NewServer(su.server.Handler(asEmployee))
	tb.Cleanup(ts.Close)
	su.url = ts.URL
	return su
}

// post sends a body as an MCP client of revision 2025-11-25 does.
func (su *setup) post(tb testing.TB, body string, header ...string) (int, string, http.Header) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, su.url, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}

// toolResult is the part of a tools/call answer that tests look at.
type toolResult struct {
	Content []struct{ Type, Text string }
	IsError bool
}

// call runs a tool and decodes what it gives.
func (su *setup) call(tb testing.TB, name, arguments string) toolResult {
	tb.Helper()
	status, body, _ := su.post(tb, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, name, arguments))
	var answer struct{ Result *toolResult }
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Result == nil {
		tb.Fatalf("status %d, %v: %s", status, err, body)
	}
	return *answer.Result
}

func (r toolResult) text() string {
	var out []string
	for _, c := range r.Content {
		out = append(out, c.Text)
	}
	return strings.Join(out, "\n")
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
