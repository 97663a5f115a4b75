// Package subgraph talks GraphQL over HTTP to subgraphs.
//
// It owns the connections to a subgraph: pools, TLS, deadlines, body caps, retries, the cap on requests in flight, and subscriptions over
// server-sent events and WebSocket. It does not own what is asked (package exec builds the bodies) nor which of a caller's headers go
// along (the gateway's header rules say that).
//
// Data comes in as exec.Request with a finished body, and goes out as exec.Response with the whole body, decompressed and
// unparsed, or as Events, which are read one by one by their taker: no goroutine of this package outlives a call.
//
// Queries and mutations to http URLs go through a small HTTP/1.1 client of our own (http1): it costs half of what net/http does, which is most
// of what a request through the gateway costs. https and subscriptions use net/http.
//
// Invariants:
//
//   - A mutation is never sent twice: it is sent again only where the connection took none of its bytes. A query is sent again, once, where a
//     connection that had been idle broke before anything of the response came.
//   - Redirects are not followed; they would carry headers to places that nobody configured.
//   - Every request has a deadline and every body a cap, which hold after decompression.
package subgraph
