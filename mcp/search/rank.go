package search

import (
	"cmp"
	"slices"
)

// hit is a field that answers some of the keywords.
type hit struct {
	field fieldID
	score float32 // the best hit has 1
}

// Parameters of ranking. All are shares of a keyword's worth.
const (
	discountMatched = 0.7  // of a step's cost, saved by a field that matches all keywords
	supportPath     = 0.7  // what a keyword met on the way counts
	farness         = 0.12 // how much a step of cost 1 lowers a score
	otherVerb       = 0.6  // a mutation whose verb the keywords do not have
	afterMutation   = 0.4  // what a mutation returns
	deprecated      = 0.5
	attach          = 0.06 // how much a step away from the hits already chosen lowers a gain
	rest            = 0.25 // of a keyword already answered, left for further hits
	sameName        = 0.5  // a field named like a hit already chosen, elsewhere
	sameParent      = 0.7  // a field of the same type as a hit already chosen: it is shown beside that anyway
	enough          = 0.12 // of the first hit's gain: below this nothing is worth showing
	maxHits         = 10
	maxCandidates   = 256
)

// rank chooses the hits: each time the field that adds most to what is answered already, so that every keyword gets its best
// field before any gets its third. It chooses up to most.
func (x *Index) rank(q *query, s *scratch, most int) []hit {
	s.ways.find(x, s.visibleEdge, func(f fieldID) float32 {
		if q.own && x.fields[f].ofCaller {
			return 1 - discountMatched
		}
		return 1 - discountMatched*s.near[f]
	})
	candidates := x.candidates(q, s)
	answered := make([]float32, len(q.keywords))
	shown := make(map[typeID]bool)
	var hits []hit
	var first float32
	for len(hits) < most && len(candidates) > 0 {
		best, bestGain := -1, float32(0)
		for i := range candidates {
			gain := candidates[i].gain(q, answered)
			if gain > bestGain && len(hits) > 0 {
				gain /= 1 + attach*x.newSteps(s, candidates[i].field, shown)
			}
			if gain > bestGain {
				best, bestGain = i, gain
			}
		}
		if best < 0 || bestGain < enough*first {
			break
		}
		if first == 0 {
			first = bestGain
		}
		c := candidates[best]
		hits = append(hits, hit{c.field, bestGain / first})
		for k, v := range c.values[:len(q.keywords)] {
			answered[k] = max(answered[k], v)
		}
		x.markShown(s, c.field, shown)
		candidates = slices.Delete(candidates, best, best+1)
		for i := range candidates {
			other := &x.fields[candidates[i].field]
			if other.def.Name == x.fields[c.field].def.Name {
				candidates[i].factor *= sameName
			}
			if other.parent == x.fields[c.field].parent {
				candidates[i].factor *= sameParent
			}
		}
	}
	return hits
}

// newSteps is how much the way to a field costs from where the chosen hits already lead.
func (x *Index) newSteps(s *scratch, f fieldID, shown map[typeID]bool) float32 {
	t := x.fields[f].parent
	end := s.ways.dist[t]
	for !shown[t] {
		if s.ways.via[t] == none {
			return end - s.ways.dist[t]
		}
		t = x.edges[s.ways.via[t]].from
	}
	return end - s.ways.dist[t]
}

// markShown adds the types that a hit shows: those on its way and what it gives.
func (x *Index) markShown(s *scratch, f fieldID, shown map[typeID]bool) {
	if out := x.fields[f].out; x.composite(out) {
		shown[out], shown[x.unwrap(out)] = true, true
	}
	for t := x.fields[f].parent; ; t = x.edges[s.ways.via[t]].from {
		shown[t] = true
		if s.ways.via[t] == none {
			return
		}
	}
}

// candidate is a reachable field with what it is worth for each keyword.
type candidate struct {
	field  fieldID
	values [maxKeywords]float32
	factor float32
}

