package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// fieldSource is a field in one of the subgraphs that have it, and what the
// subgraphs together make of it.
type fieldSource struct {
	s          *subgraph
	f          *field
	external   bool
	overridden override // by another subgraph
	label      string   // of the progressive override it takes part in
}

// override is what @override in another subgraph makes of a field.
type override uint8

const (
	notOverridden    override = iota
	overriddenUnused          // nothing else in the subgraph reads the field
	overriddenUsed            // the field stays as an external one
)

// resolves says whether the subgraph answers for the field by itself.
func (src fieldSource) resolves() bool {
	return src.overridden == notOverridden && !src.f.fullyExternal()
}

// mergeFields merges the fields of an object or interface type, in order of
// first appearance.
func (m *merger) mergeFields(t *typeDef) {
	byField := m.groupFields(m.sources[t.name])
	t.fields = m.parts.fieldLists.take(len(byField))[:0]
	for _, fs := range byField {
		m.mergeField(t, fs)
	}
	m.hintPartialFields(t, byField)
}

// fieldGroups is the room in which the fields of one type are grouped; it is used
// again for the next one.
type fieldGroups struct {
	index   map[string]int  // field -> its group
	order   []int           // the group of every source
	sizes   []int           // of the groups
	sources []fieldSource   // all of them, by group
	groups  [][]fieldSource // by field, in order of first appearance
}

// groupFields collects the sources of every field; valid until it is asked again.
func (m *merger) groupFields(types []typeSource) [][]fieldSource {
	g := &m.grouped
	if len(g.index) > 8*few { // clearing takes as long as the map has ever been large
		g.index = map[string]int{}
	}
	clear(g.index)
	g.order, g.sizes, g.groups = g.order[:0], g.sizes[:0], g.groups[:0]
	for _, src := range types {
		for _, f := range src.t.fields {
			i, ok := len(g.sizes), false
			if len(types) > 1 {
				if i, ok = g.index[f.name]; !ok {
					i = len(g.sizes)
					g.index[f.name] = i
				}
			}
			if !ok {
				g.sizes = append(g.sizes, 0)
			}
			g.sizes[i]++
			g.order = append(g.order, i)
		}
	}
	g.sources = slices.Grow(g.sources[:0], len(g.order))[:len(g.order)]
	start := 0
	for _, size := range g.sizes {
		g.groups = append(g.groups, g.sources[start:start:start+size])
		start += size
	}
	n := 0
	for _, src := range types {
		for _, f := range src.t.fields {
			i := g.order[n]
			g.groups[i] = append(g.groups[i], fieldSource{s: src.s, f: f, external: f.is(realExternal)})
			n++
		}
	}
	return g.groups
}

func (m *merger) mergeField(t *typeDef, sources []fieldSource) {
	dest := m.parts.fields.new()
	dest.name = sources[0].f.name
	m.recordAbstract(t, sources)
	resolvers := m.resolvers(t, sources)
	t.addField(dest)
	m.checkSubscription(t, dest, sources)
	if len(resolvers) == 0 {
		if !m.abstractedBase(t, dest.name) {
			m.settleOverrides(t, sources)
			m.failExternalOnly(dest, sources)
			t.setFields(t.fields[:len(t.fields)-1])
			return
		}
		resolvers = sources
	}
	for _, src := range sources {
		if src.external {
			m.checkExternalDirectives(src)
		}
	}
	m.settleOverrides(t, sources)
	if t.kind == objectKind {
		m.checkSharing(t, dest, sources)
	}
	m.mergeFieldParts(dest, resolvers)
	same := m.mergeFieldType(dest, resolvers, sources)
	m.checkExternals(dest, sources)
	m.useEnum(dest.typ, true, dest.at())
	m.joinField(t, dest, sources, same)
}

