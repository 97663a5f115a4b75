package search

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// sheet collects what a partial SDL shows: some fields of some types, within a budget of tokens.
type sheet struct {
	x        *Index
	s        *scratch
	q        *query
	known    map[typeID]bool
	blocks   map[typeID]*block
	order    []typeID         // as opened
	total    float64          // tokens to use
	budget   float64          // tokens left of them
	serial   int              // of the next offer
	focus    worth            // worth of the parts of the field at hand
	cut      []typeID         // types that the budget kept out
	taken    [][]edge         // detours that are shown
	detoured map[fieldID]bool // fields that a detour has been offered for
}

// block is what is shown of one type.
type block struct {
	typ    typeID
	fields map[fieldID]*line
	values map[int]bool // enum values, by place
	member map[typeID]bool
}

// line is a field as shown.
type line struct {
	args []bool // by place: shown
	desc string
}

func newSheet(x *Index, q *query, s *scratch, known []string, budget float64) *sheet {
	sh := &sheet{x: x, s: s, q: q, known: make(map[typeID]bool), blocks: make(map[typeID]*block), detoured: make(map[fieldID]bool), total: budget, budget: budget}
	s.offers.items, s.offers.less = s.offers.items[:0], denser
	for _, name := range known {
		if id := x.lookup(name); id != none {
			sh.known[id] = true
		}
	}
	return sh
}

// open returns the block of a type, new if need be.
func (sh *sheet) open(t typeID) *block {
	b, ok := sh.blocks[t]
	if !ok {
		b = &block{typ: t, fields: make(map[fieldID]*line), values: make(map[int]bool), member: make(map[typeID]bool)}
		sh.blocks[t] = b
		sh.order = append(sh.order, t)
		if !sh.known[t] {
			sh.budget -= sh.headPrice(t)
		}
	}
	return b
}

func (sh *sheet) headPrice(t typeID) float64 {
	return priceBlock + tokens(sh.x.types[t].def.Name) + tokens(sh.x.types[t].needs)
}

// price is what showing a field costs, its block included when that is not open yet.
func (sh *sheet) price(f fieldID, args []bool) float64 {
	field := &sh.x.fields[f]
	if sh.known[field.parent] {
		return 0
	}
	cost := field.price
	for i, shown := range args {
		if shown {
			cost += field.args[i].price
		}
	}
	if sh.blocks[field.parent] == nil {
		cost += sh.headPrice(field.parent)
	}
	return cost
}

// hit shows a hit with the way to it and offers what belongs to it. It reports false when the budget is too small.
func (sh *sheet) hit(h hit) bool {
	x := sh.x
	sh.s.path = sh.s.ways.path(x, x.fields[h.field].parent, sh.s.path[:0])
	path := sh.s.path
	var cost float64
	for _, e := range path {
		if e.field != none && !sh.shows(e.field) {
			cost += sh.price(e.field, sh.chooseArgs(e.field, false))
		}
	}
	args := sh.chooseArgs(h.field, true)
	if !sh.shows(h.field) {
		cost += sh.price(h.field, args)
	}
	if cost > sh.budget {
		return false
	}
	full := shareOf(float64(h.score))
	passing := worth{full.prior * worthPassing, full.near * nearPassing}
	sh.focus = full
	for _, e := range path {
		if e.field == none {
			sh.open(e.from).member[e.to] = true
			continue
		}
		sh.show(e.field, sh.chooseArgs(e.field, false))
		sh.offerParts(e.field, passing)
	}
	sh.show(h.field, args)
	field := &x.fields[h.field]
	sh.offerParts(h.field, full)
	switch {
	case x.isMutation(h.field):
		sh.offerFields(field.out, full.times(worthPayload))
	case x.composite(field.out):
		sh.offerFields(field.out, full.times(worthOutput))
		sh.offerFields(field.parent, passing)
	default:
		sh.offerFields(field.parent, full.times(worthSibling))
	}
	for _, e := range path {
		if e.field != none {
			sh.offerFields(e.to, passing)
		}
	}
	return true
}

func (sh *sheet) shows(f fieldID) bool {
	b := sh.blocks[sh.x.fields[f].parent]
	return b != nil && b.fields[f] != nil
}

