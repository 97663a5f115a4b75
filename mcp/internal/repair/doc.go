// Package repair explains what is wrong with a GraphQL operation so that the
// reader can mend it at once: a message, the names that were probably meant,
// the corrected line, and the types whose SDL is worth reading.
//
// It owns the explanation only. Whether an operation may run is decided
// elsewhere; Check is called after an operation was refused, or for a dry run,
// and may find nothing. It reads a schema and the caller's view of it: what the
// view hides is treated as if the schema did not have it, in messages and
// suggestions alike.
//
// Data comes in as text and leaves as Problems in the order of the document.
// Invariants: Check works in time about linear in the text (the quadratic rule
// OverlappingFieldsCanBeMerged is left out on purpose, since refused operations
// have not passed any limit); it never changes the schema; an Edit's offsets
// lie within the text.
package repair
