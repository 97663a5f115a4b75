package compose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// outline adds every type to the supergraph, still empty, and reports those that
// have different kinds in different subgraphs or no definition at all.
func (m *merger) outline() {
	for _, s := range m.subgraphs {
		for _, t := range s.types {
			if t.machinery || builtinScalars[t.name] != nil {
				continue
			}
			if m.sources[t.name] == nil {
				m.addType(&typeDef{name: t.name, kind: mergedKind(t)})
			}
			m.sources[t.name] = append(m.sources[t.name], typeSource{s, t})
		}
		if s.roots[query] == "" && s.byName[query.typeName()] == nil {
			// Every subgraph has a query root, if only for the fields of the federation runtime.
			t := &typeDef{name: query.typeName(), kind: objectKind, defined: true}
			if m.sources[t.name] == nil {
				m.addType(&typeDef{name: t.name, kind: objectKind})
			}
			m.sources[t.name] = append(m.sources[t.name], typeSource{s, t})
		}
	}
	slices.SortFunc(m.types, func(a, b *typeDef) int { return strings.Compare(a.name, b.name) })
	for _, t := range m.types {
		if !t.machinery {
			m.checkKinds(t)
			m.checkBase(t)
		}
	}
}

// mergedKind is the kind a type has in the supergraph.
func mergedKind(t *typeDef) kind {
	if t.kind == objectKind && has(t.applied, federation.InterfaceObject) {
		return interfaceKind
	}
	return t.kind
}

func (m *merger) checkKinds(t *typeDef) {
	if !slices.ContainsFunc(m.sources[t.name], func(src typeSource) bool { return mergedKind(src.t) != t.kind }) {
		return
	}
	var kinds variants
	for _, src := range m.sources[t.name] {
		text := src.t.kind.String() + " Type"
		if mergedKind(src.t) != src.t.kind {
			text = "Interface Object Type (Object Type with @interfaceObject)"
		} else if t.kind == interfaceKind && src.t.kind == interfaceKind {
			text = "Interface Type"
		}
		kinds.add(text, src.s.name)
	}
	m.fail(TypeKindMismatch, t.name, m.typeLocations(t.name), "Type %q has mismatched kind: it is defined as %s", t.name, kinds.describe())
	if t.kind == objectKind || t.kind == interfaceKind {
		// Fields of one kind of type say nothing about those of another.
		m.sources[t.name] = slices.DeleteFunc(m.sources[t.name], func(src typeSource) bool { return mergedKind(src.t) != t.kind })
	}
}

// checkBase reports a type that is nowhere defined, only extended.
func (m *merger) checkBase(t *typeDef) {
	sources := m.sources[t.name]
	if slices.ContainsFunc(sources, func(src typeSource) bool {
		return src.t.defined || src.s.isRoot(t.name)
	}) {
		return
	}
	for _, src := range sources {
		m.fail(ExtensionWithNoBase, t.name, []Location{src.s.at(src.t.pos)}, "[%s] Type %q is an extension type, but there is no type definition for %q in any subgraph.", src.s.name, t.name, t.name)
	}
}

func (m *merger) typeLocations(name string) []Location {
	var at []Location
	for _, src := range m.sources[name] {
		at = append(at, src.s.at(src.t.pos))
	}
	return at
}

// mergeRelations merges what types say about each other: implemented interfaces
// and union members.
func (m *merger) mergeRelations() {
	for _, t := range m.types {
		for _, src := range m.sources[t.name] {
			for _, i := range src.t.interfaces {
				if !t.implements(i.name) {
					t.interfaces = append(t.interfaces, named{name: i.name})
				}
				t.applied = append(t.applied, m.parts.directive("join__implements", graphArg(src.s), argument{"interface", m.parts.text(i.name)}))
			}
		}
		if t.kind == unionKind {
			m.mergeUnion(t)
		}
	}
}

func (m *merger) mergeUnion(t *typeDef) {
	sources := m.sources[t.name]
	for _, src := range sources {
		for _, member := range src.t.members {
			if !t.hasMember(member.name) {
				t.addMember(named{name: member.name})
			}
			t.applied = append(t.applied, m.parts.directive("join__unionMember", graphArg(src.s), argument{"member", m.parts.text(member.name)}))
		}
	}
	for _, member := range t.members {
		var with, without []string
		for _, src := range sources {
			if src.t.hasMember(member.name) {
				with = append(with, src.s.name)
			} else {
				without = append(without, src.s.name)
			}
		}
		if len(without) > 0 {
			m.hint(HintUnionMember, t.name, m.typeLocations(t.name), "Union type %q includes member type %q in some but not all defining subgraphs: %q is defined in %s but not in %s.",
				t.name, member.name, member.name, subgraphList(with), subgraphList(without))
		}
	}
	m.mergeTypeParts(t)
}

