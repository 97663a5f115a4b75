package compose

import (
	"slices"
	"strings"
)

// checkMerged checks what only the merged schema can tell of the federation
// directives: interfaces are implemented in full, protection reaches what reads
// protected data.
func (c *composition) checkMerged() {
	for _, t := range c.super.types {
		for _, i := range t.interfaces {
			for _, want := range c.super.byName[i.name].fieldList() {
				if t.field(want.name) == nil {
					c.failUnimplemented(t, want)
				}
			}
		}
	}
	c.checkRequires()
	c.checkTransitiveAuth()
}

func (t *typeDef) fieldList() []*field {
	if t == nil {
		return nil
	}
	return t.fields
}

func (c *composition) failUnimplemented(t *typeDef, want *field) {
	var with, without []string
	var at []Location
	for _, src := range c.super.sources[want.owner.name] {
		if f := src.t.field(want.name); f != nil {
			with = append(with, src.s.name)
			at = append(at, src.s.at(f.pos))
		}
	}
	for _, src := range c.super.sources[t.name] {
		if src.t.implements(want.owner.name) {
			without = append(without, src.s.name)
			at = append(at, src.s.at(src.t.pos))
		}
	}
	slices.Sort(with)
	c.fail(InterfaceFieldNoImplem, t.name+"."+want.name, at, "Interface field %q is declared in %s but type %q, which implements %q only in %s, does not have field %q.", want.coordinate(), subgraphList(with), t.name, want.owner.name, subgraphList(without), want.name)
}

// checkSupergraph checks the supergraph as a GraphQL schema, and the API schema
// that hiding leaves of it.
func (c *composition) checkSupergraph() {
	k := checker{schema: c.super.schema, merged: true}
	k.report = func(_ position, coordinate, format string, args ...any) {
		c.fail(InvalidGraphQL, coordinate, c.locate(coordinate), format, args...)
	}
	k.run()
	if len(c.errors) == 0 {
		c.checkMachineryUnused()
		c.checkInaccessible()
	}
}

// checkMachineryUnused reports visible elements of the subgraphs' schemas that are of
// a type which the supergraph has for its own specifications: that is not in the API
// schema.
func (c *composition) checkMachineryUnused() {
	linked := func(typ *typeRef) bool {
		t := c.super.byName[typ.base()]
		return t != nil && t.machinery
	}
	fail := func(typ *typeRef, coordinate string) {
		c.fail(ReferencedInaccessible, coordinate, c.locate(coordinate), "Type %q belongs to a specification that the supergraph links and is not in the API schema, but is referenced by %q. Use another type.", typ.base(), coordinate)
	}
	for _, t := range c.super.types {
		if t.machinery || hidden(t.applied) {
			continue
		}
		for _, in := range t.inputs {
			if !hidden(in.applied) && linked(in.typ) {
				fail(in.typ, inputCoordinate(t.name, in.name, false))
			}
		}
		for _, f := range t.fields {
			if hidden(f.applied) {
				continue
			}
			if linked(f.typ) {
				fail(f.typ, f.coordinate())
			}
			for _, a := range f.args {
				if !hidden(a.applied) && linked(a.typ) {
					fail(a.typ, inputCoordinate(f.coordinate(), a.name, true))
				}
			}
		}
	}
}

// locate finds where subgraphs declare an element of the supergraph: a type, or
// what is within one; the type itself where the part is not found.
func (c *composition) locate(coordinate string) []Location {
	typeName, rest, _ := strings.Cut(coordinate, ".")
	part, arg, _ := strings.Cut(rest, "(")
	arg = strings.TrimSuffix(arg, ":)")
	var at []Location
	for _, src := range c.super.sources[typeName] {
		if pos, ok := src.t.partPosition(part, arg); ok {
			at = append(at, src.s.at(pos))
		}
	}
	if at == nil && part != "" {
		return c.locate(typeName)
	}
	return at
}

// partPosition is where a type declares a field, input field or enum value, or an
// argument of a field.
func (t *typeDef) partPosition(part, arg string) (position, bool) {
	if part == "" {
		return t.pos, true
	}
	if f := t.field(part); f != nil {
		if a := f.arg(arg); a != nil {
			return a.pos, true
		}
		return f.pos, arg == ""
	}
	if in := t.input(part); in != nil {
		return in.pos, true
	}
	if v := t.value(part); v != nil {
		return v.pos, true
	}
	return position{}, false
}
