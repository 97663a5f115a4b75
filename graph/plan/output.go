package plan

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// output fills in the classes of the place's position.
func (l *lowering) output(pl *place) {
	site := pl.fr.st.site
	if site.sel == nil {
		return
	}
	var classes []Class
	covered := map[schema.TypeID]bool{}
	for ci := range site.classes {
		c := &site.classes[ci]
		for _, t := range c.types {
			covered[t] = true
		}
		if c.group < 0 {
			continue
		}
		fields := site.sel.Groups[c.group].Fields
		out := make([]OutputField, 0, len(fields))
		for i := range fields {
			if !isHidden(&fields[i]) {
				out = append(out, l.outputField(pl, ci, &fields[i]))
			}
		}
		classes = addClass(classes, c.types, out)
	}
	// Types which the source of these objects does not know cannot stand here; should it return one after all, it says no more than its name.
	for _, g := range site.sel.Groups {
		var rest []schema.TypeID
		for _, t := range g.Types {
			if !covered[t] {
				rest = append(rest, t)
			}
		}
		if len(rest) == 0 {
			continue
		}
		var out []OutputField
		for i := range g.Fields {
			if f := &g.Fields[i]; f.Name == "__typename" {
				out = append(out, OutputField{Key: f.Key, Kind: OutputTypename})
			}
		}
		if _, possible := slices.BinarySearch(site.member, rest[0]); possible || len(classes) > 0 || len(out) > 0 {
			classes = addClass(classes, rest, out)
		}
	}
	needsType := len(classes) > 1 || slices.ContainsFunc(classes, func(c Class) bool {
		return slices.ContainsFunc(c.Fields, func(f OutputField) bool { return f.Kind == OutputTypename })
	})
	if needsType {
		_, ok := l.typed(pl, pl.fr.budget)
		pl.untyped = !ok
	}
	p := &l.plan.Positions[pl.pos]
	if pl.parent == nil && len(p.Classes) > 0 && len(classes) > 0 { // a root field of a mutation
		p.Classes[0].Fields = append(p.Classes[0].Fields, classes[0].Fields...)
		return
	}
	p.Classes = classes
}

// addClass appends a class, or extends the one that has the same fields.
func addClass(classes []Class, types []schema.TypeID, fields []OutputField) []Class {
	for i := range classes {
		if slices.EqualFunc(classes[i].Fields, fields, sameOutput) {
			classes[i].Types = append(classes[i].Types, types...)
			slices.Sort(classes[i].Types)
			return classes
		}
	}
	return append(classes, Class{Types: slices.Clone(types), Fields: fields})
}

// sameOutput reports whether two classes answer a member in the same way, though the field belongs to different types.
func sameOutput(a, b OutputField) bool {
	a.Field, b.Field = 0, 0
	return a == b
}

func (l *lowering) outputField(pl *place, ci int, f *operation.Field) OutputField {
	c := &pl.fr.st.site.classes[ci]
	if f.Name == "__typename" {
		return OutputField{Key: f.Key, Kind: OutputTypename}
	}
	if f.Introspection != "" {
		return OutputField{Key: f.Key, Kind: OutputIntrospection, Introspection: f}
	}
	id := l.s.schema.FieldByName(c.t, f.Name)
	out := OutputField{Key: f.Key, Kind: OutputSlot, Field: id, Type: l.s.schema.Field(id).Type}
	if l.s.opts.Denied != nil {
		if e := l.s.opts.Denied(id); e != nil {
			out.Kind, out.Error = OutputError, e
			return out
		}
	}
	if f.Selection == nil {
		if at := pl.fr.best(c, f.Name, pl.fr.budget); at >= 0 {
			out.Slot, _ = l.leaf(pl, c, at, f.Key, f.Name, f.Args)
			return out
		}
	} else {
		for i := range pl.groups {
			if g := &pl.groups[i]; g.field != nil && g.field.Key == f.Key && slices.Contains(g.classes, ci) && !pl.kids[i].untyped {
				out.Slot = pl.kids[i].slot
				return out
			}
		}
	}
	out.Kind = OutputError
	out.Error = &FieldError{Code: CodeUnplannable, Message: "No subgraph can be asked for the field " + l.s.schema.Coordinate(id) + " here."}
	return out
}
