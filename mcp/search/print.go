package search

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// detail is how much of the descriptions is printed.
type detail int

const (
	noDescriptions    detail = iota
	shortDescriptions        // first sentences
	fullDetail
)

// pageOf bounds a type by a budget and reports how many fields or values were shown.
type pageOf struct {
	budget float64
	shown  int
}

// text prints a type. With a page it stops at the budget.
func (b *book) text(w wanted, d detail, page *pageOf) string {
	var out strings.Builder
	t := &b.x.types[w.typ]
	def := t.def
	if w.only == nil && w.from == 0 {
		writeDescription(&out, def.Description, "", d)
	}
	out.WriteString(definitionWord(def.Kind) + " " + def.Name)
	b.writeImplements(&out, def)
	writeDirectives(&out, def.Directives)
	switch def.Kind {
	case ast.Scalar:
		out.WriteByte('\n')
		return out.String()
	case ast.Union:
		b.writeMembers(&out, t)
		return out.String()
	case ast.Object, ast.Interface, ast.InputObject, ast.Enum:
	}
	lines := b.lines(w, d)
	if len(lines) == 0 {
		out.WriteByte('\n') // GraphQL forbids empty braces
		return out.String()
	}
	out.WriteString(" {\n")
	skipped := min(w.from, len(lines))
	if skipped > 0 {
		out.WriteString("  # " + strconv.Itoa(skipped) + " before\n")
	}
	shown := 0
	used := tokens(out.String())
	for _, line := range lines[skipped:] {
		cost := tokens(line)
		if page != nil && used+cost > page.budget {
			break
		}
		used += cost
		shown++
		out.WriteString(line)
	}
	if page != nil {
		page.shown = shown
	}
	if left := len(lines) - skipped - shown; left > 0 {
		out.WriteString("  # " + strconv.Itoa(left) + " more\n")
	} else if w.only != nil {
		if others := len(b.members(w.typ)) - shown; others > 0 {
			out.WriteString("  # " + strconv.Itoa(others) + " others\n")
		}
	}
	if shown == 0 && page == nil {
		return definitionWord(def.Kind) + " " + def.Name + " # " + strconv.Itoa(len(lines)) + " in all, none after these\n"
	}
	out.WriteString("}\n")
	return out.String()
}

// lines are the fields or values of a type as printed.
func (b *book) lines(w wanted, d detail) []string {
	var lines []string
	b.eachField(w, func(f *fieldInfo) { lines = append(lines, b.fieldLine(f, d)) })
	t := &b.x.types[w.typ]
	for i := range t.values {
		v := t.values[i].def
		if b.s.visibleValue(t, i) && (w.only == nil || w.only[v.Name]) {
			var out strings.Builder
			writeDescription(&out, v.Description, "  ", d)
			out.WriteString("  " + v.Name)
			writeDirectives(&out, v.Directives)
			out.WriteByte('\n')
			lines = append(lines, out.String())
		}
	}
	return lines
}

func (b *book) fieldLine(f *fieldInfo, d detail) string {
	var out strings.Builder
	writeDescription(&out, f.def.Description, "  ", d)
	out.WriteString("  " + f.def.Name)
	open := "("
	for i := range f.args {
		a := f.args[i].def
		if f.args[i].typ != none && !b.s.visibleType(f.args[i].typ) {
			continue
		}
		out.WriteString(open)
		if d == fullDetail && a.Description != "" && !pagination(a.Name) {
			out.WriteString(quote(strings.Join(strings.Fields(a.Description), " ")) + " ")
		}
		out.WriteString(a.Name + ": " + a.Type.String())
		if a.DefaultValue != nil {
			out.WriteString(" = " + a.DefaultValue.String())
		}
		writeDirectives(&out, a.Directives)
		open = ", "
	}
	if open != "(" {
		out.WriteByte(')')
	}
	out.WriteString(": " + f.def.Type.String())
	if f.def.DefaultValue != nil {
		out.WriteString(" = " + f.def.DefaultValue.String())
	}
	writeDirectives(&out, f.def.Directives)
	out.WriteByte('\n')
	return out.String()
}

func (b *book) writeImplements(out *strings.Builder, def *ast.Definition) {
	sep := " implements "
	for _, name := range def.Interfaces {
		if id := b.x.lookup(name); id != none && b.s.visibleType(id) {
			out.WriteString(sep + name)
			sep = " & "
		}
	}
}

func (b *book) writeMembers(out *strings.Builder, t *typeInfo) {
	sep := " = "
	for _, m := range t.members {
		if b.s.visibleType(m) {
			out.WriteString(sep + b.x.types[m].def.Name)
			sep = " | "
		}
	}
	out.WriteByte('\n')
}

// shownDirectives are the directives that tell a caller something: what is old, what must be given or held, what a scalar is.
// GraphQL September 2025 §3.13; Apollo Federation v2, "Authorization directives".
var shownDirectives = map[string]bool{
	"deprecated": true, "oneOf": true, "specifiedBy": true, "authenticated": true, "requiresScopes": true, "policy": true,
}

func writeDirectives(out *strings.Builder, list ast.DirectiveList) {
	for _, d := range list {
		if !shownDirectives[d.Name] {
			continue
		}
		out.WriteString(" @" + d.Name)
		open := "("
		for _, a := range d.Arguments {
			if a.Value == nil {
				continue
			}
			out.WriteString(open + a.Name + ": " + a.Value.String())
			open = ", "
		}
		if open != "(" {
			out.WriteByte(')')
		}
	}
}

// writeDescription writes a description as a GraphQL string on its own line.
func writeDescription(out *strings.Builder, text, indent string, d detail) {
	const short = 100 // bytes
	switch d {
	case noDescriptions:
		return
	case shortDescriptions:
		text = firstSentence(text, short)
	case fullDetail:
		text = strings.Join(strings.Fields(text), " ")
	}
	if text != "" {
		out.WriteString(indent + quote(text) + "\n")
	}
}

// quote writes a GraphQL string value. GraphQL September 2025 §2.9.4 String Value.
func quote(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r < ' ':
			out.WriteByte(' ')
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

func definitionWord(kind ast.DefinitionKind) string {
	switch kind {
	case ast.Interface:
		return "interface"
	case ast.Union:
		return "union"
	case ast.Enum:
		return "enum"
	case ast.InputObject:
		return "input"
	case ast.Scalar:
		return "scalar"
	case ast.Object:
	}
	return "type"
}
