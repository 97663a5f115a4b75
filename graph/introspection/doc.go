// Package introspection answers __schema and __type of an operation from the API schema, without any subgraph (GraphQL September
// 2025 §4 Introspection), and where it is given a Searcher also __search and __definitions, the proposal "Semantic Introspection" of the
// GraphQL AI working group.
//
// It owns which schema elements one kind of caller may see, and their JSON. It does not decide whether introspection is allowed,
// and it does not parse operations: package operation hands over each introspection field with fragments dissolved. It does not search:
// its Searcher does, for the eyes of the same caller.
//
// The other way round it reads the answers of other servers: Probe and QueryFor ask for as much as a server can tell, and SDL writes what
// it told as a schema. It sends nothing itself.
//
// The path: New (API schema, what is hidden -> *Schema, once for each kind of caller) -> Schema.Append (field, variables -> JSON). A
// Schema is safe for concurrent use.
//
// Invariants:
//
//   - What is hidden leaves no trace: a field of a hidden type, or a type all of whose members are hidden, is hidden too.
//   - Types and directives come sorted by name, everything else in the schema's order: the same schema gives the same bytes.
package introspection
