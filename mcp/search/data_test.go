package search

import (
	"bytes"
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
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	cases, err := LoadCases(bytes.NewReader(text))
	if err != nil {
		tb.Fatal(err)
	}
	return cases
}
