package plan

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// checkRequirement checks that whatever the part sends for objects of type t carries what a field there requires.
func (r *reader) checkRequirement(sc *scope, t schema.TypeID, coordinate string, requires schema.FieldSet) {
	if !sc.entity {
		r.errorf("position %d: %s has requirements, but no representation is sent to meet them", sc.position, coordinate)
		return
	}
	part, at := r.part, sc.position
	r.later = append(r.later, func() {
		for i := range part.Representations {
			rep := &part.Representations[i]
			if slices.Contains(r.standing(at, r.serves(at, rep)), t) && !r.carries(at, t, rep.Fields, requires, false) {
				r.errorf("position %d: the representation of a %s lacks what %s requires", at, r.s.Type(t).Name, coordinate)
			}
		}
	})
}

// carries reports whether members of a representation of an object of type t cover a field set. Members of keys must be required ones.
func (v *verifier) carries(at PositionID, t schema.TypeID, members []RepresentationField, set schema.FieldSet, key bool) bool {
	for i := range set {
		sel := &set[i]
		if sel.Name == "__typename" || !satisfies(v.s, t, sel.On) {
			continue
		}
		n := slices.IndexFunc(members, func(m RepresentationField) bool { return m.Name == sel.Name })
		if n < 0 || key && !members[n].Required || !v.filledAs(at, t, &members[n], sel.Args.Text) {
			return false
		}
		if sel.Children != nil && !v.carriesBelow(at, &members[n], sel.Children, key) {
			return false
		}
	}
	return true
}

func (v *verifier) carriesBelow(at PositionID, m *RepresentationField, set schema.FieldSet, key bool) bool {
	child := v.p.Positions[at].Slots[m.Slot].Child
	for i := range m.Object {
		for _, t := range v.standing(child, v.serves(child, &m.Object[i])) {
			if !v.carries(child, t, m.Object[i].Fields, set, key) {
				return false
			}
		}
	}
	return len(m.Object) > 0
}

// filledAs reports whether a member's slot holds the field for the type under the arguments.
func (v *verifier) filledAs(at PositionID, t schema.TypeID, m *RepresentationField, args string) bool {
	return slices.ContainsFunc(v.fills[slotAt{at, m.Slot}], func(f fill) bool {
		return f.name == m.Name && f.args == args && slices.Contains(f.types, t)
	})
}

// checkRepresentations checks what entity parts send, once it is known which fetch fills what.
func (v *verifier) checkRepresentations() {
	for _, check := range v.later {
		check()
	}
	for i := range v.p.Fetches {
		f := &v.p.Fetches[i]
		for n := range f.Parts {
			p := &f.Parts[n]
			r := &reader{verifier: v, fetch: f, part: p}
			if p.Key == "" {
				r.checkReentry(p)
				continue
			}
			if len(p.Representations) == 0 {
				r.errorf("part %d: no representations", n)
			}
			if !v.live(p.Position) {
				continue // of objects that cannot exist nothing is sent
			}
			for j := range p.Representations {
				rep := &p.Representations[j]
				r.checkTypename(rep)
				r.checkKey(rep)
			}
			r.checkMembers(p.Position, p.Representations)
			for _, c := range p.Context {
				r.checkContext(&c)
			}
		}
	}
}

// checkReentry checks that a root part below the root waits for the objects that it fills.
func (r *reader) checkReentry(p *Part) {
	if p.Position != 0 && r.live(p.Position) && !r.createdBefore(p.Position) {
		r.errorf("position %d: nothing before brings objects there", p.Position)
	}
}

func (r *reader) createdBefore(at PositionID) bool {
	return slices.ContainsFunc(r.created[at], func(c created) bool { return r.before[r.fetch.ID][c.fetch] })
}

