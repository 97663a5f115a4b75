package graph_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
)

var update = flag.Bool("update", false, "write the goldens")

// scripted is a Searcher that finds the same for every text, and hides what it must.
type scripted struct {
	found    []introspection.Found
	searches int
}

func (s *scripted) Search(_ string, most int, hidden func(typeName, name string) bool) []introspection.Found {
	s.searches++
	out := slices.DeleteFunc(slices.Clone(s.found), func(f introspection.Found) bool {
		typeName, name, _ := strings.Cut(f.Coordinate, ".")
		return hidden != nil && hidden(typeName, name)
	})
	return out[:min(most, len(out))]
}

// parseFound reads lines of a score and a way, whose last coordinate is what was found.
func parseFound(t *testing.T, text string) []introspection.Found {
	t.Helper()
	var out []introspection.Found
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		score, err := strconv.ParseFloat(words[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, introspection.Found{Coordinate: words[len(words)-1], Paths: [][]string{words[1:]}, Score: score})
	}
	return out
}

// searchEngine is an engine on the shop with search introspection.
func searchEngine(t testing.TB, opts introspection.Options, r *recorder) *graph.Engine {
	t.Helper()
	s := shopSchema(t)
	s.AddSearchIntrospection()
	return graph.New(s, graph.Config{Fetcher: r, Cost: graph.CostControl{Measure: true}, Introspection: introspection.New(s.API, opts)})
}

