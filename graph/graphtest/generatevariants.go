package graphtest

import (
	"fmt"
	"slices"
	"strings"
)

// drawVariants turns some exclusive fields into shareable, overridden, provided, computed or hidden ones.
func (g *graphGenerator) drawVariants() {
	for _, e := range g.entities {
		for i, f := range e.fields {
			if f.taken {
				continue
			}
			switch draw := g.rng.IntN(100); {
			case draw < 15:
				g.share(e, f)
			case draw < 27 && !g.federation1:
				g.override(e, f)
			case draw < 60:
				g.require(e, f, e.fields[:i])
			case draw < 75:
				g.provide(e, f)
			case draw < 80 && !g.federation1:
				f.owner.lookup(e.name).field(f.name).mark("@inaccessible")
			}
		}
	}
}

// elsewhere draws a home other than the owner which does not declare the field, or nil.
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
	label := ""
	if g.chance(50) {
		label = pick(g, []string{`, label: "percent(50)"`, `, label: "blue"`})
	}
	f.owner.lookup(e.name).field(f.name).mark(fmt.Sprintf("@override(from: %q%s)", s.name, label))
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
		g.ensureKind(f.owner, r.kind)
		below := ""
		if !r.kind.leaf {
			if below = g.belowRequirement(f.owner, r.kind); below == "" {
				continue
			}
		}
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
func (g *graphGenerator) belowRequirement(s *subgraphModel, k fieldKind) string {
	if slices.Contains(g.values, k.named) {
		return pick(g, []string{" { x }", " { y(up: false) z }", " { x y }"})
	}
	for _, e := range g.entities {
		if e.name == k.named {
			return " { " + g.required(s, e) + " }"
		}
	}
	for _, a := range g.abstract {
		if a.name != k.named {
			continue
		}
		var text strings.Builder
		for _, name := range s.lookup(a.name).members {
			for _, e := range a.members {
				if e.name == name && g.chance(70) {
					text.WriteString(" ... on " + name + " { " + g.required(s, e) + " }")
				}
			}
		}
		if text.Len() > 0 {
			return " {" + text.String() + " }"
		}
	}
	return ""
}

// required draws what is required of an entity: fields of a key, and sometimes one that a third subgraph owns.
func (g *graphGenerator) required(s *subgraphModel, e *entityModel) string {
	t := s.lookup(e.name)
	key := strings.TrimPrefix(t.directives[0], `@key(fields: "`)
	text, _, _ := strings.Cut(key, `"`)
	for _, f := range e.fields {
		if f.kind.leaf && f.owner != s && t.field(f.name) == nil && g.chance(30) {
			g.ensureKind(s, f.kind)
			t.add(f.name, f.kind.args, f.kind.typ, "@external")
			f.taken = true
			return text + " " + f.name + g.requiredArguments(f.kind)
		}
	}
	return text
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

// provide lets another subgraph resolve the field on one path: below a reference to the entity, or to an abstract type it is a member of.
func (g *graphGenerator) provide(e *entityModel, f *entityField) {
	if !f.kind.leaf || f.kind.args != "" {
		return
	}
	for _, other := range g.entities {
		for _, via := range other.fields {
			s := via.owner
			t := s.lookup(e.name)
			at := s.lookup(other.name).field(via.name)
			if s == f.owner || t == nil || t.field(f.name) != nil || at.is("@provides") || !g.chance(60) {
				continue
			}
			fields := g.provided(s, e, f, via.kind)
			if fields == "" {
				continue
			}
			g.ensureKind(s, f.kind)
			t.add(f.name, "", f.kind.typ, "@external")
			at.mark(fmt.Sprintf("@provides(fields: %q)", fields))
			f.owner.lookup(e.name).field(f.name).mark("@shareable")
			f.taken = true
			return
		}
	}
}

// provided is the field set by which a field of entity e is provided below a field of some kind, or "".
func (g *graphGenerator) provided(s *subgraphModel, e *entityModel, f *entityField, via fieldKind) string {
	if via.named == e.name {
		return f.name
	}
	for _, a := range g.abstract {
		if a.name == via.named && slices.Contains(s.lookup(a.name).members, e.name) {
			return "... on " + e.name + " { " + f.name + " }"
		}
	}
	return ""
}
