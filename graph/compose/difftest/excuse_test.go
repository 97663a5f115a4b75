package difftest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

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
func moreOfTheSame(e *compose.Error, got []*compose.Error, want []refError) bool {
	if perPath(string(e.Code)) {
		return slices.ContainsFunc(want, func(w refError) bool { return w.Code == string(e.Code) })
	}
	if confusing(e, got, want) || oneOfMany(e, want) || besideQuery(e, want) || linkedTypeUsed(e, want) {
		return true
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

// oneOfMany says whether the reference reports the same of the field set of an error
// of ours: it stops at the first thing that is wrong with one.
func oneOfMany(e *compose.Error, want []refError) bool {
	set := fieldSetOf(e.Message)
	return set != "" && slices.ContainsFunc(want, func(w refError) bool {
		return fieldSetOf(w.Message) == set && subgraphOf(w.Message) == subgraphOf(e.Message) && quotes(w, e.Coordinate)
	})
}

// besideQuery says whether an error of ours is about a field of the query root that
// an @interfaceObject has too. The reference takes it for one that the subgraph has
// not, since it has the root, but reports that.
func besideQuery(e *compose.Error, want []refError) bool {
	return strings.HasPrefix(e.Coordinate, "Query.") && slices.ContainsFunc(want, func(w refError) bool {
		return w.Code == string(compose.InterfaceObjectUsage) && strings.HasSuffix(w.Message, `defines type "Query"`)
	})
}

// linkedTypeUsed says whether an error of ours is about a use of a specification's
// type; the reference lists the uses of one type in one error.
func linkedTypeUsed(e *compose.Error, want []refError) bool {
	return e.Code == compose.ReferencedInaccessible && slices.ContainsFunc(want, func(w refError) bool {
		return w.Code == string(e.Code) && strings.HasPrefix(w.Message, "Cannot remove elements of feature ")
	})
}

// confusing says whether an error of ours is about a subgraph that has another type
// in the place of a root, or the reserved name, of which the reference has something
// else to say.
func confusing(e *compose.Error, got []*compose.Error, want []refError) bool {
	name := subgraphOf(e.Message)
	taken := slices.ContainsFunc(got, func(o *compose.Error) bool {
		return subgraphOf(o.Message) == name && (slices.Contains(rootTaken, o.Code) || o.Code == compose.InvalidSubgraphName)
	})
	return name != "" && taken && slices.ContainsFunc(want, func(w refError) bool { return subgraphOf(w.Message) == name })
}

// unspecific are the codes after which this composer says no more of a subgraph's
// definitions: names may not mean there what they say.
var unspecific = []compose.Code{
	compose.InvalidLinkDirectiveUsage, compose.InvalidLinkIdentifier, compose.UnknownFederationLinkVersion, compose.UnknownLinkVersion,
	compose.TypeDefinitionInvalid,
}

// brokenFieldSet are the codes of field sets that name something that does not
// exist. What such a set names otherwise counts as read here.
var brokenFieldSet = []compose.Code{compose.KeyInvalidFields, compose.ProvidesInvalidFields, compose.RequiresInvalidFields}

// excused says whether an error of the reference that we do not report is one that
// is not missed: of a field that the federation runtime adds, which the reference
// counts among those of a type marked @external; of one that a broken field set
// reads; one more path to a field that we report once; anything about the
// definitions of a subgraph whose links are in disorder; about repetitions in a
// field set; about a subgraph with another type in the place of a root; one more
// about the selection of a contextual argument; what differs besides between types
// of different kinds; what @connect takes; a field that only an @interfaceObject has.
func excused(w refError, got []*compose.Error) bool {
	switch {
	case repeats(w.Message), saysOf(w, got, rootTaken):
		return true
	case w.Code == string(compose.InterfaceFieldNoImplem) && strings.Contains(w.Message, "is declared in  but"), strings.Contains(w.Message, `Invalid definition for directive "@connect"`):
		return true
	case w.Code == string(compose.ContextInvalidSelection):
		return slices.ContainsFunc(got, func(e *compose.Error) bool { return string(e.Code) == w.Code && quotes(w, e.Coordinate) })
	case slices.Contains(besidesKinds, w.Code):
		return hasCode(got, compose.TypeKindMismatch)
	case w.Code == string(compose.TypeWithOnlyUnusedExternal):
		return saysOf(w, got, brokenFieldSet)
	case w.Code == string(compose.ExternalUnused):
		return strings.Contains(w.Message, `._service"`) || strings.Contains(w.Message, `._entities"`) || saysOf(w, got, brokenFieldSet)
	case letter.MatchString(w.Message):
		return hasCode(got, compose.InvalidLinkDirectiveUsage)
	case slices.Contains(stopsAtFirst, w.Code):
		return saysOf(w, got, unspecific)
	default:
		return perPath(w.Code) && hasCode(got, compose.Code(w.Code))
	}
}

// letter is how the reference complains of an import that is a text and no list.
var letter = regexp.MustCompile(`Cannot import unknown element ".?"`)

// besidesKinds are the codes of what the reference finds about types although they
// are of different kinds in different subgraphs.
var besidesKinds = []string{"EXTENSION_WITH_NO_BASE", "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", "INVALID_FIELD_SHARING"}

// saysOf says whether one of our errors of some codes is about the subgraph that an
// error of the reference is about.
func saysOf(w refError, got []*compose.Error, codes []compose.Code) bool {
	return slices.ContainsFunc(got, func(e *compose.Error) bool {
		return slices.Contains(codes, e.Code) && subgraphOf(e.Message) == subgraphOf(w.Message)
	})
}

// stricter says whether an error of ours is about what the reference lets pass:
// fields that a field set repeats, which it merges before it looks at them, types
// that there are not and selections of scalars inside one; null for a directive's
// argument of a non-null type; a second enum value of a name; a definition of @key by a type of the subgraph's own,
// as long as nothing uses it. Then the reference has gone on, and may have found
// what comes later.
func stricter(e *compose.Error) bool {
	switch e.Code {
	case compose.InvalidGraphQL:
		return nullArgument.MatchString(e.Message) || strings.Contains(e.Message, "can only be defined once")
	case compose.DirectiveDefinitionInvalid:
		return strings.Contains(e.Message, `but found type "FieldSet`)
	default:
		return repeats(e.Message) || strings.Contains(e.Message, `has no field "__typename"`) || strings.Contains(e.Message, "is not an object, interface or union type of this subgraph") || strings.Contains(e.Message, "which has no fields to select")
	}
}

var (
	nullArgument  = regexp.MustCompile(`Invalid value for "@\w+\(\w+:\)" of type ".*!" in application`)
	fieldSetInUse = regexp.MustCompile(`for @\w+\(fields: ("(?:[^"\\]|\\.)*")[,)]`)
)

// repeats says whether a message is about a field set that selects a field twice.
func repeats(message string) bool {
	text, err := strconv.Unquote(fieldSetOf(message))
	if err != nil {
		return false
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + text + "\n}"})
	return err == nil && len(doc.Operations) == 1 && selectsTwice(doc.Operations[0].SelectionSet)
}

// fieldSetOf is the field set that a message is about, quoted; "" for none.
func fieldSetOf(message string) string {
	if m := fieldSetInUse.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}

func selectsTwice(set ast.SelectionSet) bool {
	seen := map[string]bool{}
	return slices.ContainsFunc(set, func(item ast.Selection) bool {
		switch n := item.(type) {
		case *ast.Field:
			again := seen[n.Name]
			seen[n.Name] = true
			return again || selectsTwice(n.SelectionSet)
		case *ast.InlineFragment:
			return selectsTwice(n.SelectionSet)
		default:
			return false
		}
	})
}

// rootTaken are the codes of a type that has the default name of a root without
// being it. The reference renames the root even so, and confuses the two.
var rootTaken = []compose.Code{compose.RootQueryUsed, compose.RootMutationUsed, compose.RootSubscriptionUsed}

// crossedRoots says whether a subgraph makes a type the root of two kinds of
// operation, or one that has the default name of one root the root of another kind.
// The reference throws on most of these, and otherwise takes the type for both.
func crossedRoots(subgraphs []compose.Subgraph) bool {
	defaults := map[string]ast.Operation{"Query": ast.Query, "Mutation": ast.Mutation, "Subscription": ast.Subscription}
	return slices.ContainsFunc(subgraphs, func(s compose.Subgraph) bool {
		doc, err := parse(s.SDL)
		if err != nil {
			return false
		}
		roots := map[string]ast.Operation{}
		return slices.ContainsFunc(slices.Concat(doc.Schema, doc.SchemaExtension), func(d *ast.SchemaDefinition) bool {
			return slices.ContainsFunc(d.OperationTypes, func(o *ast.OperationTypeDefinition) bool {
				own, isDefault := defaults[o.Type]
				before, isRoot := roots[o.Type]
				roots[o.Type] = o.Operation
				return isDefault && own != o.Operation || isRoot && before != o.Operation
			})
		})
	})
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
