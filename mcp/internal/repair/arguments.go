package repair

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// unknownArgument handles arguments of fields and of directives.
func (c *checker) unknownArgument(p *Problem, where place) {
	var args ast.ArgumentList
	var defs ast.ArgumentDefinitionList
	if f := c.at.fields[where]; f != nil && f.Definition != nil {
		args, defs = f.Arguments, c.arguments(f.Definition)
		p.Hint = "The field is " + c.signature(f.Definition) + "."
		p.Types = inputTypes(c.view.Schema, defs)
	} else if d := c.at.directives[where]; d != nil && d.Definition != nil {
		args, defs = d.Arguments, d.Definition.Arguments
	}
	name := firstQuoted(p.Message)
	arg := args.ForName(name)
	if arg == nil {
		return
	}
	var free []string
	for _, def := range defs {
		if args.ForName(def.Name) == nil {
			free = append(free, def.Name)
		}
	}
	near := nearest(name, free)
	p.Message += didYouMean(near)
	p.Line, p.Column = arg.Position.Line, arg.Position.Column
	if len(near) > 0 {
		p.Edits = c.text.rename(c.text.offset(p.Line, p.Column), name, near[0])
	}
	if len(defs) == 0 {
		p.Hint = "It takes no arguments: remove the parentheses."
		if open := strings.LastIndexByte(c.text.src[:c.text.offset(p.Line, p.Column)], '('); open >= 0 && len(args) == 1 {
			if end := c.text.match(open); end > 0 {
				p.Edits = []Edit{{From: open, To: end}}
			}
		}
	}
}

// missingArgument passes a required argument as a variable.
func (c *checker) missingArgument(p *Problem, f *ast.Field) {
	if f == nil || f.Definition == nil {
		return
	}
	for _, def := range f.Definition.Arguments {
		if !strings.Contains(p.Message, `argument "`+def.Name+`"`) {
			continue
		}
		p.Hint = fmt.Sprintf("The field is %s. Pass it, for example as a variable: declare $%s: %s on the operation.", c.signature(f.Definition), def.Name, def.Type)
		p.Types = inputTypes(c.view.Schema, ast.ArgumentDefinitionList{def})
		end := c.nameEnd(f, f.Name)
		if end < 0 {
			return
		}
		edit := Edit{From: end, To: end, New: fmt.Sprintf("(%s: $%s)", def.Name, def.Name)}
		if next := c.text.space(end); len(f.Arguments) > 0 && c.text.src[next] == '(' {
			edit = Edit{From: next + 1, To: next + 1, New: fmt.Sprintf("%s: $%s, ", def.Name, def.Name)}
		}
		p.Edits = append([]Edit{edit}, c.declare(c.operationAt(edit.From), def.Name, def.Type.String())...)
		return
	}
}

// operationAt is the operation whose text holds the offset: the last that
// starts before it.
func (c *checker) operationAt(offset int) *ast.OperationDefinition {
	var found *ast.OperationDefinition
	for _, op := range c.doc.Operations {
		if c.text.offset(op.Position.Line, op.Position.Column) <= offset {
			found = op
		}
	}
	return found
}

// declare is the edit that adds a variable to an operation; nil when it is
// declared already.
func (c *checker) declare(op *ast.OperationDefinition, name, typ string) []Edit {
	if op == nil || op.VariableDefinitions.ForName(name) != nil {
		return nil
	}
	definition := "$" + name + ": " + typ
	start := c.text.offset(op.Position.Line, op.Position.Column)
	if len(op.VariableDefinitions) > 0 {
		open := strings.IndexByte(c.text.src[start:], '(')
		if open < 0 {
			return nil
		}
		return []Edit{{From: start + open + 1, To: start + open + 1, New: definition + ", "}}
	}
	if c.text.src[start] == '{' {
		return []Edit{{From: start, To: start, New: "query (" + definition + ") "}}
	}
	word := string(op.Operation)
	if op.Name != "" {
		word = op.Name
	}
	at := c.text.word(start, word)
	if op.Name != "" && op.Name == string(op.Operation) { // `query query { … }`
		at = c.text.word(at+len(word), word)
	}
	if at < 0 {
		return nil
	}
	return []Edit{{From: at + len(word), To: at + len(word), New: "(" + definition + ")"}}
}

// arguments are those of a field that the caller may know.
func (c *checker) arguments(f *ast.FieldDefinition) ast.ArgumentDefinitionList {
	var out ast.ArgumentDefinitionList
	for _, a := range f.Arguments {
		if !c.hidden(a.Type.Name(), "") {
			out = append(out, a)
		}
	}
	return out
}

// signature writes a field with its arguments and type as SDL does.
func (c *checker) signature(f *ast.FieldDefinition) string {
	var b strings.Builder
	b.WriteString(f.Name)
	args := c.arguments(f)
	for i, a := range args {
		if i == 0 {
			b.WriteByte('(')
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s: %s", a.Name, a.Type)
		if a.DefaultValue != nil {
			b.WriteString(" = " + a.DefaultValue.String())
		}
	}
	if len(args) > 0 {
		b.WriteByte(')')
	}
	return b.String() + ": " + f.Type.String()
}

// inputTypes names the enums and input objects that arguments take.
func inputTypes(s *ast.Schema, args ast.ArgumentDefinitionList) []string {
	var out []string
	for _, a := range args {
		if d := s.Types[a.Type.Name()]; d != nil && (d.Kind == ast.Enum || d.Kind == ast.InputObject) {
			out = append(out, d.Name)
		}
	}
	return out
}
