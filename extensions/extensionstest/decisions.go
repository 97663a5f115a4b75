package extensionstest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/sluice-gateway/sluice/extensions"
)

// suiteCases returns questions that every Authorizer must survive.
func suiteCases() []Case {
	var many []extensions.Protected
	for i := range 500 {
		many = append(many, extensions.Protected{
			Coordinate: fmt.Sprintf("Query.field%d", i), Directive: extensions.DirectiveRequiresScopes,
			Requirement: [][]string{{fmt.Sprintf("scope:%d", i%7)}, {"other", "scope:1"}},
		})
	}
	odd := []extensions.Protected{
		{},
		{Coordinate: "Query.a", Directive: extensions.DirectiveAuthenticated},
		{Coordinate: "Query.a", Directive: extensions.DirectiveRequiresScopes},
		{Coordinate: "Query.b", Directive: extensions.DirectiveRequiresScopes, Requirement: [][]string{{}}},
		{Coordinate: "Query.c", Directive: extensions.DirectivePolicy, Requirement: [][]string{{""}, nil}},
		{Coordinate: "T", Directive: "nobodyKnowsThisDirective", Requirement: [][]string{{"x"}}},
	}
	named := extensions.Token{ExtensionID: "suite", Subject: "ada", Issuer: "https://auth.example.com", Scopes: []string{"other", "scope:1"}}
	var cases []Case
	for _, tok := range []extensions.Token{{}, extensions.Anonymous("suite"), named} {
		for _, kind := range []string{extensions.KindQuery, extensions.KindMutation, extensions.KindSubscription, extensions.KindSchema} {
			for _, protected := range [][]extensions.Protected{nil, odd, many} {
				cases = append(cases, Case{Token: tok, Operation: extensions.Operation{Kind: kind, Name: "Op", Protected: protected}})
			}
		}
	}
	return append(cases, Case{})
}

func decidesWell(ctx context.Context, tg target) error {
	a, ok := tg.ext.(extensions.Authorizer)
	if !ok {
		return nil
	}
	for i, c := range slices.Concat(suiteCases(), tg.Cases) {
		untouched := slices.Clone(c.Operation.Protected)
		want, wantErr := a.AuthorizeOperation(ctx, c.Token, c.Operation)
		if err := wellFormed(want, wantErr, c.Operation); err != nil {
			return fmt.Errorf("case %d (%s): %w", i, c.Operation.Kind, err)
		}
		var g errgroup.Group
		for range 4 {
			g.Go(func() error {
				got, err := a.AuthorizeOperation(ctx, c.Token, c.Operation)
				if (err == nil) != (wantErr == nil) || !reflect.DeepEqual(got, want) {
					return errors.New("the same question got different answers")
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return fmt.Errorf("case %d (%s): %w", i, c.Operation.Kind, err)
		}
		if !reflect.DeepEqual(untouched, c.Operation.Protected) {
			return fmt.Errorf("case %d (%s): the operation was changed", i, c.Operation.Kind)
		}
	}
	return nil
}

// hopByHop are headers that a decision cannot set on requests to subgraphs.
var hopByHop = []string{"Connection", "Content-Length", "Host", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

func wellFormed(d extensions.Decision, err error, op extensions.Operation) error {
	if err != nil {
		if !reflect.ValueOf(d).IsZero() {
			return errors.New("a decision was returned beside the error")
		}
		if e := extensions.AsError(err); e.Status >= 500 && e.Status != http.StatusServiceUnavailable {
			return fmt.Errorf("status %d: %w", e.Status, err)
		}
		return nil
	}
	denials := make([]extensions.Denial, 0, len(d.Denied)+1)
	if d.DenyAll != nil {
		denials = append(denials, *d.DenyAll)
	}
	for _, denied := range d.Denied {
		known := slices.ContainsFunc(op.Protected, func(p extensions.Protected) bool { return p.Coordinate == denied.Coordinate })
		if !known {
			return fmt.Errorf("denied %q, which the operation does not touch", denied.Coordinate)
		}
		denials = append(denials, denied.Denial)
	}
	for _, denial := range denials {
		if denial.Code == "" || denial.Message == "" {
			return errors.New("a denial without code or message")
		}
	}
	for _, scope := range d.RequiredScopes {
		if !extensions.ValidScope(scope) {
			return fmt.Errorf("required scope %q is not a scope", scope)
		}
	}
	for name := range d.SubgraphHeaders {
		if slices.Contains(hopByHop, http.CanonicalHeaderKey(name)) {
			return fmt.Errorf("subgraph header %q is hop-by-hop", name)
		}
	}
	return nil
}

func enforcesDirectives(ctx context.Context, tg target) error {
	enforcer, ok := tg.ext.(extensions.DirectiveEnforcer)
	if !ok {
		return nil
	}
	a, ok := tg.ext.(extensions.Authorizer)
	if !ok {
		return errors.New("it names directives, but is no Authorizer that could enforce them")
	}
	names := enforcer.EnforcedDirectives()
	if len(names) == 0 {
		return errors.New("EnforcedDirectives is empty")
	}
	for _, name := range names {
		if name == "" || name[0] == '@' {
			return fmt.Errorf("directive %q: names are canonical, without @", name)
		}
		if tg.AdmitsAnonymous {
			continue
		}
		op := extensions.Operation{Kind: extensions.KindQuery, Protected: []extensions.Protected{
			{Coordinate: "Query.secret", Directive: name, Requirement: [][]string{{"no-such-requirement-anywhere"}}},
		}}
		for _, tok := range []extensions.Token{{}, extensions.Anonymous("suite")} {
			d, err := a.AuthorizeOperation(ctx, tok, op)
			if err == nil && d.DenyAll == nil && len(d.Denied) == 0 {
				return fmt.Errorf("@%s let a caller through (anonymous: %v) who has nothing", name, tok.Anonymous)
			}
		}
	}
	return nil
}
