package repair

import "github.com/vektah/gqlparser/v2/ast"

// place is a position as errors state it.
type place struct{ line, column int }

func placeOf(p *ast.Position) place {
	if p == nil {
		return place{}
	}
	return place{p.Line, p.Column}
}

// member is a field of an input object literal with the object it stands in.
type member struct {
	object *ast.Value
	field  *ast.ChildValue
}

// places finds the node that an error is about by the error's position: the
// validator reports positions only.
type places struct {
	fields     map[place]*ast.Field
	values     map[place]*ast.Value
	members    map[place]member
	directives map[place]*ast.Directive
	variables  map[place]*ast.VariableDefinition
	operation  map[*ast.Value]*ast.OperationDefinition // which operation a value stands in; nil within fragments
	current    *ast.OperationDefinition
}

func locate(doc *ast.QueryDocument) places {
	at := places{
		fields: map[place]*ast.Field{}, values: map[place]*ast.Value{}, members: map[place]member{},
		directives: map[place]*ast.Directive{}, variables: map[place]*ast.VariableDefinition{},
		operation: map[*ast.Value]*ast.OperationDefinition{},
	}
	for _, op := range doc.Operations {
		at.current = op
		for _, v := range op.VariableDefinitions {
			at.variables[placeOf(v.Position)] = v
			at.value(v.DefaultValue)
		}
		at.directiveList(op.Directives)
		at.selections(op.SelectionSet)
	}
	at.current = nil
	for _, f := range doc.Fragments {
		at.directiveList(f.Directives)
		at.selections(f.SelectionSet)
	}
	return at
}

func (at *places) selections(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			at.fields[placeOf(s.Position)] = s
			for _, a := range s.Arguments {
				at.value(a.Value)
			}
			at.directiveList(s.Directives)
			at.selections(s.SelectionSet)
		case *ast.InlineFragment:
			at.directiveList(s.Directives)
			at.selections(s.SelectionSet)
		case *ast.FragmentSpread:
			at.directiveList(s.Directives)
		}
	}
}

func (at *places) directiveList(list ast.DirectiveList) {
	for _, d := range list {
		at.directives[placeOf(d.Position)] = d
		for _, a := range d.Arguments {
			at.value(a.Value)
		}
	}
}

func (at *places) value(v *ast.Value) {
	if v == nil {
		return
	}
	at.values[placeOf(v.Position)] = v
	at.operation[v] = at.current
	for _, c := range v.Children {
		if c.Name != "" {
			at.members[placeOf(c.Position)] = member{v, c}
		}
		at.value(c.Value)
	}
}

// hiddenMark ends the name of a hidden field or type while the document is
// validated, so that the validator does not know it either. No name can contain it.
const hiddenMark = "\x00"

// mask renames the fields and types that the view hides.
func (c *checker) mask() {
	if c.view.Hidden == nil {
		return
	}
	for _, op := range c.doc.Operations {
		for _, v := range op.VariableDefinitions {
			t := v.Type
			for t.Elem != nil {
				t = t.Elem
			}
			t.NamedType = c.masked(t.NamedType)
		}
		c.maskSelections(c.root(op.Operation), op.SelectionSet)
	}
	for _, f := range c.doc.Fragments {
		f.TypeCondition = c.masked(f.TypeCondition)
		c.maskSelections(c.view.Schema.Types[f.TypeCondition], f.SelectionSet)
	}
}

// masked is a type's name, marked when the type is hidden.
func (c *checker) masked(typeName string) string {
	if c.hidden(typeName, "") {
		return typeName + hiddenMark
	}
	return typeName
}

// maskSelections masks what is selected on parent; nil where that is unknown
// or hidden, for type conditions below name types all the same.
func (c *checker) maskSelections(parent *ast.Definition, set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			var below *ast.Definition
			if parent != nil {
				def := parent.Fields.ForName(s.Name)
				switch {
				case def == nil:
				case c.hidden(parent.Name, s.Name) || c.hidden(def.Type.Name(), ""):
					s.Name += hiddenMark
				default:
					below = c.view.Schema.Types[def.Type.Name()]
				}
			}
			c.maskSelections(below, s.SelectionSet)
		case *ast.InlineFragment:
			inner := parent
			if s.TypeCondition != "" {
				s.TypeCondition = c.masked(s.TypeCondition)
				inner = c.view.Schema.Types[s.TypeCondition]
			}
			c.maskSelections(inner, s.SelectionSet)
		}
	}
}

func (c *checker) root(kind ast.Operation) *ast.Definition {
	switch kind {
	case ast.Mutation:
		return c.view.Schema.Mutation
	case ast.Subscription:
		return c.view.Schema.Subscription
	case ast.Query:
	}
	return c.view.Schema.Query
}

func (c *checker) hidden(typeName, name string) bool {
	return c.view.Hidden != nil && (c.view.Hidden(typeName, name) || name != "" && c.view.Hidden(typeName, ""))
}
