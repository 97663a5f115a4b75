package difftest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/compose"
)

// mutate changes n things about a set of subgraphs, which is not changed itself.
func mutate(rng *rand.Rand, subgraphs []compose.Subgraph, n int) []compose.Subgraph {
	subgraphs = slices.Clone(subgraphs)
	for range n {
		m := &mutator{rng: rng, at: rng.IntN(len(subgraphs))}
		for _, s := range subgraphs {
			doc, err := parse(s.SDL)
			if err != nil {
				return subgraphs
			}
			m.docs = append(m.docs, doc)
		}
		m.doc = m.docs[m.at]
		for range 8 {
			if mutations[rng.IntN(len(mutations))](m) {
				break
			}
		}
		for i, doc := range m.docs {
			subgraphs[i].SDL = printSDL(doc)
		}
	}
	return subgraphs
}

// mutator changes the documents of a set of subgraphs. Every mutation says
// whether it found something to change.
type mutator struct {
	rng  *rand.Rand
	docs []*ast.SchemaDocument
	doc  *ast.SchemaDocument // the one to change
	at   int                 // its index
}

var mutations = []func(*mutator) bool{
	(*mutator).addDirective, (*mutator).addDirective, (*mutator).addDirective, (*mutator).addDirective,
	(*mutator).dropDirective, (*mutator).dropDirective, (*mutator).moveDirective, (*mutator).repeatDirective,
	(*mutator).changeDirective, (*mutator).changeFieldSet, (*mutator).changeFieldSet,
	(*mutator).copyDefinition, (*mutator).copyDefinition, (*mutator).copyField, (*mutator).copyField,
	(*mutator).dropDefinition, (*mutator).dropField, (*mutator).dropSmall,
	(*mutator).rename, (*mutator).renameField,
	(*mutator).changeType, (*mutator).changeType, (*mutator).addArgument, (*mutator).changeDefault, (*mutator).addField,
	(*mutator).addInputField, (*mutator).changeKind, (*mutator).changeEnum, (*mutator).changeMembers, (*mutator).toggleExtension,
	(*mutator).describe, (*mutator).changeLink, (*mutator).changeLink, (*mutator).dropLink, (*mutator).changeRoots,
	(*mutator).defineDirective, (*mutator).defineCustom, (*mutator).addInterfaceObject, (*mutator).addContext,
}

func (m *mutator) chance(percent int) bool { return m.rng.IntN(100) < percent }

func oneOf[T any](m *mutator, list []T) (T, bool) {
	var none T
	if len(list) == 0 {
		return none, false
	}
	return list[m.rng.IntN(len(list))], true
}

func choose[T any](m *mutator, list ...T) T { return list[m.rng.IntN(len(list))] }

// definitions are the types of the document and their extensions, of the kinds
// given or of all.
func (m *mutator) definitions(kinds ...ast.DefinitionKind) []*ast.Definition {
	return definitionsOf(m.doc, kinds...)
}

func definitionsOf(doc *ast.SchemaDocument, kinds ...ast.DefinitionKind) []*ast.Definition {
	var out []*ast.Definition
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, d := range list {
			if len(kinds) == 0 || slices.Contains(kinds, d.Kind) {
				out = append(out, d)
			}
		}
	}
	return out
}

// owned is a field and the type that has it.
type owned struct {
	def   *ast.Definition
	field *ast.FieldDefinition
}

func (m *mutator) fields(kinds ...ast.DefinitionKind) []owned {
	var out []owned
	for _, d := range m.definitions(kinds...) {
		for _, f := range d.Fields {
			out = append(out, owned{d, f})
		}
	}
	return out
}

// typeNames are names of types that the document knows.
func (m *mutator) typeNames(kinds ...ast.DefinitionKind) []string {
	var out []string
	for _, d := range m.definitions(kinds...) {
		if !slices.Contains(out, d.Name) {
			out = append(out, d.Name)
		}
	}
	return out
}

// other is another document of the set.
func (m *mutator) other() (*ast.SchemaDocument, bool) {
	if len(m.docs) < 2 {
		return nil, false
	}
	return m.docs[(m.at+1+m.rng.IntN(len(m.docs)-1))%len(m.docs)], true
}

