package operation

import "github.com/sluice-gateway/sluice/graph/schema"

// Kind is the kind of an operation.
type Kind uint8

// The three operation kinds of GraphQL September 2025 §2.3 Operations.
const (
	Query Kind = iota + 1
	Mutation
	Subscription
)

// String returns the keyword: query, mutation or subscription.
func (k Kind) String() string {
	switch k {
	case Mutation:
		return "mutation"
	case Subscription:
		return "subscription"
	default:
		return "query"
	}
}

// Operation is one normalised operation: directives decided, fragments dissolved. It is immutable.
//
// Selection sets that say the same are one pointer, so the tree is really a DAG. Fragments that spread others twice keep it linear in
// the operation's text; what is built to be worse is refused by ParseLimits.Work.
type Operation struct {
	Kind      Kind
	Name      string
	Variables []Variable // declared ones, in source order
	Root      *SelectionSet
}

// Variable is a declared variable.
type Variable struct {
	Name string // without the dollar sign
	Type string // GraphQL text, e.g. "[ID!]!"
	// Default is the default value as canonical GraphQL source, "" without one.
	Default string
}

// SelectionSet is what is asked of the objects at one place, split by concrete type.
//
// Groups partition the API-visible concrete types of Type: types that collect the same fields stand together. A type that
// collects no field still stands in a group, with no Fields.
type SelectionSet struct {
	Type   schema.TypeID
	Groups []Group
}

// Group is a set of concrete types and the fields that each of them is asked for, in response order (GraphQL September 2025
// §6.3.2 Field Collection).
type Group struct {
	Types  []schema.TypeID // sorted
	Fields []Field
}

// Field is a collected field. Name is defined on every type of the group (or is __typename, or on the query root an introspection field).
type Field struct {
	Key       string // response key
	Name      string
	Args      schema.Arguments
	Selection *SelectionSet // nil for leafs
	// Introspection holds the selection below an introspection field as canonical GraphQL source ("{types{name}}"), with fragments
	// dissolved but for one inline fragment per member of a union; Selection is nil there.
	Introspection string
	// Line and Column of the field's first occurrence, 1-based, for error locations.
	Line, Column int
}
