package graphtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// Universe makes up all data of a graph from a seed. Every object is a concrete type and a small number, and the value of a
// field is a hash of the object, the field and its arguments, so that a monolith over the API schema and the subgraphs, each
// restricted to its own schema, tell the same truth without sharing a store.
//
//   - The value of a field with @requires is a hash over the required values too: over those in the representation for a
//     subgraph, over the true ones for the monolith. A wrong, missing or mixed-up requirement shows in the answer.
//   - The value of a mutation is a hash over the mutations before it: order and multiplicity show.
//   - Fields of keys are never null or empty and tell objects apart.
//   - An argument that has its default counts as not given, because a subgraph may have a default that clients do not see.
//   - Where a field's type is abstract, it picks members that all subgraphs which resolve the field know.
//   - A value is null only where every subgraph says that it may be.
//   - With FaultPercent, so many fields fail, everywhere alike; but none that a key or a requirement needs, nor one that
//     some subgraph promises not to be null, because what else goes missing with those depends on the plan.
//
// A Universe is safe for concurrent use.
type Universe struct {
	// FaultPercent is how many fields of a hundred fail. It is to be set before first use.
	FaultPercent uint64

	seed     uint64
	schemas  []*SubgraphSchema
	members  map[string][]string // abstract types and interface objects: concrete types over all subgraphs, sorted
	infos    sync.Map            // coordinate of a concrete type's field: *fieldInfo
	enums    map[string][]string // values that all subgraphs have and clients may see
	keys     map[string]bool     // fields that are part of keys, by coordinate
	needed   map[string]bool     // fields that are part of keys or requirements, by coordinate
	roots    map[string]bool
	mutation string
}

// fieldInfo is what all subgraphs together say of a field of a concrete type.
type fieldInfo struct {
	types    []*ast.Type
	members  []string // for composite types: concrete types it may return
	requires ast.SelectionSet
	schema   *SubgraphSchema // the one with requires
}

// object is an object of the universe.
type object struct {
	typ string
	n   int
}

// population is how many objects each type has.
const population = 5

// NewUniverse makes the universe of a graph.
func NewUniverse(seed uint64, schemas []*SubgraphSchema) *Universe {
	u := &Universe{
		seed: seed, schemas: schemas, members: map[string][]string{},
		enums: map[string][]string{}, keys: map[string]bool{}, needed: map[string]bool{}, roots: map[string]bool{},
	}
	for _, s := range schemas {
		u.roots[s.Schema.Query.Name] = true
		if s.Schema.Mutation != nil {
			u.mutation = s.Schema.Mutation.Name
			u.roots[u.mutation] = true
		}
		for _, def := range s.Schema.Types {
			u.addType(s, def)
		}
	}
	for name := range u.members {
		slices.Sort(u.members[name])
	}
	for _, s := range schemas {
		for name, t := range s.types {
			for _, key := range t.keys {
				u.mark(s, name, key.fields, u.keys, u.needed)
			}
		}
		for at, f := range s.fields {
			typ, _, _ := strings.Cut(at, ".")
			u.mark(s, typ, f.requires, u.needed)
		}
	}
	return u
}

func (u *Universe) addType(s *SubgraphSchema, def *ast.Definition) {
	if def.IsAbstractType() {
		for _, m := range s.Schema.GetPossibleTypes(def) {
			if !slices.Contains(u.members[def.Name], m.Name) {
				u.members[def.Name] = append(u.members[def.Name], m.Name)
			}
		}
	}
	if def.Kind == ast.Enum {
		var values []string
		for _, v := range def.EnumValues {
			if !s.hidden[def.Name+"."+v.Name] {
				values = append(values, v.Name)
			}
		}
		if old, ok := u.enums[def.Name]; ok {
			values = slices.DeleteFunc(values, func(v string) bool { return !slices.Contains(old, v) })
		}
		slices.Sort(values)
		u.enums[def.Name] = values
	}
}

