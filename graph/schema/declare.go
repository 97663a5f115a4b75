package schema

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxLists bounds the list wrappers of a type, by the width of TypeRef.NonNull.
const maxLists = 15

var builtInScalars = []string{"Int", "Float", "String", "Boolean", "ID"}

var kinds = map[ast.DefinitionKind]Kind{
	ast.Scalar: Scalar, ast.Object: Object, ast.Interface: Interface, ast.Union: Union, ast.Enum: Enum, ast.InputObject: InputObject,
}

// declareTypes gives every type its id: the built-in scalars first, then the document's order.
func (ld *loader) declareTypes() {
	ld.defs = make([]*ast.Definition, 1, len(ld.doc.Definitions)+len(builtInScalars)+1)
	for _, name := range builtInScalars {
		ld.declare(name, Scalar, nil)
	}
	for _, d := range ld.doc.Definitions {
		switch {
		case ld.machinery(d.Name):
		case slices.Contains(builtInScalars, d.Name):
			if d.Kind != ast.Scalar {
				ld.errorf(d.Position, typeAt(d.Name), "built-in scalar is defined as another kind")
			}
		default:
			ld.declare(d.Name, kinds[d.Kind], d)
		}
	}
}

func (ld *loader) declare(name string, kind Kind, d *ast.Definition) {
	id := TypeID(len(ld.s.Types))
	t := Type{ID: id, Name: name, Kind: kind}
	if d != nil {
		t.Inaccessible = d.Directives.ForName(ld.names.inaccessible) != nil
		for _, v := range d.EnumValues {
			t.Values = append(t.Values, EnumValue{Name: v.Name, Inaccessible: v.Directives.ForName(ld.names.inaccessible) != nil})
		}
	}
	ld.s.Types = append(ld.s.Types, t)
	ld.s.typeByName[name] = id
	ld.defs = append(ld.defs, d)
}

// declareMembers gives every field of an object or interface its id and resolves interfaces.
func (ld *loader) declareMembers() {
	s := ld.s
	count := 1
	for _, d := range ld.defs {
		if d != nil && (d.Kind == ast.Object || d.Kind == ast.Interface) {
			count += len(d.Fields)
		}
	}
	ld.fields = make([]*ast.FieldDefinition, 1, count)
	s.Fields = slices.Grow(s.Fields, count)
	s.fieldByName = make([]map[string]FieldID, len(s.Types))
	for id := range s.Types {
		t, d := &s.Types[id], ld.defs[id]
		if d == nil || (t.Kind != Object && t.Kind != Interface) {
			continue
		}
		if len(d.Fields) > few {
			s.fieldByName[id] = make(map[string]FieldID, len(d.Fields))
		}
		t.Fields = make([]FieldID, 0, len(d.Fields))
		for _, f := range d.Fields {
			ld.declareField(t, f)
		}
		for _, name := range d.Interfaces {
			if i := s.typeByName[name]; i != 0 && s.Types[i].Kind == Interface {
				t.Interfaces = append(t.Interfaces, i)
			} else {
				ld.errorf(d.Position, typeAt(t.Name), "implements %s, which is not an interface of the supergraph", name)
			}
		}
		t.Interfaces = sortedIDs(t.Interfaces)
	}
}

func (ld *loader) declareField(t *Type, f *ast.FieldDefinition) {
	s := ld.s
	at := fieldAt(t.Name, f.Name)
	if s.FieldByName(t.ID, f.Name) != 0 {
		ld.errorf(f.Position, at, "field is defined twice")
		return
	}
	id := FieldID(len(s.Fields))
	s.Fields = append(s.Fields, Field{
		ID: id, Parent: t.ID, Name: f.Name,
		Type:         ld.typeRef(f.Type, at, f.Position),
		Inaccessible: f.Directives.ForName(ld.names.inaccessible) != nil,
	})
	ld.fields = append(ld.fields, f)
	t.Fields = append(t.Fields, id)
	if byName := s.fieldByName[t.ID]; byName != nil {
		byName[f.Name] = id
	}
}

func (ld *loader) typeRef(t *ast.Type, at Coordinate, p *ast.Position) TypeRef {
	var r TypeRef
	for ; ; t = t.Elem {
		if t.NonNull {
			r.NonNull |= 1 << r.Lists
		}
		if t.Elem == nil {
			break
		}
		if r.Lists == maxLists {
			ld.errorf(p, at, "type has more than %d list wrappers", maxLists)
			return TypeRef{}
		}
		r.Lists++
	}
	r.Named = ld.s.typeByName[t.NamedType]
	if r.Named == 0 {
		ld.errorf(p, at, "unknown type %s", t.NamedType)
	}
	return r
}

// loadRoots reads the schema definition, or falls back to the default names.
func (ld *loader) loadRoots() {
	s := ld.s
	defined := false
	for _, def := range append(slices.Clone(ld.doc.Schema), ld.doc.SchemaExtension...) {
		for _, op := range def.OperationTypes {
			defined = true
			id := s.typeByName[op.Type]
			if id == 0 || s.Types[id].Kind != Object {
				ld.errorf(op.Position, schemaAt, "the %s root %s is not an object type of the supergraph", op.Operation, op.Type)
			}
			*ld.root(op.Operation) = id
		}
	}
	if !defined {
		s.Query, s.Mutation, s.Subscription = s.typeByName["Query"], s.typeByName["Mutation"], s.typeByName["Subscription"]
	}
	if s.Query == 0 && len(ld.errs) == 0 {
		ld.errorf(nil, schemaAt, "no query root")
	}
}

func (ld *loader) root(op ast.Operation) *TypeID {
	switch op {
	case ast.Mutation:
		return &ld.s.Mutation
	case ast.Subscription:
		return &ld.s.Subscription
	case ast.Query:
	}
	return &ld.s.Query
}

// sortedIDs sorts ids and drops duplicates, in place.
func sortedIDs[T TypeID | FieldID | SubgraphID](ids []T) []T {
	slices.Sort(ids)
	return slices.Compact(ids)
}
