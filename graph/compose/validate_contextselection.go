package compose

import (
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// selectionProblem checks the selection of @fromContext: one field of the types
// that set the context, of the argument's type; or for each of them an inline
// fragment with such a field. It says what is wrong, "" when nothing is.
func (k contextCheck) selectionProblem(setters []*typeDef, selections []*selection) string {
	if problem := selectionSyntax(selections); problem != "" {
		return problem
	}
	for _, t := range setters {
		if has(t.applied, federation.InterfaceObject) {
			return "type \"" + t.name + "\", which sets the context, is an @interfaceObject. Set it on another type."
		}
	}
	if selections[0].name == "" {
		return k.fragmentsProblem(setters, selections)
	}
	if len(selections) > 1 {
		return "it selects more than one field. Select one."
	}
	for _, t := range setters {
		if problem := k.pathProblem(t, selections); problem != "" {
			return problem
		}
	}
	return ""
}

// selectionSyntax looks for what no such selection may contain.
func selectionSyntax(selections []*selection) string {
	for _, sel := range selections {
		switch {
		case len(sel.directives) > 0:
			return "it applies @" + sel.directives[0] + ". Remove the directive."
		case sel.alias != "":
			return "it has the alias \"" + sel.alias + "\". Remove the alias."
		case strings.HasPrefix(sel.name, "..."):
			return "it spreads fragment \"" + sel.name[len("..."):] + "\". Use inline fragments."
		}
		if problem := selectionSyntax(sel.sub); problem != "" {
			return problem
		}
	}
	return ""
}

// fragmentsProblem checks a selection of inline fragments, each on an object type
// that is one of the setters or possible for one.
func (k contextCheck) fragmentsProblem(setters []*typeDef, fragments []*selection) string {
	byType := map[string]*selection{}
	for _, sel := range fragments {
		switch t := k.byName[sel.on]; {
		case sel.name != "":
			return "field \"" + sel.name + "\" stands beside fragments. Select one field, or one in a fragment for each type."
		case t == nil || t.kind != objectKind:
			return "a fragment is not on an object type. Name one after \"... on\"."
		case byType[sel.on] != nil:
			return "there are two fragments on \"" + sel.on + "\". Remove one."
		}
		byType[sel.on] = sel
	}
	used := map[string]bool{}
	for _, setter := range setters {
		matched := false
		for _, t := range k.possibleTypes(setter) {
			sel := byType[t.name]
			if sel == nil {
				continue
			}
			matched, used[t.name] = true, true
			if problem := k.pathProblem(t, sel.sub); problem != "" {
				return problem
			}
		}
		if !matched {
			return "no fragment is on type \"" + setter.name + "\", which sets the context. Add one."
		}
	}
	for _, sel := range fragments {
		if !used[sel.on] {
			return "type \"" + sel.on + "\" does not set the context. Remove the fragment on it."
		}
	}
	return ""
}

// pathProblem checks a selection of t that leads to one value.
func (k contextCheck) pathProblem(t *typeDef, selections []*selection) string {
	typ, problem := k.selected(t, selections)
	switch {
	case problem != "":
		return problem
	case k.a.typ.nonNull:
		return "the argument is of type \"" + k.a.typ.String() + "\", but the value may be null. Make the argument nullable."
	case !typ.equal(k.a.typ):
		return "it is of type \"" + typ.String() + "\" and the argument of type \"" + k.a.typ.String() + "\". Give the argument that type."
	}
	return ""
}

// selected follows the one field that is selected on each level, __typename
// aside, and is the type of the values at the end of the path: nullable at every
// level, and a list of lists where lists nest.
func (k contextCheck) selected(t *typeDef, selections []*selection) (typ *typeRef, problem string) {
	sel := singleField(selections)
	if sel == nil {
		return nil, "it does not lead to exactly one field. Select one field on each level."
	}
	if sel.name == typenameField {
		return &typeRef{name: "String"}, ""
	}
	f := t.field(sel.name)
	if f == nil {
		return nil, "type \"" + t.name + "\" has no field \"" + sel.name + "\". Name one that it has."
	}
	if problems := k.argumentProblems(f, sel); len(problems) > 0 {
		return nil, problems[0]
	}
	inner := k.lookup(f.typ.base())
	switch {
	case inner.composite() && len(sel.sub) == 0:
		return nil, "field \"" + f.coordinate() + "\" is of type \"" + f.typ.String() + "\". Select a field of it."
	case !inner.composite() && len(sel.sub) > 0:
		return nil, "field \"" + f.coordinate() + "\" is of type \"" + f.typ.String() + "\", which has no fields. Remove the braces after it."
	case len(sel.sub) == 0:
		return withBase(f.typ, &typeRef{name: f.typ.base()}), ""
	}
	below, problem := k.selected(inner, sel.sub)
	if problem != "" {
		return nil, problem
	}
	return withBase(f.typ, below), ""
}

// singleField is the one field selected, __typename aside unless it is alone; nil
// when there is none or more than one.
func singleField(selections []*selection) *selection {
	var found *selection
	for _, sel := range selections {
		switch {
		case sel.name == "":
			return nil
		case found == nil || found.name == typenameField:
			found = sel
		case sel.name != typenameField:
			return nil
		}
	}
	return found
}

// withBase is the lists of typ, all nullable, around base.
func withBase(typ, base *typeRef) *typeRef {
	if typ.elem == nil {
		return base
	}
	return &typeRef{elem: withBase(typ.elem, base)}
}
