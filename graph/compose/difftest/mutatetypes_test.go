package difftest

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

func named(name string) *ast.Type { return &ast.Type{NamedType: name} }

// anyType draws a type for an output position, or for an input position.
func (m *mutator) anyType(input bool) *ast.Type {
	names := []string{"ID", "String", "Int", "Int", "Boolean"}
	if input {
		names = append(names, m.typeNames(ast.Enum, ast.InputObject, ast.Scalar)...)
	} else {
		names = append(names, m.typeNames(ast.Object, ast.Interface, ast.Union, ast.Enum, ast.Scalar)...)
	}
	if m.chance(2) {
		names = m.typeNames()
	}
	name, ok := oneOf(m, names)
	if !ok {
		name = "Nowhere"
	}
	t := named(name)
	t.NonNull = m.chance(25)
	if m.chance(20) {
		t = &ast.Type{Elem: t, NonNull: m.chance(30)}
	}
	return t
}

// changeType changes the nullability, the lists or the name of the type of a
// field, input field or argument.
func (m *mutator) changeType() bool {
	o, ok := oneOf(m, m.fields())
	if !ok {
		return false
	}
	t, input := &o.field.Type, o.def.Kind == ast.InputObject
	if a, ok := oneOf(m, o.field.Arguments); ok && m.chance(50) {
		t, input = &a.Type, true
	}
	changed := **t
	switch {
	case m.chance(50):
		changed.NonNull = !changed.NonNull
		*t = &changed
	case m.chance(20):
		*t = &ast.Type{Elem: *t}
	case changed.Elem != nil && m.chance(60):
		*t = changed.Elem
	default:
		*t = m.anyType(input)
	}
	return true
}

// anyValue draws a value that mostly fits a type.
func (m *mutator) anyValue(t *ast.Type) *ast.Value {
	if m.chance(8) {
		return choose(m, &ast.Value{Kind: ast.NullValue, Raw: "null"}, stringValue("x"), intValue("1"), &ast.Value{Kind: ast.ObjectValue}, &ast.Value{Kind: ast.EnumValue, Raw: "NOWHERE"})
	}
	if t.Elem != nil {
		return &ast.Value{Kind: ast.ListValue, Children: ast.ChildValueList{{Value: m.anyValue(t.Elem)}}}
	}
	switch t.NamedType {
	case "Int", "ID":
		return intValue(choose(m, "1", "2"))
	case "Float":
		return choose(m, &ast.Value{Kind: ast.FloatValue, Raw: "1.5"}, intValue("1"))
	case "Boolean":
		return boolValue(m.chance(50))
	}
	for _, d := range definitionNamed(m.doc, t.NamedType) {
		if v, ok := oneOf(m, d.EnumValues); ok {
			return &ast.Value{Kind: ast.EnumValue, Raw: v.Name}
		}
		if d.Kind == ast.InputObject {
			object := &ast.Value{Kind: ast.ObjectValue}
			if f, ok := oneOf(m, d.Fields); ok && f.Type.Name() != t.NamedType {
				object.Children = ast.ChildValueList{{Name: f.Name, Value: m.anyValue(f.Type)}}
			}
			return object
		}
	}
	return stringValue(choose(m, "x", "y"))
}

func stringValue(s string) *ast.Value { return &ast.Value{Kind: ast.StringValue, Raw: s} }
func intValue(s string) *ast.Value    { return &ast.Value{Kind: ast.IntValue, Raw: s} }
func boolValue(b bool) *ast.Value {
	if b {
		return &ast.Value{Kind: ast.BooleanValue, Raw: "true"}
	}
	return &ast.Value{Kind: ast.BooleanValue, Raw: "false"}
}

func listValue(items ...*ast.Value) *ast.Value {
	v := &ast.Value{Kind: ast.ListValue}
	for _, i := range items {
		v.Children = append(v.Children, &ast.ChildValue{Value: i})
	}
	return v
}

func (m *mutator) addArgument() bool {
	o, ok := oneOf(m, m.fields(ast.Object, ast.Interface))
	if !ok {
		return false
	}
	a := &ast.ArgumentDefinition{Name: m.fresh("arg"), Type: m.anyType(true)}
	if o.field.Arguments.ForName(a.Name) != nil {
		return false
	}
	if m.chance(30) {
		a.DefaultValue = m.anyValue(a.Type)
	}
	o.field.Arguments = append(o.field.Arguments, a)
	if m.chance(50) {
		// The same argument in all subgraphs that have the field, so that it merges.
		for _, doc := range m.docs {
			for _, d := range definitionNamed(doc, o.def.Name) {
				if f := d.Fields.ForName(o.field.Name); f != nil && f.Arguments.ForName(a.Name) == nil {
					b := *a
					f.Arguments = append(f.Arguments, &b)
				}
			}
		}
	}
	return true
}

func (m *mutator) changeDefault() bool {
	o, ok := oneOf(m, m.fields())
	if !ok {
		return false
	}
	t, v := o.field.Type, &o.field.DefaultValue
	if o.def.Kind != ast.InputObject {
		a, ok := oneOf(m, o.field.Arguments)
		if !ok {
			return false
		}
		t, v = a.Type, &a.DefaultValue
	}
	if *v != nil && m.chance(40) {
		*v = nil
	} else {
		*v = m.anyValue(t)
	}
	return true
}

