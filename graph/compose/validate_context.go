package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// checkContextNames checks the names that @context on a type gives: letters and
// digits, since the supergraph puts the subgraph's name and "__" before them.
func (v validator) checkContextNames(t *typeDef) {
	for _, d := range only(t.applied, federation.Context) {
		name := d.text("name")
		switch {
		case strings.Contains(name, "_"):
			v.report(ContextNameInvalid, d.pos, t.name, "Context name %q contains an underscore, which separates the parts of context names in the supergraph. Use letters and digits only.", name)
		case !alphanumeric(name):
			v.report(ContextNameInvalid, d.pos, t.name, "Context name %q is invalid. Use letters and digits only, beginning with a letter.", name)
		}
	}
}

// alphanumeric says whether a name is ASCII letters and digits, a letter first.
func alphanumeric(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// checkContextDefinitions reports @fromContext on arguments of directives, which
// no query gives.
func (v validator) checkContextDefinitions() {
	for _, def := range v.directives {
		for _, a := range def.args {
			if d := find(a.applied, federation.FromContext); d != nil {
				at := coordinate{Owner: "@" + def.name}.Argument(a.name).String()
				v.report(ContextNotSet, d.pos, at, "@fromContext is used on argument %q of a directive. Only arguments of object fields can take their value from a context.", at)
			}
		}
	}
}

// checkContextArguments checks the contextual arguments of a field.
func (v validator) checkContextArguments(f *field) {
	for _, a := range f.args {
		if d := find(a.applied, federation.FromContext); d != nil {
			contextCheck{v, f, a, d}.check()
		}
	}
}

// contextCheck is one @fromContext being checked.
type contextCheck struct {
	validator
	f *field
	a *input
	d *directive
}

func (k contextCheck) coordinate() string {
	return k.f.at().Argument(k.a.name).String()
}

func (k contextCheck) fail(code Code, format string, args ...any) {
	k.report(code, k.d.pos, k.coordinate(), "On argument %q, for @fromContext: "+format, append([]any{k.coordinate()}, args...)...)
}

func (k contextCheck) check() {
	if k.f.owner.kind == interfaceKind {
		k.fail(ContextNotSet, "the field is one of an interface. Use @fromContext on fields of object types only.")
		return
	}
	for _, i := range k.f.owner.interfaces {
		if k.byName[i.name].field(k.f.name) != nil {
			k.fail(ContextNotSet, "the field implements \"%s.%s\". Use @fromContext on fields that no interface has.", i.name, k.f.name)
		}
	}
	if k.a.def != nil {
		k.fail(ContextNotSet, "the argument has a default value, which would never be used. Remove the default.")
	}
	text := k.d.text("field")
	name, selection := contextText(text)
	if !readsContext(k.a) {
		k.fail(NoContextInSelection, "%q is not the name of a context and a selection. Write \"$name { field }\".", text)
		return
	}
	setters := k.setters(name)
	if len(setters) == 0 {
		k.fail(ContextNotSet, "no type of this subgraph sets context %q. Add @context(name: %q) to the type that has the value.", name, name)
		return
	}
	selections, err := parseFieldSet(selection)
	if err != nil {
		k.fail(ContextInvalidSelection, "the selection from context %q does not parse. Write \"$name { field }\".", name)
	} else if problem := k.selectionProblem(setters, selections); problem != "" {
		k.fail(ContextInvalidSelection, "the selection from context %q is invalid: %s", name, problem)
	}
}

// setters are the types that set a context.
func (k contextCheck) setters(name string) []*typeDef {
	var out []*typeDef
	for _, t := range k.types {
		if slices.ContainsFunc(t.applied, func(d *directive) bool { return d.canon == federation.Context && d.text("name") == name }) {
			out = append(out, t)
		}
	}
	return out
}

// checkContextKey checks that a type with contextual arguments can be entered by
// a key: the gateway fetches the field by itself once it knows the value.
func (v validator) checkContextKey(t *typeDef) {
	if t.kind != objectKind {
		return
	}
	contextual := slices.ContainsFunc(t.fields, func(f *field) bool { return slices.ContainsFunc(f.args, readsContext) })
	if !contextual || slices.ContainsFunc(t.applied, func(d *directive) bool { return d.canon == federation.Key && d.flag("resolvable", true) }) {
		return
	}
	v.report(ContextNoResolvableKey, t.pos, t.name, "Type %q has a field with a contextual argument but no resolvable key. Add a @key to it.", t.name)
}

// readsContext says whether an argument names a context to take its value from.
func readsContext(a *input) bool {
	d := find(a.applied, federation.FromContext)
	if d == nil {
		return false
	}
	name, selection := contextText(d.text("field"))
	return name != "" && strings.TrimSpace(selection) != ""
}
