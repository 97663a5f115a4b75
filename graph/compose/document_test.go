package compose

import (
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/tools/txtar"

	graph "github.com/sluice-gateway/sluice/graph/schema"
)

// TestDocumentIsWhatParsingGives compares the tree built from each golden's
// supergraph, and what is compiled from it, with what the printed one gives, less
// what is left out on purpose.
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
		reduce(parsed)
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
		forgetDemands(want)
		if !reflect.DeepEqual(got.Types, want.Types) || !reflect.DeepEqual(got.Fields, want.Fields) || !reflect.DeepEqual(got.Subgraphs, want.Subgraphs) {
			t.Errorf("%s: compiles to another schema", file)
		}
	}
	if compared == 0 {
		t.Error("no golden composes")
	}
}

// reduce leaves of a parsed supergraph what document makes of one.
func reduce(doc *ast.SchemaDocument) {
	doc.Directives = nil
	doc.Schema[0].Directives = slices.DeleteFunc(doc.Schema[0].Directives, func(d *ast.Directive) bool { return d.Name != "link" })
	for _, t := range doc.Definitions {
		t.Directives = judging(t.Directives)
		if t.Kind == ast.InputObject {
			t.Fields = slices.DeleteFunc(t.Fields, func(f *ast.FieldDefinition) bool { return !f.Type.NonNull || f.DefaultValue != nil })
		}
		for _, f := range t.Fields {
			f.Directives = judging(f.Directives)
			f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return !a.Type.NonNull || a.DefaultValue != nil })
			for _, a := range f.Arguments {
				a.Directives = judging(a.Directives)
			}
		}
		for _, v := range t.EnumValues {
			v.Directives = judging(v.Directives)
		}
	}
}

var judged = regexp.MustCompile(`^(join__(type|field|implements|unionMember|graph)|inaccessible|context)$`)

func judging(list ast.DirectiveList) ast.DirectiveList {
	return slices.DeleteFunc(list, func(d *ast.Directive) bool { return !judged.MatchString(d.Name) })
}

// forgetDemands takes out of a compiled schema what LoadComposed is not told.
func forgetDemands(s *graph.Schema) {
	for i := range s.Types {
		s.Types[i].Security, s.Types[i].Weight, s.Types[i].InputWeights = nil, nil, nil
	}
	for i := range s.Fields {
		s.Fields[i].Security, s.Fields[i].Weight, s.Fields[i].ArgumentWeights, s.Fields[i].ListSize = nil, nil, nil, nil
	}
}

func formatted(doc *ast.SchemaDocument) string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithoutDescription()).FormatSchemaDocument(doc)
	return b.String()
}
