package exec

import (
	"cmp"
	"strconv"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
)

// Paths are JSON list elements without the brackets: "products",0,"name".

func appendKey(path []byte, key string) []byte {
	if key == "" {
		return path
	}
	if len(path) > 0 {
		path = append(path, ',')
	}
	return append(append(append(path, '"'), key...), '"')
}

func appendIndex(path []byte, i int) []byte {
	if len(path) > 0 {
		path = append(path, ',')
	}
	return strconv.AppendInt(path, int64(i), 10)
}

// appendPath appends the response path of an object. Where it lies below something that is not shown (a requirement's object) the
// path ends there and visible is false.
func (r *run) appendPath(path []byte, o uint32) (_ []byte, visible bool) {
	if o == r.root {
		return path, true
	}
	parent, position := r.parent(o), r.position(o)
	path, visible = r.appendPath(path, parent)
	if !visible {
		return path, false
	}
	for i, s := range r.plan.Positions[r.position(parent)].Slots {
		if s.Child != position {
			continue
		}
		key := r.output(parent, plan.SlotID(i))
		before := len(path)
		if within, ok := r.appendWithin(appendKey(path, key), r.slot(parent, plan.SlotID(i)), o); ok {
			if key == "" {
				return path[:before], false
			}
			return within, true
		}
		path = path[:before]
	}
	return path, false
}

// appendWithin appends the list indices that lead from v to the object o, if any do.
func (r *run) appendWithin(path []byte, v value, o uint32) ([]byte, bool) {
	if v.isObject() {
		return path, v.index() == o
	}
	if !v.isList() {
		return path, false
	}
	for i := range v.length() {
		element := r.get(v.index() + i)
		if element.isObject() && element.index() != o {
			continue
		}
		before := len(path)
		if within, ok := r.appendWithin(appendIndex(path, int(i)), element, o); ok {
			return within, true
		}
		path = path[:before]
	}
	return path, false
}

// appendSubject appends the path of an error's subject, and tail where all of the subject is shown.
func (r *run) appendSubject(path []byte, s *subject, tail []byte) []byte {
	if s.call != nil {
		if s.part < 0 {
			return path
		}
		return r.appendPart(path, &s.call.parts[s.part])
	}
	path, visible := r.appendPath(path, s.object)
	if visible && s.slot != noSlot {
		key := r.output(s.object, plan.SlotID(s.slot))
		path, visible = appendKey(path, key), key != ""
	}
	if !visible || len(tail) == 0 {
		return path
	}
	if len(path) > 0 {
		path = append(path, ',')
	}
	return append(path, tail...)
}

// appendPart appends the path that stands for a whole part: of the one object that misses something, or else of the first list on the way to
// all of them.
func (r *run) appendPart(path []byte, part *callPart) []byte {
	if len(part.targets) == 0 {
		return path
	}
	o, n := r.witness(part)
	if n == 0 {
		o, n = part.targets[0].object, len(part.targets)
	}
	visible := false
	if n == 1 {
		path, visible = r.appendPath(path, o)
	} else {
		path, visible = r.appendTrunk(path, o)
	}
	if sel := part.plan.Selection; visible && part.plan.Variable == "" && len(sel.Fields) == 1 && !sel.Fields[0].Typename {
		path = appendKey(path, r.output(o, sel.Fields[0].Slot))
	}
	return path
}

// appendTrunk appends the path of an object up to the first list: so far it is the same for all objects of the position. whole is false where that,
// or something not shown, cut it.
func (r *run) appendTrunk(path []byte, o uint32) (_ []byte, whole bool) {
	if o == r.root {
		return path, true
	}
	parent := r.parent(o)
	path, whole = r.appendTrunk(path, parent)
	if !whole {
		return path, false
	}
	for i, s := range r.plan.Positions[r.position(parent)].Slots {
		if s.Child != r.position(o) {
			continue
		}
		if key := r.output(parent, plan.SlotID(i)); key != "" {
			return appendKey(path, key), s.Type.Lists == 0
		}
	}
	return path, false
}

// step is an element of a subgraph's error path: a key, or an index where key is nil.
type step struct {
	key   []byte
	index int
}

// maxSteps bounds the length of error paths that are looked at.
const maxSteps = 128

