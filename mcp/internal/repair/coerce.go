package repair

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// checkVariables holds the variables' values against their types: GraphQL
// October 2021 §6.1.2 Coercing Variable Values.
func (c *checker) checkVariables(op *ast.OperationDefinition) {
	given := map[string][]byte{}
	if len(c.op.Variables) > 0 {
		err := rawjson.Members(c.op.Variables, func(k, v []byte) error {
			given[string(k)] = v
			return nil
		})
		if err != nil {
			c.input("", "The variables are not a JSON object.", nil)
			return
		}
	}
	var declared []string
	for _, d := range op.VariableDefinitions {
		declared = append(declared, d.Variable)
		v, ok := given[d.Variable]
		delete(given, d.Variable)
		switch {
		case ok:
			c.coerce("$"+d.Variable, d.Type, v)
		case d.Type.NonNull && d.DefaultValue == nil:
			c.input("$"+d.Variable, fmt.Sprintf("is required (%s) but variables does not give it.", d.Type), c.describe(d.Type))
		}
	}
	if len(c.problems) == 0 {
		return
	}
	for name := range given { // names that were given in vain explain what is missing
		if near := nearest(name, declared); len(near) > 0 {
			c.problems[0].Hint = fmt.Sprintf("variables has %q: did you mean %q?", name, near[0])
		}
	}
}

// coerce checks one JSON value against a type. The path is for the message.
func (c *checker) coerce(path string, t *ast.Type, v []byte) {
	kind := rawjson.KindOf(v)
	if kind == rawjson.Null {
		if t.NonNull {
			c.input(path, fmt.Sprintf("must not be null: its type is %s.", t), c.describe(t))
		}
		return
	}
	if t.Elem != nil {
		if kind != rawjson.Array { // a single value stands for a list of one
			c.coerce(path, t.Elem, v)
			return
		}
		i := 0
		_ = rawjson.Elements(v, func(e []byte) error { // checked by Members
			c.coerce(path+"["+strconv.Itoa(i)+"]", t.Elem, e)
			i++
			return nil
		})
		return
	}
	def := c.view.Schema.Types[t.NamedType]
	if def == nil {
		return
	}
	switch def.Kind {
	case ast.InputObject:
		c.coerceObject(path, def, v)
	case ast.Enum:
		c.coerceEnum(path, def, v)
	case ast.Scalar:
		if !scalarTakes(def.Name, v) {
			c.input(path, fmt.Sprintf("must be of type %s, not %s.", t, kind), nil)
		}
	case ast.Object, ast.Interface, ast.Union:
	}
}

func (c *checker) coerceObject(path string, def *ast.Definition, v []byte) {
	if kind := rawjson.KindOf(v); kind != rawjson.Object {
		c.input(path, fmt.Sprintf("must be an object of type %s, not %s.", def.Name, kind), []string{def.Name})
		return
	}
	var names []string
	_ = rawjson.Members(v, func(k, value []byte) error { // checked by the caller
		name := string(k)
		f := def.Fields.ForName(name)
		names = append(names, name)
		if f == nil || c.hidden(def.Name, name) {
			var known []string
			for _, f := range def.Fields {
				if !c.hidden(def.Name, f.Name) {
					known = append(known, f.Name)
				}
			}
			c.input(path+"."+name, "is not a field of "+def.Name+"."+didYouMean(nearest(name, known)), []string{def.Name})
			return nil
		}
		c.coerce(path+"."+name, f.Type, value)
		return nil
	})
	for _, f := range def.Fields {
		if f.Type.NonNull && f.DefaultValue == nil && !slices.Contains(names, f.Name) {
			c.input(path+"."+f.Name, fmt.Sprintf("is required (%s) but was not given.", f.Type), []string{def.Name})
		}
	}
	if def.Directives.ForName("oneOf") != nil && len(names) != 1 {
		c.input(path, "must have "+c.inputFields(def)+".", []string{def.Name})
	}
}

func (c *checker) coerceEnum(path string, def *ast.Definition, v []byte) {
	values := c.enumValues(def)
	value := string(v)
	if rawjson.KindOf(v) == rawjson.String {
		value = rawjson.Text(v)
		if slices.Contains(values, value) {
			return
		}
	}
	message := fmt.Sprintf("is %q, which is no value of the enum %s.", value, def.Name)
	if near := nearest(value, values); len(near) > 0 {
		message += didYouMean(near)
	} else {
		message += " Values: " + list(values) + "."
	}
	c.input(path, message, []string{def.Name})
}

// scalarTakes reports whether a built-in scalar accepts the JSON value; custom
// scalars accept anything here.
func scalarTakes(name string, v []byte) bool {
	kind := rawjson.KindOf(v)
	switch name {
	case "Int":
		n, err := strconv.ParseFloat(string(v), 64)
		return kind == rawjson.Number && err == nil && n == float64(int32(n))
	case "Float":
		return kind == rawjson.Number
	case "String":
		return kind == rawjson.String
	case "Boolean":
		return kind == rawjson.Bool
	case "ID":
		return kind == rawjson.String || kind == rawjson.Number && !strings.ContainsAny(string(v), ".eE")
	}
	return true
}

func (c *checker) describe(t *ast.Type) []string {
	if def := c.view.Schema.Types[t.Name()]; def != nil && def.Kind != ast.Scalar {
		return []string{def.Name}
	}
	return nil
}

func (c *checker) input(path, message string, types []string) {
	c.problems = append(c.problems, Problem{Code: CodeInput, Message: strings.TrimSpace("Variable " + path + " " + message), Types: types})
	if path == "" {
		c.problems[len(c.problems)-1].Message = message
	}
}
