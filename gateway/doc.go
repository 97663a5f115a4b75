// Package gateway is the composition root: it builds everything from one configuration, serves it over HTTP, and fixes the
// order in which a request meets the parts. START HERE to read the code.
//
// # The request path
//
//	client → gateway.go: time-outs → ratelimit.go → guard.go: Host, CORS (package mcp does that for its endpoints)
//	  → authenticate.go (extensions, in configured order) → 401 with a challenge
//	  → graphql.go: POST /graphql, or mcp.go: POST /mcp → tool
//	       search / introspect → the schema as this caller may see it (view.go)
//	       execute → pipeline.go:
//	           documents.go: trusted document, persisted query
//	           → graph.Prepare: parse (token limit) → validate → coerce variables → normalise → limits
//	           → authorize.go (extensions see the operation's protected coordinates) → 403 with a scope challenge, or fields denied
//	           → graph.Execute: plan (cached) → fetch DAG → subgraph (headers.go) → merge → null propagation → response
//	  → shaped for the agent (package mcp), or written as GraphQL JSON
//
// MCP never goes round this: a tool call runs in process through the same pipeline as POST /graphql.
//
// # State
//
// Everything that is built from one configuration and one schema is a snapshot (snapshot.go): immutable, swapped through an
// atomic pointer, closed when its last request has left. A reload builds the next snapshot completely before the swap; when
// that fails the old one stays, and log, metric and readiness say so.
//
// A snapshot has one view of the graph for each contract (graphs.go, view.go) and one engine for each set of limits; endpoints with the same ones
// share them. All views send through the same clients: rate limit (subgraphrate.go) → trace (tracing.go) → token exchange (exchange.go) → subgraph.
// Subscriptions (stream.go) end with their snapshot. Metrics, traces and listeners outlive snapshots.
//
// # Beside the request path
//
// candidates.go counts the operations that could become trusted documents, and admin.go shows them to operators. single.go makes a gateway of
// one GraphQL API. Package doctor looks at MCP servers from outside and shares nothing with this one.
//
// # Errors
//
//	what failed                                     /graphql                                     /mcp
//	no, invalid or expired token                    401, WWW-Authenticate                        401, WWW-Authenticate
//	token sent in a form that nobody may send       400, WWW-Authenticate                        400, WWW-Authenticate
//	scopes do not suffice                           403 insufficient_scope, or fields denied     403 insufficient_scope, or in the tool's result
//	foreign Host                                    403                                          403
//	foreign Origin                                  no CORS headers                              403
//	body too large                                  413                                          413
//	rate limit                                      429, Retry-After                             429, Retry-After
//	not JSON, no operation                          400                                          JSON-RPC error
//	unknown tool                                    –                                            JSON-RPC error
//	parsing, validation, variables, limits          400 (200 for application/json)               tool result with isError
//	subgraph errors, data null                      200                                          tool result with isError
//	partial data                                    200 with errors                              ordinary result with errors
//
// Texts that clients see are separate from causes, which are logged. Codes are listed in package graph's errors.go, package
// operation's errors.go, package exec's codes.go and package extensions' codes.go.
//
// The gateway does not own parsing, planning, execution (graph), the MCP protocol (mcp), or identities (extensions).
package gateway
