package difftest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

func (m *mutator) addLink(d *ast.Directive) {
	m.doc.SchemaExtension = append(m.doc.SchemaExtension, &ast.SchemaDefinition{Directives: ast.DirectiveList{d}})
}

// changeLink changes a version, an import, a name or a purpose, or links one
// more specification.
func (m *mutator) changeLink() bool {
	link, ok := oneOf(m, m.links())
	if !ok || m.chance(15) {
		spec := choose(m, "tag/v0.3", "inaccessible/v0.2", "cost/v0.1", "authenticated/v0.1", "context/v0.1", "link/v1.0", "link/v1.1", "federation/v2.9", "join/v0.3", "connect/v0.2", "cacheTag/v0.1", "unknown/v1.0")
		d := &ast.Directive{Name: "link", Arguments: ast.ArgumentList{arg("url", stringValue(specs+spec))}}
		m.randomPurpose(d)
		m.addLink(d)
		return true
	}
	url := link.Arguments.ForName("url")
	imports := link.Arguments.ForName("import")
	switch m.rng.IntN(7) {
	case 0, 1:
		i := strings.LastIndex(url.Value.Raw, "/v")
		if i < 0 {
			return false
		}
		url.Value = stringValue(url.Value.Raw[:i] + choose(m, "/v2.0", "/v2.1", "/v2.2", "/v2.3", "/v2.4", "/v2.5", "/v2.6", "/v2.7", "/v2.8", "/v2.9", "/v2.10", "/v2.11", "/v2.12", "/v2.13", "/v2.14", "/v2.15", "/v1.0", "/v3.0", "/v0.1", "/v2", ""))
	case 2:
		if imports == nil || len(imports.Value.Children) == 0 {
			return false
		}
		i := m.rng.IntN(len(imports.Value.Children))
		imports.Value.Children = slices.Delete(imports.Value.Children, i, i+1)
	case 3:
		return m.renameImport(imports)
	case 4:
		if imports == nil {
			return false
		}
		imports.Value.Children = append(imports.Value.Children, &ast.ChildValue{Value: stringValue(choose(m, "@key", "@tag", "FieldSet", "@nowhere", "key", "@composeDirective", "@interfaceObject", "Scope", "@policy", "@listSize", "@cacheTag"))})
	case 5:
		if link.Arguments.ForName("as") == nil {
			link.Arguments = append(link.Arguments, arg("as", stringValue(choose(m, "fed", "federation", "other", "key", "bad__name", "@at"))))
		}
	default:
		m.randomPurpose(link)
	}
	return true
}

func (m *mutator) randomPurpose(d *ast.Directive) {
	if m.chance(40) && d.Arguments.ForName("for") == nil {
		d.Arguments = append(d.Arguments, arg("for", &ast.Value{Kind: ast.EnumValue, Raw: choose(m, "SECURITY", "EXECUTION")}))
	}
}

// renameImport gives an imported directive a name of its own, with or without
// its applications.
func (m *mutator) renameImport(imports *ast.Argument) bool {
	if imports == nil {
		return false
	}
	c, ok := oneOf(m, imports.Value.Children)
	if !ok || c.Value.Kind != ast.StringValue {
		return false
	}
	from := strings.TrimPrefix(c.Value.Raw, "@")
	as := choose(m, "my", from+"2", "tag", "at")
	renamed := "@" + as
	if m.chance(5) {
		renamed = as
	}
	c.Value = &ast.Value{Kind: ast.ObjectValue, Children: ast.ChildValueList{{Name: "name", Value: stringValue("@" + from)}, {Name: "as", Value: stringValue(renamed)}}}
	if m.chance(85) {
		for _, a := range m.applications() {
			if a.directive().Name == from {
				d := *a.directive()
				d.Name = as
				(*a.list)[a.at] = &d
			}
		}
	}
	return true
}

// dropLink makes a subgraph of federation 1 of one of federation 2, or the other
// way round.
func (m *mutator) dropLink() bool {
	if len(m.links()) == 0 {
		m.addLink(&ast.Directive{Name: "link", Arguments: ast.ArgumentList{
			arg("url", stringValue(specs+"federation/"+choose(m, "v2.0", "v2.3", "v2.9", "v2.14"))),
			arg("import", listValue(stringValue("@key"), stringValue("@external"), stringValue("@requires"), stringValue("@provides"), stringValue("@shareable"), stringValue("@extends"), stringValue("@tag"), stringValue("@inaccessible"), stringValue("@override"))),
		}})
		return true
	}
	if m.chance(60) {
		return false
	}
	m.doc.SchemaExtension = nil
	for _, s := range m.doc.Schema {
		s.Directives = nil
	}
	m.doc.Schema = slices.DeleteFunc(m.doc.Schema, func(s *ast.SchemaDefinition) bool { return len(s.OperationTypes) == 0 })
	return true
}

