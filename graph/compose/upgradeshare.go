package compose

import (
	"maps"
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// dropUnusedExternals removes the external fields that nothing reads, and types
// that have no field left.
func (u upgrader) dropUnusedExternals() {
	u.markUses()
	emptied := map[string]bool{}
	for _, t := range u.types {
		unused := func(f *field) bool { return f.is(realExternal) && !f.is(used) }
		if len(t.fields) == 0 || !slices.ContainsFunc(t.fields, unused) {
			continue
		}
		var kept []*field
		for _, f := range t.fields {
			if !unused(f) {
				kept = append(kept, f)
			}
		}
		if len(kept) > 0 || t.name == u.roots[query] {
			t.setFields(kept)
			continue
		}
		emptied[t.name] = true
	}
	if len(emptied) > 0 {
		u.removeTypes(emptied)
	}
}

// removeTypes removes types; one that something still refers to is an error.
func (u upgrader) removeTypes(gone map[string]bool) {
	u.types = slices.DeleteFunc(u.types, func(t *typeDef) bool { return gone[t.name] })
	u.implementing = nil
	referred := map[string]bool{"_Service": true, "_Entity": true} // by the fields that the federation runtime adds
	for _, root := range u.roots {
		referred[root] = true
	}
	for _, t := range u.types {
		for _, m := range t.members {
			referred[m.name] = true
		}
		for _, f := range t.fields {
			referred[f.typ.base()] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		if referred[name] {
			u.report(TypeWithOnlyUnusedExternal, u.byName[name].pos, name, "Type %q has only external fields that nothing uses (no @key, @provides, @requires or interface). Remove the type, or the fields and unions that refer to it.", name)
		}
		delete(u.byName, name)
	}
}

// shareValueTypes marks as @shareable what federation 1 shared without saying so:
// every field that another subgraph has too, except of subscriptions.
func (u upgrader) shareValueTypes() {
	for _, t := range u.types {
		if t.kind != objectKind || t.name == u.roots[subscription] || len(u.others[t.name]) < 2 {
			continue
		}
		for _, f := range t.fields {
			if !has(f.applied, federation.External) && !has(f.applied, federation.Shareable) && u.elsewhere(t.name, f.name) {
				f.applied = append(f.applied, &directive{name: federation.Shareable, canon: federation.Shareable, pos: f.pos})
			}
		}
	}
}

func (u upgrader) elsewhere(typeName, fieldName string) bool {
	return slices.ContainsFunc(u.others[typeName], func(s *subgraph) bool {
		return s != u.subgraph && s.byName[typeName].field(fieldName) != nil
	})
}

// dropRepeatedTags removes a @tag from an external field when the subgraph that
// resolves the field has the same.
func (u upgrader) dropRepeatedTags() {
	for _, t := range u.types {
		for _, f := range t.fields {
			if !has(f.applied, federation.External) || !has(f.applied, federation.Tag) {
				continue
			}
			f.applied = slices.DeleteFunc(slices.Clone(f.applied), func(d *directive) bool {
				return d.canon == federation.Tag && u.taggedElsewhere(f, d.text("name"))
			})
		}
	}
}

func (u upgrader) taggedElsewhere(f *field, tag string) bool {
	return slices.ContainsFunc(u.others[f.owner.name], func(s *subgraph) bool {
		g := s.byName[f.owner.name].field(f.name)
		return s != u.subgraph && g != nil && slices.ContainsFunc(g.applied, func(d *directive) bool {
			return d.canon == federation.Tag && d.text("name") == tag
		})
	})
}
