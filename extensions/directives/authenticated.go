package directives

import (
	"context"

	"github.com/sluice-gateway/sluice/extensions"
)

func init() {
	extensions.Register("authenticated", openAuthenticated)
	extensions.Register("requires-scopes", openRequiresScopes)
	extensions.Register("policy", openPolicy)
}

// Public texts of denials.
const (
	messageUnauthenticated = "authentication is required"
	messageScopes          = "the token lacks a scope that this needs"
	messagePolicy          = "a policy denies this"
)

// none is the configuration of an extension that has nothing to configure.
type none struct{}

// authenticated enforces @authenticated: anybody with credentials may pass.
type authenticated struct{}

var (
	_ extensions.Authorizer        = authenticated{}
	_ extensions.DirectiveEnforcer = authenticated{}
)

func openAuthenticated(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	return authenticated{}, env.Config.Decode(&none{})
}

// EnforcedDirectives implements extensions.DirectiveEnforcer.
func (authenticated) EnforcedDirectives() []string {
	return []string{extensions.DirectiveAuthenticated}
}

// AuthorizeOperation denies every coordinate under @authenticated to callers whom no extension vouches for.
func (authenticated) AuthorizeOperation(_ context.Context, tok extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	if tok.Authenticated() {
		return extensions.Decision{}, nil
	}
	var d extensions.Decision
	for _, p := range op.Protected {
		if p.Directive == extensions.DirectiveAuthenticated {
			d.Denied = append(d.Denied, extensions.DeniedCoordinate{
				Coordinate: p.Coordinate,
				Denial:     extensions.Denial{Code: extensions.CodeUnauthenticated, Message: messageUnauthenticated},
			})
		}
	}
	return d, nil
}
