// Package graph is the façade of the engine: it prepares and executes operations on one supergraph.
//
// It owns the order of the engine's stages and the caches between them. It does not own any stage, nor HTTP, headers,
// authorization or trusted documents: those are the gateway's, and sit between Prepare and Execute.
//
//	text ─ Prepare ─▶ parse and validate (cached by text) ─▶ coerce variables ─▶ normalise (cached by the values of @skip and @include)
//	                  ─▶ limits ─▶ Prepared
//	Prepared ─ Execute ─▶ plan (cached by operation, override labels and denied fields) ─▶ exec.Run ─▶ response
//
// An Engine is immutable apart from its caches and safe for concurrent use. A new supergraph is a new Engine.
package graph
