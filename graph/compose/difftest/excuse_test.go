package difftest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/compose"
)

// stopsAtFirst are the codes with which the reference gives up on a subgraph, or
// on all of them, at the first error. This composer goes on and reports every one.
var stopsAtFirst = []string{
	"INVALID_GRAPHQL", "INVALID_LINK_DIRECTIVE_USAGE", "INVALID_LINK_IDENTIFIER", "UNKNOWN_FEDERATION_LINK_VERSION", "UNKNOWN_LINK_VERSION",
	"UNSUPPORTED_LINKED_FEATURE", "DIRECTIVE_DEFINITION_INVALID", "TYPE_DEFINITION_INVALID", "ROOT_QUERY_USED", "ROOT_MUTATION_USED",
	"ROOT_SUBSCRIPTION_USED", "INVALID_SUBGRAPH_NAME",
}

// stopsValidation are the codes with which the reference gives up on the federation
// directives of a subgraph, and forgets what it has found there: keys that
// interfaces and their implementations do not share, @provides that cannot provide.
var stopsValidation = []string{
	"KEY_INVALID_FIELDS", "KEY_INVALID_FIELDS_TYPE", "KEY_DIRECTIVE_IN_FIELDS_ARG", "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", "PROVIDES_ON_NON_OBJECT_FIELD",
}

// moreOfTheSame says whether an error of ours that the reference does not report
// only goes on where the reference has stopped.
func moreOfTheSame(e *compose.Error, want []refError) bool {
	if perPath(string(e.Code)) {
		return slices.ContainsFunc(want, func(w refError) bool { return w.Code == string(e.Code) })
	}
	if slices.Contains(stopsAtFirst, string(e.Code)) {
		return slices.ContainsFunc(want, func(w refError) bool { return slices.Contains(stopsAtFirst, w.Code) })
	}
	var here []refError
	for _, w := range want {
		if len(e.Locations) == 1 && len(w.Places) > 0 && w.Places[0].Subgraph == e.Locations[0].Subgraph {
			here = append(here, w)
		}
	}
	return len(here) == 1 && slices.Contains(stopsValidation, here[0].Code)
}

// unspecific are the codes after which this composer says no more of a subgraph's
// definitions: names may not mean there what they say.
var unspecific = []compose.Code{
	compose.InvalidLinkDirectiveUsage, compose.InvalidLinkIdentifier, compose.UnknownFederationLinkVersion, compose.UnknownLinkVersion,
	compose.TypeDefinitionInvalid,
}

// excused says whether an error of the reference that we do not report is one that
// is not missed: of a field that the federation runtime adds, which the reference
// counts among those of a type marked @external; one more path to a field that we
// report once; anything about the definitions of a subgraph whose links are in
// disorder.
func excused(w refError, got []*compose.Error) bool {
	switch {
	case w.Code == string(compose.ExternalUnused):
		return strings.Contains(w.Message, `._service"`) || strings.Contains(w.Message, `._entities"`)
	case slices.Contains(stopsAtFirst, w.Code):
		return slices.ContainsFunc(got, func(e *compose.Error) bool {
			return slices.Contains(unspecific, e.Code) && strings.HasPrefix(w.Message, "["+e.Locations[0].Subgraph+"]")
		})
	default:
		return perPath(w.Code) && hasCode(got, compose.Code(w.Code))
	}
}

func hasCode(errs []*compose.Error, code compose.Code) bool {
	return slices.ContainsFunc(errs, func(e *compose.Error) bool { return e.Code == code })
}

// perPath says whether the reference reports an error once for every path on which
// a query meets it; this composer reports the field once.
func perPath(code string) bool {
	return code == string(compose.SatisfiabilityError) || code == string(compose.ShareableHasMismatchedRuntimeTypes)
}

// leaked are lines of the reference's supergraph about the scalars of specifications
// that a subgraph links by themselves: machinery, which has no place there.
var leaked = regexp.MustCompile(`^(scalar )?(context__ContextFieldValue|policy__Policy|requiresScopes__Scope)( @join__type|$)`)
