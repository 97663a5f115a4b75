// Package mcp is the Model Context Protocol server: it opens a GraphQL API to
// agents through the tools search, introspect, execute and mutate, and through
// trusted documents that are tools of their own. A program that embeds it may add
// tools ([Deps].Tools; added.go), as testdata/fixtures does for the conformance
// suite.
//
// It owns the protocol's HTTP surface (three revisions on one stateless
// endpoint, and stdio), the tools with their schemas and texts, the repair of
// failed operations, and the fitting of results into a token budget. It knows
// GraphQL text and types, and nothing of how an operation is run: federation,
// authentication and limits are behind the small interfaces of deps.go, which
// the gateway implements.
//
// The way of a request:
//
//	POST → guard.go (Host, Origin, CORS, preflight) → middleware of the gateway (authentication)
//	  → endpoint.go (method, media type, body cap) → message.go (one scan of the envelope)
//	  → protocol.go (revision, headers)
//	    tools/call of a tool of ours → call.go → search.go | introspect.go | execute.go | documents.go → response.go
//	    everything else               → library.go: mcp-go (initialize, discover, ping, tools/list, errors)
//
// mcp-go gets single messages, not its HTTP transport. Tool calls do not go
// through it at all: they need an HTTP status of their own for a scope
// challenge, and decoding a call seven times and its result twice costs more
// than the rest of the call. Whatever reaches mcp-go has passed the checks of
// message.go, so the two readers cannot understand a message differently.
//
// Invariants: a Server is immutable and safe for concurrent use; nothing is
// remembered from one request to the next; no text that leaves contains an
// internal error; no answer is above its token budget.
package mcp
