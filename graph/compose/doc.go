// Package compose merges the schemas of subgraphs into a supergraph, or says
// everything that keeps them from being merged.
//
// It owns composition: reading subgraph SDL of federation 1 and 2, the rules by
// which elements merge, the checks before and after, the supergraph SDL it
// prints, and the API schema derived from one. It does not own the compiled
// schema that queries run against (package schema reads the SDL printed here),
// nor fetching SDL from anywhere.
//
// Data flows one way, and each arrow is a stage that hands on only when it found
// no error:
//
//	SDL -> ingest (parse, @link names, own model, GraphQL rules)   subgraph, one each
//	    -> upgrade (federation 1 to 2)                             subgraph
//	    -> validate (federation's directives, within a subgraph)
//	    -> merge (types, fields, directives, sharing, overrides)   supergraph
//	    -> check (the supergraph as GraphQL, @inaccessible, auth)
//	    -> satisfiable (package satisfiability, on the compiled schema)
//	    -> print
//
// The model (schema, typeDef, field...) is this package's own; gqlparser's tree
// is read once, never changed, and dropped. What an extension brought stays
// recognisable by its ext mark, and every element keeps its position.
//
// Invariants: composing is pure and deterministic; subgraphs are sorted by name
// first, so their order in the input has no effect; work grows with the input near
// linearly, but for sorting and for what one element has very many of (directives,
// interfaces); what satisfiability may do is bounded; no input makes it panic.
package compose
