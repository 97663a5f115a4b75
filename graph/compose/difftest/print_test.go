package difftest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func parse(sdl string) (*ast.SchemaDocument, error) {
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("parse SDL: %w", err)
	}
	return doc, nil
}

// writer spells out parts of a schema. With sorted, everything whose order means
// nothing is put in order.
type writer struct{ sorted bool }

// printSDL is the document as SDL, a definition or field a line.
func printSDL(doc *ast.SchemaDocument) string {
	var b strings.Builder
	w := writer{}
	for _, list := range []struct {
		prefix string
		defs   ast.SchemaDefinitionList
	}{{"", doc.Schema}, {"extend ", doc.SchemaExtension}} {
		for _, s := range list.defs {
			b.WriteString(description(s.Description) + list.prefix + "schema" + w.directives(s.Directives))
			var roots []string
			for _, op := range s.OperationTypes {
				roots = append(roots, string(op.Operation)+": "+op.Type)
			}
			if len(roots) > 0 {
				b.WriteString(" { " + strings.Join(roots, " ") + " }")
			}
			b.WriteString("\n")
		}
	}
	for _, d := range doc.Directives {
		b.WriteString(description(d.Description) + w.directiveDefinition(d) + "\n")
	}
	for _, d := range doc.Definitions {
		w.definition(&b, "", d)
	}
	for _, d := range doc.Extensions {
		w.definition(&b, "extend ", d)
	}
	return b.String()
}

// canonical is a supergraph as sorted lines, an element each, so that
// supergraphs compare as text and differences read well.
func canonical(sdl string) ([]string, error) {
	doc, err := parse(sdl)
	if err != nil {
		return nil, err
	}
	w := writer{sorted: true}
	var lines []string
	for _, s := range doc.Schema {
		lines = append(lines, "schema "+description(s.Description))
		for _, op := range s.OperationTypes {
			lines = append(lines, "schema "+string(op.Operation)+": "+op.Type)
		}
		for _, d := range s.Directives {
			lines = append(lines, "schema"+w.directives(ast.DirectiveList{d}))
		}
	}
	for _, d := range doc.Directives {
		lines = append(lines, description(d.Description)+w.directiveDefinition(d))
	}
	for _, d := range doc.Definitions {
		lines = append(lines, description(d.Description)+keyword(d.Kind)+" "+d.Name)
		for _, dir := range d.Directives {
			lines = append(lines, d.Name+w.directives(ast.DirectiveList{dir}))
		}
		for _, i := range d.Interfaces {
			lines = append(lines, d.Name+" implements "+i)
		}
		for _, m := range d.Types {
			lines = append(lines, d.Name+" = "+m)
		}
		for _, f := range d.Fields {
			lines = append(lines, d.Name+"."+w.field(f))
		}
		for _, v := range d.EnumValues {
			lines = append(lines, d.Name+"."+description(v.Description)+v.Name+w.directives(v.Directives))
		}
	}
	slices.Sort(lines)
	return lines, nil
}

func keyword(k ast.DefinitionKind) string {
	switch k {
	case ast.Scalar:
		return "scalar"
	case ast.Interface:
		return "interface"
	case ast.Union:
		return "union"
	case ast.Enum:
		return "enum"
	case ast.InputObject:
		return "input"
	default:
		return "type"
	}
}

func (w writer) definition(b *strings.Builder, prefix string, d *ast.Definition) {
	b.WriteString(description(d.Description) + prefix + keyword(d.Kind) + " " + d.Name)
	if len(d.Interfaces) > 0 {
		b.WriteString(" implements " + strings.Join(d.Interfaces, " & "))
	}
	b.WriteString(w.directives(d.Directives))
	if len(d.Types) > 0 {
		b.WriteString(" = " + strings.Join(d.Types, " | "))
	}
	var parts []string
	for _, f := range d.Fields {
		parts = append(parts, w.field(f))
	}
	for _, v := range d.EnumValues {
		parts = append(parts, description(v.Description)+v.Name+w.directives(v.Directives))
	}
	if len(parts) > 0 {
		b.WriteString(" {\n  " + strings.Join(parts, "\n  ") + "\n}")
	}
	b.WriteString("\n")
}

func (w writer) field(f *ast.FieldDefinition) string {
	return description(f.Description) + f.Name + w.arguments(f.Arguments) + ": " + f.Type.String() + w.defaultValue(f.DefaultValue) + w.directives(f.Directives)
}

func (w writer) directiveDefinition(d *ast.DirectiveDefinition) string {
	repeatable := ""
	if d.IsRepeatable {
		repeatable = " repeatable"
	}
	var locations []string
	for _, l := range d.Locations {
		locations = append(locations, string(l))
	}
	return "directive @" + d.Name + w.arguments(d.Arguments) + repeatable + " on " + strings.Join(w.order(locations), " | ")
}

func (w writer) arguments(list ast.ArgumentDefinitionList) string {
	if len(list) == 0 {
		return ""
	}
	var out []string
	for _, a := range list {
		out = append(out, description(a.Description)+a.Name+": "+a.Type.String()+w.defaultValue(a.DefaultValue)+w.directives(a.Directives))
	}
	return "(" + strings.Join(w.order(out), ", ") + ")"
}

func (w writer) directives(list ast.DirectiveList) string {
	var out []string
	for _, d := range list {
		var args []string
		for _, a := range d.Arguments {
			value := w.value(a.Value)
			if w.sorted && (a.Name == "scopes" || a.Name == "policies") {
				value = requirement(a.Value)
			}
			args = append(args, a.Name+": "+value)
		}
		text := " @" + d.Name
		if len(args) > 0 {
			text += "(" + strings.Join(w.order(args), ", ") + ")"
		}
		out = append(out, text)
	}
	return strings.Join(w.order(out), "")
}

// requirement is the list of lists that an authorization directive asks for, in an
// order of its own: lists and their items mean the same in any order, and twice.
func requirement(v *ast.Value) string {
	var lists []string
	for _, c := range v.Children {
		var items []string
		for _, item := range c.Value.Children {
			items = append(items, item.Value.String())
		}
		slices.Sort(items)
		lists = append(lists, "["+strings.Join(slices.Compact(items), ", ")+"]")
	}
	slices.Sort(lists)
	return "[" + strings.Join(slices.Compact(lists), ", ") + "]"
}

func (w writer) defaultValue(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return " = " + w.value(v)
}

func (w writer) value(v *ast.Value) string {
	switch v.Kind {
	case ast.ObjectValue:
		var fields []string
		for _, c := range v.Children {
			fields = append(fields, c.Name+": "+w.value(c.Value))
		}
		return "{" + strings.Join(w.order(fields), ", ") + "}"
	case ast.ListValue:
		var items []string
		for _, c := range v.Children {
			items = append(items, w.value(c.Value))
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		return v.String()
	}
}

func (w writer) order(list []string) []string {
	if w.sorted {
		slices.Sort(list)
	}
	return list
}

func description(s string) string {
	if s == "" {
		return ""
	}
	return (&ast.Value{Kind: ast.StringValue, Raw: s}).String() + " "
}
