// Package config reads the gateway's configuration: TOML text becomes a [Config], and [Config.Validate] says
// everything that is wrong with it.
//
// It owns the names, defaults, forms and rules of every key, one table a file, and the strict decoder they share.
// It does not own what a key does: no listener is opened, no schema read and no file looked at here, except that
// [Load] reads the configuration file itself and [Config.CheckFiles] asks whether the files it names exist.
//
//	file ── toml ──► tree ── decode (over Default) ──► Config ── Validate ──► the gateway
//	                  └── lines: where each key stands ──► every problem names its key, file and line
//
// Three properties are kept everywhere:
//
//   - All problems of a file are told in one run. A wrong key never hides the next one: decoding goes key by key and
//     keeps the default for a key that it could not read. Only text that is not TOML at all ends the run early.
//   - A value never appears in a message, but for the paths of missing files. Any string may have come from the
//     environment and may be a secret, so messages say which key is wrong and what form is expected, never what was found.
//   - Where Grafbase Gateway had a key for the same thing, the name and the meaning are the same. Its keys that have
//     no counterpart here are listed in grafbase.go: harmless ones are warnings, the others are errors that say what
//     to do in their place.
//
// Invariant: the root gateway.toml, read by Parse, equals [Default] but for its subgraphs, and mentions every key.
package config
