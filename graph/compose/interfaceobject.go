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
				clone := m.abstractedField(f)
				t.addField(clone)
				if t.kind == objectKind {
					m.checkSharing(t, clone, nil)
				}
			}
		}
	}
}

// abstractedField is a copy of an interface's field for an implementation; the
// join__field without a graph says that no subgraph has it there.
func (m *merger) abstractedField(f *field) *field {
	clone := &field{name: f.name, description: f.description, typ: f.typ, args: f.args, applied: []*directive{m.parts.directive("join__field")}}
	for _, d := range f.applied {
		if m.survivors[d.name] != nil {
			clone.applied = append(clone.applied, d)
		}
	}
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
		for _, t := range m.implementers(i.name) {
			if own := src.s.byName[t.name]; own != nil && t.kind == objectKind {
				m.fail(InterfaceObjectUsage, i.name, []Location{src.s.at(src.t.pos), src.s.at(own.pos)}, "[%s] Type %q is marked @interfaceObject in subgraph %q, which may then not define any of the types that implement it, but it defines type %q. Remove the type from it, or define the interface.", src.s.name, i.name, src.s.name, t.name)
			}
		}
	}
	if defined || slices.ContainsFunc(m.subgraphs, func(s *subgraph) bool { t := s.byName[i.name]; return t != nil && mergedKind(t) != interfaceKind }) {
		return
	}
	m.fail(InterfaceObjectUsage, i.name, m.typeLocations(i.name), "Type %q is declared with @interfaceObject in all the subgraphs in which it is defined (it is defined in %s but should be defined as an interface in at least one subgraph)", i.name, subgraphList(names))
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