// defineDirective defines a directive or type that federation knows, rightly or
// wrongly.
func (m *mutator) defineDirective() bool {
	text := choose(m,
		`directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE`,
		`directive @key(fields: String!) repeatable on OBJECT`,
		`directive @key(fields: federation__FieldSet!) on OBJECT | INTERFACE`,
		`directive @key(fields: Int!) on OBJECT`,
		`directive @key(fields: _FieldSet!) on OBJECT | INTERFACE scalar _FieldSet`,
		`directive @key(fields: String!, extra: Int) repeatable on OBJECT`,
		`directive @shareable on FIELD_DEFINITION | OBJECT`,
		`directive @shareable repeatable on FIELD_DEFINITION | OBJECT`,
		`directive @shareable on FIELD_DEFINITION | OBJECT | ENUM`,
		`directive @external(reason: String) on FIELD_DEFINITION`,
		`directive @external on FIELD_DEFINITION | OBJECT`,
		`directive @external(reason: Int) on FIELD_DEFINITION`,
		`directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT`,
		`directive @tag(name: String) on FIELD_DEFINITION`,
		`directive @tag(name: String!, other: Int!) repeatable on FIELD_DEFINITION`,
		`directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION`,
		`directive @inaccessible on SCHEMA`,
		`directive @link(url: String!, as: String, import: [Import], for: Purpose) repeatable on SCHEMA scalar Import enum Purpose { SECURITY EXECUTION }`,
		`directive @link(url: String, as: String, import: [link__Import]) repeatable on SCHEMA scalar link__Import`,
		`directive @link(url: String!) on SCHEMA`,
		`scalar FieldSet`, `scalar _FieldSet`, `type FieldSet { a: Int }`, `scalar _Any`, `type _Any { a: Int }`,
		`union _Entity = Nowhere`, `type _Service { sdl: String }`, `type _Service { sdl: String! other: Int }`, `scalar federation__FieldSet`, `enum link__Purpose { SECURITY EXECUTION }`, `enum link__Purpose { SECURITY }`,
		`directive @requires(fields: String) on FIELD_DEFINITION`,
		`directive @override(from: String!) on FIELD_DEFINITION`,
		`directive @deprecated(reason: String) on FIELD_DEFINITION`,
		`directive @cost(weight: Int!) on FIELD_DEFINITION`,
		`directive @connect(a: Int) on FIELD_DEFINITION`,
	)
	defined, err := parse(text)
	if err != nil {
		panic(fmt.Sprintf("mutation does not parse: %v: %s", err, text))
	}
	for _, d := range defined.Directives {
		if m.doc.Directives.ForName(d.Name) != nil {
			return false
		}
	}
	for _, d := range defined.Definitions {
		if m.doc.Definitions.ForName(d.Name) != nil {
			return false
		}
	}
	m.doc.Directives = append(m.doc.Directives, defined.Directives...)
	m.doc.Definitions = append(m.doc.Definitions, defined.Definitions...)
	return true
}

