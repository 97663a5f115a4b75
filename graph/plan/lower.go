package plan

import (
	"cmp"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Lowering turns the search's decisions into a Plan. It walks the response once, choosing a source for every selected field; a
// subgraph's selection of a composite comes into being when the first field below it is asked there. Then the parts are
// completed from the last round to the first: what the representations of a part need is selected in parts of earlier rounds, which
// are completed afterwards.

type lowering struct {
	s        *search
	op       *operation.Operation
	plan     *Plan
	parts    []*part
	contexts int  // variables bound to contexts so far
	waves    int8 // rounds of the root field that is being lowered
}

// part is a Part under construction.
type part struct {
	place   *place
	source  int // index into place.fr.sources
	sg      schema.SubgraphID
	wave    int8          // the round that the search gave it, counted from the operation's root
	stage   int           // of a mutation: parts of a later stage wait for all parts of the earlier ones
	root    bool          // no representations
	on      schema.TypeID // the interface that its representations name, or 0
	sel     *selection
	reps    []Representation
	context []contextBinding
	deps    map[*part]bool
	n       int // number in order of creation
}

// place is a lowered frame: where a site's objects stand in the response.
type place struct {
	fr     *frame
	base   int8 // the operation's round that is the frame's round 0
	pos    PositionID
	parent *place
	group  *childGroup
	slot   SlotID // in the parent's position
	sels   []*selection
	groups []childGroup
	kids   []*place
	leafs  map[string]SlotID
	// untyped is set where the objects' concrete type matters but cannot be found out.
	untyped bool
}

func newLowering(s *search, op *operation.Operation) *lowering {
	return &lowering{s: s, op: op, plan: &Plan{Operation: op, Optimal: true}}
}

// addRoot plans the selection set on the operation's root and lowers it onto position 0, after what is there already.
func (l *lowering) addRoot(sel *operation.SelectionSet, single bool) error {
	l.s.serial = single
	st, _ := l.s.newState(sel, sel.Type, []schema.TypeID{sel.Type}, rootEntry(), nil)
	l.waves = l.fewestWaves(st)
	if len(l.plan.Positions) == 0 {
		l.plan.Positions = append(l.plan.Positions, Position{Type: sel.Type})
	}
	pl := &place{base: 0, leafs: map[string]SlotID{}}
	return l.lower(pl, st)
}

// fewestWaves finds the least number of rounds in which everything can be served that can be served at all.
func (l *lowering) fewestWaves(st *state) int8 {
	for w := int8(0); w <= maxWaves; w++ {
		if r := l.s.bound(st, w); r.ok && r.cost.unplannable == 0 {
			return w
		}
	}
	least := l.s.bound(st, maxWaves).cost.unplannable
	for w := int8(0); ; w++ {
		if r := l.s.bound(st, w); r.ok && r.cost.unplannable == least {
			return w
		}
	}
}

// addSerial plans the root fields of a mutation or subscription one by one. Neighbours that are asked of the same subgraph share
// its request, which runs them in order; anything else waits until the field before is complete.
func (l *lowering) addSerial(sel *operation.SelectionSet) error {
	g := sel.Groups[0]
	l.plan.Positions = append(l.plan.Positions, Position{Type: sel.Type, Classes: []Class{{Types: g.Types}}})
	stage := 0
	var last *part
	for i := range g.Fields {
		before := len(l.parts)
		one := &operation.SelectionSet{Type: sel.Type, Groups: []operation.Group{{Types: g.Types, Fields: g.Fields[i : i+1]}}}
		if err := l.addRoot(one, true); err != nil {
			return err
		}
		if before == len(l.parts) {
			continue // answered locally
		}
		root := l.parts[before]
		if last != nil && last.sg == root.sg {
			last.sel.absorb(root.sel)
			root.sel.fields = nil
			for _, p := range l.parts[before+1:] {
				p.stage = stage
			}
			continue
		}
		stage++
		last = root
		for _, p := range l.parts[before:] {
			p.stage = stage
		}
	}
	return nil
}

// lower builds the place of a state and everything below it.
func (l *lowering) lower(pl *place, st *state) error {
	if len(l.plan.Positions) > l.s.opts.MaxPositions {
		return ErrTooComplex
	}
	budget := l.waves - pl.base
	r := l.s.solve(st, budget)
	pl.fr = newFrame(l.s, st, budget)
	for _, j := range r.jumps {
		pl.fr.push(j.sg, j.wave)
	}
	if err := l.coherent(pl.fr); err != nil {
		return err
	}
	_, pl.groups, _ = pl.fr.evaluate(l.s.solve)
	pl.sels = make([]*selection, len(pl.fr.sources))
	for i := range pl.fr.sources {
		if src := &pl.fr.sources[i]; src.jump {
			p := &part{place: pl, source: i, sg: src.sg, wave: pl.base + src.wave, root: pl.fr.isRootType(st.site.typ), deps: map[*part]bool{}, n: len(l.parts)}
			p.sel = &selection{part: p, sg: src.sg, io: src.io}
			if p.root {
				p.sel.typ = st.site.typ
			}
			pl.sels[i] = p.sel
			l.parts = append(l.parts, p)
		}
	}
	for i := range pl.groups {
		if err := l.lowerKid(pl, &pl.groups[i]); err != nil {
			return err
		}
	}
	l.output(pl)
	return nil
}

func (l *lowering) lowerKid(pl *place, g *childGroup) error {
	id := PositionID(len(l.plan.Positions))
	f := l.s.schema.Field(l.s.schema.FieldByName(pl.fr.st.site.classes[g.classes[0]].t, g.name))
	l.plan.Positions = append(l.plan.Positions, Position{ID: id, Type: g.kid.typ, Parent: pl.pos})
	slot := l.newSlot(pl, Slot{Field: g.name, Child: id, Type: f.Type})
	kid := &place{base: pl.base + g.base, pos: id, parent: pl, group: g, slot: slot, leafs: map[string]SlotID{}}
	pl.kids = append(pl.kids, kid)
	if err := l.lower(kid, g.state); err != nil {
		return err
	}
	if !slices.ContainsFunc(kid.sels, func(x *selection) bool { return x != nil && x.part.place != kid }) {
		l.selection(kid, kid.primary()) // somebody must say whether there is an object at all
	}
	return nil
}

// primary is the entry from which the objects are at hand first.
func (pl *place) primary() int {
	at := 0
	for i, src := range pl.fr.sources {
		if !src.jump && src.wave < pl.fr.sources[at].wave {
			at = i
		}
	}
	return at
}

func (l *lowering) newSlot(pl *place, s Slot) SlotID {
	p := &l.plan.Positions[pl.pos]
	p.Slots = append(p.Slots, s)
	return SlotID(len(p.Slots) - 1)
}

// selection returns what is asked of a source of the place, selecting the composite in the source's parent when needed.
func (l *lowering) selection(pl *place, at int) *selection {
	if sel := pl.sels[at]; sel != nil {
		return sel
	}
	sg := pl.fr.sources[at].sg
	n, _ := slices.BinarySearchFunc(pl.group.kid.entries, sg, func(x entry, sg schema.SubgraphID) int { return cmp.Compare(x.sg, sg) })
	above := l.selection(pl.parent, pl.group.from[n])
	sel := &selection{part: above.part, sg: sg, io: pl.fr.sources[at].io}
	pl.sels[at] = sel
	key := pl.group.name
	if pl.group.field != nil && !isHidden(pl.group.field) {
		key = pl.group.field.Key
	}
	for _, ci := range pl.group.classes {
		c := &pl.parent.fr.st.site.classes[ci]
		h := pl.parent.homeOf(c, pl.group.name, sg)
		if sel.typ != 0 && sel.typ != h.Type.Named {
			sel.mixed = true
		}
		sel.typ = h.Type.Named
		above.add(c.types, selected{key: key, name: pl.group.name, args: pl.group.args, slot: pl.slot, child: sel, home: h.Type})
	}
	return sel
}

// homeOf returns the subgraph's definition of a field of the class, or nil.
func (pl *place) homeOf(c *class, name string, sg schema.SubgraphID) *schema.FieldHome {
	s := pl.fr.s.schema
	return s.Field(s.FieldByName(c.t, name)).Home(sg)
}

// leaf selects a leaf field for the class in the source, and returns its slot.
func (l *lowering) leaf(pl *place, c *class, at int, key, name string, args schema.Arguments) (SlotID, *part) {
	id := name + args.Text
	slot, ok := pl.leafs[id]
	if !ok {
		f := l.s.schema.Field(l.s.schema.FieldByName(c.t, name))
		slot = l.newSlot(pl, Slot{Field: name, Type: f.Type})
		pl.leafs[id] = slot
	}
	sel := l.selection(pl, at)
	h := pl.homeOf(c, name, pl.fr.sources[at].sg)
	sel.add(c.types, selected{key: key, name: name, args: args, slot: slot, home: h.Type})
	return slot, sel.part
}

// typed makes some source tell the concrete type of the objects by the end of the frame's round; it returns that source's part, or nil where
// the type is known anyway, and false where it cannot be known.
func (l *lowering) typed(pl *place, round int8) (*part, bool) {
	if !l.s.schema.Type(pl.fr.st.site.typ).Abstract() {
		return nil, true
	}
	at := -1
	for i, src := range pl.fr.sources {
		if src.io || src.wave > round {
			continue
		}
		better := at < 0 || pl.sels[at] == nil && pl.sels[i] != nil && src.wave <= pl.fr.sources[at].wave || src.wave < pl.fr.sources[at].wave
		if better {
			at = i
		}
	}
	if at < 0 {
		return nil, false
	}
	sel := l.selection(pl, at)
	sel.typename = true
	return sel.part, true
}

// coherent checks, where objects of an abstract type come from several subgraphs at once, that for each selection some one of them leads
// to all the types that it is selected on. Otherwise one half of an answer would have to be taken from objects that the
// other half knows nothing of.
func (l *lowering) coherent(fr *frame) error {
	site := fr.st.site
	if site.sel == nil || len(fr.st.entries) < 2 || !l.s.schema.Type(site.typ).Abstract() {
		return nil
	}
	for g := range site.sel.Groups {
		var classes []*class
		for i := range site.classes {
			if site.classes[i].group == g {
				classes = append(classes, &site.classes[i])
			}
		}
		if len(classes) < 2 {
			continue
		}
		var missing string
		found := slices.ContainsFunc(fr.st.entries, func(e entry) bool {
			e.wave = 0
			one := l.s.closure(&state{site: site, entries: []entry{e}, deadline: make([]int8, len(site.demand))}, maxWaves)
			for _, c := range classes {
				for i := range c.fields {
					if f := &c.fields[i]; f.Name != "__typename" && one.best(c, f.Name, maxWaves) < 0 {
						missing = l.s.schema.Coordinate(l.s.schema.FieldByName(c.t, f.Name))
						return false
					}
				}
			}
			return true
		})
		if !found {
			return &UnplannableError{Coordinate: missing}
		}
	}
	return nil
}
