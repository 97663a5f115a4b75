package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// renameRoots gives the root types their default names, which they have in every
// supergraph.
func (s *subgraph) renameRoots() {
	renames := map[string]string{}
	for _, o := range operations {
		name, want := s.roots[o], o.typeName()
		taken := s.byName[want]
		switch {
		case name != "" && name != want && taken != nil:
			s.report([...]Code{RootQueryUsed, RootMutationUsed, RootSubscriptionUsed}[o], taken.pos, want,
				"The schema has a type named %q but it is not set as the %s root type (%q is instead): this is not supported by federation. If a root type does not use its default name, there should be no other type with that default name.",
				want, o.keyword(), name)
		case name != "" && name != want && s.byName[name] != nil:
			renames[name] = want
			s.roots[o] = want
		case name == "" && taken != nil && taken.kind == objectKind:
			s.roots[o] = want // merging goes by names, whatever the schema says
		}
	}
	if len(renames) > 0 {
		s.renameTypes(renames)
	}
}

// dropRuntimeFields drops the fields that the federation runtime adds to the query
// root, whatever they say.
func (s *subgraph) dropRuntimeFields() {
	q := s.root(query)
	if q == nil || (q.field("_entities") == nil && q.field("_service") == nil) {
		return
	}
	var kept []*field
	for _, f := range q.fields {
		if f.name != "_entities" && f.name != "_service" {
			kept = append(kept, f)
		}
	}
	q.setFields(kept)
}

// checkRuntimeTypes checks that types which a subgraph defines under the names of
// the federation runtime's can serve the fields that it adds:
// _service: _Service!, and where there are entities
// _entities(representations: [_Any!]!): [_Entity]!.
func (s *subgraph) checkRuntimeTypes() {
	entities := s.byName["_Entity"] != nil || slices.ContainsFunc(s.types, func(t *typeDef) bool {
		return t.kind == objectKind && has(t.applied, federation.Key)
	})
	for _, name := range []string{"_Service", "_Entity"} {
		if t := s.byName[name]; t != nil && t.kind == inputKind {
			s.report(InvalidGraphQL, t.pos, name, "Type %s is what a field of the federation runtime returns, which an %sType cannot be.", name, t.kind)
		}
	}
	if t := s.byName["_Any"]; t != nil && entities && !t.isInput() {
		s.report(InvalidGraphQL, t.pos, t.name, "Type %s is that of an argument of the federation runtime, which an %sType cannot be.", t.name, t.kind)
	}
}

// renameTypes renames types everywhere a type is named.
func (s *subgraph) renameTypes(names map[string]string) {
	ref := func(t *typeRef) *typeRef {
		if to, ok := names[t.base()]; ok {
			return t.rename(t.base(), to)
		}
		return t
	}
	for _, t := range s.types {
		if to, ok := names[t.name]; ok {
			delete(s.byName, t.name)
			t.name = to
			s.byName[to] = t
		}
		for i := range t.interfaces {
			if to, ok := names[t.interfaces[i].name]; ok {
				t.interfaces[i].name = to
			}
		}
		for i := range t.members {
			if to, ok := names[t.members[i].name]; ok {
				t.members[i].name = to
			}
		}
		for _, f := range t.fields {
			f.typ = ref(f.typ)
		}
	}
}
