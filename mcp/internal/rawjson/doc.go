// Package rawjson reads and writes JSON as bytes, without building values.
//
// It owns a validating scanner (RFC 8259) that walks objects and arrays
// member by member, the decoding of one string, and the quoting of one string.
// It does not decode into Go types: callers look at the few members they need
// and pass the rest on as they came.
//
// Invariants: every function either reports an error or has checked the whole
// text it was given; nesting deeper than MaxDepth is an error; nothing is
// retained, and the slices handed to callbacks point into the caller's bytes.
package rawjson
