// Package demo is a small shop, federated over four subgraphs, for trying the gateway out and for testing it: accounts,
// products, reviews and inventory. Each is a real GraphQL server over HTTP on loopback, with data in memory.
//
// It owns the subgraphs' schemas (schema/*.graphql), data and resolvers, and one small executor that the four share. It
// imports nothing of the gateway and knows nothing of it: the gateway meets it as it would meet anyone's subgraphs.
// The authorization server that goes with it is the package authserver; auth.go joins the two.
//
//	POST /graphql ─ service.go ─► parse, validate (gqlparser) ─ execute.go ─► resolvers of accounts.go, products.go, …
//	                                                      └─ subscriptions as server-sent events
//
// Between them the schemas use what a real graph does: keys of one and of several fields, several keys for one type,
// @requires across subgraphs, @provides, @shareable values, an interface, a union, enums, connections, deprecation,
// mutations and a subscription. With Options.Auth they also carry @authenticated and @requiresScopes; who may see what is
// the gateway's to enforce, the subgraphs answer everyone.
//
// Invariant: the data is the same at every start, and changes only by the two mutations, in memory.
package demo
