package schema_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

func canonicalType(t *testing.T, d *ast.Definition) string {
	t.Helper()
	var parts []string
	for _, i := range d.Interfaces {
		parts = append(parts, "implements "+i)
	}
	for _, m := range d.Types {
		parts = append(parts, "member "+m)
	}
	for _, v := range d.EnumValues {
		parts = append(parts, "value "+v.Name+canonicalDirectives(v.Directives))
	}
	for _, f := range d.Fields {
		var args []string
		for _, a := range f.Arguments {
			args = append(args, fmt.Sprintf("%s:%s=%s%s", a.Name, a.Type, a.DefaultValue, canonicalDirectives(a.Directives)))
		}
		slices.Sort(args)
		parts = append(parts, fmt.Sprintf("%s(%s):%s=%s%s", f.Name, strings.Join(args, ","), f.Type, f.DefaultValue, canonicalDirectives(f.Directives)))
	}
	slices.Sort(parts)
	return fmt.Sprintf("%s %q%s {%s}", d.Kind, d.Description, canonicalDirectives(d.Directives), strings.Join(parts, "; "))
}

func canonicalDirectives(list ast.DirectiveList) string {
	var out []string
	for _, d := range list {
		text := " @" + d.Name
		for _, a := range d.Arguments {
			text += "(" + a.Name + ":" + a.Value.String() + ")"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, "")
}
