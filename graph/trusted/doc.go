// Package trusted holds reviewed operations: trusted documents, found by id or by their text.
//
// It owns the forms in which they are stored (our manifest, Apollo's persisted-query manifest, Relay's map, folders of .graphql
// files) and the writing of our manifest. It does not decide when a document is demanded, nor who may run it: that is the
// gateway's. Documents are validated by the caller, who has the schema.
//
// The path: Load (files and folders -> documents) -> NewStore -> ByID or ByText for each request. A Store is immutable and safe for
// concurrent use.
//
// Invariants:
//
//   - One id stands for one text and one set of rules, whatever the order of the files.
//   - What Manifest writes, Parse reads back.
package trusted
