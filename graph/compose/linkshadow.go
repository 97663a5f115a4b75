package compose

import "slices"

// checkShadowed reports imported elements that the subgraph also defines, and
// uses, under the name that they have where they are not imported: both names
// would mean one element.
func (s *subgraph) checkShadowed() {
	for _, f := range s.links.features {
		for _, i := range f.imports {
			name := f.namespaced(i.name)
			if i.as == name || i.directive && !s.usesDirective(name) || !i.directive && !s.usesType(name) {
				continue
			}
			s.report(InvalidLinkDirectiveUsage, i.pos, "@"+s.links.linkName, "Cannot import %s from feature %q since there is a definition for its namespaced name %q, which is used. Use the imported name everywhere and remove that definition.", i, f.identity, i.written(name))
		}
	}
}

// usesDirective says whether the subgraph defines a directive and applies it.
func (s *subgraph) usesDirective(name string) bool {
	return s.directiveByName[name] != nil && s.applies(name)
}

// usesType says whether the subgraph defines a type and refers to it.
func (s *subgraph) usesType(name string) bool {
	if s.byName[name] == nil {
		return false
	}
	is := func(in *input) bool { return in.typ.base() == name }
	named := func(n named) bool { return n.name == name }
	return slices.ContainsFunc(s.directives, func(d *directiveDef) bool { return slices.ContainsFunc(d.args, is) }) ||
		slices.ContainsFunc(s.types, func(t *typeDef) bool {
			return slices.ContainsFunc(t.inputs, is) || slices.ContainsFunc(t.members, named) || slices.ContainsFunc(t.interfaces, named) ||
				slices.ContainsFunc(t.fields, func(f *field) bool { return f.typ.base() == name || slices.ContainsFunc(f.args, is) })
		})
}
