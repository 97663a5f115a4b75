package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// mergeArguments keeps the arguments that every source of the field has, and
// that come from the client rather than from a context.
func (m *merger) mergeArguments(dest *field, sources []fieldSource) {
	m.mergeArgumentsAt(dest.at(), dest, sources)
}

// mergeArgumentsAt is mergeArguments for whatever has arguments and that
// coordinate.
func (m *merger) mergeArgumentsAt(owner coordinate, dest *field, sources []fieldSource) {
	if len(sources) == 1 {
		m.mergeOnlyArguments(owner, dest, sources[0])
		return
	}
	type candidate struct {
		name    string
		sources []inputSource
	}
	var candidates []candidate
	for _, src := range sources {
		for _, a := range src.f.args {
			i := slices.IndexFunc(candidates, func(c candidate) bool { return c.name == a.name })
			if i < 0 {
				i = len(candidates)
				candidates = append(candidates, candidate{name: a.name})
			}
			candidates[i].sources = append(candidates[i].sources, inputSource{src.s, a})
		}
	}
	for _, c := range candidates {
		at := owner.Argument(c.name)
		if m.contextual(at, c.sources) {
			continue
		}
		if len(c.sources) < len(sources) {
			m.dropArgument(at.String(), c.name, c.sources, sources)
			continue
		}
		dest.args = append(dest.args, m.mergeInput(at, c.sources, true))
	}
}

// mergeOnlyArguments keeps the arguments of a field that one subgraph resolves.
func (m *merger) mergeOnlyArguments(owner coordinate, dest *field, src fieldSource) {
	if len(src.f.args) == 0 {
		return
	}
	dest.args = m.parts.inputLists.take(len(src.f.args))[:0]
	for _, a := range src.f.args {
		if !has(a.applied, federation.FromContext) {
			only := [1]inputSource{{src.s, a}}
			dest.args = append(dest.args, m.mergeInput(owner.Argument(a.name), only[:], true))
		}
	}
}

// contextual says whether an argument is set from a context, and so invisible to
// clients. Where it is not in all subgraphs, the others must get along without.
func (m *merger) contextual(at coordinate, sources []inputSource) bool {
	if !slices.ContainsFunc(sources, func(src inputSource) bool { return has(src.in.applied, federation.FromContext) }) {
		return false
	}
	coordinate := at.String()
	var without []inputSource
	for _, src := range sources {
		if !has(src.in.applied, federation.FromContext) {
			without = append(without, src)
		}
	}
	for _, src := range without {
		names := []string{src.s.name}
		if src.in.required() {
			m.fail(ContextualArgumentNotContextualInAll, coordinate, inputLocations(sources), "Argument %q is contextual in at least one subgraph but in %s it does not have @fromContext, is not nullable and has no default value.", coordinate, subgraphList(names))
		} else {
			m.hint(HintContextualArgument, coordinate, inputLocations(sources), "Contextual argument %q will not be included in the supergraph since it is contextual in at least one subgraph but not in %s", coordinate, subgraphList(names))
		}
	}
	return true
}

// dropArgument deals with an argument that some sources of the field lack.
func (m *merger) dropArgument(coordinate, name string, having []inputSource, sources []fieldSource) {
	var required, optional, without []string
	for _, src := range having {
		if src.in.required() {
			required = append(required, src.s.name)
		} else {
			optional = append(optional, src.s.name)
		}
	}
	for _, src := range sources {
		if src.f.arg(name) == nil {
			without = append(without, src.s.name)
		}
	}
	if len(required) > 0 {
		m.fail(RequiredArgumentMissing, coordinate, inputLocations(having), "Argument %q is required in some subgraphs but does not appear in all subgraphs: it is required in %s but does not appear in %s", coordinate, subgraphList(required), subgraphList(without))
		return
	}
	m.hint(HintArgumentPresence, coordinate, inputLocations(having), "Optional argument %q will not be included in the supergraph as it does not appear in all subgraphs: it is defined in %s but not in %s.", coordinate, subgraphList(optional), subgraphList(without))
}
