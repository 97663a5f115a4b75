package graphtest

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// Resolver gives an [Executor] its values. It is called from one goroutine at a time for one execution, and from several
// for several executions.
type Resolver interface {
	// Root returns the object that an operation starts from; typ is the root type's name.
	Root(typ string) Object
	// Field returns the value of a field: nil, a leaf (bool, string, json.Number, int, float64), an Object, or an
	// []any of these. An error makes the field null.
	Field(o Object, f FieldCall) (any, error)
}

// FieldCall is a field with its arguments, defaults applied.
type FieldCall struct {
	Definition *ast.FieldDefinition
	Args       map[string]any
	Path       []any // response path: strings and ints; shared, not to be kept
}

// Error is an error of a response (GraphQL September 2025 §7.1.2 Errors).
type Error struct {
	Message string `json:"message"`
	Path    []any  `json:"path,omitempty"`
}

// Executor runs validated documents by the algorithm of GraphQL September 2025 §6. It answers no introspection except __typename.
type Executor struct {
	Schema   *ast.Schema
	Resolver Resolver
}

// Result is the outcome of an execution. Data is nil where null reached the root.
type Result struct {
	Data   *Map
	Errors []Error
}

type execution struct {
	*Executor
	vars   map[string]any
	errors []Error
}

// nulled tells the caller that a non-null position turned out null.
type nulled struct{}

// Execute runs op of doc, which must be validated against the schema.
func (e *Executor) Execute(op *ast.OperationDefinition, variables map[string]any) Result {
	vars, err := validator.VariableValues(e.Schema, op, variables)
	if err != nil {
		return Result{Errors: []Error{{Message: err.Error()}}}
	}
	root := e.Schema.Query
	switch op.Operation {
	case ast.Mutation:
		root = e.Schema.Mutation
	case ast.Subscription:
		root = e.Schema.Subscription
	case ast.Query:
	}
	x := &execution{Executor: e, vars: vars}
	data, bad := x.object(e.Resolver.Root(root.Name), []ast.SelectionSet{op.SelectionSet}, nil)
	if bad != nil {
		data = nil
	}
	return Result{Data: data, Errors: x.errors}
}

// collected is one response key with all fields that share it.
type collected struct {
	key    string
	fields []*ast.Field
}

