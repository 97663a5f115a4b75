// Package directives enforces the security directives of Apollo Federation: @authenticated (extension id
// "authenticated"), @requiresScopes ("requires-scopes") and @policy ("policy").
//
// It owns the judgement alone. Which coordinates an operation touches, and what those on interfaces and implementing
// types mean for a field, is worked out by the gateway from the schema before it asks; what becomes of a denied
// coordinate (null with an error, or refusal of the operation) is decided by the gateway after.
//
// Invariants: each extension looks only at the directive it answers for; a requirement that lacks its argument, and a
// policy that nobody defined, is met by nobody.
//
// An extension of one's own that knows better how to judge policies takes the place of "policy" by embedding what
// NewPolicy returns.
package directives
