package satisfiability

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// witness prints the query that leads to a place and selects the field there, under a condition on type cast unless that is 0.
func (w *walk) witness(p *place, f *schema.Field, cast schema.TypeID) string {
	lines := w.steps(p)
	lines = append(lines, w.call(f, p.typ))
	if cast != 0 {
		lines = append(lines, "... on "+w.s.Type(cast).Name)
	}
	if w.s.Type(f.Type.Named).Composite() {
		lines = append(lines, "__typename")
	}
	var b strings.Builder
	root := p
	for root.from != nil {
		root = root.from
	}
	switch root.typ {
	case w.s.Mutation:
		b.WriteString("mutation ")
	case w.s.Subscription:
		b.WriteString("subscription ")
	}
	b.WriteString("{\n")
	for i, line := range lines {
		b.WriteString(strings.Repeat("  ", i+1) + line)
		if i < len(lines)-1 {
			b.WriteString(" {")
		}
		b.WriteByte('\n')
	}
	for i := len(lines) - 1; i > 0; i-- {
		b.WriteString(strings.Repeat("  ", i) + "}\n")
	}
	b.WriteByte('}')
	return b.String()
}

// steps lists the fields and type conditions on the way to a place.
func (w *walk) steps(p *place) []string {
	var lines []string
	for ; p.from != nil; p = p.from {
		if p.cast != 0 {
			lines = append(lines, "... on "+w.s.Type(p.cast).Name)
		}
		lines = append(lines, w.call(p.via, p.from.typ))
	}
	slices.Reverse(lines)
	return lines
}

// call prints a field with made-up values for the arguments that it needs.
func (w *walk) call(f *schema.Field, parent schema.TypeID) string {
	var def *ast.FieldDefinition
	if t := w.s.API.Types[w.s.Type(parent).Name]; t != nil {
		def = t.Fields.ForName(f.Name)
	}
	if def == nil {
		return f.Name
	}
	var args []string
	for _, a := range def.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			args = append(args, a.Name+": "+w.example(a.Type))
		}
	}
	if len(args) == 0 {
		return f.Name
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

// example prints a value of an input type. GraphQL forbids input objects that need themselves, so this ends.
func (w *walk) example(t *ast.Type) string {
	if t.Elem != nil {
		return "[]"
	}
	def := w.s.API.Types[t.NamedType]
	switch {
	case t.NamedType == "Int":
		return "1"
	case t.NamedType == "Float":
		return "1.5"
	case t.NamedType == "Boolean":
		return "true"
	case def != nil && def.Kind == ast.Enum && len(def.EnumValues) > 0:
		return def.EnumValues[0].Name
	case def != nil && def.Kind == ast.InputObject:
		var fields []string
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				fields = append(fields, f.Name+": "+w.example(f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return `"any ` + t.NamedType + `"`
}
