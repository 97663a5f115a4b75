package compose

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/tools/txtar"

	graph "github.com/sluice-gateway/sluice/graph/schema"
)

// TestDocumentIsWhatParsingGives compares the tree built from each golden's
// supergraph, and what is compiled from it, with what the printed one gives.
func TestDocumentIsWhatParsingGives(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	compared := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := &composition{}
		c.ingest(goldenSubgraphs(archive))
		for _, stage := range []func(){c.upgrade, c.merge, c.checkMerged, c.checkSupergraph} {
			if len(c.errors) == 0 {
				stage()
			}
		}
		if len(c.errors) > 0 {
			continue
		}
		compared++
		printed := printSchema(c.super.schema)
		parsed, err := parser.ParseSchema(&ast.Source{Input: printed})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := formatted(document(c.super.schema, c.subgraphs)), formatted(parsed); got != want {
			t.Errorf("%s: another tree:\n%s", file, diffLines(got, want))
		}
		want, err := graph.Load(printed)
		if err != nil {
			continue // a graph that this gateway does not run
		}
		got, err := graph.LoadComposed(document(c.super.schema, c.subgraphs))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if !reflect.DeepEqual(got.Types, want.Types) || !reflect.DeepEqual(got.Fields, want.Fields) || !reflect.DeepEqual(got.Subgraphs, want.Subgraphs) {
			t.Errorf("%s: compiles to another schema", file)
		}
	}
	if compared == 0 {
		t.Error("no golden composes")
	}
}

func formatted(doc *ast.SchemaDocument) string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithoutDescription()).FormatSchemaDocument(doc)
	return b.String()
}
