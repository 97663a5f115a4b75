// Package extensions is the contract between the gateway and the code that decides who may do what.
//
// It owns the small interfaces an extension implements (Authenticator, Authorizer, DirectiveEnforcer,
// MetadataProvider), the values that cross them (Request, Token, Operation, Decision, PublicMetadata), the errors that
// carry an HTTP status and a challenge, and the registry by which an extension gets into a binary. It does not own the
// order of the request pipeline, configuration files, or HTTP serving: the gateway does, and calls this package.
//
// An extension is linked in by a blank import, registered once in init, and opened once for every snapshot of the
// configuration:
//
//	init:      Register(id, factory)
//	start-up:  Open(ctx, env)   decodes [extensions.<id>.config], reports capabilities, PublicMetadata is read
//	request:   Authenticate     headers in, Token or *Error out
//	           AuthorizeOperation  Token and protected coordinates in, Decision out
//	shut-down: Close, where the extension is an io.Closer
//
// Invariants:
//   - Every method of an open extension is safe for concurrent use, and honours its context.
//   - Security decisions fail closed: an error of any other type than *Error is an internal error, never a pass.
//   - Only Error.Message, Error.Code, challenges and Error.Header reach a client; the cause is for the log.
//   - The package depends on the standard library alone, so that an extension depends on nothing else either.
package extensions
