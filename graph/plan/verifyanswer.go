package plan

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// checkAnswer walks the operation next to the classes of the positions: the answer has the keys that were selected, in order, and each has a
// source for every type.
func (v *verifier) checkAnswer() {
	v.checked = map[answerAt]bool{}
	v.checkSelection(v.op.Root, 0)
}

func (v *verifier) checkSelection(sel *operation.SelectionSet, at PositionID) {
	if v.checked[answerAt{sel, at}] || !v.live(at) {
		return
	}
	v.checked[answerAt{sel, at}] = true
	p := &v.p.Positions[at]
	needsType := len(p.Classes) > 1
	for i := range sel.Groups {
		g := &sel.Groups[i]
		for _, t := range g.Types {
			n := slices.IndexFunc(p.Classes, func(c Class) bool { return slices.Contains(c.Types, t) })
			if n < 0 {
				if v.certain(at, t) {
					v.errorf("position %d: no class for objects of type %s", at, v.s.Type(t).Name)
				}
				continue
			}
			v.checkClass(g, t, &p.Classes[n], at)
		}
	}
	for i := range p.Classes {
		c := &p.Classes[i]
		needsType = needsType || slices.ContainsFunc(c.Fields, func(f OutputField) bool { return f.Kind == OutputTypename })
		for _, t := range c.Types {
			if slices.ContainsFunc(p.Classes[:i], func(d Class) bool { return slices.Contains(d.Types, t) }) {
				v.errorf("position %d: two classes for objects of type %s", at, v.s.Type(t).Name)
			}
		}
	}
	if needsType && v.s.Type(p.Type).Abstract() && len(v.typed[at]) == 0 {
		v.errorf("position %d: the answer depends on the type, which nothing tells", at)
	}
}

// certain reports whether objects of type t can stand at the position whatever subgraph they come from. Where only some can return the type, a
// plan may leave it out: what is shared may only be of types that all know.
func (v *verifier) certain(at PositionID, t schema.TypeID) bool {
	if at == 0 {
		return true
	}
	parent := &v.p.Positions[v.p.Positions[at].Parent]
	n := slices.IndexFunc(parent.Slots, func(s Slot) bool { return s.Child == at })
	found := false
	for _, pt := range v.s.Type(parent.Type).Possible {
		f := v.s.Field(v.s.FieldByName(pt, parent.Slots[n].Field))
		for i := range f.Homes {
			h := v.s.Type(f.Homes[i].Type.Named).Home(f.Homes[i].Subgraph)
			if h == nil || !slices.Contains(h.Possible, t) {
				return false
			}
			found = true
		}
	}
	return found && slices.ContainsFunc(v.created[at], func(c created) bool { return slices.Contains(c.types, t) })
}

// standing returns those of the types that objects at the position can have. Where several fetches bring the same objects, these are only of
// types that all of their subgraphs know: that is what composition demands of shared fields.
func (v *verifier) standing(at PositionID, types []schema.TypeID) []schema.TypeID {
	if at == 0 {
		return types
	}
	if !v.live(at) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(types), func(t schema.TypeID) bool {
		return slices.ContainsFunc(v.created[at], func(c created) bool { return !slices.Contains(c.types, t) })
	})
}

// live reports whether there can be objects at the position at all.
func (v *verifier) live(at PositionID) bool {
	return at == 0 || slices.ContainsFunc(v.created[at], func(c created) bool { return len(v.standing(v.p.Positions[at].Parent, c.parents)) > 0 })
}

// checkClass checks the answer for objects of type t.
func (v *verifier) checkClass(g *operation.Group, t schema.TypeID, c *Class, at PositionID) {
	name := v.s.Type(t).Name
	if v.s.Type(t).Inaccessible {
		v.errorf("position %d: type %s is hidden", at, name)
	}
	keys := slices.EqualFunc(g.Fields, c.Fields, func(f operation.Field, o OutputField) bool { return f.Key == o.Key })
	if !keys {
		// Of an object that cannot stand here the answer says no more than its name.
		less := !slices.ContainsFunc(c.Fields, func(o OutputField) bool { return o.Kind != OutputTypename })
		if !less || v.certain(at, t) {
			v.errorf("position %d: the answer for a %s has other keys than the operation", at, name)
		}
		return
	}
	for i := range g.Fields {
		v.checkOutput(&g.Fields[i], &c.Fields[i], t, at)
	}
}

func (v *verifier) checkOutput(f *operation.Field, o *OutputField, t schema.TypeID, at PositionID) {
	want := OutputSlot
	field := v.s.Field(v.s.FieldByName(t, f.Name))
	var denied *FieldError
	switch {
	case f.Name == "__typename":
		want = OutputTypename
	case f.Introspection != "":
		want = OutputIntrospection
	case v.opts.Denied != nil:
		denied = v.opts.Denied(field.ID)
	}
	switch {
	case denied != nil && (o.Kind != OutputError || o.Error == nil || *o.Error != *denied):
		v.errorf("position %d: %s is denied, but the answer shows something else", at, v.s.Coordinate(field.ID))
		return
	case o.Kind == OutputError && want == OutputSlot:
		if o.Error == nil || denied == nil && o.Error.Code != CodeUnplannable {
			v.errorf("position %d: %s has no value and no reason", at, f.Key)
		}
		return
	case o.Kind != want:
		v.errorf("position %d: %s has a value of the wrong kind", at, f.Key)
		return
	case want != OutputSlot:
		return
	}
	v.checkValue(f, o, field, t, at)
}

// checkValue checks a value that is read from a slot.
func (v *verifier) checkValue(f *operation.Field, o *OutputField, field *schema.Field, t schema.TypeID, at PositionID) {
	slots := v.p.Positions[at].Slots
	switch {
	case field.ID == 0 || field.Inaccessible:
		v.errorf("position %d: %s.%s is hidden or does not exist", at, v.s.Type(t).Name, f.Name)
	case int(o.Slot) >= len(slots) || slots[o.Slot].Field != f.Name || (slots[o.Slot].Child != 0) != (f.Selection != nil):
		v.errorf("position %d: %s is read from slot %d, which is for another field", at, f.Key, o.Slot)
	case v.s.Field(o.Field).Name != f.Name || o.Type != v.s.Field(o.Field).Type || o.Type.Lists != field.Type.Lists || o.Type.NonNull != field.Type.NonNull:
		v.errorf("position %d: %s is answered with another type than the API's", at, f.Key)
	case len(v.standing(at, []schema.TypeID{t})) > 0 && !slices.ContainsFunc(v.fills[slotAt{at, o.Slot}], func(x fill) bool {
		return x.name == f.Name && x.args == f.Args.Text && slices.Contains(x.types, t)
	}):
		v.errorf("position %d: nothing fetches %s%s of a %s for %q", at, f.Name, f.Args.Text, v.s.Type(t).Name, f.Key)
	default:
		if f.Selection != nil {
			v.checkSelection(f.Selection, slots[o.Slot].Child)
		}
	}
}
