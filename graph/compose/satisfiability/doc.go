// Package satisfiability finds out whether every query that a supergraph's API schema allows can be answered by its subgraphs.
//
// It owns that question alone: it reads a compiled schema and returns problems as data, each with a query that nobody can answer and,
// for each subgraph, why not. It composes nothing, plans nothing, and knows no error codes: package compose turns problems into its
// errors. Given the same schema it returns the same problems in the same order.
//
// The model. A vertex is an object type as one subgraph has it, on a path with certain @provides. Its reach is the set of subgraphs
// where the same object can be asked for by keys, starting from that vertex alone. Conditions (key fields, @requires) are judged from
// the reach of one vertex, never from several that happen to be at hand at the same time: that is how the reference composer judges,
// and a planner that may combine them can only do better.
//
// Reaches are least fixpoints, computed by a worklist: a key whose fields depend on themselves, or a circular @requires, simply
// never comes true. So no cycle in a schema can make this package recurse.
//
// How an object came to a subgraph matters for @requires alone: one that a key brought had its requirement fetched on the way, one that the
// subgraph returned itself must come back by a key (entry.go).
//
// A place is an object type in the API schema together with everything from which its objects can be at hand there. Check walks the
// places breadth first. What is hard at a place is harder with less at hand, so a place is skipped when another one of the same type
// has no more at hand; that keeps the walk near linear in the size of the schema.
package satisfiability
