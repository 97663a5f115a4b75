package exec

import "github.com/sluice-gateway/sluice/graph/plan"

// cause names an error inside the values that failed because of it, so that it is known when the answer is written whether the client sees
// any of them. 0 names none.
type cause uint32

// newCause returns a name for the next error, or 0 where there is no room for one.
func (r *run) newCause() cause {
	if !r.roomForError() {
		return 0
	}
	r.causes++
	return r.causes
}

// subject is what an error is about: a whole call, a part of it, or an object and perhaps one slot of it. It becomes a path only when the answer is
// written: an object's type, and so what the client sees of it, may be told by a later fetch than the one that failed.
type subject struct {
	cause cause

	call *call // nil: object is meant
	part int   // index into call.parts, or -1 for the whole call

	object uint32
	slot   int             // or noSlot
	sel    *plan.Selection // with noSlot: what was asked of the object; nil: the object itself is meant
}

// shows reports whether an error belongs into the answer: the client sees its subject, or something that failed because of it. Otherwise it is about
// what a fetch had to ask although the object turned out to be of a type whose selection has no such field, or about a requirement that nobody missed.
func (r *run) shows(s *subject) bool {
	if r.seen[s.cause] {
		return true
	}
	switch {
	case s.call == nil && s.slot != noSlot:
		return r.reachable(s.object) && r.output(s.object, plan.SlotID(s.slot)) != ""
	case s.call == nil:
		return s.sel == nil || r.selects(s.object, s.sel)
	case s.part >= 0:
		_, n := r.witness(&s.call.parts[s.part])
		return n > 0
	}
	for i := range s.call.parts {
		if _, n := r.witness(&s.call.parts[i]); n > 0 {
			return true
		}
	}
	return false
}

// witness returns an object of which the client sees something that a part asks for, and their number, up to 2.
func (r *run) witness(part *callPart) (o uint32, n int) {
	for _, t := range part.targets {
		if !r.selects(t.object, part.plan.Selection) {
			continue
		}
		if n++; n == 1 {
			o = t.object
		} else {
			break
		}
	}
	return o, n
}

// selects reports whether the client sees any of an object's slots that sel reads.
func (r *run) selects(o uint32, sel *plan.Selection) bool {
	if !r.reachable(o) {
		return false
	}
	for i := range sel.Fields {
		f := &sel.Fields[i]
		if f.Typename {
			if r.class(&r.plan.Positions[r.position(o)], r.typeOf(o)) == nil {
				return true // the type is what the client misses
			}
		} else if r.output(o, f.Slot) != "" {
			return true
		}
	}
	return false
}

// reachable reports whether the client sees every slot on the way to an object.
func (r *run) reachable(o uint32) bool {
	for o != r.root {
		if r.hidden(o) {
			return false
		}
		parent, shown := r.parent(o), false
		for i, s := range r.plan.Positions[r.position(parent)].Slots {
			shown = shown || s.Child == r.position(o) && r.output(parent, plan.SlotID(i)) != ""
		}
		if !shown {
			return false
		}
		o = parent
	}
	return true
}

// hidden reports whether the object is of a type that clients may not see (@inaccessible).
func (r *run) hidden(o uint32) bool {
	t := r.typeOf(o)
	return t != badType && r.schema.Types[t].Inaccessible
}

// output returns the response key under which a slot of o is shown, or "". While the type of o is not known, any class that shows it counts.
func (r *run) output(o uint32, slot plan.SlotID) string {
	position := &r.plan.Positions[r.position(o)]
	if class := r.class(position, r.typeOf(o)); class != nil {
		return slotKey(class, slot)
	}
	if r.hidden(o) {
		return ""
	}
	return r.anyOutput(position.ID, slot)
}

// anyOutput returns the response key of a slot in any class, or "".
func (r *run) anyOutput(id plan.PositionID, slot plan.SlotID) string {
	classes := r.plan.Positions[id].Classes
	for i := range classes {
		if key := slotKey(&classes[i], slot); key != "" {
			return key
		}
	}
	return ""
}

func slotKey(class *plan.Class, slot plan.SlotID) string {
	for i := range class.Fields {
		if f := &class.Fields[i]; f.Kind == plan.OutputSlot && f.Slot == slot {
			return f.Key
		}
	}
	return ""
}