// mark notes the fields of a field set.
func (u *Universe) mark(s *SubgraphSchema, typ string, set ast.SelectionSet, notes ...map[string]bool) {
	for _, sel := range set {
		switch x := sel.(type) {
		case *ast.InlineFragment:
			on := typ
			if x.TypeCondition != "" {
				on = x.TypeCondition
			}
			u.mark(s, on, x.SelectionSet, notes...)
		case *ast.Field:
			for _, concrete := range u.concrete(typ) {
				for _, note := range notes {
					note[concrete+"."+x.Name] = true
				}
			}
			if fd := s.Schema.Types[typ].Fields.ForName(x.Name); fd != nil {
				u.mark(s, fd.Type.Name(), x.SelectionSet, notes...)
			}
		}
	}
}

// concrete returns the concrete types behind a name.
func (u *Universe) concrete(name string) []string {
	if m, ok := u.members[name]; ok {
		return m
	}
	return []string{name}
}

// info returns what the subgraphs say of a field of a concrete type.
func (u *Universe) info(typ, field string) *fieldInfo {
	coordinate := typ + "." + field
	if known, ok := u.infos.Load(coordinate); ok {
		return known.(*fieldInfo)
	}
	info := u.gather(typ, field)
	u.infos.Store(coordinate, info)
	return info
}

func (u *Universe) gather(typ, field string) *fieldInfo {
	out := &fieldInfo{}
	restricted := false
	for _, s := range u.schemas {
		for _, owner := range u.owners(s, typ) {
			fd := s.Schema.Types[owner].Fields.ForName(field)
			if fd == nil {
				continue
			}
			out.types = append(out.types, fd.Type)
			if facts := s.fields[owner+"."+field]; facts != nil && facts.requires != nil {
				out.requires, out.schema = facts.requires, s
			}
			def := s.Schema.Types[fd.Type.Name()]
			if !def.IsCompositeType() {
				continue
			}
			if !restricted {
				out.members = slices.Clone(u.concrete(def.Name))
			}
			restricted = true
			if def.IsAbstractType() {
				out.members = slices.DeleteFunc(out.members, func(m string) bool { return !isPossible(s.Schema, def, m) })
			}
		}
	}
	return out
}

