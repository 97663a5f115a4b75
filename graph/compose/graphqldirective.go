package compose

import (
	"slices"
	"strconv"
)

// checkApplied checks the directives applied at one element, GraphQL October
// 2021 §3.13 and §5.7.
func (c checker) checkApplied(applied []*directive, location string, on coordinate, at position) {
	for i, d := range applied {
		if d.canon == connectDirective || d.canon == sourceDirective {
			continue // their arguments are for the connect specification to judge
		}
		def := c.directiveNamed(d.name)
		if def == nil {
			hint := ""
			if c.unknownDirective != nil {
				hint = c.unknownDirective(d.name)
			}
			c.report(d.pos, on.String(), "Unknown directive \"@%s\".%s", d.name, hint)
			continue
		}
		if def.broken || c.merged && def.machinery {
			continue
		}
		if !slices.Contains(def.locations, location) {
			c.report(d.pos, on.String(), "Directive \"@%s\" may not be used on %s.", d.name, location)
		}
		if !def.repeatable && slices.ContainsFunc(applied[:i], func(e *directive) bool { return e.name == d.name }) {
			c.report(d.pos, on.String(), "The directive \"@%s\" can only be used once at this location.", d.name)
		}
		c.checkArguments(d, def, on)
	}
}

func (c checker) checkArguments(d *directive, def *directiveDef, on coordinate) {
	for i, a := range d.args {
		in := def.arg(a.name)
		switch {
		case in == nil:
			c.report(d.pos, on.String(), "Unknown argument %q on directive \"@%s\".", a.name, d.name)
		case slices.ContainsFunc(d.args[:i], func(b argument) bool { return b.name == a.name }):
			c.report(d.pos, on.String(), "There can be only one argument named %q.", a.name)
		case !c.validValue(a.value, in.typ):
			c.report(d.pos, on.String(), "Invalid value for \"@%s(%s:)\" of type %q in application of \"@%s\" to %q.", d.name, a.name, in.typ, d.name, on)
		}
	}
	for _, in := range def.args {
		if in.required() && d.arg(in.name) == nil {
			c.report(d.pos, on.String(), "Directive \"@%s\" argument %q of type %q is required, but it was not provided.", d.name, in.name, in.typ)
		}
	}
}

// validValue says whether a literal may be given for a type, GraphQL October
// 2021 §5.6.1. Types that are not known accept anything: they are reported where
// they are named. A string is taken for an enum value of the same name, and a bare
// name for a string: code-first libraries print defaults so.
func (c checker) validValue(v *value, t *typeRef) bool {
	switch {
	case v.kind == nullValue:
		return !t.nonNull
	case t.elem != nil:
		if v.kind != listValue {
			return c.validValue(v, t.elem)
		}
		for _, item := range v.items {
			if !c.validValue(item, t.elem) {
				return false
			}
		}
		return true
	}
	def := c.lookup(t.name)
	if def == nil {
		return true
	}
	switch def.kind {
	case scalarKind:
		return validScalar(v, t.name) && !(c.strict && v.kind == enumLiteral && builtinScalars[t.name] != nil)
	case enumKind:
		return (v.kind == enumLiteral || v.kind == stringValue) && def.value(v.raw) != nil
	case inputKind:
		return c.validObject(v, def)
	default: // an output type, which is reported where it is named
		return true
	}
}

// validObject does not ask for required fields: subgraph libraries print defaults
// that lack them, and composers have always let them pass.
func (c checker) validObject(v *value, def *typeDef) bool {
	if v.kind != objectValue {
		return false
	}
	for _, f := range v.fields {
		in := def.input(f.name)
		if in == nil || !c.validValue(f.value, in.typ) {
			return false
		}
	}
	return true
}

func validScalar(v *value, name string) bool {
	switch name {
	case "Int":
		_, err := strconv.ParseInt(v.raw, 10, 32)
		return v.kind == intValue && err == nil
	case "Float":
		return v.kind == intValue || v.kind == floatValue
	case "String":
		return v.kind == stringValue || v.kind == enumLiteral
	case "Boolean":
		return v.kind == boolValue
	case "ID":
		return v.kind == stringValue || v.kind == intValue || v.kind == enumLiteral
	}
	return true
}
