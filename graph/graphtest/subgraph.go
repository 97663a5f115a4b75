package graphtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Data is what a [Subgraph] knows. Implementations answer as the subgraph itself would: the same object may look different elsewhere.
type Data interface {
	// Root returns the value of a root object.
	Root(typ string) any
	// Entity returns the object that a representation names, or ok false where there is none. typ is an entity of the subgraph,
	// an object or an interface; key holds the members that make up one of its keys.
	// concrete is the object's type in this subgraph.
	Entity(typ string, key map[string]any) (value any, concrete string, ok bool)
	// Field returns the value of a field, as [Resolver] does. required holds the representation where the field has @requires.
	Field(o Object, f FieldCall, required map[string]any) (any, error)
}

// Subgraph is one service: a schema, and data behind it. It is safe for concurrent use when its Data is.
type Subgraph struct {
	*SubgraphSchema
	Data Data
}

// Request is a GraphQL request as a subgraph receives it.
type Request struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName,omitempty"`
	Variables     map[string]any `json:"variables,omitempty"`
}

// Response is the answer to a Request.
type Response struct {
	Data   *Map
	Errors []Error
	// HasData is false for a request that was refused before execution.
	HasData bool
}

// MarshalJSON implements json.Marshaler.
func (r Response) MarshalJSON() ([]byte, error) {
	m := &Map{}
	if len(r.Errors) > 0 {
		m.Set("errors", r.Errors)
	}
	if r.HasData {
		m.Set("data", r.Data)
		if r.Data == nil {
			m.Members[len(m.Members)-1].Value = nil
		}
	}
	return json.Marshal(m)
}

// Execute answers one request.
func (s *Subgraph) Execute(r Request) Response {
	doc, errs := gqlparser.LoadQueryWithRules(s.Schema, r.Query, rules.NewDefaultRules())
	if len(errs) > 0 {
		var out []Error
		for _, err := range errs {
			out = append(out, Error{Message: fmt.Sprintf("subgraph %s: invalid request: %s", s.Name, err.Message)})
		}
		return Response{Errors: out}
	}
	op := doc.Operations.ForName(r.OperationName)
	if op == nil {
		return Response{Errors: []Error{{Message: fmt.Sprintf("subgraph %s: no operation %q", s.Name, r.OperationName)}}}
	}
	e := Executor{Schema: s.Schema, Resolver: subgraphResolver{s}}
	result := e.Execute(op, r.Variables)
	return Response{Data: result.Data, Errors: result.Errors, HasData: true}
}

// subgraphResolver adds the federation machinery and its rules to the data.
type subgraphResolver struct{ *Subgraph }

// located is an object with how it was reached.
type located struct {
	value          any
	representation map[string]any   // nil where it was not entered through _entities
	provided       ast.SelectionSet // external fields that are resolved here on this path
}

// Root implements Resolver.
func (s subgraphResolver) Root(typ string) Object {
	return Object{Type: typ, Data: located{value: s.Data.Root(typ)}}
}

// Field implements Resolver.
func (s subgraphResolver) Field(o Object, f FieldCall) (any, error) {
	name := f.Definition.Name
	if o.Type == s.Schema.Query.Name {
		switch name {
		case "_service":
			return Object{Type: "_Service"}, nil
		case "_entities":
			list, _ := f.Args["representations"].([]any)
			return s.entityList(list), nil
		}
	}
	if o.Type == "_Service" {
		return s.SDL, nil
	}
	at, ok := o.Data.(located)
	if !ok {
		return nil, fmt.Errorf("object of type %s was not located", o.Type)
	}
	facts := s.fieldFactsOf(o.Type, name)
	provided := providedField(s.Schema, o.Type, name, at.provided)
	if (facts.external || s.externalType(o.Type)) && !facts.keyed && provided == nil {
		return nil, fmt.Errorf("subgraph %s cannot resolve %s.%s: it is external", s.Name, o.Type, name)
	}
	if facts.requires != nil {
		if at.representation == nil {
			return nil, fmt.Errorf("subgraph %s needs a representation for %s.%s", s.Name, o.Type, name)
		}
		if err := missing(at.representation, facts.requires); err != nil {
			return nil, fmt.Errorf("subgraph %s: requirement of %s.%s: %w", s.Name, o.Type, name, err)
		}
	}
	value, err := s.Data.Field(Object{Type: o.Type, Data: at.value}, f, at.representation)
	if err != nil {
		return nil, err
	}
	below := slices.Clone(facts.provides)
	if provided != nil {
		below = append(below, provided...)
	}
	return locate(value, below), nil
}

func (s subgraphResolver) fieldFactsOf(typ, field string) fieldFacts {
	if f := s.fields[typ+"."+field]; f != nil {
		return *f
	}
	return fieldFacts{}
}

func (s subgraphResolver) externalType(typ string) bool {
	t := s.types[typ]
	return t != nil && t.external
}

// locate wraps the objects of a value.
func locate(value any, provided ast.SelectionSet) any {
	switch v := value.(type) {
	case Object:
		return Object{Type: v.Type, Data: located{value: v.Data, provided: provided}}
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = locate(item, provided)
		}
		return out
	default:
		return value
	}
}