func (m *mutator) copyDefinition() bool {
	from, ok := m.other()
	if !ok {
		return false
	}
	d, ok := oneOf(m, from.Definitions)
	if !ok || slices.ContainsFunc(m.doc.Definitions, func(e *ast.Definition) bool { return e.Name == d.Name }) {
		return false
	}
	m.doc.Definitions = append(m.doc.Definitions, cloneDefinition(d))
	// What the definition refers to comes along, most of the time.
	for _, f := range d.Fields {
		if dep := from.Definitions.ForName(f.Type.Name()); dep != nil && m.doc.Definitions.ForName(dep.Name) == nil && m.chance(90) {
			m.doc.Definitions = append(m.doc.Definitions, cloneDefinition(dep))
		}
	}
	return true
}

func cloneDefinition(d *ast.Definition) *ast.Definition {
	c := *d
	c.Fields = slices.Clone(d.Fields)
	for i, f := range c.Fields {
		c.Fields[i] = cloneField(f)
	}
	c.EnumValues, c.Types, c.Interfaces, c.Directives = slices.Clone(d.EnumValues), slices.Clone(d.Types), slices.Clone(d.Interfaces), slices.Clone(d.Directives)
	return &c
}

func cloneField(f *ast.FieldDefinition) *ast.FieldDefinition {
	c := *f
	c.Directives = slices.Clone(f.Directives)
	c.Arguments = slices.Clone(f.Arguments)
	for i, a := range c.Arguments {
		b := *a
		c.Arguments[i] = &b
	}
	return &c
}

func (m *mutator) copyField() bool {
	from, ok := m.other()
	if !ok {
		return false
	}
	var candidates []owned
	for _, d := range m.definitions() {
		for _, e := range definitionsOf(from) {
			if e.Name != d.Name || e.Kind != d.Kind {
				continue
			}
			for _, f := range e.Fields {
				if d.Fields.ForName(f.Name) == nil {
					candidates = append(candidates, owned{d, f})
				}
			}
		}
	}
	c, ok := oneOf(m, candidates)
	if !ok {
		return false
	}
	f := cloneField(c.field)
	if m.chance(40) {
		f.Directives = nil
	}
	if m.chance(30) {
		m.apply(&f.Directives, "shareable", nil)
	}
	c.def.Fields = append(c.def.Fields, f)
	return true
}

func (m *mutator) dropDefinition() bool {
	if len(m.doc.Definitions) == 0 {
		return false
	}
	i := m.rng.IntN(len(m.doc.Definitions))
	m.doc.Definitions = slices.Delete(m.doc.Definitions, i, i+1)
	return true
}

func (m *mutator) dropField() bool {
	d, ok := oneOf(m, m.definitions(ast.Object, ast.Interface, ast.InputObject))
	if !ok || len(d.Fields) < 2 {
		return false
	}
	i := m.rng.IntN(len(d.Fields))
	d.Fields = slices.Delete(d.Fields, i, i+1)
	return true
}

// dropSmall deletes an argument, an enum value, a union member or an interface.
func (m *mutator) dropSmall() bool {
	d, ok := oneOf(m, m.definitions())
	if !ok {
		return false
	}
	switch {
	case len(d.EnumValues) > 1:
		i := m.rng.IntN(len(d.EnumValues))
		d.EnumValues = slices.Delete(d.EnumValues, i, i+1)
	case len(d.Types) > 1:
		i := m.rng.IntN(len(d.Types))
		d.Types = slices.Delete(d.Types, i, i+1)
	case len(d.Interfaces) > 0 && m.chance(50):
		i := m.rng.IntN(len(d.Interfaces))
		d.Interfaces = slices.Delete(d.Interfaces, i, i+1)
	default:
		f, ok := oneOf(m, d.Fields)
		if !ok || len(f.Arguments) == 0 {
			return false
		}
		i := m.rng.IntN(len(f.Arguments))
		f.Arguments = slices.Delete(f.Arguments, i, i+1)
	}
	return true
}

