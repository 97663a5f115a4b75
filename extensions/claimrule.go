package extensions

import (
	"fmt"
	"slices"
	"strconv"
)

// ClaimRule is a condition on one claim, as configuration writes it: a string, whole number or boolean that the claim
// must equal or, where it is an array, contain; a list of those of which one must match; or "*", which any value but
// null meets. Its zero value is met by nothing.
type ClaimRule struct {
	any    bool
	values []string // JSON-like: strings as they are, numbers and booleans in their JSON form
	plain  []bool   // whether values[i] is a string
}

// UnmarshalTOML reads the rule from a decoded TOML value.
func (r *ClaimRule) UnmarshalTOML(v any) error {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 {
		return fmt.Errorf("claim rule: the list is empty, so that no token could meet it")
	}
	*r = ClaimRule{}
	for _, item := range list {
		switch item := item.(type) {
		case string:
			r.any = r.any || item == "*"
			r.add(item, true)
		case int64:
			r.add(strconv.FormatInt(item, 10), false)
		case bool:
			r.add(strconv.FormatBool(item), false)
		default:
			return fmt.Errorf("claim rule: want strings, whole numbers or booleans, got %T", item)
		}
	}
	return nil
}

func (r *ClaimRule) add(value string, plain bool) {
	r.values = append(r.values, value)
	r.plain = append(r.plain, plain)
}

// Match reports whether the named claim meets the rule.
func (r ClaimRule) Match(claims Claims, name string) bool {
	raw, ok := claims.Raw(name)
	if !ok || raw == "null" {
		return false
	}
	if r.any {
		return true
	}
	texts, _ := claims.Strings(name)
	for i, value := range r.values {
		if r.plain[i] && slices.Contains(texts, value) || !r.plain[i] && raw == value {
			return true
		}
	}
	return false
}
