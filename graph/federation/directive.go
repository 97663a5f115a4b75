package federation

import (
	"iter"
	"slices"
)

// Names of the directives of the federation specification, without the "@" and
// before any renaming by @link.
const (
	Key              = "key"
	Requires         = "requires"
	Provides         = "provides"
	External         = "external"
	Extends          = "extends"
	Shareable        = "shareable"
	Override         = "override"
	Inaccessible     = "inaccessible"
	Tag              = "tag"
	ComposeDirective = "composeDirective"
	InterfaceObject  = "interfaceObject"
	Authenticated    = "authenticated"
	RequiresScopes   = "requiresScopes"
	Policy           = "policy"
	Context          = "context"
	FromContext      = "fromContext"
	Cost             = "cost"
	ListSize         = "listSize"
	CacheTag         = "cacheTag"
	Link             = "link"
)

// Names of the scalars of the federation specification.
const (
	FieldSet          = "FieldSet"
	Scope             = "Scope"
	PolicyScalar      = "Policy"
	ContextFieldValue = "ContextFieldValue"
)

// Locations of the type system, GraphQL October 2021 §3.13 Directives.
const (
	OnSchema      = "SCHEMA"
	OnScalar      = "SCALAR"
	OnObject      = "OBJECT"
	OnField       = "FIELD_DEFINITION"
	OnArgument    = "ARGUMENT_DEFINITION"
	OnInterface   = "INTERFACE"
	OnUnion       = "UNION"
	OnEnum        = "ENUM"
	OnEnumValue   = "ENUM_VALUE"
	OnInputObject = "INPUT_OBJECT"
	OnInputField  = "INPUT_FIELD_DEFINITION"
)

// Argument is an argument of a directive. Type is GraphQL syntax in which the
// scalars of this package stand under their canonical names ("[[Scope!]!]!");
// Default is a GraphQL literal, empty when there is none.
type Argument struct {
	Name, Type, Default string
}

// Directive is the definition of a federation directive in one version of the
// specification.
type Directive struct {
	Name       string
	Args       []Argument
	Locations  []string
	Repeatable bool
}

// Required says whether the argument must be given.
func (a Argument) Required() bool {
	return a.Default == "" && a.Type[len(a.Type)-1] == '!'
}

// Arg finds an argument by name.
func (d *Directive) Arg(name string) (Argument, bool) {
	i := slices.IndexFunc(d.Args, func(a Argument) bool { return a.Name == name })
	if i < 0 {
		return Argument{}, false
	}
	return d.Args[i], true
}

// Lookup is the definition of a directive in a federation 2 version, or false
// when that version does not have it.
func Lookup(name string, v Version) (Directive, bool) {
	row, ok := directives[name]
	if !ok || !v.AtLeast(row.since) {
		return Directive{}, false
	}
	return row.at(v), true
}

// Since is the federation 2 version that brought a directive or scalar; false
// when there is no such element.
func Since(name string) (Version, bool) {
	if row, ok := directives[name]; ok {
		return row.since, true
	}
	v, ok := scalars[name]
	return v, ok
}

// Directives are the directives of a federation 2 version, by name.
func Directives(v Version) iter.Seq[Directive] {
	return func(yield func(Directive) bool) {
		for _, name := range directiveNames {
			if d, ok := Lookup(name, v); ok && !yield(d) {
				return
			}
		}
	}
}

// Scalars are the scalars of a federation 2 version, by name.
func Scalars(v Version) []string {
	var out []string
	for _, name := range scalarNames {
		if v.AtLeast(scalars[name]) {
			out = append(out, name)
		}
	}
	return out
}

// Fed1Directives are the directives of federation 1, by name. The specification
// had no version and no @link; the names are fixed.
func Fed1Directives() []Directive {
	var out []Directive
	for _, name := range []string{Extends, External, Key, Provides, Requires, Tag} {
		out = append(out, directives[name].at(Version{2, 0}))
	}
	return out
}

// Fed1Lookup is the definition of a federation 1 directive.
func Fed1Lookup(name string) (Directive, bool) {
	switch name {
	case Extends, External, Key, Provides, Requires, Tag:
		return directives[name].at(Version{2, 0}), true
	}
	return Directive{}, false
}
