package compose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// strategy merges two values given for one argument of a non-repeatable
// directive; either may be nil when the argument is not given.
type strategy struct {
	argument string
	name     string // as the hint names it
	combine  func(a, b *value) *value
}

// strategies are the directives whose arguments merge by rule rather than by
// majority. A directive without arguments merges by being there.
var strategies = map[string][]strategy{
	federation.Cost: {{"weight", "MAX", greater}},
	federation.ListSize: {
		{"assumedSize", "NULLABLE_MAX", greater},
		{"slicingArguments", "NULLABLE_UNION", union},
		{"sizedFields", "NULLABLE_UNION", union},
		{"requireOneSlicingArgument", "NULLABLE_AND", both},
	},
	federation.RequiresScopes: {{"scopes", "DNF_CONJUNCTION", conjunction}},
	federation.Policy:         {{"policies", "DNF_CONJUNCTION", conjunction}},
}

func combineArguments(canon string, a, b []argument) []argument {
	first, second := &directive{args: a}, &directive{args: b}
	var out []argument
	for _, s := range strategies[canon] {
		v, w := first.arg(s.argument), second.arg(s.argument)
		if v != nil && w != nil {
			v = s.combine(v, w)
		} else if v == nil {
			v = w
		}
		if v != nil {
			out = append(out, argument{s.argument, v})
		}
	}
	return out
}

func strategyText(canon string) string {
	var parts []string
	for _, s := range strategies[canon] {
		parts = append(parts, s.argument+": "+s.name)
	}
	return strings.Join(parts, ", ")
}

func greater(a, b *value) *value {
	v, errA := strconv.ParseFloat(a.raw, 64)
	w, errB := strconv.ParseFloat(b.raw, 64)
	if errA != nil || (errB == nil && w > v) {
		return b
	}
	return a
}

func both(a, b *value) *value { return flagValue(a.raw == "true" && b.raw == "true") }

// union is the items of both lists, each once, in order of appearance.
func union(a, b *value) *value {
	if a.kind != listValue {
		return b
	}
	out := listOf(slices.Clone(a.items)...)
	for _, item := range b.items {
		if !slices.ContainsFunc(out.items, item.equal) {
			out.items = append(out.items, item)
		}
	}
	return out
}

// dnf is a requirement in disjunctive normal form: any one of the sets of scopes
// or policies suffices. Every set is sorted, and no set contains another. Empty
// means that nothing is required.
type dnf [][]string

// maxAlternatives bounds the alternatives of a combined requirement, whose number
// is the product of those combined. Beyond it everything is required, which errs
// on the safe side.
const maxAlternatives = 1 << 10

func readDNF(v *value) dnf {
	var out dnf
	if v == nil {
		return nil
	}
	for _, inner := range v.items {
		var set []string
		for _, item := range inner.items {
			set = append(set, item.raw)
		}
		if len(inner.items) == 0 && inner.kind != listValue {
			set = []string{inner.raw}
		}
		slices.Sort(set)
		out = append(out, slices.Compact(set))
	}
	return out.reduce()
}

func dnfValue(d dnf) *value {
	out := listOf()
	for _, set := range d {
		inner := listOf()
		for _, name := range set {
			inner.items = append(inner.items, textValue(name))
		}
		out.items = append(out.items, inner)
	}
	return out
}

func conjunction(a, b *value) *value { return dnfValue(readDNF(a).and(readDNF(b))) }

// and is what satisfies both requirements. A requirement of no sets asks nothing,
// as does one with the empty set.
func (d dnf) and(e dnf) dnf {
	if len(d) == 0 {
		return e
	}
	if len(e) == 0 {
		return d
	}
	if len(d)*len(e) > maxAlternatives {
		return dnf{d.all(e)}
	}
	var out dnf
	for _, x := range d {
		for _, y := range e {
			set := slices.Concat(x, y)
			slices.Sort(set)
			out = append(out, slices.Compact(set))
		}
	}
	return out.reduce()
}

// all is every name of both requirements: more than either asks.
func (d dnf) all(e dnf) []string {
	set := slices.Concat(slices.Concat(d...), slices.Concat(e...))
	slices.Sort(set)
	return slices.Compact(set)
}

// reduce drops the sets that another set makes superfluous, and sorts the rest.
func (d dnf) reduce() dnf {
	slices.SortFunc(d, func(a, b []string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return slices.Compare(a, b)
	})
	var out dnf
	for _, set := range d {
		if !slices.ContainsFunc(out, func(smaller []string) bool { return containsAll(set, smaller) }) {
			out = append(out, set)
		}
	}
	return out
}

// implies says whether meeting d meets e too. An empty set of e asks for nothing.
func (d dnf) implies(e dnf) bool {
	if len(e) == 0 || slices.ContainsFunc(e, func(want []string) bool { return len(want) == 0 }) {
		return true
	}
	if len(d) == 0 {
		return false
	}
	for _, set := range d {
		if !slices.ContainsFunc(e, func(want []string) bool { return containsAll(set, want) }) {
			return false
		}
	}
	return true
}

// containsAll says whether a sorted set contains another.
func containsAll(set, subset []string) bool {
	for _, name := range subset {
		if _, ok := slices.BinarySearch(set, name); !ok {
			return false
		}
	}
	return true
}
