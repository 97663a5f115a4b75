package plan

import (
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// PositionID is an index into Plan.Positions.
type PositionID uint32

// SlotID is an index into the slots of a position's objects.
type SlotID uint16

// FetchID is an index into Plan.Fetches.
type FetchID uint32

// Plan is how to answer one normalised operation. It is immutable.
type Plan struct {
	Operation *operation.Operation
	Positions []Position // 0 is the root
	Fetches   []Fetch
	Waves     int  // length of the longest chain of dependent fetches
	Optimal   bool // false where a cap stopped the search and the fallback was taken
}

// Position is a place in the response where objects stand.
type Position struct {
	ID     PositionID
	Type   schema.TypeID // the static type, concrete or abstract
	Parent PositionID    // position whose Slots lead here; the root is its own parent
	Slots  []Slot
	// Classes partition the concrete types that may stand here. With a single class the type need not be known to print the
	// object; otherwise every fetch that creates objects here reads __typename.
	Classes []Class
}

// Slot is a place in an object for one field's value.
type Slot struct {
	Field string         // field name, for people
	Child PositionID     // 0 for leafs
	Type  schema.TypeRef // the supergraph's type: Lists tells how deep the value's lists nest
}

// Class is what the answer holds for some concrete types.
type Class struct {
	Types  []schema.TypeID // sorted
	Fields []OutputField   // in response order
}

// OutputKind tells where the value of an OutputField comes from.
type OutputKind uint8

// The kinds of output fields.
const (
	OutputSlot          OutputKind = iota + 1 // from Slot
	OutputTypename                            // the object's own type name
	OutputIntrospection                       // a field of introspection, answered locally
	OutputError                               // null, with Error: no subgraph can be asked, or the caller may not see it
)

// OutputField is one member of an object of the answer.
type OutputField struct {
	Key           string // response key
	Kind          OutputKind
	Slot          SlotID
	Type          schema.TypeRef // the API's type, for null propagation and leaf coercion
	Field         schema.FieldID // 0 for __typename and introspection fields
	Introspection *operation.Field
	Error         *FieldError
}

// FieldError is why a field cannot be answered at all.
type FieldError struct {
	Code    string
	Message string
}

// Fetch is one HTTP request to a subgraph. Usually it has one part; parts of the same subgraph that become ready together may
// travel in one request under different aliases.
type Fetch struct {
	ID         FetchID
	Subgraph   schema.SubgraphID
	Kind       operation.Kind
	Document   string   // the GraphQL text to send
	Variables  []string // client variables that Document uses, sorted; sent only where the client gave them
	Parts      []Part
	DependsOn  []FetchID // sorted: fetches that must be merged before this one can be built
	Dependents []FetchID // the inverse of DependsOn
	Wave       int       // 1 for fetches without dependencies
}

// Part is one logical fetch: a root selection, or one _entities call.
type Part struct {
	Position PositionID // whose objects it fills
	// Key is the response key of the _entities call, or "" where the part's fields are members of the response's data.
	Key string
	// Variable is the name of the representations variable, or "" for root parts. A root part below the root position (a field that returns
	// the query root again) fills every object at Position with the same data.
	Variable string
	// Representations tell what to send for the objects at Position, by their concrete type. An object that none matches
	// is not sent.
	Representations []Representation
	Selection       *Selection
	Context         []ContextVariable
}

// Representation is the template of one representation (federation v2, _Any) or of an object inside one.
type Representation struct {
	// Types are the concrete types it serves, sorted; nil serves every object, also one whose type is not known.
	Types    []schema.TypeID
	Typename string // written as __typename; "" inside a representation where the field set does not ask for it
	Fields   []RepresentationField
}

// RepresentationField is a member of a representation.
type RepresentationField struct {
	Name string
	Slot SlotID
	// Required members make the whole representation useless when they are null or missing: those of a key. Others are sent as null.
	// A slot that was never filled because its fetch failed makes the representation useless too.
	Required bool
	Object   []Representation // for composite members: by concrete type of the object in Slot; nil for leafs
}

// Selection tells how to read an object of a fetch's response.
type Selection struct {
	Fields []SelectionField
}

// SelectionField is an expected member of a response object.
type SelectionField struct {
	Key  string // response key in the subgraph's response
	Slot SlotID
	// Typename marks the member that tells the object's concrete type; Slot is unused.
	Typename bool
	Child    *Selection // for composite members
}

// ContextVariable is a variable of a part which is read from an ancestor of each object (@fromContext). Objects with different values go in
// different requests.
type ContextVariable struct {
	Variable string
	Ancestor PositionID
	Path     []RepresentationField // each step below the ancestor, one member each
}

// Size estimates the bytes that the plan holds, for caches.
func (p *Plan) Size() int64 {
	n := int64(256)
	for i := range p.Positions {
		n += 128 + int64(len(p.Positions[i].Slots))*40
		for _, c := range p.Positions[i].Classes {
			n += 64 + int64(len(c.Types))*4 + int64(len(c.Fields))*104
		}
	}
	for i := range p.Fetches {
		f := &p.Fetches[i]
		n += 256 + 3*int64(len(f.Document)) // the reading side is about as large as the text, twice
	}
	return n
}
