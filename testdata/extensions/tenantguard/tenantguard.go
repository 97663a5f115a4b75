// Package tenantguard is an example of an extension: it lets a caller through only for a tenant that the operator has
// allowed, and tells the subgraphs which one it is.
package tenantguard

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/sluice-gateway/sluice/extensions"
)

func init() { extensions.Register("tenant-guard", open) }

// guard is its own configuration, [extensions.tenant-guard.config].
type guard struct {
	Claim   string   `toml:"claim"`   // of the token; "tenant" when not set
	Allowed []string `toml:"allowed"` // values of the claim that may pass
	Header  string   `toml:"header"`  // sent to subgraphs with the tenant; none when not set
}

var _ extensions.Authorizer = (*guard)(nil)

func open(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	g := &guard{Claim: "tenant"}
	if err := env.Config.Decode(g); err != nil {
		return nil, err
	}
	if len(g.Allowed) == 0 {
		return nil, errors.New("allowed: is empty, so that nobody could pass")
	}
	return g, nil
}

// AuthorizeOperation refuses callers of other tenants, whatever they ask for.
func (g *guard) AuthorizeOperation(_ context.Context, tok extensions.Token, _ extensions.Operation) (extensions.Decision, error) {
	if !tok.Authenticated() {
		return extensions.Decision{}, extensions.Unauthenticated()
	}
	tenant, _ := tok.Claims.String(g.Claim)
	if !slices.Contains(g.Allowed, tenant) {
		return extensions.Decision{}, extensions.Forbidden("your tenant may not use this graph")
	}
	if g.Header == "" {
		return extensions.Decision{}, nil
	}
	return extensions.Decision{SubgraphHeaders: http.Header{http.CanonicalHeaderKey(g.Header): {tenant}}}, nil
}