// owners returns the object types by which subgraph s has the fields of a concrete type: the type itself, and interface objects.
func (u *Universe) owners(s *SubgraphSchema, typ string) []string {
	var out []string
	if def := s.Schema.Types[typ]; def != nil && def.Kind == ast.Object {
		out = append(out, typ)
	}
	for name, t := range s.types {
		if t.interfaceObject && slices.Contains(u.members[name], typ) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// value returns the value of a field; composite values hold objects of the universe.
func (u *Universe) value(o object, field string, args map[string]any, extra string) (any, error) {
	info := u.info(o.typ, field)
	if len(info.types) == 0 {
		return nil, fmt.Errorf("no subgraph has %s.%s", o.typ, field)
	}
	text, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		text = nil
	}
	coordinate := o.typ + "." + field
	promised := slices.ContainsFunc(info.types, func(t *ast.Type) bool { return t.NonNull })
	if u.FaultPercent > 0 && !u.needed[coordinate] && !promised && u.hash("fault", o.typ, fmt.Sprint(o.n), field)%100 < u.FaultPercent {
		return nil, fmt.Errorf("%s of %s %d fails", field, o.typ, o.n)
	}
	h := u.hash(o.typ, fmt.Sprint(o.n), field, string(text), extra)
	return u.draw(h, coordinate, info, 0, info.types[0], o), nil
}

func (u *Universe) draw(h uint64, coordinate string, info *fieldInfo, depth int, t *ast.Type, o object) any {
	nullable := !slices.ContainsFunc(info.types, func(t *ast.Type) bool { return nonNullAt(t, depth) })
	if nullable && !u.keys[coordinate] && h%11 == 0 {
		return nil
	}
	if t.Elem != nil {
		items := make([]any, h/11%4)
		if u.keys[coordinate] {
			items = make([]any, 1+h/11%2)
		}
		for i := range items {
			at := object{o.typ, (o.n + i) % population}
			items[i] = u.draw(u.hash(fmt.Sprint(h), fmt.Sprint(i)), coordinate, info, depth+1, t.Elem, at)
		}
		return items
	}
	if info.members != nil {
		if len(info.members) == 0 { // no subgraph could return any, and a nullable type is the composer's affair
			return nil
		}
		typ := info.members[h/13%uint64(len(info.members))]
		if u.roots[typ] {
			return object{typ, 0}
		}
		if u.keys[coordinate] {
			return object{typ, o.n}
		}
		return object{typ, int(h / 1013 % population)}
	}
	return u.leaf(h, coordinate, t.NamedType, o)
}

func (u *Universe) leaf(h uint64, coordinate, typ string, o object) any {
	if values, ok := u.enums[typ]; ok {
		if len(values) == 0 {
			return nil
		}
		return values[h/7%uint64(len(values))]
	}
	if u.keys[coordinate] && typ != "Boolean" {
		if typ == "Int" || typ == "Float" {
			return json.Number(fmt.Sprint(u.hash(o.typ)%1000*1000 + uint64(o.n)))
		}
		return fmt.Sprintf("%s-%d", coordinate, o.n)
	}
	switch typ {
	case "Int":
		return json.Number(fmt.Sprint(int32(h)))
	case "Float":
		return json.Number(fmt.Sprintf("%d.%03d", int32(h), h/7%1000))
	case "Boolean":
		return h/7%2 == 0
	case "String", "ID":
		return fmt.Sprintf("%s%x", []string{"", "é ", "\"\\\n", "<&>\u2028", "😀"}[h/7%5], uint32(h))
	default: // custom scalars are any JSON; numbers must pass untouched
		return map[string]any{"n": json.Number(fmt.Sprint(h)), "l": []any{nil, true, json.Number("1.50")}}
	}
}

func nonNullAt(t *ast.Type, depth int) bool {
	for ; depth > 0 && t.Elem != nil; depth-- {
		t = t.Elem
	}
	return t.NonNull
}

func (u *Universe) hash(parts ...string) uint64 {
	f := fnv.New64a()
	_, _ = fmt.Fprintf(f, "%d|%s", u.seed, strings.Join(parts, "|")) // a hash never fails
	h := f.Sum64()
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	return h
}

// literalArguments returns the arguments of a field in a field set, defaults of the subgraph applied.
func literalArguments(s *SubgraphSchema, typ string, f *ast.Field) map[string]any {
	def := s.Schema.Types[typ]
	if def == nil {
		return nil
	}
	fd := def.Fields.ForName(f.Name)
	if fd == nil {
		return nil
	}
	return givenArguments(fd, argumentMap(fd, f, nil))
}

// givenArguments leaves out the arguments that have their defaults.
func givenArguments(def *ast.FieldDefinition, args map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range args {
		if d := def.Arguments.ForName(name); d != nil && d.DefaultValue != nil {
			if standard, err := d.DefaultValue.Value(nil); err == nil && compact(standard) == compact(v) {
				continue
			}
		}
		out[name] = v
	}
	return out
}

// fieldValue is value with requirements taken from the universe itself.
func (u *Universe) fieldValue(o object, field string, args map[string]any) (any, error) {
	info := u.info(o.typ, field)
	extra := ""
	if info.requires != nil {
		var err error
		if extra, err = u.requirement(info.schema, o, info.requires); err != nil {
			return nil, err
		}
	}
	return u.value(o, field, args, extra)
}

// MutationLog counts the mutations of one run. Its zero value is ready.
type MutationLog struct {
	mu    sync.Mutex
	count int
}

// Reset starts a new run.
func (m *MutationLog) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count = 0
}

func (m *MutationLog) next() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count++
	return fmt.Sprint("mutation ", m.count)
}
