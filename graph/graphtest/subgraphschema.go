package graphtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// SubgraphSchema is a subgraph's SDL made executable: the plain GraphQL schema with the federation machinery added
// (federation v2, Subgraph specification), and what the federation directives say.
type SubgraphSchema struct {
	Name   string
	SDL    string      // as written
	Schema *ast.Schema // executable, federation directives removed
	types  map[string]*typeFacts
	fields map[string]*fieldFacts // by coordinate
	hidden map[string]bool        // @inaccessible enum values, by coordinate
}

type typeFacts struct {
	keys            []keyFacts
	interfaceObject bool
	external        bool
	extension       bool // @extends, or only ever extended
}

type keyFacts struct {
	fields     ast.SelectionSet
	resolvable bool
}

type fieldFacts struct {
	external bool
	// keyed external fields are part of a key of an extension: federation 1 demands the @external, but the subgraph knows the value.
	keyed    bool
	requires ast.SelectionSet
	provides ast.SelectionSet
}

const machinery = `
scalar _Any
type _Service { sdl: String }
`

// LoadSubgraphSchema reads SDL of federation 1 or 2.
func LoadSubgraphSchema(name, sdl string) (*SubgraphSchema, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("parse subgraph %s: %w", name, err)
	}
	s := &SubgraphSchema{Name: name, SDL: sdl, types: map[string]*typeFacts{}, fields: map[string]*fieldFacts{}, hidden: map[string]bool{}}
	names := directiveNames(doc)
	defs := joinExtensions(doc)
	for _, def := range defs {
		s.collectFacts(def, names)
		if !slices.ContainsFunc(doc.Definitions, func(d *ast.Definition) bool { return d.Name == def.Name }) {
			s.typeFacts(def.Name).extension = true
		}
	}
	if s.Schema, err = executable(doc, defs, s.entities(defs)); err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	if err := s.checkFieldSets(); err != nil {
		return nil, fmt.Errorf("subgraph %s: %w", name, err)
	}
	s.markKeyed()
	return s, nil
}

// entities returns the names of the object types that have a key, sorted.
func (s *SubgraphSchema) entities(defs ast.DefinitionList) []string {
	var out []string
	for _, def := range defs {
		if def.Kind == ast.Object && len(s.typeFacts(def.Name).keys) > 0 {
			out = append(out, def.Name)
		}
	}
	slices.Sort(out)
	return out
}

func (s *SubgraphSchema) typeFacts(name string) *typeFacts {
	if s.types[name] == nil {
		s.types[name] = &typeFacts{}
	}
	return s.types[name]
}

func (s *SubgraphSchema) fieldFacts(typ, field string) *fieldFacts {
	at := typ + "." + field
	if s.fields[at] == nil {
		s.fields[at] = &fieldFacts{}
	}
	return s.fields[at]
}

// directiveNames maps the directive names of the document to those of the federation specification, by its @link.
func directiveNames(doc *ast.SchemaDocument) map[string]string {
	names := map[string]string{}
	linked := false
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, d := range def.Directives.ForNames("link") {
			url := argument(d, "url")
			if !strings.Contains(url, "/federation/") {
				continue
			}
			linked = true
			prefix := "federation"
			if as := argument(d, "as"); as != "" {
				prefix = as
			}
			for _, name := range federationDirectives {
				names[prefix+"__"+name] = name
			}
			imports := d.Arguments.ForName("import")
			if imports == nil {
				continue
			}
			for _, item := range imports.Value.Children {
				name, as := item.Value.Raw, item.Value.Raw
				if n := item.Value.Children.ForName("name"); n != nil {
					name, as = n.Raw, n.Raw
					if a := item.Value.Children.ForName("as"); a != nil {
						as = a.Raw
					}
				}
				names[strings.TrimPrefix(as, "@")] = strings.TrimPrefix(name, "@")
			}
		}
	}
	if !linked {
		for _, name := range federationDirectives {
			names[name] = name
		}
	}
	return names
}

var federationDirectives = []string{"key", "requires", "provides", "external", "extends", "interfaceObject", "inaccessible"}

// joinExtensions merges extensions into their definitions; an extension without one becomes a definition.
func joinExtensions(doc *ast.SchemaDocument) ast.DefinitionList {
	var defs ast.DefinitionList
	for _, part := range slices.Concat(doc.Definitions, doc.Extensions) {
		def := defs.ForName(part.Name)
		if def == nil {
			def = &ast.Definition{Kind: part.Kind, Name: part.Name, Position: part.Position}
			defs = append(defs, def)
		}
		def.Directives = append(def.Directives, part.Directives...)
		def.Interfaces = append(def.Interfaces, part.Interfaces...)
		def.Types = append(def.Types, part.Types...)
		def.EnumValues = append(def.EnumValues, part.EnumValues...)
		for _, f := range part.Fields {
			if old := def.Fields.ForName(f.Name); old == nil {
				def.Fields = append(def.Fields, f)
			}
		}
	}
	return defs
}

