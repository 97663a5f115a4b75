package extensions

import (
	"maps"
	"slices"
)

// Satisfies reports whether the caller's scopes meet an OR of ANDs. An empty outer list is met by nobody: a directive
// whose argument got lost must not open the field.
func (t Token) Satisfies(requirement [][]string) bool {
	return slices.ContainsFunc(requirement, func(all []string) bool {
		return !slices.ContainsFunc(all, func(scope string) bool { return !t.HasScope(scope) })
	})
}

// ScopesFor returns the scopes, sorted, with which the caller meets every one of the requirements: of each, the
// alternative that asks for the least that is neither held nor needed already, the first of equals. Requirements without
// a choice go first, so that what they force is counted as given. Scopes that the caller holds are part of the result
// where a requirement names them. A requirement that nobody can meet adds nothing.
func (t Token) ScopesFor(requirements [][][]string) []string {
	needed := map[string]bool{}
	choose := func(requirement [][]string) {
		var best []string
		fewest := -1
		for _, all := range requirement {
			missing := 0
			for _, scope := range all {
				if !needed[scope] && !t.HasScope(scope) {
					missing++
				}
			}
			if fewest < 0 || missing < fewest {
				best, fewest = all, missing
			}
		}
		for _, scope := range best {
			needed[scope] = true
		}
	}
	for _, r := range requirements {
		if len(r) == 1 {
			choose(r)
		}
	}
	for _, r := range requirements {
		if len(r) > 1 {
			choose(r)
		}
	}
	if len(needed) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(needed))
}

// ScopeHierarchy says which further scopes a scope implies, as in {"graph:admin": ["graph:read", "graph:write"]}.
type ScopeHierarchy map[string][]string

// Implied returns the scopes that the granted ones imply, through any number of steps, without the granted ones
// themselves, sorted; nil for none. Cycles are allowed.
func (h ScopeHierarchy) Implied(granted []string) []string {
	if len(h) == 0 {
		return nil
	}
	seen := map[string]bool{}
	for _, s := range granted {
		seen[s] = true
	}
	var implied []string
	for queue := slices.Clone(granted); len(queue) > 0; queue = queue[1:] {
		for _, s := range h[queue[0]] {
			if !seen[s] {
				seen[s] = true
				implied = append(implied, s)
				queue = append(queue, s)
			}
		}
	}
	slices.Sort(implied)
	return implied
}
