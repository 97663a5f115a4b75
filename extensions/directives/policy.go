package directives

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sluice-gateway/sluice/extensions"
)

// PolicyEvaluator answers whether a caller meets a policy, by the name that @policy gives it. It is asked at most once
// for each name in an operation. An error refuses the operation.
type PolicyEvaluator func(ctx context.Context, tok extensions.Token, policy string) (bool, error)

// Policy enforces @policy: the argument is an OR of ANDs of policy names (Apollo Federation v2.6, "@policy").
type Policy struct {
	evaluate PolicyEvaluator
}

var (
	_ extensions.Authorizer        = (*Policy)(nil)
	_ extensions.DirectiveEnforcer = (*Policy)(nil)
)

// NewPolicy returns an enforcer of @policy that asks evaluate, which must be safe for concurrent use.
func NewPolicy(evaluate PolicyEvaluator) *Policy {
	return &Policy{evaluate: evaluate}
}

// EnforcedDirectives implements extensions.DirectiveEnforcer.
func (*Policy) EnforcedDirectives() []string {
	return []string{extensions.DirectivePolicy}
}

// AuthorizeOperation denies the coordinates of whose alternatives the caller meets none.
func (p *Policy) AuthorizeOperation(ctx context.Context, tok extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	answers := map[string]bool{}
	met := func(policy string) (bool, error) {
		answer, asked := answers[policy]
		if asked {
			return answer, nil
		}
		answer, err := p.evaluate(ctx, tok, policy)
		if err != nil {
			return false, fmt.Errorf("policy %q: %w", policy, err)
		}
		answers[policy] = answer
		return answer, nil
	}
	var d extensions.Decision
	for _, protected := range op.Protected {
		if protected.Directive != extensions.DirectivePolicy {
			continue
		}
		passes, err := anyAll(protected.Requirement, met)
		if err != nil {
			return extensions.Decision{}, err
		}
		if !passes {
			d.Denied = append(d.Denied, extensions.DeniedCoordinate{Coordinate: protected.Coordinate, Denial: denialOf(tok)})
		}
	}
	return d, nil
}

// anyAll evaluates an OR of ANDs. No alternative at all is met by nobody, and so is an alternative that asks nothing:
// a policy is there to be asked.
func anyAll(requirement [][]string, met func(string) (bool, error)) (bool, error) {
	for _, all := range requirement {
		passes := len(all) > 0
		for i := 0; passes && i < len(all); i++ {
			var err error
			if passes, err = met(all[i]); err != nil {
				return false, err
			}
		}
		if passes {
			return true, nil
		}
	}
	return false, nil
}

func denialOf(tok extensions.Token) extensions.Denial {
	if !tok.Authenticated() {
		return extensions.Denial{Code: extensions.CodeUnauthenticated, Message: messageUnauthenticated}
	}
	return extensions.Denial{Code: extensions.CodeForbidden, Message: messagePolicy}
}

// policyConfig is [extensions.policy.config].
type policyConfig struct {
	Policies map[string]rule `toml:"policies"` // by the name that @policy uses
}

// rule is the definition of one policy: all of its conditions must hold, and the caller must be authenticated.
type rule struct {
	Scopes []string                        `toml:"scopes"` // each granted or implied
	Claims map[string]extensions.ClaimRule `toml:"claims"` // each met
}

func openPolicy(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	var c policyConfig
	if err := env.Config.Decode(&c); err != nil {
		return nil, err
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Policies)) {
		if r := c.Policies[name]; len(r.Scopes) == 0 && len(r.Claims) == 0 {
			errs = append(errs, fmt.Errorf("policies.%s: has no condition; @authenticated is for everybody with credentials", name))
		}
	}
	for _, name := range env.Schema.Policies {
		if _, ok := c.Policies[name]; !ok {
			errs = append(errs, fmt.Errorf("policies: %q is used in the schema and defined nowhere", name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return NewPolicy(func(_ context.Context, tok extensions.Token, name string) (bool, error) {
		r, defined := c.Policies[name]
		return defined && r.met(tok), nil
	}), nil
}

func (r rule) met(tok extensions.Token) bool {
	if !tok.Authenticated() || !tok.Satisfies([][]string{r.Scopes}) {
		return false
	}
	for name, condition := range r.Claims {
		if !condition.Match(tok.Claims, name) {
			return false
		}
	}
	return true
}
