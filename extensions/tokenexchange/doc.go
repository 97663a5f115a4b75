// Package tokenexchange trades a caller's access token for one that a subgraph accepts (RFC 8693), so that the caller's
// own token stays with the gateway (MCP 2025-11-25 Authorization, Token Passthrough).
//
// It owns the request to the token endpoint and the cache of what came back. It does not own the caller's token, which
// the gateway has verified before, nor the Authorization header of the request to the subgraph, which the gateway sets
// from the result.
//
//	caller's token + target → cache → token endpoint → token for the target
//
// Invariants:
//   - A token is remembered by the hash of the caller's and its target, no longer than both tokens are good.
//   - The endpoint is asked once for any number of requests that want the same at the same time.
//   - The caller's token never comes back out: an endpoint that returns it is refused.
package tokenexchange
