package compose

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// canonical is SDL with everything whose order means nothing put in order, one
// element a line, so that schemas compare as text and differences read well.
func canonical(t testing.TB, sdl string) string {
	t.Helper()
	doc, err := parser.ParseSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatalf("SDL does not parse: %v\n%s", err, sdl)
	}
	var lines []string
	add := func(parts ...string) { lines = append(lines, strings.Join(parts, " ")) }
	for _, s := range doc.Schema {
		for _, op := range s.OperationTypes {
			add("schema", string(op.Operation), op.Type)
		}
		for _, d := range canonicalDirectives(s.Directives) {
			add("schema", d)
		}
	}
	for _, d := range doc.Directives {
		locations := make([]string, len(d.Locations))
		for i, l := range d.Locations {
			locations[i] = string(l)
		}
		slices.Sort(locations)
		add("directive @"+d.Name, fmt.Sprint(d.IsRepeatable), strings.Join(locations, "|"), canonicalArguments(d.Arguments))
	}
	for _, d := range doc.Definitions {
		add(string(d.Kind), d.Name, quoteDescription(d.Description))
		for _, dir := range canonicalDirectives(d.Directives) {
			add(d.Name, dir)
		}
		for _, i := range d.Interfaces {
			add(d.Name, "implements", i)
		}
		for _, m := range d.Types {
			add(d.Name, "member", m)
		}
		for _, f := range d.Fields {
			def := ""
			if f.DefaultValue != nil {
				def = "= " + f.DefaultValue.String()
			}
			add(d.Name+"."+f.Name, canonicalArguments(f.Arguments), f.Type.String(), def, strings.Join(canonicalDirectives(f.Directives), " "), quoteDescription(f.Description))
		}
		for _, v := range d.EnumValues {
			add(d.Name+"."+v.Name, strings.Join(canonicalDirectives(v.Directives), " "), quoteDescription(v.Description))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func quoteDescription(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

func canonicalDirectives(list ast.DirectiveList) []string {
	out := make([]string, len(list))
	for i, d := range list {
		var args []string
		for _, a := range d.Arguments {
			args = append(args, a.Name+": "+canonicalValue(a.Value))
		}
		slices.Sort(args)
		out[i] = "@" + d.Name + "(" + strings.Join(args, ", ") + ")"
	}
	slices.Sort(out)
	return out
}

func canonicalValue(v *ast.Value) string {
	switch v.Kind {
	case ast.ObjectValue:
		var fields []string
		for _, c := range v.Children {
			fields = append(fields, c.Name+": "+canonicalValue(c.Value))
		}
		slices.Sort(fields)
		return "{" + strings.Join(fields, ", ") + "}"
	case ast.ListValue:
		var items []string
		for _, c := range v.Children {
			items = append(items, canonicalValue(c.Value))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return v.String()
}

func canonicalArguments(list ast.ArgumentDefinitionList) string {
	var out []string
	for _, a := range list {
		def := ""
		if a.DefaultValue != nil {
			def = " = " + a.DefaultValue.String()
		}
		out = append(out, a.Name+": "+a.Type.String()+def+" "+strings.Join(canonicalDirectives(a.Directives), " ")+quoteDescription(a.Description))
	}
	slices.Sort(out)
	return "(" + strings.Join(out, ", ") + ")"
}

// diffLines are the lines that only one of two texts has.
func diffLines(got, want string) string {
	have, need := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for _, l := range have {
		if !slices.Contains(need, l) {
			b.WriteString("+ " + l + "\n")
		}
	}
	for _, l := range need {
		if !slices.Contains(have, l) {
			b.WriteString("- " + l + "\n")
		}
	}
	return b.String()
}
