package graphtest

import (
	"fmt"
	"slices"
	"strings"
)

// drawFields gives every entity fields that one home resolves. Names come from a small pool, so that entities share some
// of them, with types that may differ in nullability.
func (g *graphGenerator) drawFields() {
	for _, e := range g.entities {
		for range 2 + g.rng.IntN(5) {
			f := &entityField{owner: pick(g, e.homes)}
			f.name, f.kind = g.drawField(f.owner)
			if g.declared(e, f.name) {
				continue
			}
			f.owner.lookup(e.name).add(f.name, f.kind.args, f.kind.typ)
			f.taken = f.kind.named == "N" // not to be declared where the interface may be unknown
			e.fields = append(e.fields, f)
		}
	}
}

func (g *graphGenerator) declared(e *entityModel, field string) bool {
	return slices.ContainsFunc(g.subgraphs, func(s *subgraphModel) bool {
		t := s.lookup(e.name)
		return t != nil && t.field(field) != nil
	})
}

func (g *graphGenerator) drawField(s *subgraphModel) (string, fieldKind) {
	n := g.rng.IntN(2)
	args := ""
	if g.chance(30) {
		args = pick(g, []string{"(n: Int)", "(n: Int = 2)", "(n: Int!)", "(c: Color, s: [String!])", "(in: In)"})
	}
	draw := g.rng.IntN(100)
	switch {
	case draw < 55:
		name := pick(g, []string{"String", "Int", "Float", "Boolean", "Color", "JSON", "ID"})
		k := fieldKind{typ: g.wrap(name, 15), args: args, named: name, leaf: true}
		g.ensureKind(s, k)
		return fmt.Sprintf("%s%d", strings.ToLower(name), n), k
	case draw < 63 && len(g.values) > 0:
		name := pick(g, g.values)
		k := fieldKind{typ: g.wrap(name, 40), named: name}
		g.ensureKind(s, k)
		return fmt.Sprintf("val%s%d", name, n), k
	case draw < 78 && len(g.abstract) > 0:
		name := pick(g, g.abstract).name
		k := fieldKind{typ: g.wrapNullable(name), args: args, named: name}
		g.ensureKind(s, k)
		return fmt.Sprintf("abs%s%d", name, n), k
	case draw < 84 && s.lookup("N") != nil:
		return fmt.Sprintf("pair%d", n), fieldKind{typ: g.wrap("N", 40), named: "N"}
	case draw < 86:
		k := fieldKind{typ: "Query", named: "Query"}
		g.ensureKind(s, k)
		return "again", k
	default:
		name := pick(g, g.entities).name
		k := fieldKind{typ: g.wrap(name, 40), args: args, named: name}
		g.ensureKind(s, k)
		return fmt.Sprintf("ref%s%d", name, n), k
	}
}

// ensureKind declares in a subgraph what a field of the kind needs.
func (g *graphGenerator) ensureKind(s *subgraphModel, k fieldKind) {
	if k.named == "Color" || strings.Contains(k.args, "Color") {
		s.define("enum Color { RED GREEN BLUE }")
	}
	if strings.Contains(k.args, "In)") {
		s.define("enum Color { RED GREEN BLUE }")
		s.define("input In { a: Int! b: [Color!] c: In }")
	}
	if k.named == "Query" {
		s.typ("type", "Query").add("ping"+s.name, "", "String")
	}
	if k.named == "JSON" {
		s.define("scalar JSON")
	}
	for _, e := range g.entities {
		if e.name == k.named {
			g.ensure(s, e)
		}
	}
	for _, a := range g.abstract {
		if a.name == k.named {
			g.ensureAbstract(s, a)
		}
	}
	for _, v := range g.values {
		if v == k.named {
			g.ensureValue(s, v)
		}
	}
}

func (g *graphGenerator) wrap(name string, lists int) string {
	typ := name
	if g.chance(25) {
		typ += "!"
	}
	if g.chance(lists) {
		typ = "[" + typ + "]"
		if g.chance(25) {
			typ += "!"
		}
		if g.chance(8) {
			typ = "[" + typ + "]"
		}
	}
	return typ
}

// wrapNullable keeps the named type nullable, as a union without a common member must be.
func (g *graphGenerator) wrapNullable(name string) string {
	if g.chance(40) {
		return "[" + name + "]"
	}
	return name
}

// drawRoots adds the query and mutation fields.
func (g *graphGenerator) drawRoots() {
	for _, e := range g.entities {
		for range 1 + g.rng.IntN(2) {
			s := pick(g, g.subgraphs)
			g.ensure(s, e)
			name := fmt.Sprintf("q%s%s", e.name, s.name)
			typ := pick(g, []string{e.name, "[" + e.name + "!]!", "[" + e.name + "]"})
			s.typ("type", "Query").add(name, pick(g, []string{"", "(n: Int)"}), typ)
		}
	}
	for _, a := range g.abstract {
		for _, s := range g.subgraphs {
			if s.lookup(a.name) != nil && g.chance(60) {
				s.typ("type", "Query").add(fmt.Sprintf("q%s%s", a.name, s.name), "", g.wrapNullable(a.name))
			}
		}
	}
	if g.pair != nil {
		g.pair.home.typ("type", "Query").add("qN", "", "[N]")
		for _, s := range g.pair.away {
			s.typ("type", "Query").add("qN"+s.name, "(n: Int)", pick(g, []string{"N", "[N!]"}))
		}
	}
	g.drawSharedAbstract()
	if e := pick(g, g.entities); len(e.homes) > 1 && g.chance(50) {
		typ := g.wrap(e.name, 50)
		for _, s := range e.homes[:2] {
			s.typ("type", "Query").add("shared", "", typ, "@shareable")
		}
	}
	for i, s := range some(g, g.subgraphs, g.rng.IntN(3)) {
		e := pick(g, g.entities)
		g.ensure(s, e)
		s.typ("type", "Mutation").add(fmt.Sprintf("m%d", i), "(n: Int)", pick(g, []string{"Int", e.name}))
	}
}

// drawSharedAbstract adds a root field of an abstract type to all subgraphs that have the type: what they can return differs.
func (g *graphGenerator) drawSharedAbstract() {
	for _, a := range g.abstract {
		if !g.chance(40) {
			continue
		}
		typ := g.wrapNullable(a.name)
		for _, s := range g.subgraphs {
			if s.lookup(a.name) != nil {
				s.typ("type", "Query").add("any"+a.name, "", typ, "@shareable")
			}
		}
	}
}
