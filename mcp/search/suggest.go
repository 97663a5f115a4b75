package search

import (
	"cmp"
	"slices"
	"strings"
)

// collectNames gathers what Suggest may offer: type names, then coordinates of root fields.
func (x *Index) collectNames() {
	for i := range x.types {
		x.names = append(x.names, x.types[i].def.Name)
	}
}

// Suggest returns up to n type names or coordinates nearest to a name that does not exist, nearest first. A name with a dot is
// compared with the fields of its type, or of the type nearest to that.
func (x *Index) Suggest(name string, n int) []string { return x.suggest(name, n, nil) }

// SuggestVisible is [Index.Suggest] for a caller who may not see everything.
func (x *Index) SuggestVisible(name string, n int, hidden Hidden) []string {
	return x.suggest(name, n, hidden)
}

func (x *Index) suggest(name string, n int, hidden Hidden) []string {
	name = clip(name)
	typeName, field, dotted := strings.Cut(name, ".")
	if !dotted {
		return x.nearTypes(name, n, hidden)
	}
	field, _, _ = strings.Cut(field, "(")
	id := x.lookup(typeName)
	if id == none || hidden != nil && hidden(typeName, "") {
		near := x.nearTypes(typeName, 1, hidden)
		if len(near) == 0 {
			return nil
		}
		id = x.lookup(near[0])
	}
	if near := x.nearFields(id, field, n, hidden); len(near) > 0 {
		return near
	}
	return []string{x.types[id].def.Name} // the type at least exists
}

// scoredName is a name with its distance to what was asked.
type scoredName struct {
	name string
	dist float64
}

func nearest(list []scoredName, n int) []string {
	slices.SortStableFunc(list, func(a, b scoredName) int { return cmp.Or(cmp.Compare(a.dist, b.dist), cmp.Compare(a.name, b.name)) })
	names := make([]string, 0, n)
	for _, s := range list[:min(len(list), n)] {
		names = append(names, s.name)
	}
	return names
}

func (x *Index) nearTypes(name string, n int, hidden Hidden) []string {
	var list []scoredName
	for _, candidate := range x.names {
		if d, ok := nameDistance(name, candidate); ok && (hidden == nil || !hidden(candidate, "")) {
			list = append(list, scoredName{candidate, d})
		}
	}
	return nearest(list, n)
}

func (x *Index) nearFields(id typeID, field string, n int, hidden Hidden) []string {
	t := &x.types[id]
	var list []scoredName
	add := func(candidate, out string) {
		if hidden != nil && (hidden(t.def.Name, candidate) || out != "" && hidden(out, "")) {
			return
		}
		if d, ok := nameDistance(field, candidate); ok {
			list = append(list, scoredName{t.def.Name + "." + candidate, d})
		}
	}
	for f := t.first; f < t.last; f++ {
		add(x.fields[f].def.Name, x.fields[f].def.Type.Name())
	}
	for i := range t.values {
		add(t.values[i].def.Name, "")
	}
	return nearest(list, n)
}

// nameDistance measures two identifiers between 0 (equal but for case) and 1. Names are near when few letters differ, when they
// share most of their words, or when one contains the other.
func nameDistance(asked, candidate string) (float64, bool) {
	a, c := strings.ToLower(asked), strings.ToLower(candidate)
	if a == "" {
		return 0, false
	}
	longest := max(len(a), len(c))
	limit := max(1, longest/3)
	best := 1.0
	if d := editDistance(a, c, limit); d <= limit {
		best = float64(d) / float64(longest)
	}
	if len(a) >= 3 && (strings.Contains(c, a) || len(c) >= 3 && strings.Contains(a, c)) {
		best = min(best, 0.35*(1-float64(min(len(a), len(c)))/float64(longest))+0.05)
	}
	if best > 0.3 {
		best = min(best, 1-0.8*sharedWords(asked, candidate))
	}
	return best, best < 0.55
}

// sharedWords is the share of words that two identifiers have in common (Dice coefficient).
func sharedWords(a, b string) float64 {
	wa, wb := appendWords(nil, a), appendWords(nil, b)
	if len(wa)+len(wb) == 0 {
		return 0
	}
	shared := 0
	for _, w := range wa {
		if slices.ContainsFunc(wb, func(o string) bool { return stem(o) == stem(w) }) {
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(wa)+len(wb))
}
