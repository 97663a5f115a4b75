package search

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// needs says in a comment what a caller must hold for an element: the security directives of Apollo Federation v2 ("Authorization directives"),
// shorter. Alternatives stand between bars. It is "" for an element that needs nothing, and in schemas that are not marked with these directives.
func needs(list ast.DirectiveList) string {
	var out strings.Builder
	for _, d := range list {
		word, argument := "", ""
		switch d.Name {
		case "authenticated":
			word = "login"
		case "requiresScopes":
			word, argument = "scopes ", "scopes"
		case "policy":
			word, argument = "policies ", "policies"
		default:
			continue
		}
		out.WriteString(" # needs " + word)
		if a := d.Arguments.ForName(argument); a != nil {
			out.WriteString(alternatives(a.Value))
		}
	}
	return out.String()
}

// alternatives writes a list of lists: all of one list must be held.
func alternatives(v *ast.Value) string {
	var ways []string
	for _, way := range v.Children {
		var all []string
		for _, name := range way.Value.Children {
			all = append(all, strings.Join(strings.Fields(unbraced.Replace(name.Value.Raw)), " "))
		}
		ways = append(ways, strings.Join(all, " "))
	}
	return strings.Join(ways, " | ")
}
