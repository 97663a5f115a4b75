package gateway

import (
	"context"
	"net/http"
	"slices"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/plan"
)

// authorize asks every authorizer and joins the decisions: what one denies is denied.
func authorize(ctx context.Context, authorizers []authorizer, tok extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	var all extensions.Decision
	for _, a := range authorizers {
		d, err := a.AuthorizeOperation(ctx, tok, op)
		if err != nil {
			return extensions.Decision{}, err //nolint:wrapcheck // an *extensions.Error must be found as it is
		}
		if all.DenyAll == nil {
			all.DenyAll = d.DenyAll
		}
		all.Denied = append(all.Denied, d.Denied...)
		all.RequiredScopes = append(all.RequiredScopes, d.RequiredScopes...)
		for name, values := range d.SubgraphHeaders {
			if all.SubgraphHeaders == nil {
				all.SubgraphHeaders = http.Header{}
			}
			all.SubgraphHeaders[http.CanonicalHeaderKey(name)] = append(all.SubgraphHeaders[http.CanonicalHeaderKey(name)], values...)
		}
	}
	slices.Sort(all.RequiredScopes)
	all.RequiredScopes = slices.Compact(all.RequiredScopes)
	return all, nil
}

// missingScopes reports whether the caller lacks a scope that the operation needs.
func missingScopes(tok extensions.Token, required []string) bool {
	return slices.ContainsFunc(required, func(s string) bool { return !tok.HasScope(s) })
}

// permission is what an authorized operation may do.
type permission struct {
	denied  *graph.Denied
	headers http.Header
}

// permit judges a prepared operation. stepUp makes a lack that a login or more scopes would mend refuse the operation, so that the client
// learns what to ask for; reject makes any denied field refuse it. Otherwise denied fields become null.
func (p *pipeline) permit(ctx context.Context, tok extensions.Token, prep *graph.Prepared, documentID string, stepUp, reject bool) (permission, *extensions.Error) {
	if len(p.authorizers) == 0 {
		return permission{}, nil
	}
	d, err := authorize(ctx, p.authorizers, tok, extensions.Operation{
		Kind: prep.Operation.Kind.String(), Name: prep.Operation.Name, DocumentID: documentID, Protected: protectedOf(prep.Protected),
	})
	if err != nil {
		return permission{}, extensions.AsError(err)
	}
	refuse := d.DenyAll != nil || len(d.Denied) > 0 && (stepUp || reject)
	if refuse {
		if !tok.Authenticated() && (d.DenyAll == nil || d.DenyAll.Code == extensions.CodeUnauthenticated) {
			e := extensions.Unauthenticated()
			if len(e.Challenges) > 0 {
				e.Challenges[0].Scope = d.RequiredScopes
			}
			return permission{}, e
		}
		if missingScopes(tok, d.RequiredScopes) {
			return permission{}, extensions.InsufficientScope(tok, d.RequiredScopes)
		}
	}
	if d.DenyAll != nil {
		e := extensions.Forbidden(d.DenyAll.Message)
		e.Code = d.DenyAll.Code
		return permission{}, e
	}
	if len(d.Denied) > 0 && reject {
		e := extensions.Forbidden(d.Denied[0].Denial.Message)
		e.Code = d.Denied[0].Denial.Code
		return permission{}, e
	}
	denied := map[string]*plan.FieldError{}
	for _, x := range d.Denied {
		denied[x.Coordinate] = &plan.FieldError{Code: x.Denial.Code, Message: x.Denial.Message}
	}
	return permission{denied: graph.NewDenied(p.view.schema, denied), headers: d.SubgraphHeaders}, nil
}
