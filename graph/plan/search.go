package plan

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// The search. Two choices in a query influence each other only through a fetch that both share, and a fetch belongs to one
// place in the response. So once it is known from which subgraphs the objects at a place are at hand, and since which round,
// the best way to serve everything below that place does not depend on the rest of the query: solve computes it once per
// such state, and the states of a real query are few. At each place solve decides which further subgraphs to jump to, and in
// which round; everything else follows.
//
// Rounds are counted per state: 0 is when its first entry is at hand. A budget is the last round that may be used.

// entry says that the objects of a place are at hand from a subgraph.
type entry struct {
	sg   schema.SubgraphID
	typ  schema.TypeID // the type that the subgraph gives the place; 0 for jumps and the root
	wave int8
	io   bool  // the subgraph knows them only as an @interfaceObject
	view *view // what @provides adds on this path; nil for nothing
}

// view is a set of @provides selections that hold on a path. Views are interned.
type view struct {
	id   int
	sets []schema.FieldSet
}

// state is a site together with what is at hand there. Its entries are sorted by subgraph, and the earliest has wave 0.
type state struct {
	site     *site
	entries  []entry
	deadline []int8 // by index into site.demand: the round after which the demand must be at hand
}

// jump is a decision: ask the subgraph for the entities of a place, in the round.
type jump struct {
	sg   schema.SubgraphID
	wave int8
}

// cost is compared lexicographically.
type cost struct {
	unplannable int // selected fields that nobody can be asked for
	fetches     int
	weight      int // the rounds in which the fetches run, summed: earlier is better
}

func (c cost) less(d cost) bool {
	if c.unplannable != d.unplannable {
		return c.unplannable < d.unplannable
	}
	if c.fetches != d.fetches {
		return c.fetches < d.fetches
	}
	return c.weight < d.weight
}

func (c cost) add(d cost) cost {
	return cost{c.unplannable + d.unplannable, c.fetches + d.fetches, c.weight + d.weight}
}

// result is the best way to serve a state within a budget; ok is false when a demand cannot be met.
type result struct {
	ok    bool
	cost  cost
	jumps []jump // by wave, then subgraph
}

type search struct {
	schema *schema.Schema
	facts  *facts
	opts   Options
	serial bool // the root field is planned alone and may be asked of one subgraph only

	sites  map[siteKey]*site
	views  map[string]*view
	setIDs map[*schema.FieldSelection]int
	memo   map[string]*result
	bounds map[string]*result
	key    []byte

	work    int
	optimal bool
}

func newSearch(s *schema.Schema, f *facts, opts Options) *search {
	return &search{
		schema: s, facts: f, opts: opts, optimal: true,
		sites: map[siteKey]*site{}, views: map[string]*view{}, setIDs: map[*schema.FieldSelection]int{}, memo: map[string]*result{}, bounds: map[string]*result{},
	}
}

// setID numbers field sets by identity: the schema owns them, so equal pointers are equal sets.
func (s *search) setID(set schema.FieldSet) int {
	if len(set) == 0 {
		return 0
	}
	id, ok := s.setIDs[&set[0]]
	if !ok {
		id = len(s.setIDs) + 1
		s.setIDs[&set[0]] = id
	}
	return id
}

// viewOf interns a list of provided selections.
func (s *search) viewOf(sets []schema.FieldSet) *view {
	if len(sets) == 0 {
		return nil
	}
	var b []byte
	for _, set := range sets {
		b = binary.AppendUvarint(b, uint64(s.setID(set)))
	}
	if v, ok := s.views[string(b)]; ok {
		return v
	}
	v := &view{id: len(s.views) + 1, sets: sets}
	s.views[string(b)] = v
	return v
}

// demandAt is a selection that must be at hand by the end of a round.
type demandAt struct {
	set      schema.FieldSet
	deadline int8
}

// newState builds the state of a place and returns it with the wave of its earliest entry, by which its rounds are shifted.
// entries must be sorted by subgraph and not empty.
func (s *search) newState(sel *operation.SelectionSet, typ schema.TypeID, member []schema.TypeID, entries []entry, demands []demandAt) (*state, int8) {
	slices.SortStableFunc(demands, func(a, b demandAt) int { return s.setID(a.set) - s.setID(b.set) })
	sets := make([]schema.FieldSet, 0, len(demands))
	var deadlines []int8
	for _, d := range demands {
		if n := len(sets); n > 0 && s.setID(sets[n-1]) == s.setID(d.set) {
			deadlines[n-1] = min(deadlines[n-1], d.deadline)
			continue
		}
		sets, deadlines = append(sets, d.set), append(deadlines, d.deadline)
	}
	st := &state{site: s.site(sel, typ, member, sets), deadline: deadlines}
	base := int8(math.MaxInt8)
	for _, e := range entries {
		base = min(base, e.wave)
	}
	// An entry that resolves nothing of use is left out, so that places which differ only in such entries share a state. The
	// earliest stays: it is where the objects come from.
	kept := false
	for _, e := range entries {
		if st.site.isRelevant(e.sg) {
			e.wave -= base
			st.entries = append(st.entries, e)
			kept = kept || e.wave == 0
		}
	}
	if !kept {
		for _, e := range entries {
			if e.wave == base {
				e.wave = 0
				at, found := slices.BinarySearchFunc(st.entries, e.sg, func(x entry, sg schema.SubgraphID) int { return int(x.sg) - int(sg) })
				if !found {
					st.entries = slices.Insert(st.entries, at, e)
				}
				break
			}
		}
	}
	for i := range st.deadline {
		st.deadline[i] -= base
	}
	return st, base
}