func (c *candidate) gain(q *query, answered []float32) float32 {
	var sum float32
	for k := range q.keywords {
		v := c.values[k]
		sum += q.keywords[k].weight * (rest*v + (1-rest)*max(0, v-answered[k]))
	}
	return sum * c.factor
}

// candidates are the best reachable fields by their own words, with the support of their way.
func (x *Index) candidates(q *query, s *scratch) []candidate {
	s.shortlist = s.shortlist[:0]
	for _, f := range s.touched {
		field := &x.fields[f]
		if field.structural || s.ways.dist[field.parent] > maxCost || !s.visible(f) {
			continue
		}
		factor := x.placeFactor(q, s, f)
		s.shortlist = append(s.shortlist, shortlisted{f, factor, s.rel[f] * factor})
	}
	slices.SortFunc(s.shortlist, func(a, b shortlisted) int {
		if a.key != b.key {
			return cmp.Compare(b.key, a.key)
		}
		return cmp.Compare(a.field, b.field)
	})
	list := make([]candidate, min(len(s.shortlist), maxCandidates))
	for i := range list {
		c := &list[i]
		c.field, c.factor = s.shortlist[i].field, s.shortlist[i].factor
		for k := range q.keywords {
			c.values[k] = s.byKeyword[k][c.field]
		}
		fade := float32(supportPath)
		for t := x.fields[c.field].parent; s.ways.via[t] != none; {
			e := x.edges[s.ways.via[t]]
			if e.field != none {
				for k := range q.keywords {
					c.values[k] = max(c.values[k], fade*s.byKeyword[k][e.field])
				}
				fade *= 0.9
			}
			t = e.from
		}
	}
	return list
}

// shortlisted is a field before its way is looked at.
type shortlisted struct {
	field  fieldID
	factor float32
	key    float32
}

// placeFactor lowers a field for where it is: far from a root, a mutation of another verb, behind a mutation, deprecated.
func (x *Index) placeFactor(q *query, s *scratch, f fieldID) float32 {
	field := &x.fields[f]
	dist := s.ways.dist[field.parent]
	factor := 1 / (1 + farness*(dist+field.cost-1))
	if x.isMutation(f) {
		factor = x.verbFactor(q, f)
	} else if dist >= costMutation && x.throughMutation(s, field.parent) {
		factor *= afterMutation
	}
	if field.deprecated {
		factor *= deprecated
	}
	return factor
}

// throughMutation tells whether the way to a type starts at the mutation root.
func (x *Index) throughMutation(s *scratch, t typeID) bool {
	for s.ways.via[t] != none {
		t = x.edges[s.ways.via[t]].from
	}
	return x.types[t].def == x.schema.Mutation
}

// verbFactor lowers a mutation whose verb nobody asked for: "issue comments" is no wish to delete any.
func (x *Index) verbFactor(q *query, f fieldID) float32 {
	factor := float32(otherVerb)
	for _, verb := range x.verbsOf(f) {
		factor = max(factor, q.verb(verb))
	}
	return factor
}

// verbsOf returns what a mutation may call its action: the first word of its name, as in createOrder, the last, as in orderCreate,
// if that is a verb at all, and the first word of its description.
func (x *Index) verbsOf(f fieldID) []termID {
	text := &x.fields[f].text
	var verbs []termID
	if n := len(text.name); n > 0 {
		verbs = append(verbs, text.name[0])
		if x.verbs[text.name[n-1]] {
			verbs = append(verbs, text.name[n-1])
		}
	}
	if len(text.desc) > 0 {
		verbs = append(verbs, text.desc[0])
	}
	return verbs
}

func (q *query) verb(term termID) float32 {
	factor := float32(otherVerb)
	for _, h := range q.words[term] {
		w := q.keywords[h.keyword].words[h.word].text
		weight := h.weight
		if stemPlural(w) != w || len(w) > 4 && (w[len(w)-2:] == "ed" || w[len(w)-3:] == "ing") {
			weight *= 0.6 // "closed" asks for a state more often than for an action
		}
		factor = max(factor, otherVerb+(1-otherVerb)*weight)
	}
	return factor
}
