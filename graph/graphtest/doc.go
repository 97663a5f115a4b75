// Package graphtest is the test bench of the federation engine.
//
// It owns four things, each usable on its own:
//
//   - subgraph servers: [Subgraph] is one federated service made from its SDL and a [Resolver]; [Serve] puts several of them
//     behind real HTTP and records every request;
//   - fixtures: a [Fixture] answers from a small JSON description of records, and a [Suite] is a folder or txtar archive of
//     subgraphs, data and operations with known answers;
//   - a universe: [Universe] makes up values for any schema from hashes, so that every subgraph, and a monolith that sees the
//     whole graph, agree on what is true;
//   - generators: [GenerateGraph] and [GenerateQuery] draw random federated graphs and operations from a seed, and [Shrink] makes
//     failing cases small.
//
// The [Executor] behind all of them is the execution algorithm of the GraphQL specification, written for being plainly right: maps,
// recursion and no cleverness. It shares no code with the engine under test, and this package imports no part of the
// engine, so that every package of the engine can use it in its tests. Running operations through the engine is therefore left to test files.
//
// Servers are strict where real subgraphs are merely unhelpful: a document that does not validate against the subgraph's own
// schema, a field marked @external that no @provides covers, a representation without a usable key or without what @requires asks for,
// are all GraphQL errors. A plan that gets something by luck fails here.
package graphtest
