package schema_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// TestLoadComposedPassesOverWhatCannotBeRun loads a supergraph that needs a specification of which this gateway knows nothing.
func TestLoadComposedPassesOverWhatCannotBeRun(t *testing.T) {
	sdl := `schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://example.com/magic/v1.0", for: SECURITY)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
{ query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") }
type Query @join__type(graph: A) { x(seen: Int, unseen: Int @inaccessible): Int hidden: Int @inaccessible }
type Hidden @join__type(graph: A) @inaccessible { x: Int }`
	if _, err := schema.Load(sdl); err == nil {
		t.Error("Load accepts a specification for SECURITY that nobody enforces")
	}
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema.LoadComposed(doc)
	if err != nil {
		t.Fatal(err)
	}
	if s.TypeByName("Hidden") == 0 || s.API.Types["Hidden"] != nil {
		t.Error("a hidden type is not compiled, or it is in the API")
	}
	if f := s.API.Types["Query"].Fields; len(f) != 1 || len(f[0].Arguments) != 1 {
		t.Errorf("the API shows the fields %v, want only x with one argument", f)
	}
}
