// Package difftest compares composition with the reference composer, as a black
// box: both are given the same subgraphs, and must give the same verdict, the
// same error codes with the same coordinates, the same supergraph once both are
// in canonical order, and the same hints.
//
// It holds tests only. The reference is the npm package @apollo/composition,
// which the gate installs into e2e/node_modules; it is no part of the module nor
// of what ships, and nothing here depends on how it works. reference.mjs runs it
// in one long-lived Node process that answers a line of JSON with a line of
// JSON.
//
// Subgraphs come from seeds (the goldens of package compose, the shared cases,
// the graphs that package graphtest generates) that mutations then break or
// bend. Everything is drawn from the name of a seed and a number, which name a finding.
// Findings are reduced to the smallest subgraphs that still show them.
//
// A difference that is meant is passed over where errors are compared
// (excuse_test.go), or listed in testdata/known.txt with its reason.
package difftest
