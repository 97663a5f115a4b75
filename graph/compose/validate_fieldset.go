package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// fieldSetRule is what tells @key, @requires and @provides apart where their
// field sets are checked. An empty code means that there is no such error.
type fieldSetRule struct {
	canon                                     string
	invalidType, invalid, directiveInside     Code
	hasArgs, selectsAbstract, missingExternal Code
	unsupportedOnInterface                    Code
	missingFieldAdvice                        string
}

var (
	keyRule = &fieldSetRule{
		canon: federation.Key, invalidType: KeyInvalidFieldsType, invalid: KeyInvalidFields, directiveInside: KeyDirectiveInFieldsArg,
		hasArgs: KeyFieldsHasArgs, selectsAbstract: KeyFieldsSelectInvalidType, unsupportedOnInterface: KeyUnsupportedOnInterface,
		missingFieldAdvice: "Add the field to this subgraph, marked @external if another one resolves it.",
	}
	providesRule = &fieldSetRule{
		canon: federation.Provides, invalidType: ProvidesInvalidFieldsType, invalid: ProvidesInvalidFields, directiveInside: ProvidesDirectiveInFieldsArg,
		hasArgs: ProvidesFieldsHasArgs, missingExternal: ProvidesFieldsMissingExternal, unsupportedOnInterface: ProvidesUnsupportedOnInterface,
		missingFieldAdvice: "If another subgraph defines the field, declare it here too, marked @external.",
	}
	requiresRule = &fieldSetRule{
		canon: federation.Requires, invalidType: RequiresInvalidFieldsType, invalid: RequiresInvalidFields, directiveInside: RequiresDirectiveInFieldsArg,
		missingExternal: RequiresFieldsMissingExternal, unsupportedOnInterface: RequiresUnsupportedOnInterface,
		missingFieldAdvice: "If another subgraph defines the field, declare it here too, marked @external.",
	}
)

// fieldSetCheck is one field set being checked.
type fieldSetCheck struct {
	validator
	*fieldSetRule
	d     *directive
	where coordinate      // of what the directive stands on
	said  map[misfit]bool // set by check
}

// fail reports a problem of the field set once, however often the set repeats it.
func (k fieldSetCheck) fail(code Code, format string, args ...any) {
	m := misfit{code: code, text: fmt.Sprintf(format, args...)}
	if k.said[m] {
		return
	}
	k.said[m] = true
	on := "type"
	if k.where.Part != "" {
		on = "field"
	}
	k.report(code, k.d.pos, k.where.String(), "On %s %q, for %s: %s", on, k.where, k.d, m.text)
}

// check checks that the field set reads as one, that it fits t, the type it
// selects from, and what the directive asks of the fields. A field set that does
// not fit is not looked at further.
func (k fieldSetCheck) check(t *typeDef) {
	k.said = map[misfit]bool{}
	if v := k.d.arg("fields"); v == nil || v.kind != stringValue {
		k.broken[k.d] = true
		k.fail(k.invalidType, "the argument \"fields\" must be a string. Write the field names in one string, separated by spaces.")
		return
	}
	set := k.d.fieldSet()
	if set.err != nil {
		k.broken[k.d] = true
		k.fail(k.invalid, "this is not a field set. Write field names separated by spaces, with the fields of objects in braces, such as \"id name { first last }\".")
		return
	}
	misfits := k.misfits(k.schema, t, set.selections)
	for _, m := range misfits {
		k.fail(m.code, "%s", m.text)
		k.broken[k.d] = k.broken[k.d] || m.unknown
	}
	if len(misfits) == 0 {
		k.checkFields(t, set.selections, false)
	}
}

// misfit is a way in which a field set does not fit the type it selects from.
type misfit struct {
	code    Code
	text    string
	unknown bool // it names something that does not exist
}

// fitting checks a field set against the type it selects from.
type fitting struct {
	*schema
	*fieldSetRule
	found []misfit
}

// misfits are the ways in which selections of t break GraphQL or the syntax of
// field sets.
func (r *fieldSetRule) misfits(s *schema, t *typeDef, selections []*selection) []misfit {
	f := &fitting{schema: s, fieldSetRule: r}
	f.check(t, selections)
	return f.found
}

func (k *fitting) add(code Code, format string, args ...any) {
	k.found = append(k.found, misfit{code: code, text: fmt.Sprintf(format, args...)})
}

// addUnknown adds that the field set names something that does not exist.
func (k *fitting) addUnknown(format string, args ...any) {
	k.found = append(k.found, misfit{k.invalid, fmt.Sprintf(format, args...), true})
}

func (k *fitting) check(t *typeDef, selections []*selection) {
	for _, sel := range selections {
		if i := slices.IndexFunc(sel.directives, func(name string) bool { return k.directiveNamed(name) == nil }); i >= 0 {
			k.addUnknown(insideDirective, sel.directives[i])
			continue
		}
		if sel.name != "" {
			k.checkField(t, sel)
			continue
		}
		inner := t
		if sel.on != "" {
			if inner = k.byName[sel.on]; inner == nil || !inner.composite() {
				k.addUnknown("%q is not an object, interface or union type of this subgraph. Name another type after \"on\", or remove the fragment.", sel.on)
				continue
			}
		}
		k.check(inner, sel.sub)
	}
}

