// Package exec runs a plan.Plan: it sends the fetches, merges what comes back and writes the GraphQL response.
//
// It owns the fetch DAG, the parser of subgraph responses, the storage they are parsed into, representations, error paths, leaf
// coercion and null propagation. It does not own planning, HTTP (package subgraph implements Fetcher), headers or
// authorization.
//
// The path of a request. Run takes a run from a pool; its run loop starts every fetch whose dependencies are merged. Goroutines do
// nothing but I/O: each sends one request and hands the whole body back over a channel. The loop parses the body straight
// into the storage, counts the dependents down and starts those that became ready: there are no waves, and no locks. When nothing is
// in flight any more, the answer is written by walking the plan's positions.
//
// Storage is one slab of 64-bit words without pointers. An object is a header (position, concrete type, parent) and one word for each slot of
// its position; a word is absent, null, failed, a span of a kept response body, an object or a list. Scalars are never decoded: they
// are copied from the subgraph's bytes into representations and into the answer.
//
// Invariants:
//
//   - Only the run loop touches a run. What a goroutine gets (a call) is not touched by the loop until it comes back.
//   - A slot that failed names the error that says so (unless the cap on errors cut it off), so null propagation adds none. Which errors the
//     client gets is decided when the answer is written: those about something it sees, and those that something it sees failed because of.
//   - Whatever a subgraph sends, the answer is valid JSON in valid UTF-8: bodies are validated completely before they are used, and
//     a body that turns out to be invalid leaves nothing behind (see save and rollback).
//   - Slabs and buffers go back to their pools when nobody can reach them; building with the tag sluice_poison overwrites
//     them then, so that a use after that shows.
package exec
