package compose

import (
	"errors"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// selection is one item of a field set: a field, or an inline fragment.
type selection struct {
	name       string // of the field; "" for an inline fragment
	alias      string // when it differs from the name
	on         string // type condition of an inline fragment, may be ""
	args       []argument
	directives []string // names of the directives applied, without "@"
	sub        []*selection
}

// fieldSet is a parsed field set, or why it does not parse.
type fieldSet struct {
	selections []*selection
	err        error
}

// fieldSet is the parsed argument "fields" of @key, @requires or @provides;
// parsed once, then kept.
func (d *directive) fieldSet() *fieldSet {
	if d.fields == nil {
		d.fields = &fieldSet{}
		d.fields.selections, d.fields.err = parseFieldSet(d.text("fields"))
	}
	return d.fields
}

// errFieldSet is the error of a field set that is something else than one
// selection set of reasonable depth.
var errFieldSet = errors.New("expected a single selection set")

// parseFieldSet reads a field set, with or without braces around it.
func parseFieldSet(text string) ([]*selection, error) {
	if plain := plainSelections(text); plain != nil {
		return plain, nil
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		text = "{" + text + "}"
	}
	if tooDeep(text) {
		return nil, errFieldSet
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		if syntax := (*gqlerror.Error)(nil); errors.As(err, &syntax) {
			return nil, errors.New(syntax.Message)
		}
		return nil, err
	}
	if len(doc.Operations) != 1 || len(doc.Fragments) > 0 || doc.Operations[0].Name != "" {
		return nil, errFieldSet
	}
	return convertSelections(doc.Operations[0].SelectionSet), nil
}

// plainSelections reads a field set that is nothing but names, as most are; nil
// when it is more than that.
func plainSelections(text string) []*selection {
	var out []*selection
	for text = strings.TrimLeft(text, ignored); text != ""; text = strings.TrimLeft(text, ignored) {
		n := nameLength(text)
		if n == 0 || n < len(text) && !strings.ContainsRune(ignored, rune(text[n])) {
			return nil
		}
		out = append(out, &selection{name: text[:n]})
		text = text[n:]
	}
	return out
}

// ignored are the characters that stand between names without meaning anything,
// GraphQL October 2021 §2.1.
const ignored = " \t\r\n,"

// nameLength is the length of the name that text begins with.
func nameLength(text string) int {
	n := 0
	for n < len(text) && (text[n] == '_' || text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z' || n > 0 && text[n] >= '0' && text[n] <= '9') {
		n++
	}
	return n
}

func convertSelections(set ast.SelectionSet) []*selection {
	var out []*selection
	for _, item := range set {
		switch n := item.(type) {
		case *ast.Field:
			sel := &selection{name: n.Name, sub: convertSelections(n.SelectionSet), directives: directiveNames(n.Directives)}
			if n.Alias != n.Name {
				sel.alias = n.Alias
			}
			sel.args = new(parts).givenArguments(n.Arguments)
			out = append(out, sel)
		case *ast.InlineFragment:
			out = append(out, &selection{on: n.TypeCondition, sub: convertSelections(n.SelectionSet), directives: directiveNames(n.Directives)})
		case *ast.FragmentSpread:
			out = append(out, &selection{name: "..." + n.Name})
		}
	}
	return out
}

func directiveNames(list ast.DirectiveList) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Name)
	}
	return out
}

// walkFields visits every field that selections read of t, the nested ones after
// the outer one. Selections that do not fit the schema are passed over: they are
// reported where field sets are validated.
func (s *schema) walkFields(t *typeDef, selections []*selection, visit func(f *field, sel *selection)) {
	for _, sel := range selections {
		if sel.name == "" {
			inner := t
			if sel.on != "" {
				inner = s.byName[sel.on]
			}
			s.walkFields(inner, sel.sub, visit)
			continue
		}
		f := t.field(sel.name)
		if f == nil {
			continue
		}
		visit(f, sel)
		if len(sel.sub) > 0 {
			s.walkFields(s.byName[f.typ.base()], sel.sub, visit)
		}
	}
}

// writeSelections is the canonical text of a field set, without outer braces.
func writeSelections(b *strings.Builder, selections []*selection) {
	for i, sel := range selections {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch sel.name {
		case "":
			b.WriteString("...")
			if sel.on != "" {
				b.WriteString(" on ")
				b.WriteString(sel.on)
			}
		default:
			if sel.alias != "" {
				b.WriteString(sel.alias)
				b.WriteString(": ")
			}
			b.WriteString(sel.name)
			writeArguments(b, sel.args)
		}
		if len(sel.sub) > 0 {
			b.WriteString(" { ")
			writeSelections(b, sel.sub)
			b.WriteString(" }")
		}
	}
}

// writeArguments writes "(name: value, ...)", nothing when there are none.
func writeArguments(b *strings.Builder, args []argument) {
	for i, a := range args {
		if i == 0 {
			b.WriteByte('(')
		} else {
			b.WriteString(", ")
		}
		b.WriteString(a.name)
		b.WriteString(": ")
		a.value.write(b)
	}
	if len(args) > 0 {
		b.WriteByte(')')
	}
}