func (m *mutator) addField() bool {
	d, ok := oneOf(m, m.definitions(ast.Object, ast.Interface))
	if !ok {
		return false
	}
	f := &ast.FieldDefinition{Name: m.fresh("f"), Type: m.anyType(false)}
	if d.Fields.ForName(f.Name) != nil {
		return false
	}
	d.Fields = append(d.Fields, f)
	// Often in another subgraph too: shared, external, of another type.
	if from, ok := m.other(); ok && m.chance(60) {
		for _, e := range definitionNamed(from, d.Name) {
			if e.Kind == d.Kind && e.Fields.ForName(f.Name) == nil {
				e.Fields = append(e.Fields, cloneField(f))
				break
			}
		}
	}
	return true
}

func (m *mutator) addInputField() bool {
	d, ok := oneOf(m, m.definitions(ast.InputObject))
	if !ok {
		// None yet: a new one, with a field that takes it.
		o, ok := oneOf(m, m.fields(ast.Object))
		if !ok || m.doc.Definitions.ForName("In") != nil || o.field.Arguments.ForName("in") != nil {
			return false
		}
		m.doc.Definitions = append(m.doc.Definitions, &ast.Definition{Kind: ast.InputObject, Name: "In", Fields: ast.FieldList{{Name: m.fresh("f"), Type: m.anyType(true)}}})
		o.field.Arguments = append(o.field.Arguments, &ast.ArgumentDefinition{Name: "in", Type: named("In")})
		return true
	}
	f := &ast.FieldDefinition{Name: m.fresh("f"), Type: m.anyType(true)}
	if d.Fields.ForName(f.Name) != nil {
		return false
	}
	if m.chance(30) {
		f.DefaultValue = m.anyValue(f.Type)
	}
	d.Fields = append(d.Fields, f)
	return true
}

// changeKind makes an interface of an object, an object of an interface, or
// something else of anything.
func (m *mutator) changeKind() bool {
	d, ok := oneOf(m, m.doc.Definitions)
	if !ok {
		return false
	}
	switch {
	case d.Kind == ast.Object && m.chance(70):
		d.Kind = ast.Interface
	case d.Kind == ast.Interface && m.chance(70):
		d.Kind = ast.Object
	case d.Kind == ast.Union && m.chance(70):
		d.Kind, d.Types, d.TypePositions = ast.Interface, nil, nil
		d.Fields = ast.FieldList{{Name: "id", Type: named("ID")}}
	default:
		*d = ast.Definition{Kind: ast.Scalar, Name: d.Name, Directives: d.Directives}
	}
	return true
}

func (m *mutator) changeEnum() bool {
	d, ok := oneOf(m, m.definitions(ast.Enum))
	if !ok || m.chance(20) {
		o, ok := oneOf(m, m.fields(ast.Object))
		if !ok || m.doc.Definitions.ForName("Color") != nil {
			return false
		}
		for _, doc := range m.docs {
			if doc != m.doc && m.chance(50) || doc.Definitions.ForName("Color") != nil {
				continue
			}
			e := &ast.Definition{Kind: ast.Enum, Name: "Color", EnumValues: ast.EnumValueList{{Name: "RED"}}}
			if m.chance(50) {
				e.EnumValues = append(e.EnumValues, &ast.EnumValueDefinition{Name: "BLUE"})
			}
			doc.Definitions = append(doc.Definitions, e)
		}
		if m.chance(50) {
			o.field.Arguments = append(o.field.Arguments, &ast.ArgumentDefinition{Name: "color", Type: named("Color")})
		} else {
			o.field.Type = named("Color")
		}
		return true
	}
	name := choose(m, "RED", "BLUE", "GREEN", "NEW")
	if d.EnumValues.ForName(name) != nil {
		return false
	}
	d.EnumValues = append(d.EnumValues, &ast.EnumValueDefinition{Name: name})
	return true
}

// changeMembers adds a member to a union, or an interface to a type, whose
// fields the type gets, most of the time.
func (m *mutator) changeMembers() bool {
	d, ok := oneOf(m, m.definitions(ast.Union, ast.Object, ast.Interface))
	if !ok {
		return false
	}
	if d.Kind == ast.Union {
		name, ok := oneOf(m, m.typeNames(ast.Object))
		if !ok || slices.Contains(d.Types, name) {
			return false
		}
		d.Types = append(d.Types, name)
		return true
	}
	i, ok := oneOf(m, m.definitions(ast.Interface))
	if !ok || i.Name == d.Name || slices.Contains(d.Interfaces, i.Name) {
		return false
	}
	d.Interfaces = append(d.Interfaces, i.Name)
	if m.chance(85) {
		for _, f := range i.Fields {
			if d.Fields.ForName(f.Name) == nil {
				c := cloneField(f)
				c.Directives = nil
				d.Fields = append(d.Fields, c)
			}
		}
	}
	return true
}
