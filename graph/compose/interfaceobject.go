package compose

import (
	"maps"
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// addInterfaceObjectFields gives the implementations of an interface the fields
// that an @interfaceObject resolves for them, and checks that the subgraphs that
// can tell the implementations apart know them all.
func (m *merger) addInterfaceObjectFields() {
	for _, i := range m.types {
		if i.kind != interfaceKind {
			continue
		}
		m.checkInterfaceObject(i)
		m.checkInterfaceKeys(i)
		for _, f := range i.fields {
			if len(m.abstract[i.name][f.name]) == 0 {
				continue
			}
			for _, t := range m.implementers(i.name) {
				if t.field(f.name) != nil {
					continue
				}
				clone := m.abstractedField(f, t)
				t.addField(clone)
				if t.kind == objectKind {
					m.checkSharing(t, clone, nil)
				}
			}
		}
	}
}

// abstractedField is a copy of an interface's field for an implementation; the
// join__field without a graph says that no subgraph has it there. It asks for the
// authorization that the @interfaceObject does, not for that of the interface's
// field, which answers for other implementations too.
func (m *merger) abstractedField(f *field, t *typeDef) *field {
	clone := &field{name: f.name, description: f.description, typ: f.typ, args: f.args, applied: []*directive{m.parts.directive("join__field")}}
	for _, d := range f.applied {
		if m.survivors[d.name] != nil && !isAuth(d.canon) {
			clone.applied = append(clone.applied, d)
		}
	}
	var auth []appliedSource
	for _, src := range m.abstract[f.owner.name][f.name] {
		auth = append(auth, appliedSource{src.s, authOnly(src.f.applied)})
	}
	clone.applied = append(clone.applied, m.mergeApplied(auth, coordinate{Owner: t.name, Part: f.name})...)
	return clone
}

// checkInterfaceObjects reports each @interfaceObject whose interface has a key in
// a federation 1 subgraph. There the key was ignored: the subgraph need not tell
// what type an object with that key has, which @interfaceObject relies on. It must
// run before the upgrade, which drops such keys. types are the subgraphs by the
// types they have.
func (c *composition) checkInterfaceObjects(types map[string][]*subgraph) {
	for _, name := range slices.Sorted(maps.Keys(types)) {
		var objects, old []string
		var at []Location
		for _, s := range types[name] {
			switch t := s.byName[name]; {
			case has(t.applied, federation.InterfaceObject):
				objects = append(objects, s.name)
				at = append(at, s.at(t.pos))
			case s.fed1 && t.kind == interfaceKind && has(t.applied, federation.Key):
				old = append(old, s.name)
				at = append(at, s.at(t.pos))
			}
		}
		if len(objects) > 0 && len(old) > 0 {
			c.fail(InterfaceObjectUsage, name, at, "Type %q is marked @interfaceObject in %s, which needs subgraphs that find out the type of an object by the key of interface %q. In %s, of federation 1, @key on an interface promises nothing like that. Upgrade to federation 2 there, or remove the @key.",
				name, subgraphList(objects), name, subgraphList(old))
		}
	}
}

// checkInterfaceObject reports an @interfaceObject for which no subgraph defines
// the interface, and one beside types that implement the interface.
func (m *merger) checkInterfaceObject(i *typeDef) {
	var names []string
	defined := false
	for _, src := range m.sources[i.name] {
		if src.t.kind == interfaceKind {
			defined = true
			continue
		}
		names = append(names, src.s.name)
		m.checkNoImplementation(i, src)
	}
	if defined || slices.ContainsFunc(m.subgraphs, func(s *subgraph) bool { t := s.byName[i.name]; return t != nil && mergedKind(t) != interfaceKind }) {
		return
	}
	m.fail(InterfaceObjectUsage, i.name, m.typeLocations(i.name), "Type %q is declared with @interfaceObject in all the subgraphs in which it is defined (it is defined in %s but should be defined as an interface in at least one subgraph)", i.name, subgraphList(names))
}

// checkNoImplementation reports the types which implement an interface in the
// subgraph that has it as an @interfaceObject. The query root is in every subgraph.
func (m *merger) checkNoImplementation(i *typeDef, src typeSource) {
	at := []Location{src.s.at(src.t.pos)}
	var own []string
	for _, t := range m.implementers(i.name) {
		mine := src.s.byName[t.name]
		if t.kind != objectKind || mine == nil && t.name != query.typeName() {
			continue
		}
		own = append(own, t.name)
		if mine != nil {
			at = append(at, src.s.at(mine.pos))
		}
	}
	if len(own) > 0 {
		m.fail(InterfaceObjectUsage, i.name, at, "[%s] Type %q is marked @interfaceObject in subgraph %q, which may then not define any of the types that implement it, but it defines %s. Remove what implements it, or define the interface.", src.s.name, i.name, src.s.name, typeList(own))
	}
}

// checkInterfaceKeys reports subgraphs that resolve an interface by key without
// knowing all of its implementations.
func (m *merger) checkInterfaceKeys(i *typeDef) {
	for _, src := range m.sources[i.name] {
		if src.t.kind != interfaceKind {
			continue
		}
		k := slices.IndexFunc(src.t.applied, func(d *directive) bool {
			return d.canon == federation.Key && d.flag("resolvable", true)
		})
		if k < 0 {
			continue
		}
		var missing []string
		for _, t := range m.implementers(i.name) {
			if t.kind == objectKind && !src.s.byName[t.name].knownImplementation(i.name) {
				missing = append(missing, t.name)
			}
		}
		if len(missing) > 0 {
			slices.Sort(missing)
			m.fail(InterfaceKeyMissingImplementation, i.name, []Location{src.s.at(src.t.pos)},
				"[%s] Interface type %q has a resolvable key (@key(fields: %q)) in subgraph %q but that subgraph is missing some of the supergraph implementation types of %q. Subgraph %q should define %s (and have %s implement %q).",
				src.s.name, i.name, src.t.applied[k].text("fields"), src.s.name, i.name, src.s.name, typeList(missing), itOrThem(missing), i.name)
		}
	}
}

func (t *typeDef) knownImplementation(iface string) bool { return t != nil && t.implements(iface) }

// typeList is `type "A"` or `types "A" and "B"`.
func typeList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + n + `"`
	}
	text := listed(quoted)
	if len(names) == 1 {
		return "type " + quoted[0]
	}
	return "types " + text[len("subgraphs "):]
}

func itOrThem(names []string) string {
	if len(names) == 1 {
		return "it"
	}
	return "them"
}
