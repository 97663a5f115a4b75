package schema

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// Load compiles a supergraph (join v0.1 to v0.5, https://specs.apollo.dev/join). The error, if any, is an Errors with every
// fault of the supergraph; its text names places in the SDL and nothing else.
func Load(sdl string) (*Schema, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "supergraph", Input: sdl})
	if err != nil {
		return nil, Errors{syntaxError(err)}
	}
	ld := newLoader(doc)
	return ld.load(ld.buildAPI)
}

func newLoader(doc *ast.SchemaDocument) *loader {
	return &loader{
		doc: doc, selections: map[string]ast.SelectionSet{},
		s: &Schema{Types: make([]Type, 1, 1+len(builtInScalars)+len(doc.Definitions)), Fields: make([]Field, 1), typeByName: map[string]TypeID{}},
	}
}

// load runs the phases, the given one last.
func (ld *loader) load(api func()) (*Schema, error) {
	for _, phase := range []func(){
		ld.mergeExtensions, ld.loadLinks, ld.resolveNames, ld.findDirectiveTypes, ld.loadGraphs,
		ld.declareTypes, ld.declareMembers, ld.loadRoots,
		ld.loadTypeHomes, ld.loadPossible, ld.loadFieldHomes, ld.compileFieldSets,
		ld.impliedHomes, ld.interfaceObjects, ld.loadDemands, api,
	} {
		// A phase leans on what the phases before it have established, so the faults of one phase are told together.
		if phase(); len(ld.errs) > 0 {
			return nil, ld.errs
		}
	}
	return ld.s, nil
}

func syntaxError(err error) *Error {
	if ge, ok := errors.AsType[*gqlerror.Error](err); ok {
		e := &Error{Message: ge.Message}
		if len(ge.Locations) > 0 {
			e.Line, e.Column = ge.Locations[0].Line, ge.Locations[0].Column
		}
		return e
	}
	return &Error{Message: err.Error()}
}

// loader holds what only matters while a supergraph is read.
type loader struct {
	doc   *ast.SchemaDocument
	s     *Schema
	errs  Errors
	links []*link
	names struct {
		graph, owner, typ, field, implements, unionMember string // of the join specification
		inaccessible, context                             string
		authenticated, requiresScopes, policy             string
		cost, listSize                                    string
	}
	fed1     bool // join v0.1
	composed bool // see LoadComposed
	// directiveTypes are the types that only directives use which clients cannot: see findDirectiveTypes.
	directiveTypes map[string]bool
	graphs         map[string]SubgraphID
	defs           []*ast.Definition           // index: TypeID; nil for built-in scalars that the document does not define
	fields         []*ast.FieldDefinition      // index: FieldID
	owners         map[TypeID]SubgraphID       // join v0.1
	contexts       map[string][]TypeID         // qualified context name -> types that set it
	implemented    []implementation            // see implementations
	homes          []FieldHome                 // see room
	selections     map[string]ast.SelectionSet // parsed selection strings, of which most occur many times
}

func (ld *loader) errorf(p *ast.Position, at Coordinate, format string, args ...any) {
	line, column := place(p)
	ld.errs = append(ld.errs, &Error{Coordinate: at.String(), Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
}

// mergeExtensions folds type extensions into their types. Composers do not print any, but people who edit supergraphs do.
func (ld *loader) mergeExtensions() {
	if ld.composed {
		return
	}
	byName := make(map[string]*ast.Definition, len(ld.doc.Definitions))
	for _, d := range ld.doc.Definitions {
		if byName[d.Name] != nil {
			ld.errorf(d.Position, typeAt(d.Name), "type is defined twice")
		}
		byName[d.Name] = d
	}
	for _, e := range ld.doc.Extensions {
		d := byName[e.Name]
		switch {
		case d == nil:
			byName[e.Name] = e
			ld.doc.Definitions = append(ld.doc.Definitions, e)
		case d.Kind != e.Kind:
			ld.errorf(e.Position, typeAt(e.Name), "extension is of another kind than the type")
		default:
			d.Directives = append(d.Directives, e.Directives...)
			d.Interfaces = append(d.Interfaces, e.Interfaces...)
			d.Fields = append(d.Fields, e.Fields...)
			d.Types = append(d.Types, e.Types...)
			d.TypePositions = append(d.TypePositions, e.TypePositions...)
			d.EnumValues = append(d.EnumValues, e.EnumValues...)
		}
	}
	ld.doc.Extensions = nil
	for _, d := range ld.doc.Definitions {
		dropRepeated(d)
	}
}

// dropRepeated removes fields that repeat an earlier one of the same type: published schemas of large APIs have some. Others are left, to be
// refused by declareField.
func dropRepeated(d *ast.Definition) {
	first := make(map[string]*ast.FieldDefinition, len(d.Fields))
	d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool {
		earlier := first[f.Name]
		if earlier == nil {
			first[f.Name] = f
			return false
		}
		return earlier.Type.String() == f.Type.String()
	})
}

func (ld *loader) resolveNames() {
	join := ld.link(federation.JoinSpec)
	n := &ld.names
	n.graph, n.owner, n.typ = join.directive("graph"), join.directive("owner"), join.directive("type")
	n.field, n.implements, n.unionMember = join.directive("field"), join.directive("implements"), join.directive("unionMember")
	n.inaccessible = ld.directiveName(federation.InaccessibleSpec, federation.Inaccessible)
	n.context = ld.directiveName(federation.ContextSpec, federation.Context)
	n.authenticated = ld.directiveName(federation.AuthenticatedSpec, federation.Authenticated)
	n.requiresScopes = ld.directiveName(federation.RequiresScopesSpec, federation.RequiresScopes)
	n.policy = ld.directiveName(federation.PolicySpec, federation.Policy)
	n.cost = ld.directiveName(federation.CostSpec, federation.Cost)
	n.listSize = ld.directiveName(federation.CostSpec, federation.ListSize)
	ld.fed1 = join.version == federation.Version{Major: 0, Minor: 1}
}

// loadGraphs reads the enum join__Graph.
func (ld *loader) loadGraphs() {
	name := ld.link(federation.JoinSpec).namespace + "__Graph"
	i := slices.IndexFunc(ld.doc.Definitions, func(d *ast.Definition) bool { return d.Name == name && d.Kind == ast.Enum })
	if i < 0 {
		ld.errorf(nil, Coordinate{}, "no enum %s: this is not a supergraph", name)
		return
	}
	values := ld.doc.Definitions[i].EnumValues
	ld.graphs = make(map[string]SubgraphID, len(values))
	for _, v := range values {
		if _, ok := ld.graphs[v.Name]; ok {
			ld.errorf(v.Position, fieldAt(name, v.Name), "subgraph is defined twice")
			continue
		}
		sg := Subgraph{ID: SubgraphID(len(ld.s.Subgraphs)), Name: v.Name}
		if d := v.Directives.ForName(ld.names.graph); d != nil {
			sg.Name, sg.URL = argString(d, "name"), argString(d, "url")
		}
		ld.graphs[v.Name] = sg.ID
		ld.s.Subgraphs = append(ld.s.Subgraphs, sg)
	}
}

// graph resolves the graph argument of a join directive; ok is false when the directive has none or it is wrong.
func (ld *loader) graph(d *ast.Directive, at Coordinate) (sg SubgraphID, ok bool) {
	name := argString(d, "graph")
	if name == "" {
		return 0, false
	}
	sg, ok = ld.graphs[name]
	if !ok {
		ld.errorf(d.Position, at, "@%s names the unknown subgraph %s", d.Name, name)
	}
	return sg, ok
}
