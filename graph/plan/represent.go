package plan

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// complete works out the representations of all parts, from the last round to the first.
func (l *lowering) complete() {
	for _, p := range l.parts {
		l.bindContexts(p) // first of all, since it selects fields in parts of any round
	}
	byWave := slices.Clone(l.parts)
	slices.SortStableFunc(byWave, func(a, b *part) int { return int(b.wave) - int(a.wave) })
	for i := 0; i < len(byWave); i++ {
		p := byWave[i]
		if p.empty() {
			continue
		}
		if p.root {
			if p.place.parent != nil {
				p.deps[l.selection(p.place, p.place.primary()).part] = true
			}
			continue
		}
		if q := l.split(p); q != nil {
			byWave = slices.Insert(byWave, i+1, q)
		}
		l.represent(p)
	}
}

func (p *part) empty() bool { return len(p.sel.fields) == 0 && !p.sel.typename }

// split moves fields away whose requirements cannot stand in one representation with those of earlier fields: the same field under
// different arguments. It returns the new part, or nil.
func (l *lowering) split(p *part) *part {
	fr := p.place.fr
	var q *part
	for ci := range fr.st.site.classes {
		c := &fr.st.site.classes[ci]
		var sets []schema.FieldSet
		for i := 0; i < len(p.sel.fields); i++ {
			f := p.sel.fields[i]
			if !slices.Contains(f.types, c.t) {
				continue
			}
			h := p.place.homeOf(c, f.name, p.sg)
			if h == nil || h.Requires == nil {
				continue
			}
			if !l.conflicts(c.t, sets, h.Requires) && l.everyoneCan(p, f) {
				sets = append(sets, h.Requires)
				continue
			}
			if q == nil {
				q = &part{place: p.place, source: p.source, sg: p.sg, wave: p.wave, stage: p.stage, deps: map[*part]bool{}, n: len(l.parts)}
				q.sel = &selection{part: q, sg: p.sg, io: p.sel.io}
				l.parts = append(l.parts, q)
			}
			p.sel.fields = slices.Delete(p.sel.fields, i, i+1)
			f.setPart(q)
			q.sel.fields = append(q.sel.fields, f)
			i--
		}
	}
	if q != nil {
		p.context, q.context = usedContexts(p, p.context), usedContexts(q, p.context)
	}
	return q
}

// everyoneCan reports whether a field can stand beside the others of its part. In a part for an @interfaceObject, where selections
// do not depend on the type, every object that is sent gets every field, so it must be able to meet the field's requirement.
func (l *lowering) everyoneCan(p *part, f *selected) bool {
	if !p.sel.io {
		return true
	}
	fr := p.place.fr
	for ci := range fr.st.site.classes {
		c := &fr.st.site.classes[ci]
		h := p.place.homeOf(c, f.name, p.sg)
		if h == nil || slices.Contains(f.types, c.t) || !p.wants(c) {
			continue
		}
		if !fr.ready(c, h.Requires, fr.sources[p.source].wave-1) {
			return false
		}
	}
	return true
}

// wants reports whether some field of the part is for the class.
func (p *part) wants(c *class) bool {
	return slices.ContainsFunc(p.sel.fields, func(f *selected) bool { return slices.Contains(f.types, c.t) })
}

// conflicts reports whether a set asks a field under other arguments than one of the sets does, at any depth.
func (l *lowering) conflicts(t schema.TypeID, sets []schema.FieldSet, set schema.FieldSet) bool {
	for _, have := range sets {
		for i := range have {
			for j := range set {
				if have[i].Name != set[j].Name {
					continue
				}
				if have[i].Args.Text != set[j].Args.Text || l.conflicts(t, []schema.FieldSet{have[i].Children}, set[j].Children) {
					return true
				}
			}
		}
	}
	return false
}

// represent fills in a part's representations.
func (l *lowering) represent(p *part) {
	fr := p.place.fr
	round := fr.sources[p.source].wave - 1
	typed := fr.typedAt() <= round
	var whole []Representation
	classes := 0
	for ci := range fr.st.site.classes {
		c := &fr.st.site.classes[ci]
		wanted := p.sel.typename && len(p.sel.fields) == 0 || p.wants(c)
		d, ok := fr.enter(c, p.sg, round)
		if !wanted || !ok {
			continue
		}
		classes++
		p.on = d.typename
		sets := []schema.FieldSet{d.key}
		for _, f := range p.sel.fields {
			if p.sel.io || slices.Contains(f.types, c.t) {
				if h := p.place.homeOf(c, f.name, p.sg); h != nil && h.Requires != nil {
					sets = append(sets, h.Requires)
				}
			}
		}
		fields := l.members(p.place, c, sets, 1, round, p.deps)
		if d.typename != 0 {
			whole = addRepresentation(whole, Representation{Types: c.types, Typename: l.s.schema.Type(d.typename).Name, Fields: fields})
			continue
		}
		for _, t := range c.types {
			whole = addRepresentation(whole, Representation{Types: []schema.TypeID{t}, Typename: l.s.schema.Type(t).Name, Fields: fields})
		}
	}
	abstract := l.s.schema.Type(fr.st.site.typ).Abstract()
	switch {
	case !abstract:
		for i := range whole {
			whole[i].Types = nil
		}
	case !typed:
		whole = mergeRepresentations(whole)
	case len(whole) == 1 && classes == len(fr.st.site.classes) && whole[0].Typename == l.s.schema.Type(fr.st.site.typ).Name:
		whole[0].Types = nil
	default:
		if q, _ := l.typed(p.place, round); q != nil {
			p.deps[q] = true
		}
	}
	p.reps = whole
}

