package plan_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// verified builds the plan of a query and verifies it. It returns nil where the query is refused.
func verified(t *testing.T, s *schema.Schema, query string, opts plan.Options) *plan.Plan {
	t.Helper()
	doc, errs := operation.Parse(s, query, operation.ParseLimits{})
	if len(errs) > 0 {
		t.Skipf("invalid by design: %v", errs)
	}
	op, err := doc.Normalize("", func(name string) bool { return strings.Contains(query, "$"+name+": Boolean = true") })
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(s).Build(op, opts)
	if err != nil {
		t.Logf("refused: %v", err)
		return nil
	}
	if err := plan.Verify(s, op, p, opts); err != nil {
		t.Errorf("%v\n%s\n%s", err, query, p.Text(s))
	}
	return p
}

func TestPlansOfSuitesVerify(t *testing.T) { eachSuite(t, verifySuite) }

func verifySuite(t *testing.T, suite string) {
	sdl, err := os.ReadFile(filepath.Join(suite, "supergraph.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.Load(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(suite, "tests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct{ Name, Query string }
	if err := json.Unmarshal(data, &tests); err != nil {
		t.Fatal(err)
	}
	for _, tc := range tests {
		t.Run(tc.Name, func(t *testing.T) {
			verified(t, s, tc.Query, plan.Options{})
			verified(t, s, tc.Query, plan.Options{
				Batch: func(schema.SubgraphID) bool { return true },
				Label: func(string) bool { return true },
			})
		})
	}
}

// fixture loads the subgraphs and the operation of a golden.
func fixture(t *testing.T, file string) (*schema.Schema, string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var subgraphs []compose.Subgraph
	var query string
	for _, f := range archive.Files {
		name, isSubgraph := strings.CutPrefix(f.Name, "subgraph/")
		switch {
		case isSubgraph:
			name = strings.TrimSuffix(name, ".graphql")
			subgraphs = append(subgraphs, compose.Subgraph{Name: name, URL: "http://" + name, SDL: string(f.Data)})
		case f.Name == "operation.graphql":
			query = string(f.Data)
		}
	}
	res := compose.Compose(subgraphs, compose.Options{})
	if len(res.Errors) > 0 {
		t.Fatal(res.Errors[0])
	}
	s, err := schema.Load(res.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	return s, query
}

func TestPlansOfGoldensVerify(t *testing.T) {
	files, err := filepath.Glob("testdata/plans/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			s, query := fixture(t, file)
			verified(t, s, query, plan.Options{})
			verified(t, s, query, plan.Options{Batch: func(schema.SubgraphID) bool { return true }, Label: func(string) bool { return true }})
			denied := &plan.FieldError{Code: "FORBIDDEN", Message: "denied"}
			verified(t, s, query, plan.Options{Denied: func(f schema.FieldID) *plan.FieldError {
				if f%3 == 0 {
					return denied
				}
				return nil
			}})
		})
	}
}
