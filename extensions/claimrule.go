package extensions

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// ClaimRules are conditions on the claims of a token, all of which must hold. The zero value holds for everybody.
type ClaimRules []claimRule

// claimRule is the condition on one claim.
type claimRule struct {
	name  string
	any   bool     // the claim must be there, with whatever value but null
	texts []string // strings that it may be or, as an array, contain
	raws  []string // numbers and booleans that it may be, in their JSON form
}

// ParseClaimRules reads conditions as configuration writes them, by claim: a string, whole number or boolean that the
// claim must equal or, where it is an array of strings, contain; a list of those, of which one must match; or "*", which
// any value but null meets. In a configuration struct the field is a map[string]any.
func ParseClaimRules(table map[string]any) (ClaimRules, error) {
	var rules ClaimRules
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(table)) {
		r, err := parseClaimRule(name, table[name])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
		rules = append(rules, r)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return rules, nil
}

func parseClaimRule(name string, v any) (claimRule, error) {
	r := claimRule{name: name}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 {
		return r, errors.New("the list is empty, so that no token could meet it")
	}
	for _, item := range list {
		switch item := item.(type) {
		case string:
			r.any = r.any || item == "*"
			r.texts = append(r.texts, item)
		case int64:
			r.raws = append(r.raws, strconv.FormatInt(item, 10))
		case bool:
			r.raws = append(r.raws, strconv.FormatBool(item))
		default:
			return r, errors.New("want strings, whole numbers, booleans, or a list of them")
		}
	}
	return r, nil
}

// Match reports whether the claims meet every rule.
func (rs ClaimRules) Match(claims Claims) bool {
	return !slices.ContainsFunc(rs, func(r claimRule) bool { return !r.match(claims) })
}

func (r claimRule) match(claims Claims) bool {
	raw, ok := claims.Raw(r.name)
	if !ok || raw == "null" {
		return false
	}
	if r.any || slices.Contains(r.raws, raw) {
		return true
	}
	got, _ := claims.Strings(r.name)
	return slices.ContainsFunc(got, func(s string) bool { return slices.Contains(r.texts, s) })
}
