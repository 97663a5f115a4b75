package compose

import "slices"

// failExternalOnly reports a field that no subgraph resolves.
func (m *merger) failExternalOnly(dest *field, sources []fieldSource) {
	var names []string
	for _, src := range sources {
		names = append(names, src.s.name)
	}
	m.fail(ExternalMissingOnBase, dest.coordinate(), fieldLocations(sources), "Field %q is marked @external on all the subgraphs in which it is listed (%s).", dest.coordinate(), subgraphList(names))
}

// checkExternalDirectives reports directives that are merged but stand on an
// external field, where they would be lost. Those kept by @composeDirective are
// lost without a word.
func (m *merger) checkExternalDirectives(src fieldSource) {
	for _, d := range src.f.applied {
		if sv := m.survivorOf(src.s, d); sv != nil && sv.composers == nil {
			m.fail(MergedDirectiveOnExternal, src.f.coordinate(), []Location{src.s.at(d.pos)}, "[%s] Cannot apply merged directive %s to external field %q", src.s.name, d, src.f.coordinate())
		}
	}
}

// checkExternals compares the external declarations of a field with the merged
// field, of which they must be copies; arguments may be of a more general type.
func (m *merger) checkExternals(dest *field, sources []fieldSource) {
	if !slices.ContainsFunc(sources, func(src fieldSource) bool { return src.external }) {
		return
	}
	at := fieldLocations(sources)
	if m.typesDiffer(dest, sources) {
		var types variants
		for _, src := range slices.Concat(resolversFirst(sources)...) {
			types.add("type \""+src.f.typ.String()+"\"", src.s.name)
		}
		m.fail(ExternalTypeMismatch, dest.coordinate(), at, "Type of field %q is incompatible across subgraphs (where marked @external): it has %s", dest.coordinate(), types.describe())
	}
	for _, arg := range dest.args {
		m.checkExternalArgument(dest, arg, sources, at)
	}
}

// typesDiffer says whether an external declaration has another type than the
// field. Where those that resolve the field do not agree on its type themselves, a
// narrower one than the merged type may be a copy of theirs.
func (m *merger) typesDiffer(dest *field, sources []fieldSource) bool {
	parts := resolversFirst(sources)
	agreed := !slices.ContainsFunc(parts[0], func(src fieldSource) bool { return !src.f.typ.equal(dest.typ) })
	return slices.ContainsFunc(parts[1], func(src fieldSource) bool {
		return !src.f.typ.equal(dest.typ) && (agreed || !m.subtype(src.f.typ, dest.typ))
	})
}

// resolversFirst splits the sources into those that resolve and the external
// ones.
func resolversFirst(sources []fieldSource) [][]fieldSource {
	out := make([][]fieldSource, 2)
	for _, src := range sources {
		if src.external {
			out[1] = append(out[1], src)
		} else {
			out[0] = append(out[0], src)
		}
	}
	return out
}

func (m *merger) checkExternalArgument(dest *field, arg *input, sources []fieldSource, at []Location) {
	coordinate := dest.at().Argument(arg.name).String()
	var missing, having []string
	var types, defaults variants
	wrongType, wrongDefault := false, false
	for _, src := range slices.Concat(resolversFirst(sources)...) {
		a := src.f.arg(arg.name)
		if a == nil {
			if src.external {
				missing = append(missing, src.s.name)
			}
			continue
		}
		having = append(having, src.s.name)
		types.add("type \""+a.typ.String()+"\"", src.s.name)
		text := "no default value"
		if a.def != nil {
			text = "default value " + a.def.String()
		}
		defaults.add(text, src.s.name)
		if src.external {
			wrongType = wrongType || !m.subtype(arg.typ, a.typ)
			wrongDefault = wrongDefault || !m.literal(a.def, a.typ).equal(m.literal(arg.def, arg.typ))
		}
	}
	if len(missing) > 0 {
		m.fail(ExternalArgumentMissing, dest.coordinate(), at, "Field %q is missing argument %q in some subgraphs where it is marked @external: argument %q is declared in %s but not in %s (where %q is @external).", dest.coordinate(), coordinate, coordinate, subgraphList(having), subgraphList(missing), dest.coordinate())
	}
	if wrongType {
		m.fail(ExternalArgumentTypeMismatch, coordinate, at, "Type of argument %q is incompatible across subgraphs (where %q is marked @external): it has %s", coordinate, dest.coordinate(), types.describe())
	}
	if wrongDefault {
		m.fail(ExternalArgumentDefaultMismatch, coordinate, at, "Argument %q has incompatible defaults across subgraphs (where %q is marked @external): it has %s", coordinate, dest.coordinate(), defaults.describe())
	}
}