// insideDirective says that a field set applies a directive.
const insideDirective = "directives are not allowed in a field set, but @%s is applied. Remove it."

func (k *fitting) addAlias(sel *selection) {
	k.add(k.invalid, "aliases are not allowed in a field set. Write %q instead of \"%s: %s\".", sel.name, sel.alias, sel.name)
}

func (k *fitting) checkField(t *typeDef, sel *selection) {
	if strings.HasPrefix(sel.name, "...") {
		k.addUnknown("there is no fragment %q. Only inline fragments are allowed in a field set.", sel.name[len("..."):])
		return
	}
	if sel.name == typenameField && len(sel.args) == 0 && len(sel.sub) == 0 {
		if sel.alias != "" {
			k.addAlias(sel)
		}
		return
	}
	f := t.field(sel.name)
	if f == nil {
		k.addUnknown("type %q has no field %q. %s", t.name, sel.name, k.missingFieldAdvice)
		return
	}
	inner := k.lookup(f.typ.base())
	if k.selectsAbstract != "" && inner != nil && inner.abstract() {
		k.add(k.selectsAbstract, "field %q is of type %q, and a key may not contain interface or union types. Use fields of scalar, enum or object type.", f.coordinate(), f.typ)
		return
	}
	if sel.alias != "" {
		k.addAlias(sel)
		return
	}
	for _, problem := range k.argumentProblems(f, sel) {
		k.add(k.invalid, "%s", problem)
	}
	switch {
	case inner == nil: // reported as GraphQL
	case inner.composite() && len(sel.sub) == 0:
		k.add(k.invalid, "field %q is of type %q and nothing is selected of it. Add braces with the fields that are meant.", f.coordinate(), f.typ)
	case !inner.composite() && len(sel.sub) > 0:
		k.add(k.invalid, "field %q is of type %q, which has no fields to select. Remove the braces after it.", f.coordinate(), f.typ)
	default:
		k.check(inner, sel.sub)
	}
}

// typenameField is the field that every composite type has, GraphQL October 2021
// §4.1.
const typenameField = "__typename"

// checkFields checks what the directive asks of the selected fields. What is
// below an external field is as external as that.
func (k fieldSetCheck) checkFields(t *typeDef, selections []*selection, external bool) {
	for _, sel := range selections {
		if len(sel.directives) > 0 {
			k.fail(k.directiveInside, insideDirective, sel.directives[0])
		}
		if sel.name == "" {
			inner := t
			if sel.on != "" {
				inner = k.byName[sel.on]
			}
			k.checkFields(inner, sel.sub, external)
			continue
		}
		f := t.field(sel.name)
		if f != nil && k.hasArgs != "" && len(f.args) > 0 {
			k.fail(k.hasArgs, "field %q takes arguments, which is not allowed in @%s. Name a field without arguments.", f.coordinate(), k.canon)
		}
		external := external || f != nil && f.is(realExternal)
		switch {
		case len(sel.sub) > 0:
			k.checkFields(k.byName[f.typ.base()], sel.sub, external)
		case k.missingExternal != "" && !external:
			k.failOwn(t, f, sel.name)
		}
	}
}

// failOwn reports a leaf that this subgraph resolves itself.
func (k fieldSetCheck) failOwn(t *typeDef, f *field, name string) {
	why := "it is not marked @external"
	if f != nil && f.is(fakeExternal) {
		why = "although it is marked @external, it is a key field of an extended type, and those are always resolved where they are declared"
	}
	k.fail(k.missingExternal, "field \"%s.%s\" is resolved by this subgraph already (%s). Remove it from @%s, or mark it @external.", t.name, name, why, k.canon)
}

// argumentProblems checks the arguments of a selection against a field, GraphQL
// October 2021 §5.4.
func (s *schema) argumentProblems(f *field, sel *selection) []string {
	var problems []string
	given := &directive{args: sel.args}
	for _, a := range sel.args {
		switch in := f.arg(a.name); {
		case in == nil:
			problems = append(problems, "field \""+f.coordinate()+"\" has no argument \""+a.name+"\". Remove it, or name one that the field has.")
		case !constant(a.value):
			problems = append(problems, "argument \""+a.name+"\" of field \""+f.coordinate()+"\" is given a variable. Only constants are allowed here.")
		case !(checker{schema: s, strict: true}).validValue(a.value, in.typ):
			problems = append(problems, "the value "+a.value.String()+" is invalid for argument \""+a.name+"\" of field \""+f.coordinate()+"\". Give one of type "+in.typ.String()+".")
		}
	}
	for _, in := range f.args {
		if in.required() && given.arg(in.name) == nil && find(in.applied, federation.FromContext) == nil {
			problems = append(problems, "argument \""+in.name+"\" of field \""+f.coordinate()+"\" is mandatory. Give it a value.")
		}
	}
	return problems
}

// constant says whether a literal contains no variable.
func constant(v *value) bool {
	if v.kind == variableValue {
		return false
	}
	for _, item := range v.items {
		if !constant(item) {
			return false
		}
	}
	for _, f := range v.fields {
		if !constant(f.value) {
			return false
		}
	}
	return true
}