// checkTypename checks that the subgraph knows the type that a representation names, and that the objects are of it.
func (r *reader) checkTypename(rep *Representation) {
	at := r.part.Position
	t := r.s.TypeByName(rep.Typename)
	if t == 0 || r.s.Type(t).Home(r.fetch.Subgraph) == nil {
		r.errorf("position %d: representations name %q, which the subgraph does not know", at, rep.Typename)
		return
	}
	for _, x := range r.serves(at, rep) {
		if !slices.Contains(r.s.Type(t).Possible, x) {
			r.errorf("position %d: representations name %s for objects of type %s", at, rep.Typename, r.s.Type(x).Name)
		}
	}
}

// checkKey checks that a representation carries a whole key of the type that it names. A key that is not resolvable serves only to
// come back to where the objects are from.
func (r *reader) checkKey(rep *Representation) {
	at := r.part.Position
	home := r.s.Type(r.s.TypeByName(rep.Typename)).Home(r.fetch.Subgraph)
	if home == nil {
		return
	}
	back := slices.ContainsFunc(r.created[at], func(c created) bool { return r.p.Fetches[c.fetch].Subgraph == r.fetch.Subgraph })
	for _, t := range r.standing(at, r.serves(at, rep)) {
		whole := slices.ContainsFunc(home.Keys, func(k schema.Key) bool {
			return (k.Resolvable || back) && r.carries(at, t, rep.Fields, k.Fields, true)
		})
		if !whole {
			r.errorf("position %d: the representation of a %s has no whole key of %s", at, r.s.Type(t).Name, rep.Typename)
		}
	}
}

// checkMembers checks that every member is at hand before the fetch is built, and that types are known where they matter.
func (r *reader) checkMembers(at PositionID, reps []Representation) {
	position := &r.p.Positions[at]
	if !r.live(at) {
		return
	}
	if !r.createdBefore(at) {
		r.errorf("position %d: nothing before brings objects there", at)
	}
	typed := slices.ContainsFunc(r.typed[at], func(f FetchID) bool { return r.before[r.fetch.ID][f] })
	for i := range reps {
		rep := &reps[i]
		types := r.standing(at, r.serves(at, rep))
		if len(types) == 0 {
			continue
		}
		if rep.Types != nil && r.s.Type(position.Type).Abstract() && !typed {
			r.errorf("position %d: representations depend on the type, which nothing before tells", at)
		}
		for j := range rep.Fields {
			m := &rep.Fields[j]
			if int(m.Slot) >= len(position.Slots) || position.Slots[m.Slot].Field != m.Name {
				r.errorf("position %d: member %s is read from slot %d, which is for another field", at, m.Name, m.Slot)
				continue
			}
			for _, t := range types {
				if rep.Types == nil && r.s.FieldByName(t, m.Name) == 0 {
					continue
				}
				if !r.filledBefore(at, t, m) {
					r.errorf("position %d: nothing before fetches %s of a %s", at, m.Name, r.s.Type(t).Name)
				}
			}
			if child := position.Slots[m.Slot].Child; child != 0 {
				r.checkMembers(child, m.Object)
			}
		}
	}
}

func (r *reader) filledBefore(at PositionID, t schema.TypeID, m *RepresentationField) bool {
	return slices.ContainsFunc(r.fills[slotAt{at, m.Slot}], func(f fill) bool {
		return f.name == m.Name && slices.Contains(f.types, t) && r.before[r.fetch.ID][f.fetch]
	})
}

// checkContext checks that the value of a context is at hand on an ancestor of the part's objects.
func (r *reader) checkContext(c *ContextVariable) {
	at := c.Ancestor
	if at != r.part.Position && !slices.Contains(r.sources[r.part.Position], at) {
		r.errorf("position %d: context variable $%s is read from position %d, which is not above", r.part.Position, c.Variable, at)
		return
	}
	for i := range c.Path {
		m := &c.Path[i]
		filled := slices.ContainsFunc(r.fills[slotAt{at, m.Slot}], func(f fill) bool { return f.name == m.Name && r.before[r.fetch.ID][f.fetch] })
		if !filled {
			r.errorf("position %d: nothing before fetches %s for context variable $%s", at, m.Name, c.Variable)
			return
		}
		at = r.p.Positions[at].Slots[m.Slot].Child
	}
}
