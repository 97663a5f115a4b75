package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// maxSuggestions bounds the names offered for one fault.
const maxSuggestions = 5

// Options say for whom suggestions are made.
type Options struct {
	// Visible reports whether the caller may know a field, argument-bearing field or enum value of a type, or with name "" the type itself.
	// nil means that everything in the API schema may be known.
	Visible func(typeName, name string) bool
	// Text is the operation's text. Where Visible is set, it is validated again when a fault would tell something of what is hidden; without
	// it, such a fault says nothing of its cause.
	Text string
}

func (o Options) visible(typeName, name string) bool {
	return o.Visible == nil || o.Visible(typeName, name)
}

// Suggest returns a copy of the list in which faults over unknown names carry what may have been meant, in Suggestions and in the
// message. Only names that opts makes visible are offered, and what is hidden does not exist in any fault.
func (es ErrorList) Suggest(s *schema.Schema, opts Options) ErrorList {
	es = es.conceal(s, opts)
	out := make(ErrorList, len(es))
	for i, e := range es {
		c := *e
		c.Suggestions = suggestions(s.API, &c, opts)
		if len(c.Suggestions) > 0 {
			c.Message += " Did you mean " + strings.Join(c.Suggestions, ", ") + "?"
		}
		out[i] = &c
	}
	return out
}

func suggestions(api *ast.Schema, e *Error, opts Options) []string {
	var names []string
	def := api.Types[e.Type]
	switch e.Failure {
	case FailureUnknownType:
		for name := range api.Types {
			if !strings.HasPrefix(name, "__") && opts.visible(name, "") {
				names = append(names, name)
			}
		}
		slices.Sort(names)
	case FailureUnknownField:
		if def == nil || !opts.visible(e.Type, "") {
			return nil
		}
		if on := memberTypes(api, def, e.Name, opts); len(on) > 0 {
			return on
		}
		names = fieldNames(def, opts)
	case FailureUnknownInputField:
		if def == nil || !opts.visible(e.Type, "") {
			return nil
		}
		names = fieldNames(def, opts)
	case FailureUnknownArgument:
		names = argumentNamesOf(api, def, e, opts)
	case FailureUnknownEnumValue:
		if def == nil || !opts.visible(e.Type, "") {
			return nil
		}
		for _, v := range def.EnumValues {
			if opts.visible(def.Name, v.Name) {
				names = append(names, v.Name)
			}
		}
	default:
		return nil
	}
	near := core.SuggestionList(e.Name, names)
	return near[:min(len(near), maxSuggestions)]
}

func fieldNames(def *ast.Definition, opts Options) []string {
	var names []string
	for _, f := range def.Fields {
		if !strings.HasPrefix(f.Name, "__") && opts.visible(def.Name, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// memberTypes returns the fragments under which an abstract type's members do have the field.
func memberTypes(api *ast.Schema, def *ast.Definition, field string, opts Options) []string {
	if !def.IsAbstractType() {
		return nil
	}
	var out []string
	for _, member := range api.PossibleTypes[def.Name] {
		if member.Fields.ForName(field) != nil && opts.visible(member.Name, "") && opts.visible(member.Name, field) {
			out = append(out, "... on "+member.Name)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), maxSuggestions)]
}

func argumentNamesOf(api *ast.Schema, def *ast.Definition, e *Error, opts Options) []string {
	var args ast.ArgumentDefinitionList
	if directive, ok := strings.CutPrefix(e.Field, "@"); ok {
		args = api.Directives[directive].Arguments
	} else if def != nil && opts.visible(e.Type, e.Field) {
		if f := def.Fields.ForName(e.Field); f != nil {
			args = f.Arguments
		}
	}
	var names []string
	for _, a := range args {
		names = append(names, a.Name)
	}
	return names
}
