package compose

import (
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// parse reads the SDL of the subgraph; a syntax error is reported, not returned.
func (s *subgraph) parse(sdl string) *ast.SchemaDocument {
	if tooDeep(sdl) {
		s.report(InvalidGraphQL, position{}, "", "Syntax Error: brackets are nested too deeply")
		return &ast.SchemaDocument{}
	}
	doc, err := parser.ParseSchema(&ast.Source{Name: s.file, Input: sdl})
	if err == nil {
		return doc
	}
	var at position
	message := err.Error()
	if syntax := (*gqlerror.Error)(nil); errors.As(err, &syntax) {
		message = syntax.Message
		if len(syntax.Locations) > 0 {
			at = position{int32(syntax.Locations[0].Line), int32(syntax.Locations[0].Column)}
		}
	}
	s.report(InvalidGraphQL, at, "", "Syntax Error: %s", message)
	return &ast.SchemaDocument{}
}

// maxNesting bounds how deep brackets may nest in what is parsed, since parsing
// and walking recurse.
const maxNesting = 5000

// tooDeep says whether brackets nest beyond maxNesting. Brackets inside strings
// count: field sets are parsed too.
func tooDeep(text string) bool {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{', '(':
			if depth++; depth > maxNesting {
				return true
			}
		case ']', '}', ')':
			depth = max(0, depth-1)
		}
	}
	return false
}

// ingest copies a parsed document into the model. What a name may have only one
// of is reported here, since the model has no room for a second one.
func (s *subgraph) ingest(doc *ast.SchemaDocument) {
	in := ingester{s}
	in.schemaDefinitions(doc)
	for _, d := range doc.Directives {
		in.directiveDefinition(d)
	}
	for _, d := range doc.Definitions {
		in.definition(d, false)
	}
	for _, d := range doc.Extensions {
		in.definition(d, true)
	}
	for _, o := range operations {
		if t := s.byName[o.typeName()]; len(doc.Schema) == 0 && s.roots[o] == "" && t != nil && t.kind == objectKind {
			s.roots[o] = o.typeName()
		}
	}
}

// ingester converts nodes of gqlparser's tree, which it never changes.
type ingester struct{ *subgraph }

func place(p *ast.Position) position {
	if p == nil {
		return position{}
	}
	return position{int32(p.Line), int32(p.Column)}
}

func (in ingester) schemaDefinitions(doc *ast.SchemaDocument) {
	for i, d := range doc.Schema {
		if i > 0 {
			in.report(InvalidGraphQL, place(d.Position), "", "Must provide only one schema definition.")
			continue
		}
		in.description = d.Description
		in.schemaParts(d, false)
	}
	for _, d := range doc.SchemaExtension {
		in.schemaParts(d, true)
	}
}

func (in ingester) schemaParts(d *ast.SchemaDefinition, ext bool) {
	in.applied = append(in.applied, in.directives(d.Directives, ext)...)
	for _, op := range d.OperationTypes {
		o := map[ast.Operation]operation{ast.Query: query, ast.Mutation: mutation, ast.Subscription: subscription}[op.Operation]
		if in.roots[o] != "" {
			in.report(InvalidGraphQL, place(op.Position), "", "There can be only one %s type in schema.", op.Operation)
			continue
		}
		in.roots[o], in.rootAt[o] = op.Type, place(op.Position)
	}
}

func (in ingester) directiveDefinition(d *ast.DirectiveDefinition) {
	if in.directiveByName[d.Name] != nil {
		in.report(InvalidGraphQL, place(d.Position), "@"+d.Name, "There can be only one directive named \"@%s\".", d.Name)
		return
	}
	def := &directiveDef{
		name: d.Name, description: d.Description, repeatable: d.IsRepeatable, pos: place(d.Position),
		locations: make([]string, len(d.Locations)),
	}
	for i, l := range d.Locations {
		def.locations[i] = string(l)
	}
	def.args = in.arguments(d.Arguments, coordinate{Owner: "@" + d.Name}, false)
	in.addDirective(def)
}

var kinds = map[ast.DefinitionKind]kind{
	ast.Scalar: scalarKind, ast.Object: objectKind, ast.Interface: interfaceKind,
	ast.Union: unionKind, ast.Enum: enumKind, ast.InputObject: inputKind,
}

func (in ingester) definition(d *ast.Definition, ext bool) {
	t := in.byName[d.Name]
	switch {
	case t == nil:
		t = in.parts.types.new()
		t.name, t.kind, t.pos = d.Name, kinds[d.Kind], place(d.Position)
		in.addType(t)
	case t.kind != kinds[d.Kind]:
		in.report(InvalidGraphQL, place(d.Position), d.Name, "Cannot extend %s type %q: it is also declared as %s.", t.kind, d.Name, kinds[d.Kind])
		return
	case t.defined && !ext:
		in.report(InvalidGraphQL, place(d.Position), d.Name, "There can be only one type named %q.", d.Name)
		return
	}
	if ext {
		t.extended = true
	} else {
		t.defined, t.description = true, d.Description
	}
	applied := in.directives(d.Directives, ext)
	for _, d := range applied {
		d.block = t.blocks
	}
	t.blocks++
	if t.applied == nil {
		t.applied = applied
	} else {
		t.applied = append(t.applied, applied...)
	}
	in.references(t, d, ext)
	if t.kind == inputKind {
		in.inputFields(t, d, ext)
	} else {
		in.fields(t, d, ext)
	}
	for _, v := range d.EnumValues {
		in.enumValue(t, v, ext)
	}
}

func (in ingester) references(t *typeDef, d *ast.Definition, ext bool) {
	for _, name := range d.Interfaces {
		if t.implements(name) {
			in.report(InvalidGraphQL, place(d.Position), t.name, "Type %s can only implement %s once.", t.name, name)
			continue
		}
		t.interfaces = append(t.interfaces, named{name, place(d.Position), ext})
	}
	for i, name := range d.Types {
		at := d.Position
		if i < len(d.TypePositions) {
			at = d.TypePositions[i]
		}
		if t.hasMember(name) {
			in.report(InvalidGraphQL, place(at), t.name, "Union type %s can only include type %s once.", t.name, name)
			continue
		}
		t.addMember(named{name, place(at), ext})
	}
}

func (in ingester) fields(t *typeDef, d *ast.Definition, ext bool) {
	if t.fields == nil {
		t.fields = in.parts.fieldLists.take(len(d.Fields))[:0]
	}
	for _, f := range d.Fields {
		if t.field(f.Name) != nil {
			in.duplicateField(t, f)
			continue
		}
		g := in.parts.fields.new()
		g.name, g.description, g.pos, g.ext = f.Name, f.Description, place(f.Position), ext
		g.typ, g.applied = in.parts.typeRef(f.Type), in.directives(f.Directives, ext)
		g.args = in.arguments(f.Arguments, coordinate{Owner: t.name, Part: f.Name}, ext)
		t.addField(g)
	}
}

func (in ingester) inputFields(t *typeDef, d *ast.Definition, ext bool) {
	if t.inputs == nil {
		t.inputs = in.parts.inputLists.take(len(d.Fields))[:0]
	}
	for _, f := range d.Fields {
		if t.input(f.Name) != nil {
			in.duplicateField(t, f)
			continue
		}
		g := in.parts.inputs.new()
		g.name, g.description, g.pos, g.ext = f.Name, f.Description, place(f.Position), ext
		g.typ, g.def, g.applied = in.parts.typeRef(f.Type), in.parts.value(f.DefaultValue), in.directives(f.Directives, ext)
		t.addInput(g)
	}
}

func (in ingester) duplicateField(t *typeDef, f *ast.FieldDefinition) {
	coordinate := t.name + "." + f.Name
	in.report(InvalidGraphQL, place(f.Position), coordinate, "Field %q can only be defined once.", coordinate)
}

func (in ingester) enumValue(t *typeDef, v *ast.EnumValueDefinition, ext bool) {
	if t.value(v.Name) != nil {
		coordinate := t.name + "." + v.Name
		in.report(InvalidGraphQL, place(v.Position), coordinate, "Enum value %q can only be defined once.", coordinate)
		return
	}
	t.addValue(&enumValue{
		name: v.Name, description: v.Description, applied: in.directives(v.Directives, ext), pos: place(v.Position), ext: ext,
	})
}

func (in ingester) arguments(list ast.ArgumentDefinitionList, owner coordinate, ext bool) []*input {
	if len(list) == 0 {
		return nil
	}
	out := in.parts.inputLists.take(len(list))[:0]
	repeats := func(i int) bool { return list[:i].ForName(list[i].Name) != nil }
	if len(list) > few {
		seen := make(map[string]bool, len(list))
		repeats = func(i int) bool {
			before := seen[list[i].Name]
			seen[list[i].Name] = true
			return before
		}
	}
	for i, a := range list {
		if repeats(i) {
			coordinate := owner.Argument(a.Name).String()
			in.report(InvalidGraphQL, place(a.Position), coordinate, "Argument %q can only be defined once.", coordinate)
			continue
		}
		g := in.parts.inputs.new()
		g.name, g.description, g.pos, g.ext = a.Name, a.Description, place(a.Position), ext
		g.typ, g.def, g.applied = in.parts.typeRef(a.Type), in.parts.value(a.DefaultValue), in.directives(a.Directives, ext)
		out = append(out, g)
	}
	return out
}

func (in ingester) directives(list ast.DirectiveList, ext bool) []*directive {
	if len(list) == 0 {
		return nil
	}
	out := in.parts.directiveLists.take(len(list))
	for i, d := range list {
		g := in.parts.directives.new()
		g.name, g.canon, g.pos, g.ext = d.Name, in.canon(d.Name), place(d.Position), ext
		g.args = in.parts.givenArguments(d.Arguments)
		out[i] = g
	}
	return out
}

// canon is the canonical name of a directive that the SDL applies, looked up once
// for each local name.
func (s *subgraph) canon(local string) string {
	canon, ok := s.mentions[local]
	if !ok {
		canon = s.links.canon(local)
		s.mentions[local] = canon
	}
	return canon
}

// applies says whether the SDL applies a directive, by its local name.
func (s *subgraph) applies(local string) bool {
	_, ok := s.mentions[local]
	return ok
}
