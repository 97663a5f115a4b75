package repair

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// undefinedVariable declares the variable with the type of the place it is used in.
func (c *checker) undefinedVariable(p *Problem, v *ast.Value) {
	if v == nil {
		return
	}
	op := c.at.operation[v]
	if op == nil {
		op = c.doc.Operations[0]
	}
	var names []string
	for _, d := range op.VariableDefinitions {
		names = append(names, d.Variable)
	}
	if near := nearest(v.Raw, names); len(near) > 0 && distance(v.Raw, near[0]) <= 2 {
		p.Message += didYouMean([]string{"$" + near[0]})
		p.Edits = c.text.rename(c.text.offset(p.Line, p.Column), v.Raw, near[0])
		return
	}
	if v.ExpectedType == nil {
		p.Hint = "Declare it on the operation, with its type."
		return
	}
	p.Hint = fmt.Sprintf("Declare it on the operation: $%s: %s", v.Raw, v.ExpectedType)
	p.Edits = c.declare(op, v.Raw, v.ExpectedType.String())
}

// unusedVariable removes the declaration.
func (c *checker) unusedVariable(p *Problem, d *ast.VariableDefinition) {
	p.Hint = "Use it in the operation, or remove its declaration."
	if d == nil {
		return
	}
	op := c.operationAt(c.text.offset(d.Position.Line, d.Position.Column))
	if op == nil || len(op.VariableDefinitions) != 1 {
		return
	}
	start := c.text.offset(op.Position.Line, op.Position.Column)
	open := strings.IndexByte(c.text.src[start:], '(')
	if open < 0 {
		return
	}
	if end := c.text.match(start + open); end > 0 {
		p.Edits = []Edit{{From: start + open, To: end}}
	}
}

// variableType declares the variable with the type that its use asks for.
func (c *checker) variableType(p *Problem, v *ast.Value) {
	if v == nil || v.VariableDefinition == nil || v.ExpectedType == nil {
		return
	}
	d := v.VariableDefinition
	p.Hint = fmt.Sprintf("Declare it as $%s: %s", d.Variable, v.ExpectedType)
	if def := c.view.Schema.Types[v.ExpectedType.Name()]; def != nil && def.Kind != ast.Scalar {
		p.Types = []string{def.Name}
	}
	from := c.text.offset(d.Position.Line, d.Position.Column)
	colon := strings.IndexByte(c.text.src[from:], ':')
	if colon < 0 {
		return
	}
	start := c.text.space(from + colon + 1)
	if declared := d.Type.String(); strings.HasPrefix(c.text.src[start:], declared) {
		p.Edits = []Edit{{From: start, To: start + len(declared), New: v.ExpectedType.String()}}
	}
}