// TestSearchIntrospection runs operation.graphql with variables.json on the shop, whose only subgraph answers with upstream.json. The search
// finds what the lines of found say; the caller may not see what hidden lists.
func TestSearchIntrospection(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "searchintrospection", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			opts := introspection.Options{Search: &scripted{found: parseFound(t, files["found"])}, SearchOnly: true}
			if names := strings.Fields(files["hidden"]); names != nil {
				opts.Hidden = func(typeName, name string) bool {
					return slices.Contains(names, strings.TrimSuffix(typeName+"."+name, "."))
				}
			}
			e := searchEngine(t, opts, &recorder{answer: files["upstream.json"]})
			got := answerOf(t, e, files["operation.graphql"], files["variables.json"])
			if *update {
				for i := range archive.Files {
					if archive.Files[i].Name == "answer.json" {
						archive.Files[i].Data = []byte(got)
					}
				}
				if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if got != files["answer.json"] {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// answerOf is the indented response, or the errors' messages, a line each.
func answerOf(t *testing.T, e *graph.Engine, text, variables string) string {
	t.Helper()
	p, errs := e.Prepare(graph.Request{Text: text, Variables: []byte(variables)})
	if len(errs) > 0 {
		return errs.Error() + "\n"
	}
	if err := e.Verify(p, graph.Execution{}); err != nil {
		t.Error(err)
	}
	res, err := e.Execute(t.Context(), p, graph.Execution{})
	if err != nil {
		return err.Error() + "\n"
	}
	defer res.Release()
	var out bytes.Buffer
	if err := json.Indent(&out, res.Body, "", " "); err != nil {
		t.Fatalf("%v in %s", err, res.Body)
	}
	return out.String() + "\n"
}

func TestSearchIntrospectionIsRefusedWhereItCannotBeAnswered(t *testing.T) {
	const found = `{ __search(query: "x") { coordinate } }`
	deep := `fields { type { fields { type { fields { name } } } } }`
	for name, c := range map[string]struct{ text, has string }{
		"a mutation has no such field":        {`mutation { __search(query: "x") { coordinate } }`, `Cannot query field "__search" on type "Mutation".`},
		"the query is required":               {`{ __search { coordinate } }`, `argument "query" of type "String!" is required`},
		"a selection is required":             {`{ __definitions(coordinates: "Item") }`, `must have a selection`},
		"an argument must exist":              {`{ __search(query: "x", last: 1) { coordinate } }`, `Unknown argument "last"`},
		"a union has no fields of its own":    {`{ __definitions(coordinates: "Item") { name } }`, `Cannot query field "name" on type "__SchemaDefinition".`},
		"a fragment must be on a member":      {`{ __definitions(coordinates: "Item") { ... on Item { id } } }`, `can never be of type`},
		"members' fields must have one shape": {`{ __definitions(coordinates: "Item") { ... on __Type { name } ... on __Field { name } } }`, `conflict`},
		"lists must not nest too deep":        {`{ __definitions(coordinates: "Item") { ... on __Type { ` + deep + ` } } }`, `Maximum introspection depth exceeded`},
		"not even through fragments":          {`{ __search(query: "x") { definition { ...T } } } fragment T on __Type { fields { type { ...U } } } fragment U on __Type { fields { type { interfaces { name } } } }`, `Maximum introspection depth exceeded`},
		"first must not be negative":          {`{ __search(query: "x", first: -1) { coordinate } }`, `"first"`},
		"first must not be null":              {`query($n: Int = null) { __search(query: "x", first: $n) { coordinate } }`, `"first"`},
		"after must be a cursor":              {`{ __search(query: "x", after: "10") { coordinate } }`, `"after"`},
		"coordinates are bounded":             {`{ __definitions(coordinates: [` + strings.Repeat(`"Item" `, 101) + `]) { __typename } }`, `no more than 100`},
		"searches are bounded":                {`{` + manySearches(11) + `}`, `limit searches`},
		"__schema is no part of it":           {`{ __schema { queryType { name } } }`, `Introspection is not available here.`},
		"not even beside a search":            {`{ __search(query: "x") { coordinate } __type(name: "Item") { name } }`, `Introspection is not available here.`},
		"introspection_depth holds for it":    {`{ __search(query: "x") { definition { ... on __Field { type { ofType { name } } } } } }`, `limit introspection_depth: it has 5, the maximum is 4`},
	} {
		t.Run(name, func(t *testing.T) {
			s := shopSchema(t)
			s.AddSearchIntrospection()
			e := graph.New(s, graph.Config{
				Fetcher: &recorder{}, Limits: operation.Limits{IntrospectionDepth: 4},
				Introspection: introspection.New(s.API, introspection.Options{Search: &scripted{}, SearchOnly: true}),
			})
			if got := answerOf(t, e, c.text, ""); !strings.Contains(got, c.has) {
				t.Errorf("got %s", got)
			}
		})
	}
	t.Run("without it the fields do not exist", func(t *testing.T) {
		s := shopSchema(t)
		e := graph.New(s, graph.Config{Fetcher: &recorder{}, Introspection: introspection.New(s.API, introspection.Options{})})
		if got := answerOf(t, e, found, ""); got != "Cannot query field \"__search\" on type \"Query\".\n" {
			t.Errorf("got %s", got)
		}
		if got := answerOf(t, e, `{ __schema { types { name } } }`, ""); strings.Contains(got, "__SearchResult") {
			t.Errorf("got %s", got)
		}
	})
}

func manySearches(n int) string {
	var b strings.Builder
	for i := range n {
		n := strconv.Itoa(i)
		b.WriteString(" s" + n + `: __search(query: "` + n + `") { coordinate }`)
	}
	return b.String()
}

func TestTheSameSearchIsMadeOnce(t *testing.T) {
	s := &scripted{found: []introspection.Found{{Coordinate: "Item.name", Paths: [][]string{{"Query.item", "Item.name"}}, Score: 1}}}
	e := searchEngine(t, introspection.Options{Search: s}, &recorder{})
	const text = `{ a: __search(query: "x") { coordinate } b: __search(query: "x") { coordinate } c: __search(query: "y") { coordinate } __schema { queryType { name } } }`
	got := run(t, e, prepare(t, e, graph.Request{Text: text}), graph.Execution{})
	if want := `{"data":{"a":[{"coordinate":"Item.name"}],"b":[{"coordinate":"Item.name"}],"c":[{"coordinate":"Item.name"}],"__schema":{"queryType":{"name":"Query"}}}}`; got != want {
		t.Errorf("got %s", got)
	}
	if s.searches != 2 {
		t.Errorf("%d searches", s.searches)
	}
}
