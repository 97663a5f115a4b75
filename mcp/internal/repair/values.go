package repair

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// wrongValue handles a literal that does not fit its type, an input field that
// does not exist, and one that is missing.
func (c *checker) wrongValue(p *Problem, where place) {
	if m, ok := c.at.members[where]; ok && strings.Contains(p.Message, "is not defined by type") {
		c.unknownInputField(p, m)
		return
	}
	v := c.at.values[where]
	if v == nil || v.Definition == nil {
		return
	}
	def := v.Definition
	from := c.text.offset(p.Line, p.Column)
	switch def.Kind {
	case ast.Enum:
		p.Types = []string{def.Name}
		values := c.enumValues(def)
		near := nearest(v.Raw, values)
		switch {
		case slices.Contains(values, v.Raw):
			p.Hint = "Enum values are written without quotes."
			near = []string{v.Raw}
		case len(near) > 0:
			p.Message += didYouMean(near)
		default:
			p.Hint = "Values: " + list(values) + "."
		}
		if len(near) > 0 && (v.Kind == ast.EnumValue || v.Kind == ast.StringValue) {
			p.Edits = c.replaceLiteral(from, v, near[0])
		}
	case ast.InputObject:
		p.Types = []string{def.Name}
		p.Hint = def.Name + " takes " + c.inputFields(def) + "."
	case ast.Scalar:
		if fixed := convert(def.Name, v); fixed != "" {
			p.Edits = c.replaceLiteral(from, v, fixed)
		}
		if v.ExpectedType != nil {
			p.Hint = fmt.Sprintf("A value of type %s goes here.", v.ExpectedType)
		}
	case ast.Object, ast.Interface, ast.Union:
	}
}

// unknownInputField suggests a close field of the input object.
func (c *checker) unknownInputField(p *Problem, m member) {
	def := m.object.Definition
	p.Types = []string{def.Name}
	var free []string
	for _, f := range def.Fields {
		if m.object.Children.ForName(f.Name) == nil && !c.hidden(def.Name, f.Name) {
			free = append(free, f.Name)
		}
	}
	near := nearest(m.field.Name, free)
	p.Message += didYouMean(near)
	if len(near) > 0 {
		p.Edits = c.text.rename(c.text.offset(p.Line, p.Column), m.field.Name, near[0])
		return
	}
	p.Hint = def.Name + " takes " + c.inputFields(def) + "."
}

// replaceLiteral puts other text in the place of a one-token literal. The
// parser's position of a string is after its opening quote.
func (c *checker) replaceLiteral(from int, v *ast.Value, fixed string) []Edit {
	literal := v.Raw
	if v.Kind == ast.StringValue {
		literal = strconv.Quote(v.Raw)
		if from > 0 && c.text.src[from-1] == '"' {
			from--
		}
	}
	if !strings.HasPrefix(c.text.src[from:], literal) {
		return nil
	}
	return []Edit{{From: from, To: from + len(literal), New: fixed}}
}

// convert rewrites a literal as the built-in scalar, when the meaning is plain.
func convert(scalar string, v *ast.Value) string {
	switch scalar {
	case "String", "ID":
		if v.Kind == ast.IntValue || v.Kind == ast.FloatValue || v.Kind == ast.EnumValue || v.Kind == ast.BooleanValue {
			return strconv.Quote(v.Raw)
		}
	case "Int":
		if _, err := strconv.ParseInt(v.Raw, 10, 32); err == nil && v.Kind == ast.StringValue {
			return v.Raw
		}
	case "Float":
		if _, err := strconv.ParseFloat(v.Raw, 64); err == nil && v.Kind == ast.StringValue {
			return v.Raw
		}
	case "Boolean":
		if lower := strings.ToLower(v.Raw); lower == "true" || lower == "false" {
			return lower
		}
	}
	return ""
}

func (c *checker) enumValues(def *ast.Definition) []string {
	var out []string
	for _, v := range def.EnumValues {
		if !c.hidden(def.Name, v.Name) {
			out = append(out, v.Name)
		}
	}
	return out
}

// inputFields lists the fields of an input object with their types.
func (c *checker) inputFields(def *ast.Definition) string {
	var out []string
	for _, f := range def.Fields {
		if !c.hidden(def.Name, f.Name) {
			out = append(out, f.Name+": "+f.Type.String())
		}
	}
	joined := list(out)
	if def.Directives.ForName("oneOf") != nil {
		return "exactly one of " + joined
	}
	return joined
}

// listMost is how many names a sentence lists.
const listMost = 20

func list(names []string) string {
	if len(names) > listMost {
		return strings.Join(names[:listMost], ", ") + fmt.Sprintf(" and %d more", len(names)-listMost)
	}
	return strings.Join(names, ", ")
}