// show puts a field on the sheet, with what cannot be left out: required inputs and the inside of list wrappers.
func (sh *sheet) show(f fieldID, args []bool) {
	field := &sh.x.fields[f]
	b := sh.open(field.parent)
	l := b.fields[f]
	if l == nil {
		l = &line{args: make([]bool, len(field.args))}
		b.fields[f] = l
		if !sh.known[field.parent] {
			sh.budget -= field.price
		}
	}
	for i, shown := range args {
		if shown && !l.args[i] {
			l.args[i] = true
			if !sh.known[field.parent] {
				sh.budget -= field.args[i].price
			}
		}
	}
	for i := range field.args {
		if l.args[i] && field.args[i].required() {
			sh.require(field.args[i].typ)
		}
	}
	if field.out != none && sh.x.types[field.out].item != none {
		sh.showWrapper(field.out)
	}
}

// showWrapper shows the shortest way into a list wrapper: its list of items, else its edges and their node.
func (sh *sheet) showWrapper(t typeID) {
	x := sh.x
	info := &x.types[t]
	edges := fieldID(none)
	for f := info.first; f < info.last; f++ {
		out := x.fields[f].out
		switch {
		case out == none || !sh.s.visible(f):
		case out == info.item:
			if !sh.shows(f) { // wrappers may list each other
				sh.show(f, nil)
			}
			return
		case x.edgeNode(out) == info.item:
			edges = f
		}
	}
	if edges == none || sh.shows(edges) {
		return
	}
	sh.show(edges, nil)
	inner := &x.types[x.fields[edges].out]
	for f := inner.first; f < inner.last; f++ {
		if x.fields[f].def.Name == "node" && sh.s.visible(f) {
			sh.show(f, nil)
		}
	}
}

// require shows the required fields of an input object, and of those that they require.
func (sh *sheet) require(t typeID) {
	if t == none || sh.blocks[t] != nil || sh.x.types[t].def.Kind != ast.InputObject || !sh.s.visibleType(t) {
		return
	}
	info := &sh.x.types[t]
	sh.open(t)
	for f := info.first; f < info.last; f++ {
		def := sh.x.fields[f].def
		if required(def.Type, def.DefaultValue) && sh.s.visible(f) {
			sh.show(f, nil)
			sh.offerInput(sh.x.fields[f].out, sh.focus.times(worthInput))
			sh.require(sh.x.fields[f].out)
		}
	}
}

// required tells whether an argument or input field must be given. GraphQL September 2025 §3.6.1 and §3.10.
func required(t *ast.Type, value *ast.Value) bool { return t.NonNull && value == nil }

func (a *argInfo) required() bool { return required(a.def.Type, a.def.DefaultValue) }

// chooseArgs picks the arguments to show: the required ones, those that match, for a hit also filters and the page size.
func (sh *sheet) chooseArgs(f fieldID, isHit bool) []bool {
	const few, manyOfHit = 3, 8
	field := &sh.x.fields[f]
	if len(field.args) == 0 {
		return nil
	}
	filters := 0
	for i := range field.args {
		if !pagination(field.args[i].def.Name) {
			filters++
		}
	}
	shown := make([]bool, len(field.args))
	for i := range field.args {
		a := &field.args[i]
		if a.typ != none && !sh.s.visibleType(a.typ) {
			continue
		}
		switch {
		case a.required():
			shown[i] = true
		case pagination(a.def.Name):
			shown[i] = a.def.Name == "first" || a.def.Name == "limit" || isHit && a.def.Name == "after"
		default:
			shown[i] = isHit && filters <= manyOfHit || filters <= few || sh.argCloseness(a) > 0.15
		}
	}
	return shown
}

func (sh *sheet) argCloseness(a *argInfo) float32 {
	c := sh.s.closeness(sh.q, &a.text, nil)
	return max(c, sh.s.closeness(sh.q, &a.takes, nil))
}

// chooseValues picks the values of an enum to show, in schema order: all when they are few, else those that match and
// the first few.
func (sh *sheet) chooseValues(t typeID) []int {
	const first = 4
	values := sh.x.types[t].values
	type scored struct {
		place int
		near  float32
	}
	list := make([]scored, 0, len(values))
	for i := range values {
		if sh.s.visibleValue(&sh.x.types[t], i) {
			list = append(list, scored{i, sh.s.closeness(sh.q, &values[i].text, nil)})
		}
	}
	if len(list) > fewValues {
		slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(b.near, a.near) })
		matching := slices.IndexFunc(list, func(v scored) bool { return v.near == 0 })
		if matching < 0 {
			matching = len(list)
		}
		list = list[:min(max(matching, first), fewValues)]
	}
	places := make([]int, len(list))
	for i, v := range list {
		places[i] = v.place
	}
	slices.Sort(places)
	return places
}

// leaveOut remembers a type that the budget kept out.
func (sh *sheet) leaveOut(t typeID) {
	if !slices.Contains(sh.cut, t) {
		sh.cut = append(sh.cut, t)
	}
}
