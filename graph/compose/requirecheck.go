package compose

import (
	"github.com/sluice-gateway/sluice/graph/federation"
)

// checkRequires checks the arguments inside @requires against the merged fields:
// the gateway asks for them in whichever subgraph has them.
func (c *composition) checkRequires() {
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			for _, f := range t.fields {
				if d := find(f.applied, federation.Requires); d != nil && t.kind == objectKind {
					k := requireCheck{c, s, f, d}
					c.super.walkFields(c.super.byName[t.name], d.fieldSet().selections, k.field)
				}
			}
		}
	}
}

// requireCheck is one @requires being checked.
type requireCheck struct {
	*composition
	s *subgraph
	f *field // that carries the directive
	d *directive
}

func (k requireCheck) report(format string, args ...any) {
	prefix := []any{k.s.name, k.f.coordinate(), k.d.text("fields")}
	k.fail(RequiresInvalidFields, k.f.coordinate(), []Location{k.s.at(k.d.pos)}, "[%s] On field %q, for @requires(fields: %q): "+format+".", append(prefix, args...)...)
}

// field checks one selected field of the supergraph.
func (k requireCheck) field(merged *field, sel *selection) {
	given := &directive{args: sel.args}
	for _, a := range sel.args {
		in := merged.arg(a.name)
		switch {
		case in == nil:
			k.report("cannot provide a value for argument %q of field %q as argument %q is not defined in %s. Remove it, or define the argument there", a.name, merged.coordinate(), a.name, subgraphList(k.lacking(merged, a.name)))
		case !(checker{schema: k.super.schema}).validValue(a.value, in.typ):
			k.report("invalid value %s for argument %q of field %q, which is of type %q in the supergraph. Give one of that type", a.value, a.name, merged.coordinate(), in.typ)
		}
	}
	for _, in := range merged.args {
		if in.required() && given.arg(in.name) == nil {
			k.report("no value provided for argument %q of field %q but a value is mandatory as %q is required in %s. Give it a value", in.name, merged.coordinate(), in.name, subgraphList(k.requiring(merged, in.name)))
		}
	}
}

// lacking are the subgraphs that have a field without an argument.
func (k requireCheck) lacking(merged *field, arg string) []string {
	return k.where(merged, func(f *field) bool { return f.arg(arg) == nil })
}

// requiring are the subgraphs in which an argument of a field is required.
func (k requireCheck) requiring(merged *field, arg string) []string {
	return k.where(merged, func(f *field) bool { a := f.arg(arg); return a != nil && a.required() })
}

func (k requireCheck) where(merged *field, holds func(*field) bool) []string {
	var names []string
	for _, src := range k.super.sources[merged.owner.name] {
		if f := src.t.field(merged.name); f != nil && holds(f) {
			names = append(names, src.s.name)
		}
	}
	return names
}
