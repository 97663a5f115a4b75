package compose

import (
	"maps"
	"slices"
	"strings"
)

// executableLocations are the locations of GraphQL operations, October 2021
// §3.13.
var executableLocations = []string{
	"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION",
}

// definitionSource is a directive definition in one of the subgraphs.
type definitionSource struct {
	s *subgraph
	d *directiveDef
}

// mergeExecutableDirectives merges the definitions of directives that clients
// write: what all subgraphs understand.
func (m *merger) mergeExecutableDirectives() {
	m.defineComposed()
	sources := map[string][]definitionSource{}
	executable := map[string]bool{}
	for _, s := range m.subgraphs {
		for _, d := range s.directives {
			if d.machinery || builtinDirectives[d.name] != nil || m.survivors[d.name] != nil {
				continue
			}
			sources[d.name] = append(sources[d.name], definitionSource{s, d})
			if len(executablePart(d)) > 0 {
				executable[d.name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(executable)) {
		m.mergeExecutable(name, sources[name])
	}
}

func executablePart(d *directiveDef) []string {
	return slices.DeleteFunc(slices.Clone(d.locations), func(l string) bool { return !slices.Contains(executableLocations, l) })
}

func (m *merger) mergeExecutable(name string, sources []definitionSource) {
	name = "@" + name
	at := make([]Location, len(sources))
	for i, src := range sources {
		at[i] = src.s.at(src.d.pos)
	}
	dest := &directiveDef{name: name[1:], repeatable: true}
	if dest.locations = m.commonLocations(name, sources, at); len(dest.locations) == 0 {
		return
	}
	texts := make([]described, len(sources))
	var repeatable variants
	for i, src := range sources {
		texts[i] = described{src.s, src.d.description, src.d.pos}
		dest.repeatable = dest.repeatable && src.d.repeatable
		repeatable.add(map[bool]string{true: "repeatable", false: "not repeatable"}[src.d.repeatable], src.s.name)
	}
	if len(repeatable) > 1 {
		m.hint(HintExecutableRepeatable, name, at, "Executable directive %q will not be marked repeatable in the supergraph as it is inconsistently marked repeatable in subgraphs: it is %s.", name, repeatable.describe())
	}
	dest.description = m.mergeDescriptions(texts, coordinate{Owner: name})
	m.mergeDirectiveArguments(dest, sources)
	m.addDirective(dest)
}

// commonLocations are the executable locations all subgraphs allow. Subgraphs are
// looked at in order: the first that lacks the directive or leaves no location
// ends the search.
func (m *merger) commonLocations(coordinate string, sources []definitionSource, at []Location) []string {
	var common []string
	var forms variants
	for i, s := range m.subgraphs {
		if i >= len(sources) || sources[i].s != s {
			m.hintPresence(coordinate, sources, at)
			return nil
		}
		part := executablePart(sources[i].d)
		slices.Sort(part)
		forms.add(strings.Join(part, ", "), s.name)
		if i == 0 {
			common = slices.Clone(part)
		}
		common = slices.DeleteFunc(common, func(l string) bool { return !slices.Contains(part, l) })
		if len(common) == 0 {
			m.hint(HintNoExecutableLocations, coordinate, at, "Executable directive %q has no location that is common to all subgraphs: it will not appear in the supergraph as it has locations %s.", coordinate, forms.describe())
			return nil
		}
	}
	if len(forms) > 1 {
		m.hint(HintExecutableLocations, coordinate, at, "Executable directive %q has inconsistent locations across subgraphs: it will use %s in the supergraph, but has %s.", coordinate, strings.Join(common, ", "), forms.describe())
	}
	return common
}

func (m *merger) hintPresence(coordinate string, sources []definitionSource, at []Location) {
	var with, without []string
	for _, src := range sources {
		with = append(with, src.s.name)
	}
	for _, s := range m.subgraphs {
		if !slices.Contains(with, s.name) {
			without = append(without, s.name)
		}
	}
	m.hint(HintExecutablePresence, coordinate, at, "Executable directive %q will not be part of the supergraph as it does not appear in all subgraphs: it is defined in %s but not in %s.", coordinate, subgraphList(with), subgraphList(without))
}

// mergeDirectiveArguments merges the arguments as those of a field.
func (m *merger) mergeDirectiveArguments(dest *directiveDef, sources []definitionSource) {
	carrier := &field{owner: &typeDef{}, name: dest.name}
	var fields []fieldSource
	for _, src := range sources {
		fields = append(fields, fieldSource{s: src.s, f: &field{owner: carrier.owner, name: dest.name, args: src.d.args, pos: src.d.pos}})
	}
	m.mergeArgumentsAt(coordinate{Owner: "@" + dest.name}, carrier, fields)
	dest.args = carrier.args
}
