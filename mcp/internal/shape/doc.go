// Package shape makes a GraphQL response fit a token budget while it stays the
// same shape: objects keep every member, lists lose their tails, and only when
// that is not enough are long strings trimmed.
//
// It owns the cutting and the record of what was cut. It knows no GraphQL
// beyond the top-level members of a response, and does not say how to get the
// rest: the caller turns each Cut into a sentence, which Fit puts into
// extensions.truncated of the response.
//
// Data comes in as the bytes of a response and leaves as bytes; a response
// within the budget is returned untouched, without being scanned. Invariants:
// the output is valid JSON whatever the input, and within the budget whenever
// the budget is at least MinTokens.
package shape
