package graphtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// GenerateGraph draws a federated graph: 2 to 5 subgraphs with entities whose keys are single, compound, nested, several or closed, and with
// fields that are exclusive, shareable, overridden, provided or computed from others; value types, interfaces and unions whose members
// differ by subgraph, an @interfaceObject, root fields of all kinds, and mutations. Some are graphs of federation 1.
//
// Most graphs compose. A few ask for what no plan can give: those the composer must refuse.
func GenerateGraph(rng *rand.Rand) []SubgraphSource {
	g := &graphGenerator{rng: rng}
	g.federation1 = g.chance(15)
	for i := range 2 + rng.IntN(4) {
		g.subgraphs = append(g.subgraphs, &subgraphModel{name: fmt.Sprintf("s%d", i), header: linkHeader})
	}
	g.drawEntities()
	g.drawValueTypes()
	if !g.federation1 {
		g.drawInterfaceObject()
	}
	g.drawAbstract()
	g.drawFields()
	g.drawVariants()
	g.finishAbstract()
	g.drawRoots()
	var out []SubgraphSource
	for _, s := range g.subgraphs {
		if g.federation1 {
			s.federation1(g.origin)
		}
		out = append(out, SubgraphSource{s.name, s.sdl()})
	}
	return out
}

type graphGenerator struct {
	graphModel
	rng         *rand.Rand
	federation1 bool
	entities    []*entityModel
	values      []string
	abstract    []*abstractModel
	pair        *pairModel
}

// entityModel is an entity over all subgraphs.
type entityModel struct {
	name   string
	homes  []*subgraphModel // where it has a resolvable key
	keys   map[*subgraphModel][]string
	fields []*entityField
}

// entityField is a field that some subgraph resolves.
type entityField struct {
	name  string
	kind  fieldKind
	owner *subgraphModel
	taken bool // already shareable, overridden, provided or computed
}

// fieldKind is what a field of a generated type looks like, in every subgraph.
type fieldKind struct {
	typ   string // GraphQL text
	args  string
	named string
	leaf  bool
}

type abstractModel struct {
	name    string
	union   bool
	members []*entityModel
}

// pairModel is an interface with two entities in one subgraph, and its interface object in others.
type pairModel struct {
	home *subgraphModel
	away []*subgraphModel
}

// origin is the subgraph that defines an entity in federation 1, or nil.
func (g *graphGenerator) origin(typ string) *subgraphModel {
	for _, e := range g.entities {
		if e.name == typ {
			return e.homes[0]
		}
	}
	return nil
}

func (g *graphGenerator) chance(percent int) bool { return g.rng.IntN(100) < percent }

func pick[T any](g *graphGenerator, from []T) T { return from[g.rng.IntN(len(from))] }

// some draws n different elements.
func some[T any](g *graphGenerator, from []T, n int) []T {
	out := slices.Clone(from)
	g.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(n, len(out))]
}

// keyFields are the fields that keys are made of.
var keyFields = map[string]string{"id": "ID!", "sku": "String!", "region": "Int!", "code": "String"}

func (g *graphGenerator) drawEntities() {
	for i := range 2 + g.rng.IntN(3) {
		e := &entityModel{name: fmt.Sprintf("E%d", i), keys: map[*subgraphModel][]string{}}
		e.homes = some(g, g.subgraphs, 1+g.rng.IntN(len(g.subgraphs)))
		g.drawKeys(e)
		for _, s := range e.homes {
			g.declareKeys(s, e, e.keys[s], true)
		}
		g.entities = append(g.entities, e)
	}
}

func (g *graphGenerator) drawKeys(e *entityModel) {
	style := g.rng.IntN(10)
	for i, s := range e.homes {
		switch {
		case style < 5: // one key everywhere
			e.keys[s] = []string{"id"}
			if g.chance(20) {
				e.keys[s] = append(e.keys[s], "id sku")
			}
		case style < 7: // the first subgraph links two kinds of keys
			e.keys[s] = [][]string{{"sku", "id"}, {"id"}, {"sku"}}[min(i, 1+g.rng.IntN(2))]
			if i == 0 {
				e.keys[s] = []string{"sku", "id"}
			}
		case style < 9: // compound
			e.keys[s] = []string{"id region"}
		default: // nested
			e.keys[s] = []string{"org { id } code"}
		}
	}
}

