package compose

import (
	"cmp"
	"slices"
	"strings"
)

func compareNames(a, b string) int { return cmp.Compare(a, b) }

// printSchema writes a schema as SDL: the schema definition, the directives and
// then the types by name; parts of a type in the order they have.
func printSchema(s *schema) string {
	p := &printer{}
	p.b.Grow(s.roughLength())
	p.schema(s)
	for _, d := range s.sortedDirectives() {
		p.directiveDef(d)
	}
	for _, t := range s.sortedTypes() {
		p.typeDef(t)
	}
	return p.b.String()
}

// roughLength is about how many bytes the schema prints to.
func (s *schema) roughLength() int {
	n := 1 << 12
	for _, t := range s.types {
		n += 32 + 44*len(t.applied) + 16*(len(t.inputs)+len(t.values)) + len(t.description)
		for _, f := range t.fields {
			n += 24 + 30*len(f.applied) + 16*len(f.args) + len(f.description)
		}
	}
	return n
}

type printer struct {
	b strings.Builder
}

func (p *printer) text(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

// gap separates definitions by an empty line.
func (p *printer) gap() {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
}

func (p *printer) schema(s *schema) {
	renamed := slices.ContainsFunc(operations[:], func(o operation) bool { return s.roots[o] != "" && s.roots[o] != o.typeName() })
	if len(s.applied) == 0 && s.description == "" && !renamed {
		return // the default root names need no schema definition
	}
	p.description(s.description, "")
	p.text("schema")
	p.appliedLines(s.applied)
	p.text("{\n")
	for _, o := range operations {
		if s.roots[o] != "" {
			p.text("  ", o.keyword(), ": ", s.roots[o], "\n")
		}
	}
	p.text("}\n")
}

// appliedLines writes directives one a line, and opens the line of the brace.
func (p *printer) appliedLines(applied []*directive) {
	if len(applied) == 0 {
		p.text(" ")
		return
	}
	for _, d := range applied {
		p.text("\n  ")
		d.write(&p.b)
	}
	p.text("\n")
}

func (p *printer) applied(applied []*directive) {
	for _, d := range applied {
		p.text(" ")
		d.write(&p.b)
	}
}

// String is GraphQL syntax.
func (d *directive) String() string {
	var b strings.Builder
	d.write(&b)
	return b.String()
}

func (d *directive) write(b *strings.Builder) {
	b.WriteByte('@')
	b.WriteString(d.name)
	writeArguments(b, d.args)
}

// description writes a block string at an indentation.
func (p *printer) description(text, indent string) {
	if text == "" {
		return
	}
	p.text(indent, `"""`, "\n")
	for line := range strings.SplitSeq(strings.ReplaceAll(text, `"""`, `\"""`), "\n") {
		if line != "" {
			p.text(indent, line)
		}
		p.text("\n")
	}
	p.text(indent, `"""`, "\n")
}

func (p *printer) directiveDef(d *directiveDef) {
	p.gap()
	p.description(d.description, "")
	p.text("directive @", d.name)
	p.arguments(d.args, "")
	if d.repeatable {
		p.text(" repeatable")
	}
	p.text(" on ", strings.Join(d.locations, " | "), "\n")
}

// arguments writes argument definitions, one a line when one is described.
func (p *printer) arguments(args []*input, indent string) {
	if len(args) == 0 {
		return
	}
	if !slices.ContainsFunc(args, func(a *input) bool { return a.description != "" }) {
		p.text("(")
		for i, a := range args {
			if i > 0 {
				p.text(", ")
			}
			p.input(a)
		}
		p.text(")")
		return
	}
	p.text("(\n")
	for _, a := range args {
		p.description(a.description, indent+"  ")
		p.text(indent, "  ")
		p.input(a)
		p.text("\n")
	}
	p.text(indent, ")")
}

func (p *printer) input(in *input) {
	p.text(in.name, ": ", in.typ.String())
	if in.def != nil {
		p.text(" = ")
		in.def.write(&p.b)
	}
	p.applied(in.applied)
}

func (p *printer) typeDef(t *typeDef) {
	p.gap()
	p.description(t.description, "")
	p.text([...]string{
		scalarKind: "scalar ", objectKind: "type ", interfaceKind: "interface ",
		unionKind: "union ", enumKind: "enum ", inputKind: "input ",
	}[t.kind], t.name)
	for i, n := range t.interfaces {
		if i == 0 {
			p.text(" implements ")
		} else {
			p.text(" & ")
		}
		p.text(n.name)
	}
	switch t.kind {
	case scalarKind:
		p.applied(t.applied)
		p.text("\n")
	case unionKind:
		p.applied(t.applied)
		p.text(" =")
		for i, member := range t.members {
			if i > 0 {
				p.text(" |")
			}
			p.text(" ", member.name)
		}
		p.text("\n")
	default:
		if len(t.fields)+len(t.inputs)+len(t.values) == 0 {
			p.applied(t.applied)
			p.text("\n")
			return
		}
		p.appliedLines(t.applied)
		p.typeBody(t)
	}
}

func (p *printer) typeBody(t *typeDef) {
	p.text("{\n")
	for _, f := range t.fields {
		p.description(f.description, "  ")
		p.text("  ", f.name)
		p.arguments(f.args, "  ")
		p.text(": ", f.typ.String())
		p.applied(f.applied)
		p.text("\n")
	}
	for _, in := range t.inputs {
		p.description(in.description, "  ")
		p.text("  ")
		p.input(in)
		p.text("\n")
	}
	for _, v := range t.values {
		p.description(v.description, "  ")
		p.text("  ", v.name)
		p.applied(v.applied)
		p.text("\n")
	}
	p.text("}\n")
}
