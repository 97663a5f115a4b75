package schema

import (
	"iter"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// CanonicalArguments prints an argument list in canonical form: arguments and input object fields sorted by name, strings as
// quoted strings, no white space. It does not change list.
func CanonicalArguments(list ast.ArgumentList) Arguments {
	if len(list) == 0 {
		return Arguments{}
	}
	if !slices.IsSortedFunc(list, compareArguments) {
		list = slices.Clone(list)
		slices.SortStableFunc(list, compareArguments)
	}
	var c canonical
	c.text = make([]byte, 0, 32)
	c.text = append(c.text, '(')
	for i, a := range list {
		if i > 0 {
			c.text = append(c.text, ',')
		}
		c.text = append(c.text, a.Name...)
		c.text = append(c.text, ':')
		c.value(a.Value)
	}
	c.text = append(c.text, ')')
	slices.Sort(c.variables)
	return Arguments{Text: string(c.text), Variables: slices.Compact(c.variables)}
}

func compareArguments(a, b *ast.Argument) int { return strings.Compare(a.Name, b.Name) }

// AppendValue appends a literal in canonical form: what CanonicalArguments prints for it.
func AppendValue(dst []byte, v *ast.Value) []byte {
	c := canonical{text: dst}
	c.value(v)
	return c.text
}

type canonical struct {
	text      []byte
	variables []string
}

func (c *canonical) value(v *ast.Value) {
	switch v.Kind {
	case ast.Variable:
		c.variables = append(c.variables, v.Raw)
		c.text = append(c.text, '$')
		c.text = append(c.text, v.Raw...)
	case ast.StringValue, ast.BlockValue:
		c.text = appendString(c.text, v.Raw)
	case ast.ListValue:
		c.text = append(c.text, '[')
		for i, item := range v.Children {
			if i > 0 {
				c.text = append(c.text, ',')
			}
			c.value(item.Value)
		}
		c.text = append(c.text, ']')
	case ast.ObjectValue:
		c.object(v.Children)
	case ast.IntValue, ast.FloatValue, ast.BooleanValue, ast.NullValue, ast.EnumValue:
		c.text = append(c.text, v.Raw...)
	}
}

func (c *canonical) object(fields ast.ChildValueList) {
	byName := func(a, b *ast.ChildValue) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(fields, byName) {
		fields = slices.Clone(fields)
		slices.SortStableFunc(fields, byName)
	}
	c.text = append(c.text, '{')
	for i, f := range fields {
		if i > 0 {
			c.text = append(c.text, ',')
		}
		c.text = append(c.text, f.Name...)
		c.text = append(c.text, ':')
		c.value(f.Value)
	}
	c.text = append(c.text, '}')
}

// appendString appends s as a GraphQL string literal (September 2025 §2.9.4 String Value).
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < 0x20 || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// The functions below read supergraph directives. An argument of the wrong kind reads as absent: supergraphs are
// written by machines, and the elements that matter are checked by what they refer to.

// applied are the applications of one directive.
func applied(list ast.DirectiveList, name string) iter.Seq[*ast.Directive] {
	return func(yield func(*ast.Directive) bool) {
		for _, d := range list {
			if d.Name == name && !yield(d) {
				return
			}
		}
	}
}

func argValue(d *ast.Directive, name string) *ast.Value {
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value
	}
	return nil
}

func argString(d *ast.Directive, name string) string {
	v := argValue(d, name)
	if v == nil || (v.Kind != ast.StringValue && v.Kind != ast.BlockValue && v.Kind != ast.EnumValue) {
		return ""
	}
	return v.Raw
}

func argBool(d *ast.Directive, name string, otherwise bool) bool {
	if v := argValue(d, name); v != nil && v.Kind == ast.BooleanValue {
		return v.Raw == "true"
	}
	return otherwise
}

// argList returns the items of a list argument; a single value stands for a list of one.
func argList(d *ast.Directive, name string) []*ast.Value {
	v := argValue(d, name)
	if v == nil || v.Kind == ast.NullValue {
		return nil
	}
	return items(v)
}

func items(v *ast.Value) []*ast.Value {
	if v.Kind != ast.ListValue {
		return []*ast.Value{v}
	}
	out := make([]*ast.Value, len(v.Children))
	for i, c := range v.Children {
		out[i] = c.Value
	}
	return out
}

func childString(v *ast.Value, name string) string {
	if c := v.Children.ForName(name); c != nil && c.Kind != ast.NullValue {
		return c.Raw
	}
	return ""
}
