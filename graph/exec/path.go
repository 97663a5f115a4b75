package exec

import (
	"strconv"

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

// partPath returns the path that stands for a whole part: of its object where it has one, else of the first list on the way to its position.
func (r *run) partPath(part *callPart) []byte {
	path, visible := r.path[:0], true
	if len(part.targets) == 1 {
		path, visible = r.appendPath(path, part.targets[0].object)
	} else {
		path, visible = r.appendStatic(path, part.plan.Position)
	}
	if sel := part.plan.Selection; visible && part.plan.Variable == "" && len(sel.Fields) == 1 && !sel.Fields[0].Typename {
		path = appendKey(path, r.anyOutput(part.plan.Position, sel.Fields[0].Slot))
	}
	r.path = path
	return path
}

// appendStatic appends the path of a position up to the first list; whole is false where that, or something not shown, cut it.
func (r *run) appendStatic(path []byte, id plan.PositionID) (_ []byte, whole bool) {
	if id == 0 {
		return path, true
	}
	parent := r.plan.Positions[id].Parent
	path, whole = r.appendStatic(path, parent)
	if !whole {
		return path, false
	}
	for i, s := range r.plan.Positions[parent].Slots {
		if s.Child != id {
			continue
		}
		if key := r.anyOutput(parent, plan.SlotID(i)); key != "" {
			return appendKey(path, key), s.Type.Lists == 0
		}
	}
	return path, false
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
			steps = append(steps, step{key: unquote(value)})
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

// locate finds what a subgraph's error is about: it calls report with the client's path once for each object concerned, and marks what is
// missing there as failed. part is an index into c.parts, or -1 where no part is meant.
func (r *run) locate(c *call, rawPath []byte, report func(part int, path []byte)) {
	steps := readPath(rawPath)
	for i := range c.parts {
		part := &c.parts[i]
		switch {
		case len(steps) == 0 || steps[0].key == nil:
		case part.plan.Variable == "":
			if r.lookup(part.plan.Selection, steps[0].key) >= 0 && len(part.targets) > 0 {
				for _, t := range part.targets {
					report(i, r.follow(t.object, part.plan.Selection, steps))
				}
				return
			}
		case part.plan.Key == string(steps[0].key):
			if len(steps) < 2 || steps[1].key != nil || steps[1].index >= len(part.groups) {
				r.taintNulls(part)
				report(i, r.partPath(part))
				return
			}
			for t := part.groups[steps[1].index].first; t >= 0; t = part.targets[t].next {
				report(i, r.follow(part.targets[t].object, part.plan.Selection, steps[2:]))
			}
			return
		}
	}
	for i := range c.parts {
		r.taintNulls(&c.parts[i])
	}
	if len(c.parts) == 1 {
		report(0, r.partPath(&c.parts[0]))
		return
	}
	report(-1, nil)
}

// taintNulls marks every top-level field of a part that is null or missing as failed.
func (r *run) taintNulls(part *callPart) {
	for _, t := range part.targets {
		for i := range part.plan.Selection.Fields {
			f := &part.plan.Selection.Fields[i]
			index := t.object + headerWords + uint32(f.Slot)
			if !f.Typename && r.get(index).isNothing() {
				r.set(index, failed)
			}
		}
	}
}

// follow walks the rest of an error path from o, whose members sel reads, marks the missing value it leads to as failed, and returns the path for
// the client: that of o, and the steps with their response keys as far as they are known and shown.
func (r *run) follow(o uint32, sel *plan.Selection, steps []step) []byte {
	path, shown := r.appendPath(r.path[:0], o)
	if len(steps) == 0 {
		r.taint(o, sel)
	}
	id := r.position(o)
	for len(steps) > 0 && sel != nil && steps[0].key != nil {
		at := r.lookup(sel, steps[0].key)
		if at < 0 || sel.Fields[at].Typename {
			break
		}
		f := &sel.Fields[at]
		steps = steps[1:]
		v, key := absent, r.anyOutput(id, f.Slot)
		if o != noObject {
			key = r.output(o, f.Slot)
			if v = r.slot(o, f.Slot); v == absent {
				r.taint(o, sel)
			} else if v == null {
				r.set(o+headerWords+uint32(f.Slot), failed)
			}
		}
		shown = shown && key != ""
		if shown {
			path = appendKey(path, key)
		}
		for len(steps) > 0 && steps[0].key == nil {
			if shown {
				path = appendIndex(path, steps[0].index)
			}
			v = r.element(v, steps[0].index)
			steps = steps[1:]
		}
		o = noObject
		if v.isObject() {
			o = v.index()
		}
		id, sel = r.plan.Positions[id].Slots[f.Slot].Child, f.Child
	}
	r.path = path
	return path
}

// element returns element i of a list and marks it as failed where it is null; absent for what is no list.
func (r *run) element(v value, i int) value {
	if !v.isList() || i >= int(v.length()) {
		return absent
	}
	index := v.index() + uint32(i)
	if r.get(index) == null {
		r.set(index, failed)
	}
	return r.get(index)
}
