package compose

import "github.com/vektah/gqlparser/v2/ast"

// typeRef copies a type reference.
func (p *parts) typeRef(t *ast.Type) *typeRef {
	out := p.typeRefs.new()
	out.name, out.nonNull = t.NamedType, t.NonNull
	if t.Elem != nil {
		out.name, out.elem = "", p.typeRef(t.Elem)
	}
	return out
}

func valueKindOf(k ast.ValueKind) valueKind {
	switch k {
	case ast.IntValue:
		return intValue
	case ast.FloatValue:
		return floatValue
	case ast.StringValue, ast.BlockValue:
		return stringValue
	case ast.BooleanValue:
		return boolValue
	case ast.NullValue:
		return nullValue
	case ast.EnumValue:
		return enumLiteral
	case ast.ListValue:
		return listValue
	case ast.ObjectValue:
		return objectValue
	default:
		return variableValue
	}
}

// givenArguments copies the arguments of a directive or field.
func (p *parts) givenArguments(list ast.ArgumentList) []argument {
	if len(list) == 0 {
		return nil
	}
	out := p.arguments.take(len(list))
	for i, a := range list {
		out[i] = argument{a.Name, p.value(a.Value)}
	}
	return out
}

// value copies a literal; nil for none.
func (p *parts) value(v *ast.Value) *value {
	if v == nil {
		return nil
	}
	out := p.values.new()
	out.kind, out.raw, out.pos = valueKindOf(v.Kind), v.Raw, place(v.Position)
	switch v.Kind {
	case ast.ListValue:
		for _, c := range v.Children {
			out.items = append(out.items, p.value(c.Value))
		}
	case ast.ObjectValue:
		for _, c := range v.Children {
			out.fields = append(out.fields, argument{c.Name, p.value(c.Value)})
		}
	}
	return out
}
