// Package doctor walks the way that an MCP client takes to a token, and says what is wrong with a server and how to mend it.
//
// The way (MCP 2025-11-25, Authorization): a request without a token is answered with 401 and a challenge (RFC 6750) → the challenge, or a
// well-known place, leads to the protected-resource metadata (RFC 9728) → which names authorization servers, whose metadata (RFC 8414, OpenID
// Connect Discovery 1.0) → name their keys (RFC 7517). Nobody logs in: what needs a person is not tried.
//
// It owns the checks and their texts. It knows nothing of this gateway: any MCP server can be looked at. walk.go is the way, one file each the
// stations, report.go what is told.
//
// Invariants:
//
//   - No credentials are sent, but for one token that cannot be valid.
//   - Every request has a time-out, every answer a bound, every list a bound; redirects are reported and not followed.
//   - A server that is not on this machine cannot make the walker ask one that is.
//   - What servers say is printed quoted and cut, so that it cannot write on the terminal.
package doctor
