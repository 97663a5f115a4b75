// Package plan finds out which subgraphs to ask, for what, in which order.
//
// It owns the query planner (an exact search for the fewest sequential rounds, then the fewest fetches, within caps), the
// lowering of its decisions to a fetch DAG with ready-made request texts, the printing of plans, and the verifier that checks
// a plan against the rules of federation. It does no I/O and knows nothing of JSON: package exec runs the Plan.
//
// Plans are immutable and shared by requests.
//
// The model. Every selection set of the response that is reached on its own way is a Position; Position 0 is the operation's
// root. The objects found at a position have numbered slots, which the fetches fill: each fetch part knows which response key
// goes into which slot, and each class of concrete types knows which slots make up its answer. So results are merged by
// assignment, and representations and answers are read from the same slots.
package plan
