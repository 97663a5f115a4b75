package compose

// renameRoots gives the root types their default names, which they have in every
// supergraph, and drops the fields that the federation runtime adds to them.
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
	if q := s.root(query); q != nil && (q.field("_entities") != nil || q.field("_service") != nil) {
		var kept []*field
		for _, f := range q.fields {
			if f.name != "_entities" && f.name != "_service" {
				kept = append(kept, f)
			}
		}
		q.setFields(kept)
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
