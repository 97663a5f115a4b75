// Package search finds what an agent needs of a GraphQL schema and prints no more than that.
//
// It owns the index of an API schema ([Build]), search by keywords ([Index.Search]), introspection as SDL
// ([Index.Introspect]), names near a wrong one ([Index.Suggest]), the estimate of tokens ([EstimateTokens]) and the
// measuring of all this on a user's own tasks ([Evaluate]). It knows GraphQL types and text. It knows nothing of MCP, of
// federation, of callers' tokens: what a caller may not see it learns from a [Hidden] function, and a tool's caller turns a
// [Result] into whatever the protocol wants.
//
// From keywords to an answer:
//
//	words.go, vocabulary.go   keywords become terms: stems, derived words, synonyms, compounds, abbreviations, misspellings
//	post.go, match.go         BM25F scores every output field, one document each: its name, type, arguments, inputs, enum
//	                          values, union members, descriptions
//	graph.go, ways.go         the cheapest way from a root to every type; a field that was asked for makes a way cheaper
//	rank.go                   hits are chosen one by one, each for what it adds to the keywords answered so far
//	sheet.go, offer.go        hits and ways go on a sheet, then what belongs to them, best worth for its tokens first
//	sdl.go, answer.go, why.go the text: hits with ways and reasons, partial SDL, what was left out and how to get it
//
// introspect.go and print.go are the other entrance: named types, whole, with directives and descriptions.
//
// Invariants:
//   - An answer never takes more tokens than its budget, by [EstimateTokens].
//   - Nothing that is hidden from a caller shows in hits, ways, SDL or suggestions; ways are found without it.
//   - The same query on the same schema gives the same bytes.
//   - SDL in an answer parses as a type system document (GraphQL September 2025 §3).
//   - An index is immutable and safe for concurrent use; each search borrows its memory from a pool.
//
// Tuning: the numbers in the const blocks were chosen for schemas of several domains at once, and a change must not be
// judged by one schema. No rule may name a type, field or word of a particular API.
package search
