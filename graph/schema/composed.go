package schema

import "github.com/vektah/gqlparser/v2/ast"

// LoadComposed compiles a supergraph that a composition has made and checked, so that it can be judged what its subgraphs can answer.
// It differs from Load in two ways. Specifications that this gateway does not implement are passed over: whether a graph can be run is
// asked where it is loaded to run. And of the API only the types are there, the visible ones by name; it is neither validated again nor
// printed.
//
// The document is taken over: the caller must not use it afterwards. Positions in it may be missing.
func LoadComposed(doc *ast.SchemaDocument) (*Schema, error) {
	ld := newLoader(doc)
	ld.composed = true
	return ld.load(ld.buildAPITypes)
}

// buildAPITypes fills the types of the API schema alone.
func (ld *loader) buildAPITypes() {
	ld.s.API = &ast.Schema{Types: make(map[string]*ast.Definition, len(ld.defs))}
	for id := range ld.s.Types {
		if d := ld.defs[id]; d != nil && !ld.s.Types[id].Inaccessible {
			ld.s.API.Types[d.Name] = ld.apiType(d)
		}
	}
}
