package introspection

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Options say what a Schema does not show.
type Options struct {
	// Hidden reports whether a field, input field or enum value of a type is hidden, or with name "" the type itself. nil hides nothing.
	// It is called by New and by searches. The query root itself is always shown.
	Hidden func(typeName, name string) bool
	// Search answers __search, and with it __definitions; nil: neither is answered.
	Search Searcher
	// SearchOnly leaves __schema and __type unanswered.
	SearchOnly bool
}

// Bounds of the answers that a Schema keeps.
const (
	maxAnswers     = 32
	maxAnswerBytes = 16 << 20
)

// Schema answers introspection for one kind of caller.
type Schema struct {
	opts       Options
	api        *ast.Schema
	types      []*ast.Definition // shown ones, by name
	shown      map[string]bool   // by type name
	fields     map[*ast.Definition]ast.FieldList
	values     map[*ast.Definition]ast.EnumValueList
	possible   map[string][]*ast.Definition // shown objects of an interface or union, by name
	directives []*ast.DirectiveDefinition   // by name

	mu      sync.Mutex
	answers map[string][]byte // of fields without variables
	size    int
}

// New prepares the answers from an API schema, which must not change afterwards.
func New(api *ast.Schema, opts Options) *Schema {
	s := &Schema{
		opts: opts, api: api, shown: make(map[string]bool, len(api.Types)),
		fields: map[*ast.Definition]ast.FieldList{}, values: map[*ast.Definition]ast.EnumValueList{},
		possible: map[string][]*ast.Definition{}, answers: map[string][]byte{},
	}
	hidden := opts.Hidden
	if hidden == nil {
		hidden = func(string, string) bool { return false }
	}
	for name := range api.Types {
		s.shown[name] = strings.HasPrefix(name, "__") || api.Types[name] == api.Query || !hidden(name, "")
	}
	for _, d := range api.Types {
		for _, v := range d.EnumValues {
			if !hidden(d.Name, v.Name) {
				s.values[d] = append(s.values[d], v)
			}
		}
	}
	for s.filterFields(hidden) {
	}
	s.dropUnusedScalars()
	for _, name := range slices.Sorted(maps.Keys(api.Types)) {
		if d := api.Types[name]; s.shown[name] {
			s.possible[name] = s.members(d)
			if name != schema.SearchResultType && name != schema.SchemaDefinitionType { // clients refuse a list with types that the specification lacks
				s.types = append(s.types, d)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(api.Directives)) {
		s.directives = append(s.directives, api.Directives[name])
	}
	return s
}

// filterFields recomputes the shown fields and then hides types with no members left. It reports whether it hid any, for
// then fields of these types must go too.
func (s *Schema) filterFields(hidden func(string, string) bool) bool {
	clear(s.fields)
	for _, d := range s.api.Types {
		if !s.shown[d.Name] {
			continue
		}
		for _, f := range d.Fields {
			if !strings.HasPrefix(f.Name, "__") && s.shown[f.Type.Name()] && !hidden(d.Name, f.Name) {
				s.fields[d] = append(s.fields[d], f)
			}
		}
	}
	changed := false
	for _, d := range s.api.Types {
		if s.shown[d.Name] && d != s.api.Query && s.empty(d) {
			s.shown[d.Name] = false
			changed = true
		}
	}
	return changed
}

func (s *Schema) empty(d *ast.Definition) bool {
	switch d.Kind {
	case ast.Object, ast.Interface, ast.InputObject:
		return len(s.fields[d]) == 0
	case ast.Union:
		return len(s.members(d)) == 0
	case ast.Enum:
		return len(s.values[d]) == 0
	case ast.Scalar:
	}
	return false
}

// members returns the shown objects of an abstract type, by name.
func (s *Schema) members(d *ast.Definition) []*ast.Definition {
	if !d.IsAbstractType() {
		return nil
	}
	var out []*ast.Definition
	for _, m := range s.api.PossibleTypes[d.Name] {
		if m.Kind == ast.Object && s.shown[m.Name] {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// dropUnusedScalars hides the built-in scalars that nothing refers to (§3.5.0 Built-in Scalars).
func (s *Schema) dropUnusedScalars() {
	used := map[string]bool{"String": true, "Boolean": true}
	for _, fields := range s.fields {
		for _, f := range fields {
			used[f.Type.Name()] = true
			for _, a := range f.Arguments {
				used[a.Type.Name()] = true
			}
		}
	}
	for _, d := range s.api.Directives {
		for _, a := range d.Arguments {
			used[a.Type.Name()] = true
		}
	}
	for _, name := range []string{"Int", "Float", "ID"} {
		s.shown[name] = s.shown[name] && used[name]
	}
}

// Answers reports whether an introspection field of the query root is answered. A nil Schema answers none.
func (s *Schema) Answers(name string) bool {
	switch {
	case s == nil:
		return false
	case Searches(name):
		return s.opts.Search != nil
	default:
		return !s.opts.SearchOnly
	}
}

// Append appends the JSON value of an introspection field of the query root. variables returns the JSON of a request's
// variable; ok is false where it has no value. The error is an *operation.Error where an argument of __search or __definitions has a
// value that cannot be answered; otherwise it tells that the field is not one that package operation made.
func (s *Schema) Append(dst []byte, f *operation.Field, variables func(name string) (value []byte, ok bool)) ([]byte, error) {
	fixed := !Searches(f.Name) && len(f.Args.Variables) == 0 && !strings.Contains(f.Introspection, "$")
	key := ""
	if fixed {
		key = f.Name + f.Args.Text + f.Introspection
		s.mu.Lock()
		answer, ok := s.answers[key]
		s.mu.Unlock()
		if ok {
			return append(dst, answer...), nil
		}
	}
	sel, err := compile(f)
	if err != nil {
		return dst, err
	}
	w := writer{s: s, out: dst, variables: variables}
	if err := w.root(f.Name, sel); err != nil {
		return dst, err
	}
	if fixed {
		s.keep(key, w.out[len(dst):])
	}
	return w.out, nil
}

// keep stores an answer while there is room.
func (s *Schema) keep(key string, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.answers[key]; !ok && len(s.answers) < maxAnswers && s.size+len(key)+len(answer) <= maxAnswerBytes {
		s.answers[key] = slices.Clone(answer)
		s.size += len(key) + len(answer)
	}
}
