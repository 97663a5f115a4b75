package operation

import (
	"bytes"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// Variables are the coerced variables of one request. They refer to the bytes given to CoerceVariables, which must not change.
type Variables struct {
	def    *definition
	values [][]byte // by position of the declaration; nil for a variable without a value
}

// Len returns the number of declared variables.
func (v *Variables) Len() int { return len(v.values) }

// At returns the name and JSON text of the i-th declared variable; value is nil where it has neither value nor default.
func (v *Variables) At(i int) (name string, value []byte) {
	return v.def.variables[i].Variable, v.values[i]
}

// Get returns the JSON text of a variable; ok is false where the variable has neither value nor default, or is not declared.
func (v *Variables) Get(name string) (value []byte, ok bool) {
	for i, def := range v.def.variables {
		if def.Variable == name {
			return v.values[i], v.values[i] != nil
		}
	}
	return nil, false
}

// Bool reports whether a variable is true: the values that Document.Normalize asks for.
func (v *Variables) Bool(name string) bool {
	value, _ := v.Get(name)
	return string(value) == "true"
}

// Conditions returns the values of Boolean variables that decide @skip and @include, as one '0' or '1' each. The error is an *Error for a variable
// that is null: the arguments there are not nullable (GraphQL September 2025 §5.8.5 leaves that case of a variable with a default to execution).
func (v *Variables) Conditions(names []string) (string, error) {
	bits := make([]byte, len(names))
	for i, name := range names {
		switch value, _ := v.Get(name); string(value) {
		case "true":
			bits[i] = '1'
		case "false":
			bits[i] = '0'
		default:
			return "", &Error{
				Message: fmt.Sprintf("Variable \"$%s\" must not be null: it decides @skip or @include.", name),
				Code:    CodeVariable, Path: "$" + name, Failure: FailureWrongValue, Type: "Boolean",
			}
		}
	}
	return string(bits), nil
}

// CoerceVariables checks the variables of a request against the operation's declarations (GraphQL September 2025 §6.1.2 Coercing Variable
// Values) and applies defaults. raw is the JSON object of variables; empty or null stands for none.
//
// Values are kept as the client wrote them: numbers are never parsed into floats, a single value for a list stays one, and
// defaults inside input objects are left to the subgraph that owns the type. A member that no variable declares is ignored, as the specification has it.
func (d *Document) CoerceVariables(opName string, raw []byte) (*Variables, ErrorList) {
	def, err := d.definition(opName)
	if err != nil {
		return nil, ErrorList{err.(*Error)} //nolint:errorlint // definition returns nothing else
	}
	c := coercer{d: d, raw: raw}
	vars := &Variables{def: def, values: make([][]byte, len(def.variables))}
	if !c.spans(vars) {
		return nil, ErrorList{{Message: "The variables are not a JSON object.", Code: CodeVariable, Failure: FailureVariable}}
	}
	for i, v := range def.variables {
		c.path = append(append(c.path[:0], '$'), v.Variable...)
		c.variable = v
		if vars.values[i] == nil {
			vars.values[i] = c.fallback(v)
			continue
		}
		c.check(v.Type, vars.values[i], 0)
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return vars, nil
}

type coercer struct {
	d        *Document
	raw      []byte
	path     []byte
	variable *ast.VariableDefinition
	errs     ErrorList
}

// spans finds the values of the declared variables and checks that raw is JSON.
func (c *coercer) spans(vars *Variables) bool {
	i := skipSpace(c.raw, 0)
	if i == len(c.raw) {
		return true
	}
	if c.raw[i] != '{' {
		kind, end := scanValue(c.raw, i, 0)
		return kind == jsonNull && skipSpace(c.raw, end) == len(c.raw)
	}
	end, ok := scanMembers(c.raw, i, func(key, value int) (int, bool) {
		kind, end := scanValue(c.raw, value, 0)
		if kind == jsonInvalid {
			return end, false
		}
		keyEnd, _ := scanString(c.raw, key)
		name, plain := unquote(c.raw[key:keyEnd])
		for i, v := range vars.def.variables {
			if plain && string(name) == v.Variable {
				if vars.values[i] != nil {
					return end, false // two values for one variable: a later reader might take the other one
				}
				vars.values[i] = c.raw[value:end:end]
			}
		}
		return end, true
	})
	return ok && skipSpace(c.raw, end) == len(c.raw)
}

// fallback returns the default of a variable without a value.
func (c *coercer) fallback(v *ast.VariableDefinition) []byte {
	switch {
	case v.DefaultValue != nil:
		return appendJSON(nil, v.DefaultValue)
	case v.Type.NonNull:
		c.fail(FailureVariable, fmt.Sprintf("of required type %q was not provided", v.Type), v.Type.Name(), v.Variable)
	}
	return nil
}

// fail reports a fault at the current path.
func (c *coercer) fail(failure Failure, what, typeName, name string) {
	if len(c.errs) >= maxErrors {
		return
	}
	path := string(c.path)
	c.errs = append(c.errs, &Error{
		Message: fmt.Sprintf("Variable %q %s.", path, what),
		Code:    CodeVariable, Locations: at(c.variable.Position), Path: path, Failure: failure, Type: typeName, Name: name,
	})
}

// check checks the value at i of the valid JSON b against t (§3.12.1, "Input Coercion") and returns the value's end.
func (c *coercer) check(t *ast.Type, b []byte, i int) int {
	switch {
	case b[i] == 'n':
		if t.NonNull {
			c.fail(FailureWrongValue, fmt.Sprintf("of non-null type %q must not be null", t), t.Name(), "")
		}
		return i + len("null")
	case t.Elem == nil:
		return c.checkNamed(t, b, i)
	case b[i] != '[':
		return c.check(t.Elem, b, i) // a single value stands for a list of one
	}
	mark, n := len(c.path), 0
	end, _ := scanItems(b, i, func(item int) (int, bool) {
		c.path = appendIndex(c.path[:mark], n)
		n++
		return c.check(t.Elem, b, item), true
	})
	c.path = c.path[:mark]
	return end
}

func (c *coercer) checkNamed(t *ast.Type, b []byte, i int) int {
	def := c.d.schema.API.Types[t.NamedType]
	if def.Kind == ast.InputObject && b[i] == '{' {
		return c.checkObject(def, b, i)
	}
	kind, end := scanValue(b, i, 0)
	switch def.Kind {
	case ast.Scalar:
		if !scalarValue(def.Name, b[i:end], kind) {
			c.fail(FailureWrongValue, fmt.Sprintf("must be a value of type %q, not %s", def.Name, wrong(kind)), def.Name, "")
		}
	case ast.Enum:
		c.checkEnum(def, b[i:end], kind)
	case ast.InputObject:
		c.fail(FailureWrongValue, fmt.Sprintf("must be an object of type %q, not %s", def.Name, kind), def.Name, "")
	case ast.Object, ast.Interface, ast.Union: // VariablesAreInputTypes refuses them
	}
	return end
}

// wrong tells what kind of value stands at a wrong place, without its content.
func wrong(kind jsonKind) string {
	if kind == jsonInt {
		return "this integer" // which may be one out of range
	}
	return kind.String()
}

func (c *coercer) checkEnum(def *ast.Definition, value []byte, kind jsonKind) {
	if kind == jsonString {
		name, plain := unquote(value)
		for _, v := range def.EnumValues {
			if plain && string(name) == v.Name {
				return
			}
		}
		c.fail(FailureUnknownEnumValue, fmt.Sprintf("is not a value of enum %q", def.Name), def.Name, string(bytes.Trim(value, `"`)))
		return
	}
	c.fail(FailureWrongValue, fmt.Sprintf("must be a string with a value of enum %q, not %s", def.Name, kind), def.Name, "")
}

func (c *coercer) checkObject(def *ast.Definition, b []byte, i int) int {
	mark := len(c.path)
	given := make([]bool, len(def.Fields))
	members, nulls := 0, 0
	end, _ := scanMembers(b, i, func(key, value int) (int, bool) {
		members++
		if b[value] == 'n' {
			nulls++
		}
		keyEnd, _ := scanString(b, key)
		name := b[key+1 : keyEnd-1]
		c.path = append(append(c.path[:mark], '.'), name...)
		f := fieldIndex(def.Fields, name)
		if f >= 0 && !given[f] {
			given[f] = true
			return c.check(def.Fields[f].Type, b, value), true
		}
		if f < 0 {
			c.fail(FailureUnknownInputField, fmt.Sprintf("is not defined by type %q", def.Name), def.Name, string(name))
		} else {
			c.fail(FailureWrongValue, "is given twice", def.Name, string(name))
		}
		_, end := scanValue(b, value, 0)
		return end, true
	})
	c.path = c.path[:mark]
	if def.Directives.ForName("oneOf") != nil && (members != 1 || nulls != 0) {
		c.fail(FailureWrongValue, fmt.Sprintf("must have exactly one field of OneOf type %q, and not null", def.Name), def.Name, "")
	}
	for f, field := range def.Fields {
		if !given[f] && field.Type.NonNull && field.DefaultValue == nil {
			c.path = append(append(c.path[:mark], '.'), field.Name...)
			c.fail(FailureMissingInputField, fmt.Sprintf("of required type %q was not provided", field.Type), def.Name, field.Name)
		}
	}
	c.path = c.path[:mark]
	return end
}

func fieldIndex(fields ast.FieldList, name []byte) int {
	for i, f := range fields {
		if f.Name == string(name) {
			return i
		}
	}
	return -1
}