func readPath(raw []byte) (steps []step) {
	elements(raw, func(value []byte) bool {
		if value[0] == '"' {
			steps = append(steps, step{key: operation.Unquote(value)})
			return len(steps) < maxSteps
		}
		i, err := strconv.Atoi(string(value))
		if err != nil || i < 0 {
			return false
		}
		steps = append(steps, step{index: i})
		return len(steps) < maxSteps
	})
	return steps
}

// locate finds what a subgraph's error is about: it calls report with a subject for each object concerned, and marks what is missing there as
// failed because of what causeOf returns for the part (-1 for the whole call).
func (r *run) locate(c *call, rawPath []byte, causeOf func(part int) cause, report func(s subject, tail []byte)) {
	steps := readPath(rawPath)
	blame := func(i int) cause {
		why := causeOf(i)
		c.parts[i].blame = cmp.Or(c.parts[i].blame, why)
		return why
	}
	for i := range c.parts {
		part := &c.parts[i]
		switch {
		case len(steps) == 0 || steps[0].key == nil:
		case part.plan.Variable == "":
			if r.lookup(part.plan.Selection, steps[0].key) >= 0 && len(part.targets) > 0 {
				for _, t := range part.targets {
					report(r.follow(t.object, part.plan.Selection, steps, blame(i)))
				}
				return
			}
		case part.plan.Key == string(steps[0].key):
			if len(steps) < 2 || steps[1].key != nil || steps[1].index >= len(part.groups) {
				s := subject{cause: blame(i), call: c, part: i}
				r.taintNulls(part, s.cause)
				report(s, nil)
				return
			}
			for t := part.groups[steps[1].index].first; t >= 0; t = part.targets[t].next {
				report(r.follow(part.targets[t].object, part.plan.Selection, steps[2:], blame(i)))
			}
			return
		}
	}
	s := subject{call: c, part: -1}
	if len(c.parts) == 1 {
		s.part = 0
	}
	s.cause = causeOf(s.part)
	for i := range c.parts {
		c.parts[i].blame = cmp.Or(c.parts[i].blame, s.cause)
		r.taintNulls(&c.parts[i], s.cause)
	}
	report(s, nil)
}

// taintNulls marks every top-level field of a part that is null or missing as failed.
func (r *run) taintNulls(part *callPart, why cause) {
	for _, t := range part.targets {
		for i := range part.plan.Selection.Fields {
			f := &part.plan.Selection.Fields[i]
			index := t.object + headerWords + uint32(f.Slot)
			if !f.Typename && r.get(index).isNothing() {
				r.set(index, failedBy(why))
			}
		}
	}
}

// follow walks the rest of an error path from o, whose members sel reads, and marks the missing value it leads to as failed. It returns the
// slot of the last object on the way, and the path from there, with response keys, as far as it is known and shown.
func (r *run) follow(o uint32, sel *plan.Selection, steps []step, why cause) (_ subject, tail []byte) {
	s := subject{cause: why, object: o, slot: noSlot, sel: sel}
	if len(steps) == 0 {
		r.taint(o, sel, why)
	}
	tail = r.path[:0]
	id, shown := r.position(o), true
	for len(steps) > 0 && sel != nil && steps[0].key != nil {
		at := r.lookup(sel, steps[0].key)
		if at < 0 || sel.Fields[at].Typename {
			break
		}
		f := &sel.Fields[at]
		steps = steps[1:]
		v := absent
		if o != noObject {
			s.object, s.slot, s.sel, tail = o, int(f.Slot), nil, tail[:0]
			if v = r.slot(o, f.Slot); v == absent {
				r.taint(o, sel, why)
			} else if v == null {
				r.set(o+headerWords+uint32(f.Slot), failedBy(why))
			}
		} else if key := r.anyOutput(id, f.Slot); shown && key != "" {
			tail = appendKey(tail, key)
		} else {
			shown = false
		}
		for len(steps) > 0 && steps[0].key == nil {
			if shown {
				tail = appendIndex(tail, steps[0].index)
			}
			v = r.element(v, steps[0].index, why)
			steps = steps[1:]
		}
		o = noObject
		if v.isObject() {
			o = v.index()
		}
		id, sel = r.plan.Positions[id].Slots[f.Slot].Child, f.Child
	}
	r.path = tail
	return s, tail
}

// element returns element i of a list and marks it as failed where it is null; absent for what is no list.
func (r *run) element(v value, i int, why cause) value {
	if !v.isList() || i >= int(v.length()) {
		return absent
	}
	index := v.index() + uint32(i)
	if r.get(index) == null {
		r.set(index, failedBy(why))
	}
	return r.get(index)
}
