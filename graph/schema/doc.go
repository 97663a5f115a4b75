// Package schema is the compiled supergraph: every type, field and subgraph under a dense id, with the federation facts that the
// planner asks for (who resolves what, by which key, under which requirement) already resolved to ids.
//
// It owns the import of supergraph SDL (join v0.1 to v0.5), field sets, coordinates and the API schema that clients see.
// It does not own composition (package compose writes the SDL that this package reads), operations, or plans.
//
// Data comes in once, as SDL text, through Load (or, to be judged and not to run, as a tree from package compose, through LoadComposed); what comes out is a *Schema that nobody changes afterwards, so any number
// of goroutines may read it.
//
// Invariants:
//
//   - Ids are indices: Types[id].ID == id, Fields[id].ID == id; id 0 means "none" for both, and index 0 holds a zero value.
//   - Every slice of ids is sorted ascending and without duplicates, except Type.Fields, which keeps the schema's order.
//   - Nothing here depends on map order: the same SDL gives the same ids.
package schema