// declareKeys declares the fields of the keys too.
func (g *graphGenerator) declareKeys(s *subgraphModel, e *entityModel, keys []string, resolvable bool) *typeModel {
	t := s.typ("type", e.name)
	for _, key := range keys {
		t.key(key, resolvable)
		for name := range strings.FieldsSeq(strings.ReplaceAll(key, "org { id }", "org")) {
			if name == "org" {
				s.typ("type", "Org").add("id", "", "ID!", "@shareable")
				t.add("org", "", "Org!")
				continue
			}
			t.add(name, "", keyFields[name])
		}
	}
	return t
}

// ensure makes an entity known in a subgraph, by a closed key where it is no home.
func (g *graphGenerator) ensure(s *subgraphModel, e *entityModel) *typeModel {
	if t := s.lookup(e.name); t != nil {
		return t
	}
	t := g.declareKeys(s, e, e.keys[pick(g, e.homes)][:1], false)
	t.stub = true
	return t
}

// drawValueTypes declares types without keys; most subgraphs that use one get the same fields.
func (g *graphGenerator) drawValueTypes() {
	for i := range g.rng.IntN(3) {
		g.values = append(g.values, fmt.Sprintf("V%d", i))
	}
}

func (g *graphGenerator) ensureValue(s *subgraphModel, name string) {
	if s.lookup(name) != nil {
		return
	}
	t := s.typ("type", name)
	t.add("x", "", "Int", "@shareable")
	t.add("y", "(up: Boolean = true)", "String", "@shareable")
	t.add("z", "", "[Float!]", "@shareable")
	if g.chance(12) { // one more field here: whether plans can get at it depends on who else resolves what leads here
		t.add("only"+s.name, "", "Int")
	}
	if name == "V1" { // the second kind leads to an entity
		t.add("e", "", g.entities[0].name, "@shareable")
		g.ensure(s, g.entities[0])
	}
}

// drawInterfaceObject adds an interface entity with two implementors, in one or two subgraphs, and subgraphs that know only the interface.
func (g *graphGenerator) drawInterfaceObject() {
	if !g.chance(45) {
		return
	}
	order := some(g, g.subgraphs, len(g.subgraphs))
	p := &pairModel{home: order[0], away: order[1:min(len(order), 2+g.rng.IntN(2))]}
	g.pair = p
	g.drawPair(p.home)
	for _, s := range p.away {
		g.drawStandIn(s)
	}
	rest := order[1+len(p.away):]
	switch {
	case len(rest) == 0:
	case g.chance(40): // another that knows both
		g.drawPair(rest[0])
		for _, s := range []*subgraphModel{p.home, rest[0]} {
			for _, name := range []string{"P0", "P1"} {
				s.lookup(name).field("label").mark("@shareable")
			}
		}
	case g.chance(60): // one that knows one implementor only
		t := rest[0].typ("type", "P0")
		t.key("id", true)
		t.add("id", "", "ID!")
		t.add("far", "", "[Int]")
	}
}

// drawPair declares the interface with its implementors.
func (g *graphGenerator) drawPair(s *subgraphModel) {
	i := s.typ("interface", "N")
	i.key("id", true)
	i.add("id", "", "ID!")
	i.add("label", "", "String")
	i.add("size"+s.name, "", "Int")
	for _, name := range []string{"P0", "P1"} {
		t := s.typ("type", name)
		t.implements = append(t.implements, "N")
		t.key("id", true)
		t.add("id", "", "ID!")
		t.add("label", "", "String")
		t.add("size"+s.name, "", "Int")
		t.add("own"+name+s.name, "", "Int")
		if g.chance(40) {
			e := pick(g, g.entities)
			t.add("of"+name+s.name, "", e.name)
			g.ensure(s, e)
		}
	}
}