// addRepresentation appends a template, or extends the one that writes the same.
func addRepresentation(reps []Representation, r Representation) []Representation {
	for i := range reps {
		if reps[i].Typename == r.Typename && equalMembers(reps[i].Fields, r.Fields) {
			reps[i].Types = union(reps[i].Types, r.Types)
			return reps
		}
	}
	return append(reps, r)
}

// mergeRepresentations makes one template for objects whose type is not known: the members of all.
func mergeRepresentations(reps []Representation) []Representation {
	if len(reps) == 0 {
		return nil
	}
	one := Representation{Typename: reps[0].Typename}
	for _, r := range reps {
		for _, f := range r.Fields {
			if !slices.ContainsFunc(one.Fields, func(x RepresentationField) bool { return x.Name == f.Name }) {
				one.Fields = append(one.Fields, f)
			}
		}
	}
	return []Representation{one}
}

func equalMembers(a, b []RepresentationField) bool {
	return slices.EqualFunc(a, b, func(x, y RepresentationField) bool {
		return x.Name == y.Name && x.Slot == y.Slot && x.Required == y.Required && slices.EqualFunc(x.Object, y.Object, func(v, w Representation) bool {
			return v.Typename == w.Typename && slices.Equal(v.Types, w.Types) && equalMembers(v.Fields, w.Fields)
		})
	})
}

// members builds the members for the union of sets; those of the first keys sets are required. What they need is selected
// where it is at hand by the end of the frame's round, and noted in deps.
func (l *lowering) members(pl *place, c *class, sets []schema.FieldSet, keys int, round int8, deps map[*part]bool) []RepresentationField {
	var out []RepresentationField
	for i, set := range sets {
		for j := range set {
			sel := &set[j]
			if sel.Name == "__typename" || !l.s.matches(c.t, sel.On) || slices.ContainsFunc(out, func(f RepresentationField) bool { return f.Name == sel.Name }) {
				continue
			}
			f := RepresentationField{Name: sel.Name, Required: i < keys}
			if sel.Children == nil {
				at := pl.fr.best(c, sel.Name, round)
				slot, p := l.leaf(pl, c, at, sel.Name, sel.Name, sel.Args)
				f.Slot = slot
				deps[p] = true
			} else {
				below, required := childSets(l.s, c.t, sets, sel.Name, keys)
				f.Slot, f.Object = l.object(pl, c, sel, below, required, round, deps)
			}
			out = append(out, f)
		}
	}
	return out
}

// childSets collects the selections below a composite member from all sets, those of keys first.
func childSets(s *search, t schema.TypeID, sets []schema.FieldSet, name string, keys int) (below []schema.FieldSet, required int) {
	for i, set := range sets {
		for j := range set {
			if set[j].Name == name && s.matches(t, set[j].On) {
				below = append(below, set[j].Children)
				if i < keys {
					required++
				}
			}
		}
	}
	return below, required
}

// object builds the templates of a composite member.
func (l *lowering) object(pl *place, c *class, sel *schema.FieldSelection, below []schema.FieldSet, required int, round int8, deps map[*part]bool) (SlotID, []Representation) {
	kid := pl.demandedKid(l.s, c, sel)
	deps[l.selection(kid, kid.primary()).part] = true
	at := pl.base + round - kid.base
	abstract := l.s.schema.Type(kid.fr.st.site.typ).Abstract()
	var out []Representation
	for ci := range kid.fr.st.site.classes {
		kc := &kid.fr.st.site.classes[ci]
		fields := l.members(kid, kc, below, required, at, deps)
		if !abstract {
			return kid.slot, []Representation{{Fields: fields}}
		}
		for _, t := range kc.types {
			out = addRepresentation(out, Representation{Types: []schema.TypeID{t}, Typename: l.s.schema.Type(t).Name, Fields: fields})
		}
	}
	if p, _ := l.typed(kid, at); p != nil {
		deps[p] = true
	}
	return kid.slot, out
}

// demandedKid finds the place below the class's field that was planned to meet the demand.
func (pl *place) demandedKid(s *search, c *class, sel *schema.FieldSelection) *place {
	id := s.setID(sel.Children)
	for i := range pl.groups {
		g := &pl.groups[i]
		if g.name != sel.Name || g.args.Text != sel.Args.Text {
			continue
		}
		mine := slices.ContainsFunc(g.classes, func(ci int) bool { return &pl.fr.st.site.classes[ci] == c })
		if mine && slices.ContainsFunc(g.state.site.demand, func(d schema.FieldSet) bool { return s.setID(d) == id }) {
			return pl.kids[i]
		}
	}
	panic("plan: a requirement's place was not planned: " + sel.Name)
}
