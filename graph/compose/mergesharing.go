package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// checkSubscription reports a field of the subscription root that is marked
// @shareable.
func (m *merger) checkSubscription(t *typeDef, dest *field, sources []fieldSource) {
	if t.name == m.roots[subscription] && slices.ContainsFunc(sources, func(src fieldSource) bool { return has(src.f.applied, federation.Shareable) }) {
		m.fail(InvalidFieldSharing, dest.coordinate(), fieldLocations(sources), "Field %q of the subscription root is marked @shareable, but events come from one subgraph. Remove @shareable, and the field from all subgraphs but one.", dest.coordinate())
	}
}

// checkSharing reports a field that several subgraphs resolve while one of them
// does not allow it. Fields of an @interfaceObject count for every implementation
// of the interface.
func (m *merger) checkSharing(t *typeDef, dest *field, sources []fieldSource) {
	if len(sources) < 2 && len(t.interfaces) == 0 {
		return
	}
	resolving := m.resolving(t, dest.name, sources)
	if len(resolving) < 2 || !slices.ContainsFunc(resolving, func(src fieldSource) bool { return !src.f.shareable() }) {
		return
	}
	var all, closed []string
	var at []Location
	for _, src := range resolving {
		name := `"` + src.s.name + `"`
		if src.f.owner.name != t.name {
			name += ` (through @interfaceObject field "` + src.f.coordinate() + `")`
		}
		all = append(all, name)
		if !src.f.shareable() {
			closed = append(closed, name)
		}
		at = append(at, src.s.at(src.f.pos))
	}
	where := "all of them"
	if len(closed) < len(all) {
		where = listed(closed)
	}
	m.fail(InvalidFieldSharing, dest.coordinate(), at, "Field %q is resolved by more than one of the subgraphs and not @shareable in all of them: it is resolved by %s and not shareable in %s. Mark it @shareable wherever it is resolved, or leave it to one subgraph.", dest.coordinate(), listed(all), where)
}

// resolving are the sources that resolve a field of a type, directly or through an
// @interfaceObject, by subgraph; valid until it is asked again.
func (m *merger) resolving(t *typeDef, name string, sources []fieldSource) []fieldSource {
	out := m.resolved[:0]
	for _, src := range sources {
		if src.resolves() {
			out = append(out, src)
		}
	}
	direct := len(out)
	for _, i := range t.interfaces {
		for _, src := range m.abstract[i.name][name] {
			if src.s.byName[t.name] == nil && src.resolves() {
				out = append(out, src)
			}
		}
	}
	m.resolved = out
	if len(out) > direct {
		slices.SortStableFunc(out, func(a, b fieldSource) int { return a.s.index - b.s.index })
	}
	return out
}

// listed is subgraphList for names that are quoted already.
func listed(names []string) string {
	out := "subgraphs "
	if len(names) == 1 {
		out = "subgraph "
	}
	for i, n := range names {
		switch {
		case i > 0 && i == len(names)-1:
			out += " and "
		case i > 0:
			out += ", "
		}
		out += n
	}
	return out
}

// recordAbstract remembers the fields that an @interfaceObject gives to the
// implementations of an interface. Interfaces merge before objects.
func (m *merger) recordAbstract(t *typeDef, sources []fieldSource) {
	if t.kind != interfaceKind {
		return
	}
	for _, src := range sources {
		if !has(src.f.owner.applied, federation.InterfaceObject) || src.external {
			continue
		}
		if m.abstract[t.name] == nil {
			m.abstract[t.name] = map[string][]fieldSource{}
		}
		m.abstract[t.name][src.f.name] = append(m.abstract[t.name][src.f.name], src)
	}
}

// abstractedBase says whether a field that is external wherever t has it is
// resolved for t by an @interfaceObject.
func (m *merger) abstractedBase(t *typeDef, name string) bool {
	return slices.ContainsFunc(t.interfaces, func(i named) bool { return len(m.abstract[i.name][name]) > 0 })
}
