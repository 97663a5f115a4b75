package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// enumUse is how the supergraph uses an enum: the coordinate of one use each way,
// "" when it is not used that way.
type enumUse struct {
	output, input string
}

// useEnum records that an element is of a type, which may be an enum: a field
// when output is true, else an argument or input field.
func (m *merger) useEnum(t *typeRef, output bool, at coordinate) {
	def := m.byName[t.base()]
	if def == nil || def.kind != enumKind {
		return
	}
	use := m.uses[def.name]
	if use == nil {
		use = &enumUse{}
		m.uses[def.name] = use
	}
	if output && use.output == "" {
		use.output = at.String()
	} else if !output && use.input == "" {
		use.input = at.String()
	}
}

// enumSource is a value in one of the subgraphs that have it.
type enumSource struct {
	s *subgraph
	v *enumValue
}

// mergeEnum merges an enum by its use: what may be returned is the union of the
// values, what may be sent their intersection, and what may be both must be the
// same everywhere.
func (m *merger) mergeEnum(t *typeDef) {
	m.mergeTypeParts(t)
	if slices.ContainsFunc(m.sources[t.name], func(src typeSource) bool { return src.t.kind != enumKind }) {
		return // reported: there is nothing to compare values with
	}
	index := map[string]int{}
	var byValue [][]enumSource
	for _, src := range m.sources[t.name] {
		for _, v := range src.t.values {
			i, ok := index[v.name]
			if !ok {
				i = len(byValue)
				index[v.name] = i
				byValue = append(byValue, nil)
			}
			byValue[i] = append(byValue[i], enumSource{src.s, v})
		}
	}
	use := m.uses[t.name]
	if use == nil {
		use = &enumUse{}
		m.hint(HintUnusedEnum, t.name, m.typeLocations(t.name), "Enum type %q is defined but unused. It will be included in the supergraph with all the values appearing in any subgraph (\"as if\" it was only used as an output type).", t.name)
	}
	for _, vs := range byValue {
		m.mergeEnumValue(t, use, vs)
	}
	if len(t.values) == 0 {
		m.fail(EmptyMergedEnumType, t.name, m.typeLocations(t.name), "None of the values of enum type %q are defined consistently in all the subgraphs defining that type. As only values common to all subgraphs are merged, this would result in an empty type.", t.name)
	}
}

func (m *merger) mergeEnumValue(t *typeDef, use *enumUse, vs []enumSource) {
	name := vs[0].v.name
	at := coordinate{Owner: t.name, Part: name}
	dest := &enumValue{name: name}
	texts, applied := m.scratch(len(vs))
	hidden := false
	for i, src := range vs {
		texts[i] = described{src.s, src.v.description, src.v.pos}
		applied[i] = appliedSource{src.s, src.v.applied}
		hidden = hidden || has(src.v.applied, federation.Inaccessible)
	}
	if len(vs) < len(m.sources[t.name]) && !m.keepsPartialValue(t, use, vs, hidden) {
		return
	}
	dest.description = m.mergeDescriptions(texts, at)
	for _, src := range vs {
		dest.applied = append(dest.applied, m.parts.directive("join__enumValue", graphArg(src.s)))
	}
	dest.applied = append(dest.applied, m.mergeApplied(applied, at)...)
	t.addValue(dest)
}

// keepsPartialValue says whether a value that some subgraphs lack stays. Hidden
// ones always do: no client can send them.
func (m *merger) keepsPartialValue(t *typeDef, use *enumUse, vs []enumSource, hidden bool) bool {
	if hidden && use.input != "" {
		return true
	}
	name := vs[0].v.name
	coordinate := t.name + "." + name
	var with, without []string
	var at []Location
	for _, src := range m.sources[t.name] {
		if v := src.t.value(name); v != nil {
			with = append(with, src.s.name)
			at = append(at, src.s.at(v.pos))
		} else {
			without = append(without, src.s.name)
			at = append(at, src.s.at(src.t.pos))
		}
	}
	switch {
	case use.output != "" && use.input != "":
		m.fail(EnumValueMismatch, coordinate, at, "Enum type %q is used as both input type (for example, as type of %q) and output type (for example, as type of %q), but value %q is not defined in all the subgraphs defining %q: %q is defined in %s but not in %s", t.name, use.input, use.output, name, t.name, name, subgraphList(with), subgraphList(without))
		return true
	case use.input != "":
		m.hint(HintInputEnumValue, coordinate, at, "Value %q of enum type %q will not be part of the supergraph as it is not defined in all the subgraphs defining %q: %q is defined in %s but not in %s.", name, t.name, t.name, name, subgraphList(with), subgraphList(without))
		return false
	}
	m.hint(HintOutputEnumValue, coordinate, at, "Value %q of enum type %q has been added to the supergraph but is only defined in a subset of the subgraphs defining %q: %q is defined in %s but not in %s.", name, t.name, t.name, name, subgraphList(with), subgraphList(without))
	return true
}