// drawStandIn declares the interface object.
func (g *graphGenerator) drawStandIn(s *subgraphModel) {
	t := s.typ("type", "N")
	t.key("id", true)
	t.directives = append(t.directives, "@interfaceObject")
	t.add("id", "", "ID!")
	t.add("score"+s.name, "(by: Int)", "Int")
	if g.chance(50) {
		t.add("label", "", "String", "@external")
		t.add("shout"+s.name, "", "String", `@requires(fields: "label")`)
	}
	if g.chance(50) {
		e := pick(g, g.entities)
		t.add("to"+s.name, "", e.name)
		g.ensure(s, e)
	}
}

// drawAbstract chooses interfaces and unions; what they declare is settled when all fields are known.
func (g *graphGenerator) drawAbstract() {
	for i := range g.rng.IntN(3) {
		g.abstract = append(g.abstract, &abstractModel{
			name: fmt.Sprintf("A%d", i), union: i%2 == 1, members: some(g, g.entities, 2+g.rng.IntN(2)),
		})
	}
}

// ensureAbstract declares the type with those members which the subgraph has, and one it must learn where it has none.
func (g *graphGenerator) ensureAbstract(s *subgraphModel, a *abstractModel) {
	if s.lookup(a.name) != nil {
		return
	}
	keyword := "interface"
	if a.union {
		keyword = "union"
	}
	t := s.typ(keyword, a.name)
	for _, e := range a.members {
		if s.lookup(e.name) != nil && g.chance(85) {
			t.members = append(t.members, e.name)
		}
	}
	if len(t.members) == 0 {
		e := a.members[0]
		g.ensure(s, e)
		t.members = append(t.members, e.name)
	}
}

// finishAbstract gives interfaces the fields that all implementors have.
func (g *graphGenerator) finishAbstract() {
	for _, s := range g.subgraphs {
		for _, a := range g.abstract {
			t := s.lookup(a.name)
			if t == nil || a.union {
				continue
			}
			g.finishInterface(s, a, t)
		}
	}
}

func (g *graphGenerator) finishInterface(s *subgraphModel, a *abstractModel, t *typeModel) {
	for _, f := range s.lookup(t.members[0]).fields {
		everywhere := !slices.ContainsFunc(a.members, func(e *entityModel) bool { return !g.hasField(e, f) })
		here := !slices.ContainsFunc(t.members, func(name string) bool {
			other := s.lookup(name).field(f.name)
			return other == nil || other.is("@external")
		})
		if everywhere && here && (len(t.fields) == 0 || g.chance(60)) {
			t.add(f.name, f.args, bare(f.typ))
		}
	}
	if len(t.fields) == 0 { // no common field: a union does as well
		t.keyword = "union"
		for _, other := range g.subgraphs {
			if o := other.lookup(a.name); o != nil {
				o.keyword, o.fields = "union", nil
				g.unimplement(other, a.name)
			}
		}
		a.union = true
		return
	}
	for _, name := range t.members {
		m := s.lookup(name)
		if !slices.Contains(m.implements, a.name) {
			m.implements = append(m.implements, a.name)
		}
	}
}

func (g *graphGenerator) unimplement(s *subgraphModel, name string) {
	for _, t := range s.types {
		t.implements = slices.DeleteFunc(t.implements, func(i string) bool { return i == name })
	}
}

// hasField reports whether some subgraph resolves a field of that name, and it is of that shape everywhere.
func (g *graphGenerator) hasField(e *entityModel, like *fieldModel) bool {
	found := false
	for _, s := range g.subgraphs {
		t := s.lookup(e.name)
		if t == nil || t.field(like.name) == nil {
			continue
		}
		f := t.field(like.name)
		if f.args != like.args || bare(f.typ) != bare(like.typ) {
			return false
		}
		found = found || !f.is("@external")
	}
	return found
}

// bare is a type without its non-nulls.
func bare(typ string) string { return strings.ReplaceAll(typ, "!", "") }

func nullable(typ string) string { return strings.TrimSuffix(typ, "!") }
