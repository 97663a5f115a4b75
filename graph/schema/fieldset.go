package schema

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// maxFieldSetTokens bounds one selection string; the deepest ones in the wild have a few hundred tokens.
const maxFieldSetTokens = 20_000

// fieldSet compiles a selection string. Possible holds the concrete types of the object it is read on, statics its static types: one,
// or for a context each type that sets it. Errors are reported at p.
func (ld *loader) fieldSet(text string, possible, statics []TypeID, at Coordinate, p *ast.Position) FieldSet {
	set, ok := ld.selections[text]
	if !ok {
		set = parseSelections(text)
		ld.selections[text] = set
	}
	if set == nil {
		ld.errorf(p, at, "%q is not a field set", text)
		return nil
	}
	c := fieldSetCompiler{ld: ld, text: text, at: at, position: p}
	return c.compile(nil, set, nil, possible, statics)
}

// parseSelections reads a selection string, with or without its outer braces; nil when it is none.
func parseSelections(text string) ast.SelectionSet {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		text = "{" + text + "}" // whole: the line break that ends a comment may be its last character
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxFieldSetTokens)
	if err != nil || len(doc.Operations) != 1 || len(doc.Fragments) != 0 {
		return nil
	}
	return doc.Operations[0].SelectionSet
}

type fieldSetCompiler struct {
	ld       *loader
	text     string
	at       Coordinate
	position *ast.Position
}

func (c *fieldSetCompiler) errorf(format string, args ...any) {
	c.ld.errorf(c.position, c.at, "field set %q: "+format, append([]any{c.text}, args...)...)
}

// compile appends the selections to out. On holds the conditions around them, possible the concrete types that pass those.
func (c *fieldSetCompiler) compile(out FieldSet, set ast.SelectionSet, on, possible, statics []TypeID) FieldSet {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			out = c.field(out, sel, on, statics)
		case *ast.InlineFragment:
			if len(sel.Directives) > 0 {
				c.errorf("directives are not allowed")
				continue
			}
			if sel.TypeCondition == "" {
				out = c.compile(out, sel.SelectionSet, on, possible, statics)
				continue
			}
			id := c.ld.s.typeByName[sel.TypeCondition]
			if id == 0 || !c.ld.s.Types[id].Composite() {
				c.errorf("unknown composite type %s", sel.TypeCondition)
				continue
			}
			inner, conditions := intersect(possible, c.ld.s.Types[id].Possible), on
			if len(inner) < len(possible) { // else the condition always holds
				conditions = sortedIDs(append(slices.Clone(on), id))
			}
			out = c.compile(out, sel.SelectionSet, conditions, inner, []TypeID{id})
		default:
			c.errorf("named fragments are not allowed")
		}
	}
	return out
}

func (c *fieldSetCompiler) field(out FieldSet, f *ast.Field, on, statics []TypeID) FieldSet {
	if f.Alias != f.Name || len(f.Directives) > 0 {
		c.errorf("%s: aliases and directives are not allowed", f.Alias)
		return out
	}
	args := CanonicalArguments(f.Arguments)
	if len(args.Variables) > 0 {
		c.errorf("%s: variables are not allowed", f.Name)
		return out
	}
	i := slices.IndexFunc(out, func(s FieldSelection) bool {
		return s.Name == f.Name && s.Args.Text == args.Text && slices.Equal(s.On, on)
	})
	if i < 0 {
		i = len(out)
		out = append(out, FieldSelection{On: on, Name: f.Name, Args: args})
	}
	if f.Name == "__typename" {
		if len(f.SelectionSet) > 0 {
			c.errorf("__typename has no fields")
		}
		return out
	}
	possible, named, ok := c.result(f.Name, statics)
	switch {
	case !ok:
	case len(f.SelectionSet) > 0:
		out[i].Children = c.compile(out[i].Children, f.SelectionSet, nil, possible, named)
	case c.ld.s.Types[named[0]].Composite():
		c.errorf("%s needs a selection of its fields", f.Name)
	}
	return out
}

// result returns the concrete and static types of a field, over all static types that have it.
func (c *fieldSetCompiler) result(name string, statics []TypeID) (possible, named []TypeID, ok bool) {
	s := c.ld.s
	for _, t := range statics {
		if id := s.FieldByName(t, name); id != 0 {
			n := s.Fields[id].Type.Named
			named = append(named, n)
			possible = append(possible, s.Types[n].Possible...)
		}
	}
	if len(named) == 0 {
		c.errorf("type %s has no field %s", s.Types[statics[0]].Name, name)
		return nil, nil, false
	}
	return sortedIDs(possible), sortedIDs(named), true
}

// intersect returns the ids in both sorted slices.
func intersect(a, b []TypeID) []TypeID {
	var out []TypeID
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			out = append(out, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return out
}