// providedField returns what is provided below the field, or nil where the field is not provided. A provided leaf gives an
// empty set.
func providedField(schema *ast.Schema, typ, field string, set ast.SelectionSet) ast.SelectionSet {
	var out ast.SelectionSet
	for _, sel := range set {
		switch s := sel.(type) {
		case *ast.Field:
			if s.Name == field {
				out = append(append(ast.SelectionSet{}, out...), s.SelectionSet...)
			}
		case *ast.InlineFragment:
			def := schema.Types[s.TypeCondition]
			if s.TypeCondition == "" || s.TypeCondition == typ || def != nil && def.IsAbstractType() && isPossible(schema, def, typ) {
				if below := providedField(schema, typ, field, s.SelectionSet); below != nil {
					out = append(append(ast.SelectionSet{}, out...), below...)
				}
			}
		}
	}
	return out
}

func (s subgraphResolver) entityList(representations []any) []any {
	out := make([]any, len(representations))
	for i, r := range representations {
		entity, err := s.entity(r)
		if err != nil {
			out[i] = fmt.Errorf("subgraph %s: representation %s: %w", s.Name, compact(r), err)
			continue
		}
		out[i] = entity
	}
	return out
}

func (s subgraphResolver) entity(r any) (any, error) {
	representation, ok := r.(map[string]any)
	if !ok {
		return nil, errors.New("no object")
	}
	typ, _ := representation["__typename"].(string)
	def := s.Schema.Types[typ]
	if def == nil || s.types[typ] == nil || len(s.types[typ].keys) == 0 {
		return nil, fmt.Errorf("%q is no entity here", typ)
	}
	for name := range representation {
		if name != "__typename" && def.Fields.ForName(name) == nil {
			return nil, fmt.Errorf("type %s has no field %s here", typ, name)
		}
	}
	key, err := s.usableKey(typ, representation)
	if err != nil {
		return nil, err
	}
	members := map[string]any{}
	for _, f := range fieldsOf(key) {
		members[f.Name] = representation[f.Name]
	}
	value, concrete, ok := s.Data.Entity(typ, members)
	if !ok {
		return nil, nil //nolint:nilnil // "no such entity" is null without an error (federation v2, _entities)
	}
	if !(&execution{Executor: &Executor{Schema: s.Schema}}).is(concrete, typ) {
		return nil, fmt.Errorf("entity is a %s, not a %s", concrete, typ)
	}
	return Object{Type: concrete, Data: located{value: value, representation: representation}}, nil
}

// usableKey returns the fields of the first key that the representation carries in full. Keys that are not resolvable count only
// for a type which has no other and needs to be entered again for its requirements.
func (s subgraphResolver) usableKey(typ string, representation map[string]any) (ast.SelectionSet, error) {
	keys := s.types[typ].keys
	closed := !slices.ContainsFunc(keys, func(k keyFacts) bool { return k.resolvable })
	if closed && !s.hasRequirements(typ) {
		return nil, fmt.Errorf("type %s has no resolvable key here", typ)
	}
	var problems []error
	for _, key := range keys {
		if !key.resolvable && !closed {
			continue
		}
		err := missing(representation, key.fields)
		if err == nil && hasNull(representation, key.fields) {
			err = errors.New("null in a key")
		}
		if err == nil {
			return key.fields, nil
		}
		problems = append(problems, err)
	}
	return nil, fmt.Errorf("no key is complete: %w", errors.Join(problems...))
}

func (s subgraphResolver) hasRequirements(typ string) bool {
	return slices.ContainsFunc(s.Schema.Types[typ].Fields, func(f *ast.FieldDefinition) bool {
		return s.fieldFactsOf(typ, f.Name).requires != nil
	})
}

// missing reports the first field of the set that the representation does not carry. Members below null, and those under a
// type condition that the object does not name, are not missed.
func missing(object map[string]any, set ast.SelectionSet) error {
	for _, sel := range set {
		switch x := sel.(type) {
		case *ast.InlineFragment:
			if object["__typename"] != x.TypeCondition {
				continue
			}
			if err := missing(object, x.SelectionSet); err != nil {
				return err
			}
		case *ast.Field:
			value, ok := object[x.Name]
			if !ok {
				return fmt.Errorf("no member %s", x.Name)
			}
			if err := missingBelow(value, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// hasNull reports whether a member of a key is null: such a representation names nothing and ought not to be sent.
func hasNull(value any, set ast.SelectionSet) bool {
	switch v := value.(type) {
	case nil:
		return true
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return hasNull(item, set) })
	case map[string]any:
		return slices.ContainsFunc(fieldsOf(set), func(f *ast.Field) bool { return hasNull(v[f.Name], f.SelectionSet) })
	default:
		return false
	}
}

func missingBelow(value any, f *ast.Field) error {
	if len(f.SelectionSet) == 0 {
		return nil
	}
	switch v := value.(type) {
	case map[string]any:
		if err := missing(v, f.SelectionSet); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	case []any:
		for _, item := range v {
			if err := missingBelow(item, f); err != nil {
				return err
			}
		}
	}
	return nil
}