// mergeRoots names the root types of the supergraph.
func (m *merger) mergeRoots() {
	for _, o := range operations {
		if m.byName[o.typeName()] == nil {
			continue
		}
		for _, s := range m.subgraphs {
			if s.roots[o] == o.typeName() {
				m.roots[o] = o.typeName()
			}
		}
	}
	if !slices.ContainsFunc(m.sources[m.roots[query]], func(src typeSource) bool { return len(src.t.fields) > 0 }) {
		m.fail(NoQueries, "", nil, "No queries found in any subgraph: a supergraph must have a query root type.")
	}
}

// mergeType merges the parts of a scalar, input, interface or object type.
func (m *merger) mergeType(t *typeDef) {
	m.mergeTypeParts(t)
	switch t.kind {
	case inputKind:
		m.mergeInputType(t)
	case interfaceKind, objectKind:
		m.mergeFields(t)
	default: // merged elsewhere, or without members
	}
}

// mergeTypeParts merges what all kinds have: description, applied directives and
// the join__type of every subgraph.
func (m *merger) mergeTypeParts(t *typeDef) {
	sources := m.sources[t.name]
	texts, applied := m.scratch(len(sources))
	for i, src := range sources {
		applied[i] = appliedSource{src.s, src.t.applied}
		texts[i] = described{src.s, src.t.description, src.t.pos}
		m.joinType(t, src)
	}
	applied = append(applied, m.implementersAuth(t)...)
	t.description = m.mergeDescriptions(texts, coordinate{Owner: t.name})
	t.applied = append(t.applied, m.mergeApplied(applied, coordinate{Owner: t.name})...)
	if t.kind == objectKind || t.kind == interfaceKind {
		m.checkEntity(t)
	}
}

// joinType adds the join__type applications of one subgraph, one per key.
func (m *merger) joinType(t *typeDef, src typeSource) {
	extends := has(src.t.applied, federation.Extends)
	isInterfaceObject := src.t.kind == objectKind && has(src.t.applied, federation.InterfaceObject)
	keyed := false
	for _, d := range src.t.applied {
		if d.canon != federation.Key {
			continue
		}
		keyed = true
		args := append(m.args[:0], graphArg(src.s), argument{"key", m.parts.text(d.text("fields"))})
		if d.ext || extends {
			args = append(args, argument{"extension", flagValue(true)})
		}
		if v := d.arg("resolvable"); v != nil {
			args = append(args, argument{"resolvable", v})
		}
		if isInterfaceObject {
			args = append(args, argument{"isInterfaceObject", flagValue(true)})
		}
		m.args = args
		t.applied = append(t.applied, m.parts.directive("join__type", args...))
	}
	if keyed {
		return
	}
	args := append(m.args[:0], graphArg(src.s))
	if isInterfaceObject {
		args = append(args, argument{"isInterfaceObject", flagValue(true)})
	}
	m.args = args
	t.applied = append(t.applied, m.parts.directive("join__type", args...))
}

// graphArgument is the argument by which the directives of the join specification
// name a subgraph.
const graphArgument = "graph"

func graphArg(s *subgraph) argument { return argument{graphArgument, s.graph} }

// checkEntity hints at a type that is an entity in some subgraphs only.
func (m *merger) checkEntity(t *typeDef) {
	keyed := func(src typeSource) bool { return has(src.t.applied, federation.Key) }
	unkeyed := func(src typeSource) bool { return !keyed(src) }
	if t.kind != objectKind || !slices.ContainsFunc(m.sources[t.name], keyed) || !slices.ContainsFunc(m.sources[t.name], unkeyed) {
		return
	}
	var with, without []string
	for _, src := range m.sources[t.name] {
		if keyed(src) {
			with = append(with, src.s.name)
		} else {
			without = append(without, src.s.name)
		}
	}
	m.hint(HintEntity, t.name, m.typeLocations(t.name), "Type %q is declared as an entity (has a @key applied) in some but not all defining subgraphs: it has no @key in %s but has some @key in %s.",
		t.name, subgraphList(without), subgraphList(with))
}

// described is a description in one subgraph.
type described struct {
	s    *subgraph
	text string
	pos  position
}

// mergeDescriptions takes the most frequent description; of several, the one of
// the first subgraph.
func (m *merger) mergeDescriptions(sources []described, at coordinate) string {
	if !slices.ContainsFunc(sources, func(src described) bool { return src.text != "" }) {
		return ""
	}
	var counts variants
	var locations []Location
	for _, src := range sources {
		if src.text != "" {
			counts.add(src.text, src.s.name)
			locations = append(locations, src.s.at(src.pos))
		}
	}
	best := slices.MaxFunc(counts, func(a, b variant) int { return cmp.Compare(len(a.names), len(b.names)) })
	if len(counts) > 1 {
		m.hint(HintDescription, at.String(), locations, "Element %q has inconsistent descriptions across subgraphs. The supergraph uses the one of %s.", at, subgraphList(best.names))
	}
	return best.text
}
