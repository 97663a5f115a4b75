package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// definitionCheck compares a directive definition written in a subgraph with the
// one of its specification. A subgraph may leave out optional arguments and
// locations, be stricter about null, and write a built-in scalar for one of the
// specification.
type definitionCheck struct {
	s      *subgraph
	local  string
	want   federation.Directive
	scalar func(string) string
}

func (c definitionCheck) run(have *directiveDef) {
	for _, a := range c.want.Args {
		got := have.arg(a.Name)
		switch {
		case got != nil:
			c.argument(have, a, got)
		case a.Required():
			c.invalid(have.pos, "missing required argument %q", a.Name)
		}
	}
	for _, a := range have.args {
		if _, ok := c.want.Arg(a.name); !ok {
			c.invalid(a.pos, "unknown/unsupported argument %q", a.name)
		}
	}
	for _, l := range have.locations {
		if !slices.Contains(c.want.Locations, l) {
			c.invalid(have.pos, "\"@%s\" should have locations %s, but found (non-subset) %s", c.local, strings.Join(c.want.Locations, ", "), strings.Join(have.locations, ", "))
			break
		}
	}
	if have.repeatable && !c.want.Repeatable {
		c.invalid(have.pos, "\"@%s\" should not be repeatable", c.local)
	}
}

func (c definitionCheck) invalid(at position, format string, args ...any) {
	c.s.report(DirectiveDefinitionInvalid, at, "@"+c.local, "Invalid definition for directive \"@%s\": "+format, append([]any{c.local}, args...)...)
}

func (c definitionCheck) argument(have *directiveDef, want federation.Argument, got *input) {
	if c.s.lookup(got.typ.base()) == nil {
		return // an unknown type, which checkArgumentTypes reports
	}
	expected := localTypeRef(want.Type, c.scalar)
	if !c.accepts(have, parseTypeRef(want.Type), expected, got.typ) {
		c.invalid(got.pos, "argument %q should have type %q but found type %q", want.Name, expected, got.typ)
		return
	}
	if !expected.nonNull && defaultText(got.def) != cmpDefault(want.Default) {
		c.invalid(got.pos, "argument %q should have default value %s but found default value %s", want.Name, cmpDefault(want.Default), defaultText(got.def))
	}
}

func defaultText(v *value) string {
	if v == nil {
		return "null"
	}
	return v.String()
}

func cmpDefault(literal string) string {
	if literal == "" {
		return "null"
	}
	return literal
}

// accepts says whether a subgraph may give an argument of type expected the type
// got. Field sets have the widest choice: federation 1 libraries printed them as
// strings, as lists of strings, and nullable when they were the only argument.
func (c definitionCheck) accepts(have *directiveDef, canonical, expected, got *typeRef) bool {
	if got.nonNull && !expected.nonNull {
		got = got.nullable()
	}
	base := canonical.base()
	if got.equal(expected) || (builtinScalars[base] == nil && builtinScalars[got.base()] != nil && got.equal(canonical.rename(base, got.base()))) {
		return true
	}
	if base != federation.FieldSet {
		return false
	}
	fieldSet := got.base() == expected.name || got.base() == "String" || c.s.fed1 && got.base() == "_"+federation.FieldSet
	switch {
	case !fieldSet:
		return false
	case got.isList():
		return got.nonNull && got.elem.nonNull && !got.elem.isList()
	}
	return got.nonNull || (len(have.args) == 1 && c.s.fed1)
}
