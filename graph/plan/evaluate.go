package plan

import (
	"encoding/binary"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// childGroup is one place below a frame: a composite field of one or more classes whose objects are planned together.
type childGroup struct {
	name    string
	args    schema.Arguments
	field   *operation.Field // nil where only requirements select it
	classes []int
	state   *state
	base    int8  // the state's round 0 in the frame's rounds
	from    []int // by entry of the kid before reduction: sources of the frame
	kid     kid
}

// evaluation works out what a frame's decisions amount to: which keys and requirements the jumps need, what that demands of the
// children, and what the whole costs.
type evaluation struct {
	fr    *frame
	cost  cost
	used  [][]bool // by class, by source: whether the class needs the jump
	needs []need
	seen  map[needKey]bool
	// demands by class, by field: what requirements select below the field.
	demands []map[string]*childDemand
	order   [][]string // by class: keys of demands in order of appearance
	kids    [][]*kid   // by class, by field: what is at hand below it within the budget
}

// need is a selection that must be at hand for a class by the end of a round.
type need struct {
	class int
	set   schema.FieldSet
	round int8
}

type needKey struct {
	class, set int
	round      int8
}

type childDemand struct {
	sel *schema.FieldSelection
	at  []demandAt
}

// evaluate costs the frame and returns the places below it. It reports false when a demand cannot be met.
//
// below costs the places below: solve, or bound for an estimate.
func (fr *frame) evaluate(below func(*state, int8) *result) (cost, []childGroup, bool) {
	fr.s.work++
	n := len(fr.st.site.classes)
	ev := &evaluation{fr: fr, used: make([][]bool, n), seen: map[needKey]bool{}, demands: make([]map[string]*childDemand, n), order: make([][]string, n), kids: make([][]*kid, n)}
	for i := range ev.used {
		ev.used[i] = make([]bool, len(fr.sources))
	}
	for i := range fr.sources {
		if fr.sources[i].jump {
			ev.cost.fetches++
			ev.cost.weight += int(fr.sources[i].wave)
		}
	}
	ev.wants()
	if !ev.settle() {
		return cost{}, nil, false
	}
	groups, ok := ev.children(below)
	return ev.cost, groups, ok
}

// wants goes through what the client selects and what is demanded from above.
func (ev *evaluation) wants() {
	fr := ev.fr
	if fr.st.site.split && fr.typedAt() > fr.budget {
		ev.cost.unplannable++ // what the objects are asked depends on a type that nobody tells
	}
	for ci := range fr.st.site.classes {
		c := &fr.st.site.classes[ci]
		for i := range c.fields {
			f := &c.fields[i]
			switch {
			case f.Introspection != "":
			case f.Name == "__typename":
				if fr.typedAt() > fr.budget {
					ev.cost.unplannable++
				}
			case f.Selection == nil:
				if at := fr.best(c, f.Name, fr.budget); at >= 0 {
					ev.use(ci, at, f.Name)
				} else {
					ev.cost.unplannable++
				}
			}
		}
		for _, d := range c.demand {
			ev.need(ci, fr.st.site.demand[d.set], fr.st.deadline[d.set])
		}
	}
}

// use notes that the class gets the field from the source, and with it what the source needs.
func (ev *evaluation) use(ci, at int, name string) {
	fr := ev.fr
	src := &fr.sources[at]
	if !src.jump {
		return
	}
	c := &fr.st.site.classes[ci]
	if !ev.used[ci][at] {
		ev.used[ci][at] = true
		if d, ok := fr.enter(c, src.sg, src.wave-1); ok {
			ev.need(ci, d.key, src.wave-1)
		}
	}
	if h := fr.home(c, name, src); h != nil {
		ev.need(ci, h.Requires, src.wave-1)
	}
}

func (ev *evaluation) need(ci int, set schema.FieldSet, round int8) {
	if len(set) == 0 {
		return
	}
	key := needKey{ci, ev.fr.s.setID(set), round}
	if !ev.seen[key] {
		ev.seen[key] = true
		ev.needs = append(ev.needs, need{ci, set, round})
	}
}

// settle resolves the needs, which may raise further ones in earlier rounds. Composite fields that the client selects are
// taken up here as well, since the jumps that they use have needs too.
func (ev *evaluation) settle() bool {
	fr := ev.fr
	for ci := range fr.st.site.classes {
		c := &fr.st.site.classes[ci]
		for i := range c.fields {
			if f := &c.fields[i]; f.Selection != nil {
				for _, at := range ev.kid(ci, i).from {
					ev.use(ci, at, f.Name)
				}
			}
		}
	}
	for i := 0; i < len(ev.needs); i++ {
		n := ev.needs[i]
		c := &fr.st.site.classes[n.class]
		for j := range n.set {
			sel := &n.set[j]
			if !fr.s.matches(c.t, sel.On) {
				continue
			}
			switch {
			case sel.Name == "__typename":
				if fr.typedAt() > n.round {
					return false
				}
			case sel.Children == nil:
				at := fr.best(c, sel.Name, n.round)
				if at < 0 {
					return false
				}
				ev.use(n.class, at, sel.Name)
			default:
				k := fr.kid(c, sel.Name, n.round)
				if len(k.entries) == 0 {
					return false
				}
				for _, at := range k.from {
					ev.use(n.class, at, sel.Name)
				}
				ev.demandChild(n.class, sel, n.round)
			}
		}
	}
	return true
}

// kid returns what is at hand below the class's i-th field.
func (ev *evaluation) kid(ci, i int) *kid {
	c := &ev.fr.st.site.classes[ci]
	if ev.kids[ci] == nil {
		ev.kids[ci] = make([]*kid, len(c.fields))
	}
	if ev.kids[ci][i] == nil {
		k := ev.fr.kid(c, c.fields[i].Name, ev.fr.budget)
		ev.kids[ci][i] = &k
	}
	return ev.kids[ci][i]
}

func (ev *evaluation) demandChild(ci int, sel *schema.FieldSelection, round int8) {
	if ev.demands[ci] == nil {
		ev.demands[ci] = map[string]*childDemand{}
	}
	key := sel.Name + sel.Args.Text
	d := ev.demands[ci][key]
	if d == nil {
		d = &childDemand{sel: sel}
		ev.demands[ci][key] = d
		ev.order[ci] = append(ev.order[ci], key)
	}
	d.at = append(d.at, demandAt{sel.Children, round})
}

// children solves the places below the frame and adds up their costs.
func (ev *evaluation) children(below func(*state, int8) *result) ([]childGroup, bool) {
	fr := ev.fr
	var groups []childGroup
	byKey := map[string]int{}
	add := func(ci int, f *operation.Field, k *kid, name string, args schema.Arguments, demands []demandAt) bool {
		if len(k.entries) == 0 {
			ev.cost.unplannable++
			return f != nil
		}
		var sel *operation.SelectionSet
		key := name + args.Text
		if f != nil {
			sel, key = f.Selection, f.Key+"\x00"+key // one key may stand for different fields under different types
		}
		st, base := fr.s.newState(sel, k.typ, k.member, k.entries, slices.Clone(demands))
		b := []byte(key)
		b = append(b, 0, byte(base))
		b = append(b, fr.s.stateKey(st, fr.budget)...)
		for _, from := range k.from {
			b = binary.AppendUvarint(b, uint64(from))
		}
		if at, ok := byKey[string(b)]; ok {
			groups[at].classes = append(groups[at].classes, ci)
			return true
		}
		r := below(st, fr.budget-base)
		if !r.ok {
			return false
		}
		ev.cost = ev.cost.add(r.cost)
		ev.cost.weight += int(base) * r.cost.fetches
		byKey[string(b)] = len(groups)
		groups = append(groups, childGroup{name: name, args: args, field: f, classes: []int{ci}, state: st, base: base, from: k.from, kid: *k})
		return true
	}
	for ci := range fr.st.site.classes {
		c := &fr.st.site.classes[ci]
		taken := map[string]bool{}
		for i := range c.fields {
			f := &c.fields[i]
			if f.Selection == nil {
				continue
			}
			var demands []demandAt
			key := f.Name + f.Args.Text
			if d := ev.demands[ci][key]; d != nil && !taken[key] {
				taken[key] = true
				demands = d.at
			}
			if !add(ci, f, ev.kid(ci, i), f.Name, f.Args, demands) {
				return nil, false
			}
		}
		for _, key := range ev.order[ci] {
			if d := ev.demands[ci][key]; !taken[key] {
				k := fr.kid(c, d.sel.Name, fr.budget)
				if !add(ci, nil, &k, d.sel.Name, d.sel.Args, d.at) {
					return nil, false
				}
			}
		}
	}
	return groups, true
}
