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
	case draw < 80:
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

// drawVariants turns some exclusive fields into shareable, overridden, provided or computed ones.
func (g *graphGenerator) drawVariants() {
	for _, e := range g.entities {
		for i, f := range e.fields {
			if f.taken {
				continue
			}
			switch draw := g.rng.IntN(100); {
			case draw < 15:
				g.share(e, f)
			case draw < 27:
				g.override(e, f)
			case draw < 60:
				g.require(e, f, e.fields[:i])
			case draw < 75:
				g.provide(e, f)
			}
		}
	}
}

// elsewhere draws a home other than the owner, or nil.
func (g *graphGenerator) elsewhere(e *entityModel, f *entityField) *subgraphModel {
	for _, s := range some(g, e.homes, len(e.homes)) {
		if s != f.owner && s.lookup(e.name).field(f.name) == nil {
			return s
		}
	}
	return nil
}

func (g *graphGenerator) share(e *entityModel, f *entityField) {
	s := g.elsewhere(e, f)
	if s == nil {
		return
	}
	g.ensureKind(s, f.kind)
	f.owner.lookup(e.name).field(f.name).mark("@shareable")
	typ := f.kind.typ
	if g.chance(30) { // subgraphs may differ in nullability
		typ = nullable(typ)
	}
	s.lookup(e.name).add(f.name, f.kind.args, typ, "@shareable")
	f.taken = true
}

func (g *graphGenerator) override(e *entityModel, f *entityField) {
	s := g.elsewhere(e, f)
	if s == nil {
		return
	}
	g.ensureKind(s, f.kind)
	s.lookup(e.name).add(f.name, f.kind.args, f.kind.typ)
	f.owner.lookup(e.name).field(f.name).mark(fmt.Sprintf("@override(from: %q)", s.name))
	f.taken = true
}

// require computes the field from fields before it that other subgraphs own.
func (g *graphGenerator) require(e *entityModel, f *entityField, before []*entityField) {
	t := f.owner.lookup(e.name)
	var selections []string
	for _, r := range before {
		if r.owner == f.owner || t.field(r.name) != nil || len(selections) == 2 || !g.chance(70) {
			continue
		}
		below := ""
		if !r.kind.leaf {
			if below = g.belowRequirement(r.kind); below == "" {
				continue
			}
		}
		g.ensureKind(f.owner, r.kind)
		t.add(r.name, r.kind.args, r.kind.typ, "@external")
		r.taken = true
		selections = append(selections, r.name+g.requiredArguments(r.kind)+below)
	}
	if len(selections) > 0 {
		t.field(f.name).mark(fmt.Sprintf("@requires(fields: %q)", strings.Join(selections, " ")))
		f.taken = true
	}
}

// belowRequirement draws what is required of a composite field, or "" where that is beyond this generator.
func (g *graphGenerator) belowRequirement(k fieldKind) string {
	for _, v := range g.values {
		if v == k.named {
			return pick(g, []string{" { x }", " { y(up: false) z }", " { x y }"})
		}
	}
	return ""
}

func (g *graphGenerator) requiredArguments(k fieldKind) string {
	switch k.args {
	case "(n: Int!)":
		return "(n: 7)"
	case "(n: Int)", "(n: Int = 2)":
		return pick(g, []string{"", "(n: 1)", "(n: 3)"})
	case "(c: Color, s: [String!])":
		return pick(g, []string{"", "(c: RED)", "(s: [\"q\"])"})
	case "(in: In)":
		return pick(g, []string{"", "(in: {a: 1, b: [BLUE]})"})
	default:
		return ""
	}
}

// provide lets another subgraph resolve the field on one path.
func (g *graphGenerator) provide(e *entityModel, f *entityField) {
	if !f.kind.leaf || f.kind.args != "" {
		return
	}
	for _, other := range g.entities {
		for _, via := range other.fields {
			s := via.owner
			t := s.lookup(e.name)
			if via.kind.named != e.name || s == f.owner || t == nil || t.field(f.name) != nil || !g.chance(60) {
				continue
			}
			if s.lookup(other.name).field(via.name).is("@provides") {
				continue
			}
			g.ensureKind(s, f.kind)
			t.add(f.name, "", f.kind.typ, "@external")
			s.lookup(other.name).field(via.name).mark(fmt.Sprintf("@provides(fields: %q)", f.name))
			f.owner.lookup(e.name).field(f.name).mark("@shareable")
			f.taken = true
			return
		}
	}
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
