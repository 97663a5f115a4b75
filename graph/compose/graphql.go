package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// checker checks a schema against the type system rules of GraphQL October 2021
// §3, and reports all that is wrong. It serves subgraphs and the merged schema
// alike. It allows what federation needs: an empty or missing query type.
type checker struct {
	*schema
	report func(at position, coordinate, format string, args ...any)
	// merged says that the schema is the supergraph, whose machinery this package
	// wrote itself and need not check.
	merged bool
	// strict says that names are no strings. Definitions and directives of subgraphs
	// are let off with them, but what is sent in queries is not.
	strict bool
	// unknownDirective may explain why a directive is not known; nil for none.
	unknownDirective func(name string) string
}

// checkGraphQL checks the subgraph's schema.
func (s *subgraph) checkGraphQL() {
	c := checker{schema: s.schema, unknownDirective: s.explainUnknownDirective}
	c.report = func(at position, coordinate, format string, args ...any) {
		s.report(InvalidGraphQL, at, coordinate, format, args...)
	}
	c.run()
	s.checkRuntimeTypes()
}

// explainUnknownDirective tells a federation 1 subgraph that uses a federation 2
// directive how to become one, and suggests the namespaced name elsewhere.
func (s *subgraph) explainUnknownDirective(name string) string {
	if _, ok := federation.Since(name); !ok || s.unspecified {
		return ""
	}
	if s.fed1 {
		return " If you meant the \"@" + name + "\" federation 2 directive, note that this schema is a federation 1 schema. To be a federation 2 schema, it needs to @link to the federation specification v2."
	}
	return " If you meant the \"@" + name + "\" federation directive, you should use fully-qualified name \"@" + s.local(name) + "\" or add \"@" + name + "\" to the `import` argument of the @link to the federation specification."
}

func (c checker) run() {
	c.checkRoots()
	c.checkApplied(c.applied, federation.OnSchema, "schema", position{})
	for _, d := range c.directives {
		c.checkDirectiveDef(d)
	}
	for _, t := range c.types {
		c.checkType(t)
	}
	c.checkInputCycles()
}

func (c checker) checkRoots() {
	for _, o := range operations {
		name := c.roots[o]
		switch t := c.lookup(name); {
		case name == "":
		case t == nil:
			c.report(c.rootAt[o], "", "Cannot set schema %s root to unknown type %s", o.keyword(), name)
		case t.kind != objectKind:
			c.report(t.pos, t.name, "%s root type must be an Object type, it cannot be set to %s (an %sType).", o.typeName(), name, t.kind)
		}
	}
}

func (c checker) checkName(name string, at position, coordinate string) {
	if strings.HasPrefix(name, "__") {
		c.report(at, coordinate, "Name %q must not begin with \"__\", which is reserved by GraphQL introspection.", name)
	}
}

func (c checker) checkDirectiveDef(d *directiveDef) {
	if d.machinery {
		return // compared with its specification already
	}
	c.checkName(d.name, d.pos, "@"+d.name)
	known := slices.DeleteFunc(slices.Clone(d.args), func(a *input) bool { return c.lookup(a.typ.base()) == nil })
	c.checkInputs(known, "@"+d.name, true) // unknown types are reported where definitions are completed
}

func (c checker) checkType(t *typeDef) {
	if !t.machinery {
		c.checkName(t.name, t.pos, t.name)
	}
	c.checkApplied(t.applied, typeLocation(t.kind), t.name, t.pos)
	switch t.kind {
	case objectKind, interfaceKind:
		if len(t.fields) == 0 && t.name != c.roots[query] {
			c.report(t.pos, t.name, "Type %s must define one or more fields.", t.name)
		}
		for _, f := range t.fields {
			c.checkField(f)
		}
		c.checkInterfaces(t)
	case unionKind:
		c.checkUnion(t)
	case enumKind:
		if len(t.values) == 0 {
			c.report(t.pos, t.name, "Enum type %s must define one or more values.", t.name)
		}
		for _, v := range t.values {
			c.checkName(v.name, v.pos, t.name+"."+v.name)
			c.checkApplied(v.applied, federation.OnEnumValue, t.name+"."+v.name, v.pos)
		}
	case inputKind:
		if len(t.inputs) == 0 {
			c.report(t.pos, t.name, "Input Object type %s must define one or more fields.", t.name)
		}
		c.checkInputs(t.inputs, t.name, false)
	default: // scalars have no members
	}
}

