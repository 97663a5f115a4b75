package schema

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/validator"
)

// buildAPI derives the API schema: the supergraph without its machinery, without what is @inaccessible, and without directives
// that mean nothing to clients.
func (ld *loader) buildAPI() {
	doc := validator.PreludeDocument()
	tailorPrelude(doc)
	builtIn := doc.Directives
	for _, d := range ld.doc.Directives {
		if executable(d) && !ld.machineryDirective(d.Name) && builtIn.ForName(d.Name) == nil {
			doc.Directives = append(doc.Directives, ld.apiDirective(d))
		}
	}
	for id := range ld.s.Types {
		if d := ld.defs[id]; d != nil && !ld.s.Types[id].Inaccessible {
			doc.Definitions = append(doc.Definitions, ld.apiType(d))
		}
	}
	doc.Schema = ast.SchemaDefinitionList{ld.apiRoots()}
	api, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		e := syntaxError(err)
		e.Message = "API schema: " + e.Message
		ld.errs = append(ld.errs, e)
		return
	}
	ld.s.API = api
	var text strings.Builder
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchema(api)
	ld.s.APISDL = text.String()
}

// tailorPrelude cuts gqlparser's prelude back to GraphQL September 2025: @defer is not implemented, and @deprecated on directive
// definitions is only a proposal.
func tailorPrelude(doc *ast.SchemaDocument) {
	doc.Directives = slices.DeleteFunc(doc.Directives, func(d *ast.DirectiveDefinition) bool { return d.Name == "defer" })
	if d := doc.Definitions.ForName("__DirectiveLocation"); d != nil {
		d.EnumValues = slices.DeleteFunc(d.EnumValues, func(v *ast.EnumValueDefinition) bool {
			return v.Name == string(ast.LocationDirectiveDefinition)
		})
	}
	if d := doc.Directives.ForName("deprecated"); d != nil {
		d.Locations = slices.DeleteFunc(d.Locations, func(l ast.DirectiveLocation) bool { return l == ast.LocationDirectiveDefinition })
	}
}

func (ld *loader) apiRoots() *ast.SchemaDefinition {
	out := &ast.SchemaDefinition{}
	if len(ld.doc.Schema) > 0 {
		out.Description, out.Position = ld.doc.Schema[0].Description, ld.doc.Schema[0].Position
	}
	for _, root := range []struct {
		op ast.Operation
		id TypeID
	}{{ast.Query, ld.s.Query}, {ast.Mutation, ld.s.Mutation}, {ast.Subscription, ld.s.Subscription}} {
		if root.id == 0 {
			continue
		}
		t := &ld.s.Types[root.id]
		if !t.Inaccessible {
			out.OperationTypes = append(out.OperationTypes, &ast.OperationTypeDefinition{Operation: root.op, Type: t.Name, Position: out.Position})
		} else if root.op == ast.Query {
			ld.errorf(ld.defs[root.id].Position, typeAt(t.Name), "the query root is inaccessible")
		}
	}
	return out
}

func (ld *loader) hidden(list ast.DirectiveList) bool {
	return list.ForName(ld.names.inaccessible) != nil
}

// clientDirectives are the type-system directives of GraphQL itself.
var clientDirectives = []string{"deprecated", "specifiedBy", "oneOf"}

func apiDirectives(list ast.DirectiveList) ast.DirectiveList {
	var out ast.DirectiveList
	for _, d := range list {
		if slices.Contains(clientDirectives, d.Name) {
			out = append(out, d)
		}
	}
	return out
}

// apiDirective keeps a directive that operations may use and that is not part of a linked specification.
func (ld *loader) apiDirective(d *ast.DirectiveDefinition) *ast.DirectiveDefinition {
	out := *d
	out.Directives = nil
	out.Arguments = ld.apiArguments(d.Arguments)
	return &out
}

func (ld *loader) apiType(d *ast.Definition) *ast.Definition {
	out := &ast.Definition{Kind: d.Kind, Name: d.Name, Description: d.Description, Position: d.Position, Directives: apiDirectives(d.Directives)}
	for _, name := range d.Interfaces {
		if !ld.s.Types[ld.s.typeByName[name]].Inaccessible {
			out.Interfaces = append(out.Interfaces, name)
		}
	}
	for _, name := range d.Types {
		if !ld.s.Types[ld.s.typeByName[name]].Inaccessible {
			out.Types = append(out.Types, name)
		}
	}
	for _, f := range d.Fields {
		if ld.hidden(f.Directives) {
			continue
		}
		g := *f
		g.Directives, g.Arguments = apiDirectives(f.Directives), ld.apiArguments(f.Arguments)
		out.Fields = append(out.Fields, &g)
	}
	for _, v := range d.EnumValues {
		if ld.hidden(v.Directives) {
			continue
		}
		w := *v
		w.Directives = apiDirectives(v.Directives)
		out.EnumValues = append(out.EnumValues, &w)
	}
	return out
}

func (ld *loader) apiArguments(list ast.ArgumentDefinitionList) ast.ArgumentDefinitionList {
	var out ast.ArgumentDefinitionList
	for _, a := range list {
		if ld.hidden(a.Directives) {
			continue
		}
		b := *a
		b.Directives = apiDirectives(a.Directives)
		out = append(out, &b)
	}
	return out
}
