package search

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// dataDir finds the shared test data, which is not part of the repository.
func dataDir(tb testing.TB) string {
	dir := os.Getenv("SLUICE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, "search")
	if _, err := os.Stat(dir); err != nil {
		tb.Skip("the shared search data is not here; set SLUICE_DATA to its folder")
	}
	return dir
}

func loadSchema(tb testing.TB, path string) *ast.Schema {
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: path, Input: string(text)})
	if err != nil {
		tb.Fatal(err)
	}
	for _, def := range doc.Definitions {
		def.Fields = firstOfEach(def.Fields)
	}
	s, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// firstOfEach drops fields defined twice, which the large public schema has one of.
func firstOfEach(fields ast.FieldList) ast.FieldList {
	seen := make(map[string]bool)
	return slices.DeleteFunc(fields, func(f *ast.FieldDefinition) bool {
		twice := seen[f.Name]
		seen[f.Name] = true
		return twice
	})
}

func loadCases(tb testing.TB, path string) []Case {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	cases, err := LoadCases(f)
	if err != nil {
		tb.Fatal(err)
	}
	return cases
}

func TestSearchOfALargePublicSchemaMeetsItsTargets(t *testing.T) {
	dir := dataDir(t)
	x := Build(loadSchema(t, filepath.Join(dir, "github.graphql")), BuildOptions{})
	report, err := Evaluate(x, loadCases(t, filepath.Join(dir, "github.jsonl")), EvalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("tasks %.1f %%, groups %.1f %%, mean tokens %.0f, longest %d", 100*report.SatisfiedShare(), 100*report.GroupShare(), report.MeanTokens, report.MaxTokens)
	for _, m := range report.Misses {
		t.Logf("%s %q lacks %v", m.ID, m.Keywords, m.Missing)
	}
}

// ownDomains are the schemas and tasks in testdata.
var ownDomains = []string{"shop", "music", "hospital"}

func TestSearchOfSeveralDomainsShowsWhatTasksNeed(t *testing.T) {
	for _, domain := range ownDomains {
		t.Run(domain, func(t *testing.T) {
			x := Build(loadSchema(t, filepath.Join("testdata", domain+".graphql")), BuildOptions{})
			report, err := Evaluate(x, loadCases(t, filepath.Join("testdata", domain+".jsonl")), EvalOptions{MaxTokens: 700})
			if err != nil {
				t.Fatal(err)
			}
			logReport(t, report)
		})
	}
}

func logReport(t *testing.T, r Report) {
	t.Logf("tasks %.1f %%, groups %.1f %%, mean tokens %.0f, longest %d", 100*r.SatisfiedShare(), 100*r.GroupShare(), r.MeanTokens, r.MaxTokens)
	for _, m := range r.Misses {
		t.Logf("%s %q lacks %v", m.ID, m.Keywords, m.Missing)
	}
}
