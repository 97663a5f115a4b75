package schema

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// LoadComposed compiles a supergraph that a composition has made and checked, so that it can be judged what its subgraphs can answer.
// It differs from Load in two ways. Specifications that this gateway does not implement are passed over: whether a graph can be run is
// asked where it is loaded to run. And of the API only the types are there, the visible ones by name, with their visible fields,
// arguments and values; it is neither validated again nor printed.
//
// The document need only tell where elements are, which of them are hidden, and which arguments and input fields must be given; demands on the
// caller and costs may be missing. It is taken over: the caller must not use it afterwards. Positions may be missing.
func LoadComposed(doc *ast.SchemaDocument) (*Schema, error) {
	ld := newLoader(doc)
	ld.composed = true
	return ld.load(ld.buildAPITypes)
}

// buildAPITypes makes the definitions of the document the types of the API schema, less what is hidden.
func (ld *loader) buildAPITypes() {
	ld.s.API = &ast.Schema{Types: make(map[string]*ast.Definition, len(ld.defs))}
	for id := range ld.s.Types {
		d := ld.defs[id]
		if d == nil || ld.s.Types[id].Inaccessible {
			continue
		}
		d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool { return ld.hidden(f.Directives) })
		for _, f := range d.Fields {
			f.Arguments = slices.DeleteFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return ld.hidden(a.Directives) })
		}
		d.EnumValues = slices.DeleteFunc(d.EnumValues, func(v *ast.EnumValueDefinition) bool { return ld.hidden(v.Directives) })
		ld.s.API.Types[d.Name] = d
	}
}
