package search

import (
	"cmp"
	"container/heap"
	"math"
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
	order    []typeID // as opened
	budget   float64  // tokens left
	queue    offers
	offers   map[offerKey]bool
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

// offer is something that could be shown next: a field, or an enum when field is none.
type offer struct {
	typ    typeID
	field  fieldID
	value  float64 // what it is worth
	cost   float64 // tokens
	focus  worth   // what its own parts are worth when it is shown
	serial int
	way    []edge // for a detour: what to show
	via    typeID // the abstract type that offers a field of its member, or none
}

type offerKey struct {
	typ   typeID
	field fieldID
}

// worth is what the parts of something are worth: each has prior in any case, as its name promises, and near as
// far as it matches the keywords.
type worth struct{ prior, near float64 }

func (w worth) times(f float64) worth { return worth{w.prior * f, w.near * f} }

// shareOf splits a share of a hit's score.
func shareOf(score float64) worth { return worth{priorShare * score, (1 - priorShare) * score} }

// Worth of what is not a hit itself, as a share of the hit that brings it.
const (
	worthSibling  = 0.55 // other fields of the type that a hit belongs to
	worthOutput   = 0.9  // fields of the type that a hit gives
	worthPassing  = 0.12 // fields of the types on the way to a hit
	nearPassing   = 0.5  // the same, of those that match
	worthInput    = 1.0  // fields of an input object that a hit takes
	worthEnumIn   = 0.9  // values of an enum that a hit takes
	worthEnumOut  = 0.45 // values of an enum that a shown field gives
	worthPayload  = 0.25 // fields of what a mutation returns
	worthDetour   = 1.5  // another way to a type
	detourSlack   = 1.2
	priorShare    = 0.35 // of a part's worth that it has without any match
	fewValues     = 12   // an enum is shown whole up to this number
	priceBlock    = 9    // tokens of a block without its fields
	smallestWorth = 0.02
)

func newSheet(x *Index, q *query, s *scratch, known []string, budget float64) *sheet {
	sh := &sheet{x: x, s: s, q: q, known: make(map[typeID]bool), blocks: make(map[typeID]*block), offers: make(map[offerKey]bool), detoured: make(map[fieldID]bool), budget: budget}
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
	return priceBlock + tokens(sh.x.types[t].def.Name)
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

// detours offers other ways to the types on the way to a hit.
func (sh *sheet) detours(h hit) {
	x := sh.x
	path := sh.s.ways.path(x, x.fields[h.field].parent, nil)
	for _, e := range path {
		if e.field == none || x.fields[e.field].structural || sh.known[e.to] || slices.Contains(x.roots, e.from) {
			continue // what a root gives needs no other way
		}
		for i, d := range sh.s.ways.detours(x, x.unwrap(e.to), detourSlack, 3, sh.s.visibleEdge) {
			if sh.detoured[d.tail[0].field] {
				continue
			}
			sh.detoured[d.tail[0].field] = true
			way := append(sh.s.ways.path(x, d.tail[0].from, nil), d.tail...)
			value := float64(h.score) * worthDetour * math.Exp(-0.7*float64(i)-float64(d.cost-sh.s.ways.dist[x.unwrap(e.to)]))
			sh.push(offer{typ: e.to, field: none, way: way, via: none, value: value, focus: shareOf(value)})
		}
	}
}

func (sh *sheet) wayPrice(way []edge) float64 {
	cost := tokens(sh.x.wayText(way)) + 3
	for _, e := range way {
		if e.field != none && !sh.shows(e.field) {
			cost += sh.price(e.field, sh.chooseArgs(e.field, false))
		}
	}
	return cost
}

func (sh *sheet) showWay(way []edge) {
	for _, e := range way {
		if e.field == none {
			sh.open(e.from).member[e.to] = true
			continue
		}
		sh.show(e.field, sh.chooseArgs(e.field, false))
	}
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
		if l.args[i] && required(field.args[i].def.Type, field.args[i].def.DefaultValue) {
			sh.require(field.args[i].typ)
		}
	}
	if field.out != none && sh.x.types[field.out].item != none {
		sh.showWrapper(field.out)
	}
}

// showWrapper shows the shortest way into a list wrapper.
func (sh *sheet) showWrapper(t typeID) {
	x := sh.x
	info := &x.types[t]
	for f := info.first; f < info.last; f++ {
		if out := x.fields[f].out; out == info.item && sh.s.visible(f) {
			sh.show(f, nil)
			return
		}
	}
	for f := info.first; f < info.last; f++ {
		if node := x.edgeNode(max(x.fields[f].out, 0)); node == info.item && node != none && sh.s.visible(f) {
			sh.show(f, nil)
			edgeType := &x.types[x.fields[f].out]
			for g := edgeType.first; g < edgeType.last; g++ {
				if x.fields[g].def.Name == "node" && sh.s.visible(g) {
					sh.show(g, nil)
				}
			}
			return
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

func required(t *ast.Type, value *ast.Value) bool { return t.NonNull && value == nil }

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
		case required(a.def.Type, a.def.DefaultValue):
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

// offerParts offers what a shown field takes and gives besides objects: input objects and enums.
func (sh *sheet) offerParts(f fieldID, focus worth) {
	field := &sh.x.fields[f]
	for i := range field.args {
		if l := sh.blocks[field.parent].fields[f]; l != nil && l.args[i] {
			sh.offerInput(field.args[i].typ, focus)
		}
	}
	sh.offerEnum(field.out, focus.times(worthEnumOut))
}

func (sh *sheet) offerInput(t typeID, focus worth) {
	if t == none {
		return
	}
	switch sh.x.types[t].def.Kind {
	case ast.InputObject:
		sh.offerFields(t, focus.times(worthInput))
	case ast.Enum:
		sh.offerEnum(t, focus.times(worthEnumIn))
	case ast.Scalar, ast.Object, ast.Interface, ast.Union:
	}
}

// offerFields offers the fields of a type, list wrappers seen through.
func (sh *sheet) offerFields(t typeID, focus worth) {
	if t == none || focus.prior+focus.near < smallestWorth || sh.known[t] || !sh.s.visibleType(t) {
		return
	}
	if item := sh.x.types[t].item; item != none {
		sh.offerOwn(t, focus.times(0.6), none)
		sh.offerEdges(t, focus.times(0.6))
		t = item
	}
	sh.offerOwn(t, focus, none)
	sh.offerMembers(t, focus)
}

// offerMembers offers the fields of the possible types of an abstract type: of all when they are few, else of those
// that the keywords name best.
func (sh *sheet) offerMembers(t typeID, focus worth) {
	const few, best = 6, 4
	type scored struct {
		member typeID
		near   float64
	}
	var list []scored
	members := sh.x.types[t].members
	for _, m := range members {
		near := float64(sh.s.closeness(sh.q, &elementText{name: sh.x.types[m].name}, sh.x.types[t].name))
		if len(members) <= few {
			near = max(near, 0.4)
		}
		if near > 0.2 && sh.s.visibleType(m) {
			list = append(list, scored{m, near})
		}
	}
	if len(list) > few {
		slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(b.near, a.near) })
		list = list[:best]
	}
	for _, m := range list {
		sh.offerOwn(m.member, focus.times(m.near), t)
	}
}

// offerEdges offers what the edges of a Relay connection know besides the node.
func (sh *sheet) offerEdges(t typeID, focus worth) {
	info := &sh.x.types[t]
	for f := info.first; f < info.last; f++ {
		if out := sh.x.fields[f].out; out != none && sh.x.edgeNode(out) != none && sh.x.types[out].last-sh.x.types[out].first > 2 {
			sh.offerOwn(out, focus, none)
		}
	}
}

func (sh *sheet) offerOwn(t typeID, focus worth, via typeID) {
	info := &sh.x.types[t]
	for f := info.first; f < info.last; f++ {
		if sh.shows(f) || !sh.s.visible(f) || sh.x.fields[f].def.Name == "clientMutationId" {
			continue
		}
		sh.offer(f, focus, via)
	}
}

func (sh *sheet) offer(f fieldID, focus worth, via typeID) {
	field := &sh.x.fields[f]
	near := float64(sh.s.closenessOf(sh.q, f))
	prior := sh.prior(f)
	value := focus.prior*prior + focus.near*near
	if value < smallestWorth {
		return
	}
	sh.push(offer{typ: field.parent, field: f, via: via, value: value, focus: focus.times(0.3*prior + 0.7*near)})
}

// prior is how likely a field is wanted without knowing for what: leaves before objects, plain names ("title", "state") before
// long ones ("viewerCanSubscribe"), required inputs always.
func (sh *sheet) prior(f fieldID) float64 {
	field := &sh.x.fields[f]
	p := 1 / (0.4 + 0.6*float64(max(1, len(field.text.name))))
	if sh.x.types[field.parent].def.Kind == ast.InputObject {
		p = max(p, 0.6)
	} else if !sh.x.isLeaf(f) {
		p *= 0.5
	}
	for _, a := range field.args {
		if required(a.def.Type, a.def.DefaultValue) {
			p *= 0.5
		}
	}
	if field.deprecated {
		p *= 0.1
	}
	return p
}

func (sh *sheet) offerEnum(t typeID, focus worth) {
	if t == none || sh.x.types[t].def.Kind != ast.Enum || sh.known[t] || sh.blocks[t] != nil || !sh.s.visibleType(t) {
		return
	}
	var near float32
	for i := range sh.x.types[t].values {
		near = max(near, sh.s.closeness(sh.q, &sh.x.types[t].values[i].text, nil))
	}
	value := focus.prior + focus.near*float64(near)
	if value >= smallestWorth {
		sh.push(offer{typ: t, field: none, value: value})
	}
}

func (sh *sheet) push(o offer) {
	key := offerKey{o.typ, o.field}
	o.serial = len(sh.offers)
	o.cost = sh.offerPrice(o)
	sh.offers[key] = true
	heap.Push(&sh.queue, o)
}

func (sh *sheet) offerPrice(o offer) float64 {
	if o.way != nil {
		return sh.wayPrice(o.way)
	}
	if o.field != none {
		return sh.price(o.field, sh.chooseArgs(o.field, false))
	}
	cost := sh.headPrice(o.typ)
	for _, i := range sh.chooseValues(o.typ) {
		cost += sh.x.types[o.typ].values[i].price
	}
	return cost
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

// fill accepts offers, the best worth for their price first, until the budget is used.
func (sh *sheet) fill() {
	for sh.queue.Len() > 0 {
		o := heap.Pop(&sh.queue).(offer)
		if o.way == nil && (o.field != none && sh.shows(o.field) || o.field == none && sh.blocks[o.typ] != nil) {
			continue
		}
		o.cost = sh.offerPrice(o)
		if o.cost > sh.budget {
			sh.leaveOut(o.typ)
			continue
		}
		sh.accept(o)
	}
}

// leaveOut remembers a type that the budget kept out.
func (sh *sheet) leaveOut(t typeID) {
	if !slices.Contains(sh.cut, t) {
		sh.cut = append(sh.cut, t)
	}
}

func (sh *sheet) accept(o offer) {
	if o.way != nil {
		sh.showWay(o.way)
		sh.taken = append(sh.taken, o.way)
		sh.budget -= tokens(sh.x.wayText(o.way)) + 3
		return
	}
	if o.field == none {
		b := sh.open(o.typ)
		for _, i := range sh.chooseValues(o.typ) {
			b.values[i] = true
			sh.budget -= sh.x.types[o.typ].values[i].price
		}
		return
	}
	sh.focus = o.focus
	if o.via != none {
		sh.open(o.via).member[o.typ] = true
	}
	sh.show(o.field, sh.chooseArgs(o.field, false))
	sh.offerParts(o.field, o.focus)
	out := sh.x.fields[o.field].out
	if out == none {
		return
	}
	if sh.x.types[o.typ].def.Kind == ast.InputObject {
		sh.offerInput(out, o.focus)
	} else if sh.x.composite(out) {
		sh.offerFields(out, o.focus.times(0.8))
	}
}

// offers is a heap of offers: worth for the price, then older first.
type offers []offer

func (o offers) Len() int { return len(o) }
func (o offers) Less(i, j int) bool {
	a, b := o[i].value/(6+o[i].cost), o[j].value/(6+o[j].cost)
	if a != b {
		return a > b
	}
	return o[i].serial < o[j].serial
}
func (o offers) Swap(i, j int) { o[i], o[j] = o[j], o[i] }
func (o *offers) Push(v any)   { *o = append(*o, v.(offer)) }
func (o *offers) Pop() any {
	last := (*o)[len(*o)-1]
	*o = (*o)[:len(*o)-1]
	return last
}
