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
	for _, t := range s.types {
		if strings.HasPrefix(t.name, joinNamespace) && t.kind != scalarKind && t.kind != enumKind {
			s.report(InvalidGraphQL, t.pos, t.name, "The name %q is reserved for the join specification, by which a supergraph tells where its elements are. Rename the type.", t.name)
		}
	}
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
	c.checkApplied(c.applied, federation.OnSchema, coordinate{Owner: "schema"}, position{})
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

func (c checker) checkName(name string, at position, of coordinate) {
	if strings.HasPrefix(name, "__") {
		c.report(at, of.String(), "Name %q must not begin with \"__\", which is reserved by GraphQL introspection.", name)
	}
}

func (c checker) checkDirectiveDef(d *directiveDef) {
	if d.machinery {
		return // compared with its specification already
	}
	c.checkName(d.name, d.pos, coordinate{Owner: "@" + d.name})
	known := slices.DeleteFunc(slices.Clone(d.args), func(a *input) bool { return c.lookup(a.typ.base()) == nil })
	c.checkInputs(known, coordinate{Owner: "@" + d.name}, true) // unknown types are reported where definitions are completed
}

func (c checker) checkType(t *typeDef) {
	if !t.machinery {
		c.checkName(t.name, t.pos, coordinate{Owner: t.name})
	}
	if t.kind != scalarKind && builtinScalars[t.name] != nil {
		c.report(t.pos, t.name, "Type %s is a scalar of GraphQL and cannot be defined as another kind of type.", t.name)
	}
	c.checkApplied(t.applied, typeLocation(t.kind), coordinate{Owner: t.name}, t.pos)
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
			at := coordinate{Owner: t.name, Part: v.name}
			c.checkName(v.name, v.pos, at)
			if v.name == "true" || v.name == "false" || v.name == "null" {
				c.report(v.pos, at.String(), "Name %q is reserved and cannot be used for an enum value.", v.name)
			}
			c.checkApplied(v.applied, federation.OnEnumValue, at, v.pos)
		}
	case inputKind:
		if len(t.inputs) == 0 {
			c.report(t.pos, t.name, "Input Object type %s must define one or more fields.", t.name)
		}
		c.checkInputs(t.inputs, coordinate{Owner: t.name}, false)
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
	at := f.at()
	c.checkName(f.name, f.pos, at)
	switch t := c.lookup(f.typ.base()); {
	case t == nil:
		c.report(f.pos, at.String(), "Unknown type %s", f.typ.base())
	case t.kind == inputKind:
		c.report(f.pos, at.String(), "The type of %q must be Output Type but got %q, a %sType.", at, f.typ, t.kind)
	}
	c.checkInputs(f.args, at, true)
	c.checkApplied(f.applied, federation.OnField, at, f.pos)
}

// checkInputs checks the arguments of owner, or its input fields.
func (c checker) checkInputs(list []*input, owner coordinate, args bool) {
	location := federation.OnInputField
	if args {
		location = federation.OnArgument
	}
	for _, in := range list {
		at := inputAt(owner, in.name, args)
		c.checkName(in.name, in.pos, at)
		switch t := c.lookup(in.typ.base()); {
		case t == nil:
			c.report(in.pos, at.String(), "Unknown type %s", in.typ.base())
		case !t.isInput():
			c.report(in.pos, at.String(), "The type of %q must be Input Type but got %q, a %sType.", at, in.typ, t.kind)
		case in.def != nil && !c.validValue(in.def, in.typ):
			c.report(in.pos, at.String(), "Invalid default value (got: %s) provided for %s %s of type %s.", in.def, inputNoun(args), at, in.typ)
		}
		if in.required() && slices.ContainsFunc(in.applied, func(d *directive) bool { return d.name == "deprecated" }) {
			c.report(in.pos, at.String(), "Required %s %s cannot be deprecated.", inputNoun(args), at)
		}
		c.checkApplied(in.applied, location, at, in.pos)
	}
}

func inputNoun(arg bool) string {
	if arg {
		return "argument"
	}
	return "input field"
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
