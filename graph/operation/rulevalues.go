package operation

import (
	"fmt"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// valuesOfCorrectType is §5.6.1 Values of Correct Type, §5.6.2 Input Object Field Names and §5.6.4 Input Object Required Fields.
func valuesOfCorrectType(events *core.Events, add func(*Error)) {
	events.OnValue(func(_ *core.Walker, v *ast.Value) {
		if v.Definition == nil || v.ExpectedType == nil || v.Kind == ast.Variable {
			return
		}
		expected := v.ExpectedType
		if v.Kind == ast.NullValue {
			if expected.NonNull {
				add(wrongValue(v))
			}
			return
		}
		if v.Kind == ast.ListValue {
			// A list where none is expected; custom scalars take anything.
			if expected.Elem == nil && !customScalar(v.Definition) {
				add(wrongValue(v))
			}
			return
		}
		switch v.Definition.Kind {
		case ast.Scalar:
			if !scalarLiteral(v.Definition.Name, v) {
				add(wrongValue(v))
			}
		case ast.Enum:
			enumLiteral(v, add)
		case ast.InputObject:
			if v.Kind == ast.ObjectValue {
				objectLiteral(v, add)
			} else {
				add(wrongValue(v))
			}
		case ast.Object, ast.Interface, ast.Union: // another rule's: not an input type
		}
	})
}

func wrongValue(v *ast.Value) *Error {
	return &Error{
		Message:   fmt.Sprintf("Expected value of type %q, found %s.", v.ExpectedType, v),
		Locations: at(v.Position), Failure: FailureWrongValue, Type: v.Definition.Name, Coordinate: v.Definition.Name,
	}
}

func customScalar(d *ast.Definition) bool {
	if d.Kind != ast.Scalar {
		return false
	}
	switch d.Name {
	case "Int", "Float", "String", "Boolean", "ID":
		return false
	}
	return true
}

// scalarLiteral reports whether a literal fits a scalar (§3.5, "Input Coercion" of each).
func scalarLiteral(name string, v *ast.Value) bool {
	switch name {
	case "Int":
		_, err := strconv.ParseInt(v.Raw, 10, 32)
		return v.Kind == ast.IntValue && err == nil
	case "Float":
		f, err := strconv.ParseFloat(v.Raw, 64)
		return (v.Kind == ast.IntValue || v.Kind == ast.FloatValue) && err == nil && !math.IsInf(f, 0)
	case "String":
		return v.Kind == ast.StringValue || v.Kind == ast.BlockValue
	case "Boolean":
		return v.Kind == ast.BooleanValue
	case "ID":
		return v.Kind == ast.StringValue || v.Kind == ast.BlockValue || v.Kind == ast.IntValue
	}
	return true
}

func enumLiteral(v *ast.Value, add func(*Error)) {
	switch {
	case v.Kind != ast.EnumValue:
		add(wrongValue(v))
	case v.Definition.EnumValues.ForName(v.Raw) == nil:
		add(&Error{
			Message:   fmt.Sprintf("Value %q does not exist in enum %q.", v.Raw, v.Definition.Name),
			Locations: at(v.Position), Failure: FailureUnknownEnumValue,
			Type: v.Definition.Name, Name: v.Raw, Coordinate: v.Definition.Name,
		})
	}
}

func objectLiteral(v *ast.Value, add func(*Error)) {
	d := v.Definition
	for _, f := range d.Fields {
		if f.Type.NonNull && f.DefaultValue == nil && v.Children.ForName(f.Name) == nil {
			add(&Error{
				Message:   fmt.Sprintf("Field \"%s.%s\" of required type %q was not provided.", d.Name, f.Name, f.Type),
				Locations: at(v.Position), Failure: FailureMissingInputField,
				Type: d.Name, Name: f.Name, Coordinate: d.Name + "." + f.Name,
			})
		}
	}
	for _, c := range v.Children {
		if d.Fields.ForName(c.Name) == nil {
			add(&Error{
				Message:   fmt.Sprintf("Field %q is not defined by type %q.", c.Name, d.Name),
				Locations: at(c.Position), Failure: FailureUnknownInputField, Type: d.Name, Name: c.Name, Coordinate: d.Name,
			})
		}
	}
	if d.Directives.ForName("oneOf") != nil {
		oneOfLiteral(v, add)
	}
}

// oneOfLiteral is §5.6.4: exactly one field, and neither null nor a variable that may be null.
func oneOfLiteral(v *ast.Value, add func(*Error)) {
	problem := ""
	if len(v.Children) != 1 {
		problem = fmt.Sprintf("OneOf input object %q must specify exactly one field.", v.Definition.Name)
	} else if c := v.Children[0]; c.Value.Kind == ast.NullValue {
		problem = fmt.Sprintf("Field \"%s.%s\" must not be null.", v.Definition.Name, c.Name)
	} else if def := c.Value.VariableDefinition; c.Value.Kind == ast.Variable && def != nil && !def.Type.NonNull {
		problem = fmt.Sprintf("Variable \"$%s\" must be non-null to be used for OneOf input object %q.", def.Variable, v.Definition.Name)
	}
	if problem != "" {
		add(&Error{
			Message: problem, Locations: at(v.Position), Failure: FailureWrongValue,
			Type: v.Definition.Name, Coordinate: v.Definition.Name,
		})
	}
}
