package compose

import (
	"github.com/sluice-gateway/sluice/graph/federation"
)

// inaccessibleCheck checks that hiding the @inaccessible elements leaves a valid
// API schema, inaccessible specification v0.2.
type inaccessibleCheck struct {
	*composition
	s *supergraph
}

func (c *composition) checkInaccessible() {
	if c.super.canonical[federation.Inaccessible] == nil {
		return
	}
	k := inaccessibleCheck{c, c.super}
	for _, t := range k.s.types {
		if !t.machinery {
			k.checkType(t)
		}
	}
	for _, d := range k.s.directives {
		if !d.machinery {
			k.checkInputs(d.args, coordinate{Owner: "@" + d.name}, true)
		}
	}
}

func hidden(applied []*directive) bool { return has(applied, federation.Inaccessible) }

// report records an error at the places where an element stands in subgraphs.
func (k inaccessibleCheck) report(code Code, coordinate string, format string, args ...any) {
	k.fail(code, coordinate, k.locate(coordinate), format, args...)
}

func (k inaccessibleCheck) checkType(t *typeDef) {
	if hidden(t.applied) {
		if t.name == k.s.roots[query] {
			k.report(QueryRootTypeInaccessible, t.name, "Type %q is @inaccessible but is the root query type, which must be in the API schema.", t.name)
		}
		return
	}
	what, all, visible := "", 0, 0
	count := func(applied []*directive) {
		all++
		if !hidden(applied) {
			visible++
		}
	}
	for _, f := range t.fields {
		what = "fields"
		count(f.applied)
		k.checkField(t, f)
	}
	for _, in := range t.inputs {
		what = "fields"
		count(in.applied)
	}
	k.checkInputs(t.inputs, coordinate{Owner: t.name}, false)
	for _, m := range t.members {
		what = "members"
		if member := k.s.byName[m.name]; member != nil {
			count(member.applied)
		}
	}
	for _, v := range t.values {
		what = "values"
		count(v.applied)
	}
	if all > 0 && visible == 0 {
		k.report(OnlyInaccessibleChildren, t.name, "Type %q is in the API schema but all of its %s are @inaccessible.", t.name, what)
	}
}

func (k inaccessibleCheck) checkField(t *typeDef, f *field) {
	if hidden(f.applied) {
		for _, i := range t.interfaces {
			up := k.s.byName[i.name]
			if want := up.field(f.name); want != nil && !hidden(up.applied) && !hidden(want.applied) {
				k.report(ImplementedByInaccessible, f.coordinate(), "Field %q is @inaccessible but implements the interface field %q, which is in the API schema.", f.coordinate(), want.coordinate())
			}
		}
		return
	}
	k.checkReference(f.typ, f.at())
	k.checkInputs(f.args, f.at(), true)
	for _, i := range t.interfaces {
		up := k.s.byName[i.name]
		if want := up.field(f.name); want != nil && !hidden(up.applied) && !hidden(want.applied) {
			k.checkArguments(f, want)
		}
	}
}

// checkArguments compares a visible field's arguments with those of the visible
// interface field it implements.
func (k inaccessibleCheck) checkArguments(f, want *field) {
	for _, a := range f.args {
		coordinate := f.at().Argument(a.name).String()
		above := want.arg(a.name)
		if above == nil {
			continue
		}
		aboveCoordinate := want.at().Argument(a.name).String()
		switch {
		case hidden(a.applied) && !hidden(above.applied):
			k.report(ImplementedByInaccessible, coordinate, "Argument %q is @inaccessible but implements the interface argument %q, which is in the API schema.", coordinate, aboveCoordinate)
		case !hidden(a.applied) && hidden(above.applied) && a.required():
			k.report(RequiredInaccessible, aboveCoordinate, "Argument %q is @inaccessible but is implemented by the argument %q, which is required and in the API schema.", aboveCoordinate, coordinate)
		}
	}
}

// checkReference reports a visible element of a hidden type.
func (k inaccessibleCheck) checkReference(t *typeRef, from coordinate) {
	if def := k.s.byName[t.base()]; def != nil && hidden(def.applied) {
		k.fail(ReferencedInaccessible, def.name, append(k.locate(def.name), k.locate(from.String())...), "Type %q is @inaccessible but is referenced by %q, which is in the API schema. Hide that too, or show the type.", def.name, from)
	}
}

// checkInputs checks the arguments or input fields of a visible owner.
func (k inaccessibleCheck) checkInputs(list []*input, owner coordinate, args bool) {
	for _, in := range list {
		at := inputAt(owner, in.name, args)
		if hidden(in.applied) {
			if in.required() {
				noun := "Argument"
				if !args {
					noun = "Input field"
				}
				k.report(RequiredInaccessible, at.String(), "%s %q is @inaccessible but is a required %s of %q, which is in the API schema.", noun, at, inputNoun(args), owner)
			}
			continue
		}
		k.checkReference(in.typ, at)
		if in.def != nil {
			k.checkDefault(in.def, in.typ, at)
		}
	}
}

// checkDefault reports hidden elements in the default value of a visible one.
func (k inaccessibleCheck) checkDefault(v *value, t *typeRef, at coordinate) {
	if v.kind == listValue && t.elem != nil {
		for _, item := range v.items {
			k.checkDefault(item, t.elem, at)
		}
		return
	}
	def := k.s.byName[t.base()]
	switch {
	case def == nil || hidden(def.applied):
	case def.kind == enumKind && v.kind == enumLiteral:
		if e := def.value(v.raw); e != nil && hidden(e.applied) {
			k.report(DefaultValueUsesInaccessible, def.name+"."+e.name, "Enum value %q is @inaccessible but is used in the default value of %q, which is in the API schema.", def.name+"."+e.name, at)
		}
	case def.kind == inputKind && v.kind == objectValue:
		for _, f := range v.fields {
			in := def.input(f.name)
			if in == nil {
				continue
			}
			if hidden(in.applied) {
				k.report(DefaultValueUsesInaccessible, def.name+"."+in.name, "Input field %q is @inaccessible but is used in the default value of %q, which is in the API schema.", def.name+"."+in.name, at)
			}
			k.checkDefault(f.value, in.typ, at)
		}
	}
}