// resolvers are the sources that are not external.
func (m *merger) resolvers(t *typeDef, sources []fieldSource) []fieldSource {
	if !slices.ContainsFunc(sources, func(src fieldSource) bool { return src.external }) {
		return sources
	}
	var out []fieldSource
	for _, src := range sources {
		if src.external {
			continue
		}
		out = append(out, src)
	}
	return out
}

func (m *merger) mergeFieldParts(dest *field, sources []fieldSource) {
	texts, applied := m.scratch(len(sources))
	for i, src := range sources {
		texts[i] = described{src.s, src.f.description, src.f.pos}
		applied[i] = appliedSource{src.s, src.f.applied}
	}
	applied = append(applied, m.relatedAuth(dest)...)
	dest.description = m.mergeDescriptions(texts, dest.at())
	dest.applied = m.mergeApplied(applied, dest.at())
	m.mergeArguments(dest, sources)
}

// mergeFieldType takes the most general type of the resolvers. The result says
// whether the field has that very type in every source, external ones included.
func (m *merger) mergeFieldType(dest *field, resolvers, sources []fieldSource) bool {
	typ, same, ok := resolvers[0].f.typ, true, true
	for _, src := range resolvers[1:] {
		switch {
		case src.f.typ.equal(typ):
			continue
		case m.subtype(src.f.typ, typ):
		case m.subtype(typ, src.f.typ):
			typ = src.f.typ
		default:
			ok = false
		}
		same = false
	}
	dest.typ = typ
	if !same {
		m.reportTypes(ok, dest, resolvers, typ)
	}
	for _, src := range sources {
		same = same && src.f.typ.equal(typ)
	}
	return same
}

func (m *merger) reportTypes(compatible bool, dest *field, sources []fieldSource, typ *typeRef) {
	var types variants
	for _, src := range sources {
		types.add("type \""+src.f.typ.String()+"\"", src.s.name)
	}
	at := fieldLocations(sources)
	if !compatible {
		m.fail(FieldTypeMismatch, dest.coordinate(), at, "Type of field %q is incompatible across subgraphs: it has %s", dest.coordinate(), types.describe())
		return
	}
	m.hint(HintFieldType, dest.coordinate(), at, "Type of field %q is inconsistent but compatible across subgraphs: will use type %q in the supergraph; it has %s.", dest.coordinate(), typ, types.describe())
}

func fieldLocations(sources []fieldSource) []Location {
	at := make([]Location, len(sources))
	for i, src := range sources {
		at[i] = src.s.at(src.f.pos)
	}
	return at
}

// hintPartialFields hints at fields of types and interfaces without keys that some
// subgraphs lack.
func (m *merger) hintPartialFields(t *typeDef, byField [][]fieldSource) {
	sources := m.sources[t.name]
	if len(sources) < 2 || m.isRoot(t.name) {
		return
	}
	code, what := HintObjectField, "non-entity object"
	if t.kind == interfaceKind {
		code, what = HintInterfaceField, "interface"
	}
	for _, src := range sources {
		if has(src.t.applied, federation.Key) || has(src.t.applied, federation.InterfaceObject) {
			return
		}
	}
	for _, fs := range byField {
		if len(fs) == len(sources) {
			continue
		}
		var with, without []string
		for _, src := range sources {
			switch {
			case src.t.field(fs[0].f.name) != nil:
				with = append(with, src.s.name)
			case !src.allExternal():
				without = append(without, src.s.name)
			}
		}
		if len(without) == 0 {
			continue
		}
		coordinate := fs[0].f.coordinate()
		m.hint(code, t.name, fieldLocations(fs), "Field %q of %s type %q is defined in some but not all subgraphs that define %q: %q is defined in %s but not in %s.",
			coordinate, what, t.name, t.name, coordinate, subgraphList(with), subgraphList(without))
	}
}

// allExternal says whether a subgraph only refers to the fields of a type.
func (src typeSource) allExternal() bool {
	for _, f := range src.t.fields {
		if !f.is(realExternal) {
			return false
		}
	}
	return len(src.t.fields) > 0
}