func (s *search) stateKey(st *state, budget int8) string {
	b := binary.AppendUvarint(s.key[:0], uint64(st.site.id))
	b = append(b, byte(budget), byte(len(st.entries)))
	for _, e := range st.entries {
		b = binary.AppendUvarint(b, uint64(e.sg))
		b = binary.AppendUvarint(b, uint64(e.typ))
		b = append(b, byte(e.wave))
		if e.io {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
		if e.view != nil {
			b = binary.AppendUvarint(b, uint64(e.view.id))
		} else {
			b = append(b, 0)
		}
	}
	for _, d := range st.deadline {
		b = append(b, byte(d))
	}
	s.key = b
	return string(b)
}

// solve finds the best jumps for a state, with all rounds up to and including budget at its disposal.
func (s *search) solve(st *state, budget int8) *result {
	key := s.stateKey(st, budget)
	if r, ok := s.memo[key]; ok {
		return r
	}
	r := s.solveNew(st, budget)
	s.memo[key] = r
	return r
}

// bound tells what can be served at all within the budget: everything with all jumps made. It costs far less than solve, whose
// unplannable fields and ok are the same.
func (s *search) bound(st *state, budget int8) *result {
	key := s.stateKey(st, budget)
	if r, ok := s.bounds[key]; ok {
		return r
	}
	c, _, ok := s.closure(st, budget).evaluate(s.bound)
	r := &result{ok: ok, cost: c}
	s.bounds[key] = r
	return r
}

func (s *search) solveNew(st *state, budget int8) *result {
	isRoot := st.entries[0].sg == noSubgraph
	full := s.closure(st, budget)
	bound, _, ok := full.evaluate(s.solve) // more sources never make anything worse, so this bounds every choice from below
	if !ok {
		return &result{}
	}
	all := full.jumps()
	bound.fetches -= len(all)
	if s.serial && isRoot {
		return s.solveSingle(st, budget, all)
	}
	best := s.reduce(st, budget, all, bound.unplannable)
	limit := len(all)
	for k := 0; k < limit || k == 0; k++ {
		if best.cost.unplannable == bound.unplannable && k+bound.fetches >= best.cost.fetches {
			break
		}
		if s.work > s.opts.MaxWork {
			s.optimal = false
			break
		}
		fr := newFrame(s, st, budget)
		s.choose(fr, 1, k, best)
	}
	return best
}

// closure returns the state with every jump made that can be made and could be of use.
func (s *search) closure(st *state, budget int8) *frame {
	fr := newFrame(s, st, budget)
	for w := int8(1); w <= budget; w++ {
		n := len(fr.sources)
		for _, sg := range fr.candidates(w) {
			fr.push(sg, w)
		}
		if len(fr.sources) == n && w > 1 && !fr.pending(w) {
			break
		}
	}
	return fr
}

// reduce starts from all jumps and drops each that can be missed: the fallback when the exact search is cut short, and its upper
// bound otherwise.
func (s *search) reduce(st *state, budget int8, all []jump, unplannable int) *result {
	keep := slices.Clone(all)
	best := s.try(st, budget, keep)
	for i := range slices.Backward(all) {
		fewer := slices.Delete(slices.Clone(keep), i, i+1)
		if r := s.try(st, budget, fewer); r.ok && r.cost.unplannable <= unplannable && r.cost.less(best.cost) {
			keep, best = fewer, r
		}
	}
	return best
}

// try evaluates the state with exactly the given jumps.
func (s *search) try(st *state, budget int8, jumps []jump) *result {
	fr := newFrame(s, st, budget)
	for _, j := range jumps {
		fr.push(j.sg, j.wave)
	}
	c, _, ok := fr.evaluate(s.solve)
	return &result{ok: ok, cost: c, jumps: jumps}
}

// solveSingle is solve for the root of a mutation or subscription field: one subgraph, and no second one.
func (s *search) solveSingle(st *state, budget int8, all []jump) *result {
	best := &result{}
	for _, j := range all {
		if r := s.try(st, budget, []jump{j}); r.ok && (!best.ok || r.cost.less(best.cost)) {
			best = r
		}
	}
	return best
}

// choose tries every set of left more jumps, the earliest in round w, and keeps the cheapest in best.
func (s *search) choose(fr *frame, w int8, left int, best *result) {
	if s.work > s.opts.MaxWork {
		s.optimal = false
		return
	}
	if left == 0 {
		if c, _, ok := fr.evaluate(s.solve); ok && (!best.ok || c.less(best.cost)) {
			*best = result{ok: true, cost: c, jumps: fr.jumps()}
		}
		return
	}
	if w > fr.budget {
		return
	}
	s.combine(fr, w, fr.candidates(w), left, best)
}

// combine adds every subset of the candidates of round w, then goes on to the next round.
func (s *search) combine(fr *frame, w int8, cands []schema.SubgraphID, left int, best *result) {
	if left > 0 {
		for i, sg := range cands {
			n := len(fr.sources)
			fr.push(sg, w)
			s.combine(fr, w, cands[i+1:], left-1, best)
			fr.pop(n)
		}
	}
	s.choose(fr, w+1, left, best)
}
