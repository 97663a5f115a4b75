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
	c.checkMachinery()
	if len(c.errors) == 0 {
		c.checkInaccessible()
	}
}

// checkMachinery reports elements that are of a type which the supergraph has for
// itself and clients do not see.
func (c *composition) checkMachinery() {
	check := func(t *typeRef, at coordinate) {
		if def := c.super.byName[t.base()]; def != nil && def.machinery {
			c.fail(ReferencedInaccessible, def.name, c.locate(at.String()), "Type %q belongs to a specification and is not in the API schema but is referenced by %q, which is. Use a type of another name.", def.name, at)
		}
	}
	for _, t := range c.super.types {
		if t.machinery {
			continue
		}
		for _, in := range t.inputs {
			check(in.typ, coordinate{Owner: t.name, Part: in.name})
		}
		for _, f := range t.fields {
			check(f.typ, f.at())
			for _, a := range f.args {
				check(a.typ, f.at().Argument(a.name))
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
