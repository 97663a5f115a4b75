// Package federation is the vocabulary of Apollo Federation: the identities and
// versions of its specifications, and the directives and scalars that each
// version of the federation specification offers to a subgraph.
//
// It owns names and versions only. It parses no SDL, holds no schema and imports
// nothing of this module, so that every other package of the graph may use it.
//
// Data comes from the published specifications under https://specs.apollo.dev
// (federation v1.0 and v2.0 to v2.14, join v0.1 to v0.5, link, tag,
// inaccessible, authenticated, requiresScopes, policy, context, cost, cacheTag,
// connect).
//
// Invariants: every value is immutable; the tables are sorted by name; all
// functions are pure and safe for concurrent use.
package federation
