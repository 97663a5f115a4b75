package operation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// ownRules are the rules of GraphQL September 2025 §5 whose failures name a schema element.
var ownRules = []func(events *core.Events, add func(*Error)){
	fieldSelections, leafFieldSelections, argumentNames, requiredArguments, typeNames, valuesOfCorrectType,
}

// fieldSelections is §5.3.1 Field Selections.
func fieldSelections(events *core.Events, add func(*Error)) {
	events.OnField(func(_ *core.Walker, f *ast.Field) {
		if f.ObjectDefinition == nil || f.Definition != nil {
			return
		}
		add(&Error{
			Message:   fmt.Sprintf("Cannot query field %q on type %q.", f.Name, f.ObjectDefinition.Name),
			Locations: at(f.Position), Coordinate: f.ObjectDefinition.Name,
			Failure: FailureUnknownField, Type: f.ObjectDefinition.Name, Name: f.Name,
		})
	})
}

// leafFieldSelections is §5.3.3 Leaf Field Selections.
func leafFieldSelections(events *core.Events, add func(*Error)) {
	events.OnField(func(w *core.Walker, f *ast.Field) {
		if f.Definition == nil || f.ObjectDefinition == nil {
			return
		}
		t := w.Schema.Types[f.Definition.Type.Name()]
		e := &Error{Locations: at(f.Position), Type: t.Name, Field: f.Name, Coordinate: f.ObjectDefinition.Name + "." + f.Name}
		switch {
		case t.IsLeafType() && len(f.SelectionSet) > 0:
			e.Failure = FailureSelectionOnLeaf
			e.Message = fmt.Sprintf("Field %q must not have a selection since type %q has no subfields.", f.Name, t.Name)
		case !t.IsLeafType() && len(f.SelectionSet) == 0:
			e.Failure = FailureMissingSelection
			e.Message = fmt.Sprintf("Field %q of type %q must have a selection of subfields.", f.Name, f.Definition.Type)
		default:
			return
		}
		add(e)
	})
}

// argumentNames is §5.4.1 Argument Names.
func argumentNames(events *core.Events, add func(*Error)) {
	events.OnField(func(_ *core.Walker, f *ast.Field) {
		if f.Definition == nil || f.ObjectDefinition == nil {
			return
		}
		for _, a := range f.Arguments {
			if f.Definition.Arguments.ForName(a.Name) == nil {
				coordinate := f.ObjectDefinition.Name + "." + f.Name
				add(&Error{
					Message:   fmt.Sprintf("Unknown argument %q on field %q.", a.Name, coordinate),
					Locations: at(a.Position), Coordinate: coordinate,
					Failure: FailureUnknownArgument, Type: f.ObjectDefinition.Name, Field: f.Name, Name: a.Name,
				})
			}
		}
	})
	events.OnDirective(func(_ *core.Walker, d *ast.Directive) {
		if d.Definition == nil {
			return
		}
		for _, a := range d.Arguments {
			if d.Definition.Arguments.ForName(a.Name) == nil {
				add(&Error{
					Message:   fmt.Sprintf("Unknown argument %q on directive \"@%s\".", a.Name, d.Name),
					Locations: at(a.Position), Coordinate: "@" + d.Name,
					Failure: FailureUnknownArgument, Field: "@" + d.Name, Name: a.Name,
				})
			}
		}
	})
}

// requiredArguments is §5.4.3 Required Arguments.
func requiredArguments(events *core.Events, add func(*Error)) {
	events.OnField(func(_ *core.Walker, f *ast.Field) {
		if f.Definition == nil || f.ObjectDefinition == nil {
			return
		}
		for _, a := range missingArguments(f.Definition.Arguments, f.Arguments) {
			add(&Error{
				Message:   fmt.Sprintf("Field %q argument %q of type %q is required, but it was not provided.", f.Name, a.Name, a.Type),
				Locations: at(f.Position), Coordinate: f.ObjectDefinition.Name + "." + f.Name + "(" + a.Name + ":)",
				Failure: FailureMissingArgument, Type: f.ObjectDefinition.Name, Field: f.Name, Name: a.Name,
			})
		}
	})
	events.OnDirective(func(_ *core.Walker, d *ast.Directive) {
		if d.Definition == nil {
			return
		}
		for _, a := range missingArguments(d.Definition.Arguments, d.Arguments) {
			add(&Error{
				Message:   fmt.Sprintf("Directive \"@%s\" argument %q of type %q is required, but it was not provided.", d.Name, a.Name, a.Type),
				Locations: at(d.Position), Coordinate: "@" + d.Name + "(" + a.Name + ":)",
				Failure: FailureMissingArgument, Field: "@" + d.Name, Name: a.Name,
			})
		}
	})
}

func missingArguments(defs ast.ArgumentDefinitionList, given ast.ArgumentList) []*ast.ArgumentDefinition {
	var out []*ast.ArgumentDefinition
	for _, a := range defs {
		if a.Type.NonNull && a.DefaultValue == nil && given.ForName(a.Name) == nil {
			out = append(out, a)
		}
	}
	return out
}

// typeNames is §5.5.1.2 Fragment Spread Type Existence and the like for variables.
func typeNames(events *core.Events, add func(*Error)) {
	check := func(w *core.Walker, name string, p *ast.Position) {
		if name != "" && w.Schema.Types[name] == nil {
			add(&Error{Message: fmt.Sprintf("Unknown type %q.", name), Locations: at(p), Failure: FailureUnknownType, Name: name})
		}
	}
	events.OnVariable(func(w *core.Walker, v *ast.VariableDefinition) { check(w, v.Type.Name(), v.Position) })
	events.OnInlineFragment(func(w *core.Walker, f *ast.InlineFragment) { check(w, f.TypeCondition, f.Position) })
	events.OnFragment(func(w *core.Walker, f *ast.FragmentDefinition) { check(w, f.TypeCondition, f.Position) })
}
