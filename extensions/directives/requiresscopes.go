package directives

import (
	"context"

	"github.com/sluice-gateway/sluice/extensions"
)

// requiresScopes enforces @requiresScopes: the argument is an OR of ANDs (Apollo Federation v2.5, "@requiresScopes").
type requiresScopes struct{}

var (
	_ extensions.Authorizer        = requiresScopes{}
	_ extensions.DirectiveEnforcer = requiresScopes{}
)

func openRequiresScopes(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	return requiresScopes{}, env.Config.Decode(&none{})
}

// EnforcedDirectives implements extensions.DirectiveEnforcer.
func (requiresScopes) EnforcedDirectives() []string {
	return []string{extensions.DirectiveRequiresScopes}
}

// AuthorizeOperation denies the coordinates whose requirement the token's scopes, granted or implied, do not meet. The
// decision names the scopes of the whole operation, not only of what was denied, so that one step-up suffices.
func (requiresScopes) AuthorizeOperation(_ context.Context, tok extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	denial := extensions.Denial{Code: extensions.CodeInsufficientScope, Message: messageScopes}
	if !tok.Authenticated() {
		denial = extensions.Denial{Code: extensions.CodeUnauthenticated, Message: messageUnauthenticated}
	}
	var d extensions.Decision
	var requirements [][][]string
	for _, p := range op.Protected {
		if p.Directive != extensions.DirectiveRequiresScopes {
			continue
		}
		requirements = append(requirements, p.Requirement)
		if !tok.Authenticated() || !tok.Satisfies(p.Requirement) {
			d.Denied = append(d.Denied, extensions.DeniedCoordinate{Coordinate: p.Coordinate, Denial: denial})
		}
	}
	d.RequiredScopes = tok.ScopesFor(requirements)
	return d, nil
}