func (s *SubgraphSchema) collectFacts(def *ast.Definition, names map[string]string) {
	t := s.typeFacts(def.Name)
	for _, d := range def.Directives {
		switch names[d.Name] {
		case "key":
			resolvable := d.Arguments.ForName("resolvable")
			t.keys = append(t.keys, keyFacts{
				fields:     fieldSet(d),
				resolvable: resolvable == nil || resolvable.Value.Raw != "false",
			})
		case "external":
			t.external = true
		case "extends":
			t.extension = true
		case "interfaceObject":
			t.interfaceObject = true
		}
	}
	for _, v := range def.EnumValues {
		for _, d := range v.Directives {
			if names[d.Name] == "inaccessible" {
				s.hidden[def.Name+"."+v.Name] = true
			}
		}
	}
	for _, f := range def.Fields {
		for _, d := range f.Directives {
			switch names[d.Name] {
			case "external":
				s.fieldFacts(def.Name, f.Name).external = true
			case "requires":
				s.fieldFacts(def.Name, f.Name).requires = fieldSet(d)
			case "provides":
				s.fieldFacts(def.Name, f.Name).provides = fieldSet(d)
			}
		}
	}
}

func argument(d *ast.Directive, name string) string {
	if arg := d.Arguments.ForName(name); arg != nil {
		return arg.Value.Raw
	}
	return ""
}

// executable builds the plain schema: federation directives and machinery of the document go, the standard machinery comes.
func executable(doc *ast.SchemaDocument, defs ast.DefinitionList, entities []string) (*ast.Schema, error) {
	text := machinery
	if len(entities) > 0 {
		text += "union _Entity = " + strings.Join(entities, " | ")
	}
	extra, err := parser.ParseSchema(&ast.Source{Name: "machinery", Input: text})
	if err != nil {
		return nil, err
	}
	out := validator.PreludeDocument()
	out.Merge(extra)
	for _, d := range doc.Directives {
		if slices.ContainsFunc(d.Locations, executableLocation) {
			out.Directives = append(out.Directives, d)
		}
	}
	roots := rootNames(doc)
	if defs.ForName(roots[ast.Query]) == nil {
		defs = append(defs, &ast.Definition{Kind: ast.Object, Name: roots[ast.Query]})
	}
	for _, def := range defs {
		if def.Name == "_Any" || def.Name == "_Service" || def.Name == "_Entity" {
			continue
		}
		plain(def)
		if def.Name == roots[ast.Query] {
			addMachineryFields(def, len(entities) > 0)
		}
		out.Definitions = append(out.Definitions, def)
	}
	root := &ast.SchemaDefinition{}
	for _, op := range []ast.Operation{ast.Query, ast.Mutation, ast.Subscription} {
		if defs.ForName(roots[op]) != nil {
			root.OperationTypes = append(root.OperationTypes, &ast.OperationTypeDefinition{Operation: op, Type: roots[op]})
		}
	}
	out.Schema = ast.SchemaDefinitionList{root}
	return validator.ValidateSchemaDocument(out)
}

func executableLocation(l ast.DirectiveLocation) bool {
	switch l {
	case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
		ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment:
		return true
	default:
		return false
	}
}

func rootNames(doc *ast.SchemaDocument) map[ast.Operation]string {
	names := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, op := range def.OperationTypes {
			names[op.Operation] = op.Type
		}
	}
	return names
}

// plain removes all directives: none of them changes how this package executes.
func plain(def *ast.Definition) {
	def.Directives = nil
	for _, f := range def.Fields {
		f.Directives = nil
		for _, a := range f.Arguments {
			a.Directives = nil
		}
	}
	for _, v := range def.EnumValues {
		v.Directives = nil
	}
}

func addMachineryFields(query *ast.Definition, entities bool) {
	query.Fields = slices.DeleteFunc(query.Fields, func(f *ast.FieldDefinition) bool {
		return f.Name == "_service" || f.Name == "_entities"
	})
	query.Fields = append(query.Fields, &ast.FieldDefinition{Name: "_service", Type: ast.NonNullNamedType("_Service", nil)})
	if entities {
		query.Fields = append(query.Fields, &ast.FieldDefinition{
			Name: "_entities",
			Type: ast.NonNullListType(ast.NamedType("_Entity", nil), nil),
			Arguments: ast.ArgumentDefinitionList{{
				Name: "representations",
				Type: ast.NonNullListType(ast.NonNullNamedType("_Any", nil), nil),
			}},
		})
	}
}