// rename gives a type another name, everywhere in its subgraph or only where it
// is defined.
func (m *mutator) rename() bool {
	d, ok := oneOf(m, m.definitions())
	if !ok {
		return false
	}
	to, from := choose(m, "T", "Renamed", "Query", "Mutation", "Subscription", "Entity", "ID2", "FieldSet"), d.Name
	if len(definitionNamed(m.doc, to)) > 0 {
		return false
	}
	everywhere := m.chance(85)
	for _, e := range m.definitions() {
		if e.Name == from {
			e.Name = to
		}
		if !everywhere {
			continue
		}
		renameIn(e.Interfaces, from, to)
		renameIn(e.Types, from, to)
		for _, f := range e.Fields {
			renameType(f.Type, from, to)
			for _, a := range f.Arguments {
				renameType(a.Type, from, to)
			}
		}
	}
	return true
}

func definitionNamed(doc *ast.SchemaDocument, name string) []*ast.Definition {
	return slices.DeleteFunc(definitionsOf(doc), func(d *ast.Definition) bool { return d.Name != name })
}

func renameIn(list []string, from, to string) {
	for i, n := range list {
		if n == from {
			list[i] = to
		}
	}
}

func renameType(t *ast.Type, from, to string) {
	for ; t != nil; t = t.Elem {
		if t.NamedType == from {
			t.NamedType = to
		}
	}
}

func (m *mutator) renameField() bool {
	o, ok := oneOf(m, m.fields())
	if !ok {
		return false
	}
	name := choose(m, "id", "a", "b", "name", "renamed")
	if o.def.Fields.ForName(name) != nil {
		return false
	}
	o.field.Name = name
	return true
}

func (m *mutator) toggleExtension() bool {
	if len(m.doc.Extensions) > 0 && m.chance(50) {
		i := m.rng.IntN(len(m.doc.Extensions))
		d := m.doc.Extensions[i]
		if m.doc.Definitions.ForName(d.Name) != nil {
			return false
		}
		m.doc.Extensions = slices.Delete(m.doc.Extensions, i, i+1)
		m.doc.Definitions = append(m.doc.Definitions, d)
		return true
	}
	if len(m.doc.Definitions) == 0 {
		return false
	}
	i := m.rng.IntN(len(m.doc.Definitions))
	d := m.doc.Definitions[i]
	if d.Description != "" {
		return false
	}
	m.doc.Definitions = slices.Delete(m.doc.Definitions, i, i+1)
	m.doc.Extensions = append(m.doc.Extensions, d)
	return true
}

func (m *mutator) describe() bool {
	text := choose(m, "", "One.", "Two.", "Many\nlines, and \"quotes\".")
	if o, ok := oneOf(m, m.fields()); ok && m.chance(60) {
		if a, ok := oneOf(m, o.field.Arguments); ok && m.chance(30) {
			a.Description = text
			return true
		}
		o.field.Description = text
		return true
	}
	d, ok := oneOf(m, m.doc.Definitions)
	if !ok {
		return false
	}
	if v, ok := oneOf(m, d.EnumValues); ok {
		v.Description = text
		return true
	}
	d.Description = text
	return true
}

func (m *mutator) changeRoots() bool {
	objects := m.typeNames(ast.Object)
	name, ok := oneOf(m, objects)
	if !ok {
		return false
	}
	if len(m.doc.Schema) > 0 {
		s := m.doc.Schema[0]
		if op, ok := oneOf(m, s.OperationTypes); ok && m.chance(50) {
			op.Type = name
			return true
		}
	}
	op := choose(m, ast.Query, ast.Mutation, ast.Subscription)
	def := &ast.SchemaDefinition{OperationTypes: ast.OperationTypeDefinitionList{{Operation: op, Type: name}}}
	if op != ast.Query && slices.Contains(objects, "Query") {
		def.OperationTypes = append(def.OperationTypes, &ast.OperationTypeDefinition{Operation: ast.Query, Type: "Query"})
	}
	switch {
	case len(m.doc.Schema) == 0:
		m.doc.Schema = ast.SchemaDefinitionList{def}
	case slices.ContainsFunc(m.doc.Schema[0].OperationTypes, func(o *ast.OperationTypeDefinition) bool { return o.Operation == op }):
		return false
	default:
		m.doc.Schema[0].OperationTypes = append(m.doc.Schema[0].OperationTypes, def.OperationTypes[0])
	}
	return true
}

func (m *mutator) fresh(prefix string) string { return fmt.Sprintf("%s%d", prefix, m.rng.IntN(3)) }
