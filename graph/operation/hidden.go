package operation

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// hiddenMark ends the names that a caller may not know while an operation is validated for it, so that the rules do not know them either. No name
// can contain it, and it is taken out of what the rules say.
const hiddenMark = "′?"

// conceal returns the list as a caller may see it: when a fault tells something of what is hidden, the faults that the operation has in a schema
// without that.
func (es ErrorList) conceal(s *schema.Schema, opts Options) ErrorList {
	if opts.Visible == nil || !slices.ContainsFunc(es, func(e *Error) bool { return e.tells(s.API, opts) }) {
		return es
	}
	if es[0].Code == CodeValidation && opts.Text != "" {
		if errs := validateMasked(s, opts); len(errs) > 0 {
			es = errs
		}
	}
	out := make(ErrorList, len(es))
	for i, e := range es {
		out[i] = e
		if e.tells(s.API, opts) {
			out[i] = e.vague()
		}
	}
	return out
}

// tells reports whether the fault names a hidden field, or a hidden type that is not just one that the operation names and that is said not
// to exist.
func (e *Error) tells(api *ast.Schema, opts Options) bool {
	typeName, member, _ := strings.Cut(e.Coordinate, ".")
	member, _, _ = strings.Cut(member, "(")
	for _, c := range [][2]string{{e.Type, ""}, {e.Type, e.Field}, {typeName, ""}, {typeName, member}} {
		if api.Types[c[0]] != nil && !opts.visible(c[0], c[1]) {
			return true
		}
	}
	if e.Failure == FailureUnknownType {
		return false
	}
	return slices.ContainsFunc(strings.FieldsFunc(e.Message, notOfName), func(word string) bool {
		return api.Types[word] != nil && !opts.visible(word, "")
	})
}

func notOfName(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// vague returns the fault without what it says of the schema.
func (e *Error) vague() *Error {
	out := &Error{Message: "The operation does not fit the schema here.", Code: e.Code, Locations: e.Locations, Failure: FailureOther}
	if e.Code == CodeVariable && e.Path != "" {
		if end := strings.IndexAny(e.Path, ".["); end > 0 {
			out.Path = e.Path[:end]
		} else {
			out.Path = e.Path
		}
		out.Message = "Variable \"" + out.Path + "\" does not have a value of its type."
	}
	return out
}

// validateMasked validates the text, which was found small enough before, as if what is hidden did not exist.
func validateMasked(s *schema.Schema, opts Options) ErrorList {
	doc, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: opts.Text})
	if err != nil {
		return ErrorList{parseError(err)}
	}
	m := masker{api: s.API, opts: opts}
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			t := v.Type
			for t.Elem != nil {
				t = t.Elem
			}
			t.NamedType = m.typeName(t.NamedType)
		}
		root := s.API.Query
		switch op.Operation {
		case ast.Mutation:
			root = s.API.Mutation
		case ast.Subscription:
			root = s.API.Subscription
		case ast.Query:
		}
		m.selections(root, op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		f.TypeCondition = m.typeName(f.TypeCondition)
		m.selections(s.API.Types[f.TypeCondition], f.SelectionSet)
	}
	errs := validate(s, doc)
	for _, e := range errs {
		for _, text := range []*string{&e.Message, &e.Coordinate, &e.Type, &e.Field, &e.Name} {
			*text = strings.ReplaceAll(*text, hiddenMark, "")
		}
	}
	return errs
}

// masker marks what is hidden in a document.
type masker struct {
	api  *ast.Schema
	opts Options
}

func (m *masker) typeName(name string) string {
	if name != "" && !m.opts.visible(name, "") {
		return name + hiddenMark
	}
	return name
}

// selections marks what is selected on parent; nil where that is unknown or hidden, for type conditions further down name types all the same.
func (m *masker) selections(parent *ast.Definition, set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			m.selections(m.field(parent, sel), sel.SelectionSet)
		case *ast.InlineFragment:
			inner := parent
			if sel.TypeCondition != "" {
				sel.TypeCondition = m.typeName(sel.TypeCondition)
				inner = m.api.Types[sel.TypeCondition]
			}
			m.selections(inner, sel.SelectionSet)
		}
	}
}

// field marks a hidden field, and returns the type of one that is known.
func (m *masker) field(parent *ast.Definition, f *ast.Field) *ast.Definition {
	if parent == nil {
		return nil
	}
	def := parent.Fields.ForName(f.Name)
	if def == nil {
		return nil
	}
	result := def.Type.Name()
	if !m.opts.visible(parent.Name, f.Name) || !m.opts.visible(result, "") {
		f.Name += hiddenMark
		return nil
	}
	return m.api.Types[result]
}
