// Package operation turns an operation's text into the engine's own intermediate representation.
//
// It owns parsing (with a token limit), validation against the API schema, the linear field-merge check that replaces
// gqlparser's quadratic rule, operation limits, variable coercion, and normalisation: @skip and @include decided, fragments
// dissolved, fields collected per group of concrete types. It does not know subgraphs; package plan takes its Operation.
//
// The path: Parse (text -> *Document, cached by the caller) -> Document.Normalize (the values of the Boolean variables that
// directives use -> *Operation) -> plan.Build. Documents and Operations are immutable and safe to share.
package operation