func typeLocation(k kind) string {
	return [...]string{
		scalarKind: federation.OnScalar, objectKind: federation.OnObject, interfaceKind: federation.OnInterface,
		unionKind: federation.OnUnion, enumKind: federation.OnEnum, inputKind: federation.OnInputObject,
	}[k]
}

func (c checker) checkUnion(t *typeDef) {
	if len(t.members) == 0 {
		c.report(t.pos, t.name, "Union type %s must define one or more member types.", t.name)
	}
	for _, m := range t.members {
		switch member := c.lookup(m.name); {
		case member == nil:
			c.report(m.pos, t.name, "Cannot add unknown type %s as member of union type %s", m.name, t.name)
		case member.kind != objectKind:
			c.report(m.pos, t.name, "Cannot add non-object type %s (of type %sType) as member of union type %s", m.name, member.kind, t.name)
		}
	}
}

func (c checker) checkField(f *field) {
	coordinate := f.coordinate()
	c.checkName(f.name, f.pos, coordinate)
	switch t := c.lookup(f.typ.base()); {
	case t == nil:
		c.report(f.pos, coordinate, "Unknown type %s", f.typ.base())
	case t.kind == inputKind:
		c.report(f.pos, coordinate, "The type of %q must be Output Type but got %q, a %sType.", coordinate, f.typ, t.kind)
	}
	c.checkInputs(f.args, coordinate, true)
	c.checkApplied(f.applied, federation.OnField, coordinate, f.pos)
}

// checkInputs checks the arguments of owner, or its input fields.
func (c checker) checkInputs(list []*input, owner string, args bool) {
	location := federation.OnInputField
	if args {
		location = federation.OnArgument
	}
	for _, in := range list {
		coordinate := inputCoordinate(owner, in.name, args)
		c.checkName(in.name, in.pos, coordinate)
		switch t := c.lookup(in.typ.base()); {
		case t == nil:
			c.report(in.pos, coordinate, "Unknown type %s", in.typ.base())
		case !t.isInput():
			c.report(in.pos, coordinate, "The type of %q must be Input Type but got %q, a %sType.", coordinate, in.typ, t.kind)
		case in.def != nil && !c.validValue(in.def, in.typ):
			c.report(in.pos, coordinate, "Invalid default value (got: %s) provided for %s %s of type %s.", in.def, inputNoun(args), coordinate, in.typ)
		}
		if in.required() && slices.ContainsFunc(in.applied, func(d *directive) bool { return d.name == "deprecated" }) {
			c.report(in.pos, coordinate, "Required %s %s cannot be deprecated.", inputNoun(args), coordinate)
		}
		c.checkApplied(in.applied, location, coordinate, in.pos)
	}
}

func inputNoun(arg bool) string {
	if arg {
		return "argument"
	}
	return "input field"
}

func inputCoordinate(owner, name string, arg bool) string {
	if arg {
		return owner + "(" + name + ":)"
	}
	return owner + "." + name
}

// checkInputCycles finds input objects that need a value of themselves.
func (c checker) checkInputCycles() {
	state := map[*typeDef]int{} // 1 while on the path, 2 when done
	var visit func(t *typeDef)
	visit = func(t *typeDef) {
		state[t] = 1
		for _, in := range t.inputs {
			next := c.byName[in.typ.name]
			if !in.typ.nonNull || next == nil || next.kind != inputKind {
				continue
			}
			switch state[next] {
			case 0:
				visit(next)
			case 1:
				c.report(in.pos, t.name+"."+in.name, "Cannot reference Input Object %q within itself through a series of non-null fields: %q.", next.name, t.name+"."+in.name)
			}
		}
		state[t] = 2
	}
	for _, t := range c.types {
		if t.kind == inputKind && state[t] == 0 {
			visit(t)
		}
	}
}
