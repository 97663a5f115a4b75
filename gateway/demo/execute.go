package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
)

// object is a value of an object type. The key "__typename" names the type where the schema allows several.
type object map[string]any

// resolver computes one field of a parent object. It returns nil, a scalar, an object, or a slice of those.
type resolver func(ctx context.Context, parent object, args map[string]any) (any, error)

// execution runs one validated operation (GraphQL October 2021, section 6): fields in order, one after the other.
type execution struct {
	service   *service
	document  *ast.QueryDocument
	variables map[string]any
	errors    gqlerror.List
}

// response is what a client gets.
type response struct {
	Data   any           `json:"data"`
	Errors gqlerror.List `json:"errors,omitempty"`
}

// execute runs a query or mutation, or one event of a subscription, whose root is then the event's object.
func (s *service) execute(ctx context.Context, doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any, root object) response {
	e := &execution{service: s, document: doc, variables: variables}
	data, ok := e.selection(ctx, s.rootType(op.Operation), root, []ast.SelectionSet{op.SelectionSet}, nil)
	if !ok {
		return response{Errors: e.errors}
	}
	return response{Data: data, Errors: e.errors}
}

func (s *service) rootType(operation ast.Operation) *ast.Definition {
	switch operation {
	case ast.Mutation:
		return s.schema.Mutation
	case ast.Subscription:
		return s.schema.Subscription
	case ast.Query:
	}
	return s.schema.Query
}

// selection executes the merged selection sets on an object; false means that a non-null field was null (section 6.4.4).
func (e *execution) selection(ctx context.Context, t *ast.Definition, parent object, sets []ast.SelectionSet, path ast.Path) (any, bool) {
	out := members{}
	for _, group := range e.collect(t, sets) {
		field := group[0]
		here := append(slices.Clip(path), ast.PathName(field.Alias))
		value, ok := e.field(ctx, t, parent, group, here)
		if !ok {
			return nil, false
		}
		out = append(out, member{field.Alias, value})
	}
	return out, true
}

// collect groups the fields that apply to the type by response key, in order of appearance (section 6.3.2).
func (e *execution) collect(t *ast.Definition, sets []ast.SelectionSet) [][]*ast.Field {
	var groups [][]*ast.Field
	index := map[string]int{}
	var visit func(set ast.SelectionSet)
	visit = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if e.skipped(s.Directives) {
					continue
				}
				i, ok := index[s.Alias]
				if !ok {
					i = len(groups)
					index[s.Alias] = i
					groups = append(groups, nil)
				}
				groups[i] = append(groups[i], s)
			case *ast.InlineFragment:
				if !e.skipped(s.Directives) && e.applies(s.TypeCondition, t) {
					visit(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if fragment := e.document.Fragments.ForName(s.Name); !e.skipped(s.Directives) && e.applies(fragment.TypeCondition, t) {
					visit(fragment.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		visit(set)
	}
	return groups
}

func (e *execution) skipped(directives ast.DirectiveList) bool {
	if d := directives.ForName("skip"); d != nil && d.ArgumentMap(e.variables)["if"] == true {
		return true
	}
	d := directives.ForName("include")
	return d != nil && d.ArgumentMap(e.variables)["if"] != true
}

func (e *execution) applies(condition string, t *ast.Definition) bool {
	if condition == "" || condition == t.Name {
		return true
	}
	for _, possible := range e.service.schema.PossibleTypes[condition] {
		if possible.Name == t.Name {
			return true
		}
	}
	return false
}

// errIntrospection is what __schema and __type get: tools read the SDL instead.
var errIntrospection = errors.New("introspection is not served here: ask for _service { sdl }")

func (e *execution) field(ctx context.Context, t *ast.Definition, parent object, group []*ast.Field, path ast.Path) (any, bool) {
	field := group[0]
	if field.Name == "__typename" {
		return t.Name, true
	}
	value, err := e.resolve(ctx, t, parent, field)
	if err != nil {
		e.fail(field, path, err)
		return nil, !field.Definition.Type.NonNull
	}
	sets := make([]ast.SelectionSet, len(group))
	for i, f := range group {
		sets[i] = f.SelectionSet
	}
	return e.complete(ctx, field, field.Definition.Type, value, sets, path)
}

func (e *execution) resolve(ctx context.Context, t *ast.Definition, parent object, field *ast.Field) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, errors.New("the request was given up")
	}
	if field.Name == "__schema" || field.Name == "__type" {
		return nil, errIntrospection
	}
	if resolve, ok := e.service.resolvers[t.Name+"."+field.Name]; ok {
		return resolve(ctx, parent, field.ArgumentMap(e.variables))
	}
	return parent[field.Name], nil
}

func (e *execution) fail(field *ast.Field, path ast.Path, err error) {
	e.errors = append(e.errors, &gqlerror.Error{
		Message:    err.Error(),
		Path:       path,
		Locations:  []gqlerror.Location{{Line: field.Position.Line, Column: field.Position.Column}},
		Extensions: map[string]any{"code": "SHOP_ERROR"},
	})
}

// complete brings a resolved value into the form that the type asks for (section 6.4.3); false means that it is null
// where it must not be, and that the error is noted.
func (e *execution) complete(ctx context.Context, field *ast.Field, t *ast.Type, value any, sets []ast.SelectionSet, path ast.Path) (any, bool) {
	if isNil(value) {
		if t.NonNull {
			e.fail(field, path, fmt.Errorf("%s.%s has no value", field.ObjectDefinition.Name, field.Name))
		}
		return nil, !t.NonNull
	}
	completed, ok := e.completeNonNull(ctx, field, t, value, sets, path)
	if !ok {
		return nil, !t.NonNull
	}
	return completed, true
}

func (e *execution) completeNonNull(ctx context.Context, field *ast.Field, t *ast.Type, value any, sets []ast.SelectionSet, path ast.Path) (any, bool) {
	if t.Elem != nil {
		list := reflect.ValueOf(value)
		out := make([]any, list.Len())
		for i := range out {
			here := append(slices.Clip(path), ast.PathIndex(i))
			item, ok := e.complete(ctx, field, t.Elem, list.Index(i).Interface(), sets, here)
			if !ok {
				return nil, false
			}
			out[i] = item
		}
		return out, true
	}
	definition := e.service.schema.Types[t.NamedType]
	if !definition.IsCompositeType() {
		return value, true
	}
	parent := value.(object)
	if definition.IsAbstractType() {
		definition = e.service.schema.Types[parent["__typename"].(string)]
	}
	return e.selection(ctx, definition, parent, sets, path)
}

func isNil(value any) bool {
	if value == nil {
		return true
	}
	rv := reflect.ValueOf(value)
	return (rv.Kind() == reflect.Map || rv.Kind() == reflect.Slice) && rv.IsNil()
}

// coerceVariables checks the variables of an operation and fills in their defaults (section 6.1.2).
func (s *service) coerceVariables(op *ast.OperationDefinition, variables map[string]any) (map[string]any, error) {
	return validator.VariableValues(s.schema, op, variables)
}

// members is a JSON object that keeps the order of its keys.
type members []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler.
func (m members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, member := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(member.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(member.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