// defineCustom gives subgraphs a directive of their own: an executable one, or
// one that a linked specification brings and @composeDirective keeps.
func (m *mutator) defineCustom() bool {
	composed := m.chance(60)
	version := choose(m, "v1.0", "v1.1", "v2.0")
	for i, doc := range m.docs {
		if i != m.at && m.chance(40) || doc.Directives.ForName("custom") != nil {
			continue
		}
		sub := &mutator{rng: m.rng, docs: m.docs, doc: doc, at: i}
		d := &ast.DirectiveDefinition{Name: "custom", Locations: []ast.DirectiveLocation{ast.LocationFieldDefinition, ast.LocationObject}, IsRepeatable: m.chance(40)}
		if !composed {
			d.Locations = []ast.DirectiveLocation{choose(m, ast.LocationQuery, ast.LocationField), choose(m, ast.LocationFragmentSpread, ast.LocationFieldDefinition, ast.LocationMutation)}
		}
		if m.chance(60) {
			a := &ast.ArgumentDefinition{Name: "x", Type: choose(m, named("Int"), named("Int"), named("String"), &ast.Type{NamedType: "Int", NonNull: true})}
			if m.chance(30) {
				a.DefaultValue = m.anyValue(a.Type)
			}
			d.Arguments = ast.ArgumentDefinitionList{a}
		}
		doc.Directives = append(doc.Directives, d)
		if !composed {
			continue
		}
		if m.chance(90) {
			import1 := stringValue("@custom")
			if m.chance(10) {
				import1 = &ast.Value{Kind: ast.ObjectValue, Children: ast.ChildValueList{{Name: "name", Value: stringValue("@original")}, {Name: "as", Value: stringValue("@custom")}}}
			}
			if m.chance(15) {
				version = choose(m, "v1.0", "v1.1", "v2.0")
			}
			sub.addLink(&ast.Directive{Name: "link", Arguments: ast.ArgumentList{arg("url", stringValue("https://example.com/custom/"+version)), arg("import", listValue(import1))}})
		}
		if m.chance(80) {
			doc.SchemaExtension = append(doc.SchemaExtension, &ast.SchemaDefinition{})
			sub.apply(&doc.SchemaExtension[len(doc.SchemaExtension)-1].Directives, "composeDirective", ast.ArgumentList{arg("name", stringValue("@custom"))})
		}
		for range m.rng.IntN(3) {
			if o, ok := oneOf(m, sub.fields(ast.Object)); ok {
				var args ast.ArgumentList
				if len(d.Arguments) > 0 && m.chance(80) {
					args = ast.ArgumentList{arg("x", m.anyValue(d.Arguments[0].Type))}
				}
				o.field.Directives = append(o.field.Directives, &ast.Directive{Name: "custom", Arguments: args})
			}
		}
	}
	return true
}

// addInterfaceObject makes an interface entity of an interface, with an interface
// object in another subgraph.
func (m *mutator) addInterfaceObject() bool {
	i, ok := oneOf(m, m.definitions(ast.Interface))
	from, other := m.other()
	if !ok || !other {
		return false
	}
	sub := &mutator{rng: m.rng, docs: m.docs, doc: from, at: slices.Index(m.docs, from)}
	if len(definitionNamed(from, i.Name)) > 0 || len(i.Fields) == 0 {
		return false
	}
	key := i.Fields[0]
	set := ast.ArgumentList{arg("fields", stringValue(key.Name))}
	if m.chance(90) {
		m.apply(&i.Directives, "key", set)
	}
	for _, d := range m.definitions(ast.Object) {
		if slices.Contains(d.Interfaces, i.Name) && d.Directives.ForName("key") == nil && m.chance(92) {
			m.apply(&d.Directives, "key", set)
		}
	}
	object := &ast.Definition{Kind: ast.Object, Name: i.Name, Fields: ast.FieldList{cloneField(key), {Name: m.fresh("io"), Type: named("Int")}}}
	object.Fields[0].Directives = nil
	if m.chance(93) {
		sub.apply(&object.Directives, "key", set)
	}
	if m.chance(93) {
		sub.apply(&object.Directives, "interfaceObject", nil)
	}
	from.Definitions = append(from.Definitions, object)
	return true
}

// addContext sets a context on a type and reads it in an argument of a type below.
func (m *mutator) addContext() bool {
	o, ok := oneOf(m, m.fields(ast.Object))
	if !ok {
		return false
	}
	below := definitionNamed(m.doc, o.field.Type.Name())
	if len(below) == 0 || below[0].Kind != ast.Object || len(below[0].Fields) == 0 || o.def.Name == "Query" {
		return false
	}
	source, _ := oneOf(m, o.def.Fields)
	reader, _ := oneOf(m, below[0].Fields)
	if reader.Arguments.ForName("ctx") != nil {
		return false
	}
	typ := *source.Type
	if m.chance(80) {
		typ.NonNull = false
	}
	if m.chance(95) {
		m.apply(&o.def.Directives, "context", ast.ArgumentList{arg("name", stringValue("ctx"))})
	}
	selection := choose(m, "$ctx { "+source.Name+" }", "$ctx { "+source.Name+" }", "$ctx { "+source.Name+" }", "$ctx "+source.Name, "{ "+source.Name+" }", "$ctx", "$ctx { "+m.selection(o.def, 0)+" }",
		"$ctx ... on "+o.def.Name+" { "+source.Name+" }", "$other { "+source.Name+" }", "$ctx { nowhere }")
	a := &ast.ArgumentDefinition{Name: "ctx", Type: &typ}
	if m.chance(8) {
		a.DefaultValue = m.anyValue(a.Type)
	}
	m.apply(&a.Directives, "fromContext", ast.ArgumentList{arg("field", stringValue(selection))})
	reader.Arguments = append(reader.Arguments, a)
	return true
}
