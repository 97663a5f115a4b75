// Package jwt is the extension "jwt": it authenticates callers by signed access tokens (RFC 7519, RFC 9068), as the
// resource server of OAuth 2.1, and publishes the metadata that leads a client to its authorization server (RFC 9728).
//
// It owns where a token is read from, which issuers, algorithms, audiences and claims are accepted, the issuers' key
// sets, and the challenges. It does not own what a caller may do: the claims and scopes go to the authorizers as they
// are. It is the one package that imports jwx, and lets nothing of it out: jwx parses published keys and computes
// signatures; tokens are parsed here.
//
//	request headers → token → header and claims → issuer → key → signature → times, audience, required claims → Token
//
// Keys come over HTTP from the configured URLs, or from the URL that the metadata of a configured issuer names; never
// from anything in a token. They are fetched in the background every poll_interval, once more when a token names an
// unknown key, and kept while the provider is down, for max_stale at most.
//
// Invariants:
//   - Algorithm and key must agree, whatever the token says: a secret never verifies with a public key, nor "none".
//   - An audience is always checked. A configuration without one does not open.
//   - A verified token is remembered no longer than its expiry, and never beyond a change of its issuer's keys.
//   - One goroutine for each issuer, ended by Close.
package jwt
