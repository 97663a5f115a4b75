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
	Policies map[string]policyTable `toml:"policies"` // by the name that @policy uses
}

// policyTable is the definition of one policy as it is written.
type policyTable struct {
	Scopes []string       `toml:"scopes"`
	Claims map[string]any `toml:"claims"`
}

// rule is the definition of one policy: all of its conditions must hold, and the caller must be authenticated.
type rule struct {
	scopes []string // each granted or implied
	claims extensions.ClaimRules
}

func openPolicy(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	var c policyConfig
	if err := env.Config.Decode(&c); err != nil {
		return nil, err
	}
	rules, err := c.rules(env.Schema.Policies)
	if err != nil {
		return nil, err
	}
	return NewPolicy(func(_ context.Context, tok extensions.Token, name string) (bool, error) {
		r, defined := rules[name]
		return defined && r.met(tok), nil
	}), nil
}

// rules reads every policy, and reports those that are faulty, and those in use that are missing.
func (c policyConfig) rules(inUse []string) (map[string]rule, error) {
	rules := map[string]rule{}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Policies)) {
		table := c.Policies[name]
		claims, err := extensions.ParseClaimRules(table.Claims)
		if err != nil {
			errs = append(errs, fmt.Errorf("policies.%s.claims: %w", name, err))
		}
		if len(table.Scopes) == 0 && len(table.Claims) == 0 {
			errs = append(errs, fmt.Errorf("policies.%s: has no condition; @authenticated is for everybody with credentials", name))
		}
		rules[name] = rule{scopes: table.Scopes, claims: claims}
	}
	for _, name := range inUse {
		if _, ok := rules[name]; !ok {
			errs = append(errs, fmt.Errorf("policies: %q is used in the schema and defined nowhere", name))
		}
	}
	return rules, errors.Join(errs...)
}

func (r rule) met(tok extensions.Token) bool {
	return tok.Authenticated() && tok.Satisfies([][]string{r.scopes}) && r.claims.Match(tok.Claims)
}