func (x *execution) collect(typ string, sets []ast.SelectionSet) []*collected {
	var out []*collected
	var visit func(set ast.SelectionSet)
	visit = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch s := sel.(type) {
			case *ast.Field:
				if !x.included(s.Directives) {
					continue
				}
				i := slices.IndexFunc(out, func(c *collected) bool { return c.key == s.Alias })
				if i < 0 {
					i = len(out)
					out = append(out, &collected{key: s.Alias})
				}
				out[i].fields = append(out[i].fields, s)
			case *ast.InlineFragment:
				if x.included(s.Directives) && (s.TypeCondition == "" || x.is(typ, s.TypeCondition)) {
					visit(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if x.included(s.Directives) && x.is(typ, s.Definition.TypeCondition) {
					visit(s.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		visit(set)
	}
	return out
}

func (x *execution) included(directives ast.DirectiveList) bool {
	condition := func(name string, otherwise bool) bool {
		d := directives.ForName(name)
		if d == nil {
			return otherwise
		}
		v, _ := d.ArgumentMap(x.vars)["if"].(bool)
		return v
	}
	return !condition("skip", false) && condition("include", true)
}

// is reports whether the object type belongs to the named type.
func (x *execution) is(object, name string) bool {
	def := x.Schema.Types[name]
	return object == name || def != nil && def.IsAbstractType() && isPossible(x.Schema, def, object)
}

func isPossible(s *ast.Schema, abstract *ast.Definition, object string) bool {
	return slices.ContainsFunc(s.GetPossibleTypes(abstract), func(d *ast.Definition) bool { return d.Name == object })
}

func (x *execution) object(o Object, sets []ast.SelectionSet, path []any) (*Map, *nulled) {
	out := &Map{}
	def := x.Schema.Types[o.Type]
	for _, c := range x.collect(o.Type, sets) {
		first := c.fields[0]
		at := append(slices.Clip(path), c.key)
		if first.Name == "__typename" {
			out.Set(c.key, o.Type)
			continue
		}
		fieldDef := def.Fields.ForName(first.Name)
		if fieldDef == nil {
			x.fail(at, fmt.Errorf("type %s has no field %s", o.Type, first.Name))
			return nil, &nulled{}
		}
		call := FieldCall{Definition: fieldDef, Args: argumentMap(fieldDef, first, x.vars), Path: at}
		value, err := x.Resolver.Field(o, call)
		if err != nil {
			x.fail(at, err)
			value = nil
		}
		completed, bad := x.complete(fieldDef.Type, value, c.fields, at, err == nil)
		if bad != nil {
			return nil, bad
		}
		out.Set(c.key, completed)
	}
	return out, nil
}

// argumentMap is ArgumentMap of the definition that the object's own type has, which may declare more arguments than an
// interface's.
func argumentMap(def *ast.FieldDefinition, f *ast.Field, vars map[string]any) map[string]any {
	concrete := *f
	concrete.Definition = def
	return concrete.ArgumentMap(vars)
}

// complete is CompleteValue (§6.4.3). report is false where an error was already recorded for the position.
func (x *execution) complete(t *ast.Type, value any, fields []*ast.Field, path []any, report bool) (any, *nulled) {
	out, ok := x.completeNullable(t, value, fields, path)
	if !ok { // an error below was recorded and reached this position
		out, report = nil, false
	}
	if out == nil && t.NonNull {
		if report {
			x.fail(path, fmt.Errorf("null at a non-null position"))
		}
		return nil, &nulled{}
	}
	return out, nil
}

func (x *execution) completeNullable(t *ast.Type, value any, fields []*ast.Field, path []any) (any, bool) {
	if value == nil {
		return nil, true
	}
	if t.Elem != nil {
		return x.list(t.Elem, value, fields, path)
	}
	def := x.Schema.Types[t.NamedType]
	if !def.IsCompositeType() {
		leaf, err := coerceLeaf(def, value)
		if err != nil {
			x.fail(path, err)
			return nil, false
		}
		return leaf, true
	}
	o, ok := value.(Object)
	if !ok || !x.is(o.Type, def.Name) {
		x.fail(path, fmt.Errorf("value %v is no %s", value, def.Name))
		return nil, false
	}
	sets := make([]ast.SelectionSet, len(fields))
	for i, f := range fields {
		sets[i] = f.SelectionSet
	}
	out, bad := x.object(o, sets, path)
	if bad != nil {
		return nil, false
	}
	return out, true
}

func (x *execution) list(elem *ast.Type, value any, fields []*ast.Field, path []any) (any, bool) {
	items, ok := value.([]any)
	if !ok {
		x.fail(path, fmt.Errorf("value %v is no list", value))
		return nil, false
	}
	out := make([]any, len(items))
	for i, item := range items {
		at := append(slices.Clip(path), i)
		err, failed := item.(error)
		if failed {
			x.fail(at, err)
			item = nil
		}
		completed, bad := x.complete(elem, item, fields, at, !failed)
		if bad != nil {
			return nil, false
		}
		out[i] = completed
	}
	return out, true
}

func (x *execution) fail(path []any, err error) {
	x.errors = append(x.errors, Error{Message: err.Error(), Path: slices.Clone(path)})
}

// coerceLeaf is result coercion (§3.5 Scalars, §3.9 Enums); custom scalars pass as they are.
func coerceLeaf(def *ast.Definition, value any) (any, error) {
	wrong := fmt.Errorf("value %v (%T) is no %s", value, value, def.Name)
	if def.Kind == ast.Enum {
		s, ok := value.(string)
		if !ok || def.EnumValues.ForName(s) == nil {
			return nil, wrong
		}
		return s, nil
	}
	switch def.Name {
	case "Int":
		n, err := strconv.ParseInt(fmt.Sprint(value), 10, 64)
		if err != nil || n > math.MaxInt32 || n < math.MinInt32 {
			return nil, wrong
		}
		return json.Number(strconv.FormatInt(n, 10)), nil
	case "Float":
		if _, err := strconv.ParseFloat(fmt.Sprint(value), 64); err != nil {
			return nil, wrong
		}
		return json.Number(fmt.Sprint(value)), nil
	case "Boolean":
		if b, ok := value.(bool); ok {
			return b, nil
		}
		return nil, wrong
	case "String", "ID":
		switch value.(type) {
		case string, json.Number, int, int64:
			return fmt.Sprint(value), nil
		}
		return nil, wrong
	default:
		return value, nil
	}
}
