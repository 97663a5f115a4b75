package search

import (
	"cmp"
	"math"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// offer is something that could be shown next: a field, or an enum when field is none.
type offer struct {
	typ     typeID
	field   fieldID
	value   float64 // what it is worth
	cost    float64 // tokens
	density float64 // worth for the price, when it was made
	focus   worth   // what its own parts are worth when it is shown
	serial  int
	way     []edge // for a detour: what to show
	via     typeID // the abstract type that offers a field of its member, or none
}

// worth is what the parts of something are worth: each has prior in any case, as its name promises, and near as
// far as it matches the keywords.
type worth struct{ prior, near float64 }

func (w worth) times(f float64) worth { return worth{w.prior * f, w.near * f} }

// shareOf splits a share of a hit's score.
func shareOf(score float64) worth { return worth{priorShare * score, (1 - priorShare) * score} }

// Worth of what is not a hit itself, as a share of the hit that brings it.
const (
	worthSibling  = 0.55  // other fields of the type that a hit belongs to
	worthOutput   = 0.9   // fields of the type that a hit gives
	worthPassing  = 0.12  // fields of the types on the way to a hit
	nearPassing   = 0.5   // the same, of those that match
	worthInput    = 1.0   // fields of an input object that a hit takes
	worthEnumIn   = 0.9   // values of an enum that a hit takes
	worthEnumOut  = 0.45  // values of an enum that a shown field gives
	worthPayload  = 0.25  // fields of what a mutation returns
	worthDetour   = 1.5   // another way to a type
	detourSlack   = 1.2   // how much more than the cheapest way another may cost
	maxDetours    = 4     // of one answer
	priorShare    = 0.25  // of a part's worth that it has without any match
	fewValues     = 12    // an enum is shown whole up to this number
	priceBlock    = 9     // tokens of a block without its fields
	smallestWorth = 0.02  // below this a part is shown only while an answer is short
	leastWorth    = 0.004 // below this never
	short         = 0.5   // share of the budget that an answer may use for parts of little worth
)

// detours offers other ways to the types on the way to a hit. What a root gives needs none.
func (sh *sheet) detours(h hit) {
	x := sh.x
	path := sh.s.ways.path(x, x.fields[h.field].parent, nil)
	for i, e := range path {
		if e.field == none || x.fields[e.field].structural || slices.Contains(x.roots, e.from) {
			continue
		}
		to := e.to
		for _, inner := range path[i+1:] {
			if inner.field == none || !x.fields[inner.field].structural {
				break
			}
			to = inner.to
		}
		if !sh.known[to] && x.types[to].item == none && x.edgeNode(to) == none {
			sh.offerDetours(to, float64(h.score))
		}
	}
}

// offerDetours offers the best other ways to a type, each field that makes the difference once.
func (sh *sheet) offerDetours(to typeID, score float64) {
	const most, fading = 3, 0.7
	x := sh.x
	for i, d := range sh.s.ways.detours(x, to, detourSlack, most, sh.s.visibleEdge) {
		if sh.detoured[d.tail[0].field] {
			continue
		}
		sh.detoured[d.tail[0].field] = true
		way := append(sh.s.ways.path(x, d.tail[0].from, nil), d.tail...)
		value := score * worthDetour * math.Exp(-fading*float64(i)-float64(d.cost-sh.s.ways.dist[to]))
		sh.push(offer{typ: to, field: none, way: way, via: none, value: value, focus: shareOf(value)})
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
	if t == none || focus.prior+focus.near < leastWorth || sh.known[t] || !sh.s.visibleType(t) {
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
	if value < leastWorth {
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
		if a.required() {
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
	if value >= leastWorth {
		sh.push(offer{typ: t, field: none, value: value})
	}
}

func (sh *sheet) push(o offer) {
	o.serial = sh.serial
	sh.serial++
	o.cost = sh.offerPrice(o)
	o.density = o.value / (6 + o.cost)
	sh.s.offers.push(o)
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

// fill accepts offers, the best worth for their price first, until the budget is used.
func (sh *sheet) fill() {
	for len(sh.s.offers.items) > 0 {
		o := sh.s.offers.pop()
		if o.way == nil && (o.field != none && sh.shows(o.field) || o.field == none && sh.blocks[o.typ] != nil) {
			continue
		}
		if o.way != nil && len(sh.taken) == maxDetours {
			continue
		}
		o.cost = sh.offerPrice(o)
		if o.value < smallestWorth && sh.budget-o.cost < (1-short)*sh.total {
			continue
		}
		if o.cost > sh.budget {
			sh.leaveOut(o.typ)
			continue
		}
		sh.accept(o)
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

// denser orders offers: more worth for the price, then older, first.
func denser(a, b *offer) bool {
	if a.density != b.density {
		return a.density > b.density
	}
	return a.serial < b.serial
}
