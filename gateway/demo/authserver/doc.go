// Package authserver is a small OAuth 2.1 authorization server for development and demos: with it a newcomer sees the
// whole flow, from the 401 over login and consent in a browser to a call with a token, without an account anywhere.
//
// It owns logging in a fixed list of users, registering clients and issuing access tokens. It is not for production: it
// listens on loopback only, its users share one well-known password, its keys and everything it remembers are in memory
// and gone when it ends. It knows nothing of GraphQL, MCP or the gateway, which meets it as any other issuer.
//
//	GET  /.well-known/oauth-authorization-server, /.well-known/openid-configuration   metadata.go   (RFC 8414)
//	GET  /jwks.json                                                                   metadata.go   (RFC 7517)
//	POST /register                                                                    clients.go    (RFC 7591)
//	GET  /authorize ─► POST /login ─► GET /consent ─► POST /consent ─► redirect       authorize.go  (RFC 6749 §4.1, 7636, 9207)
//	POST /token                                                                       token.go      (RFC 6749 §4.1.3, 4.4, 8707)
//
// Access tokens are JWTs (RFC 9068, type at+jwt, ES256) for one audience: the resource that the client asked for, which
// must be one that the server was started with. There are no refresh tokens: clients that hold one try to widen its
// scopes by refreshing, which cannot work, where a new authorization would.
//
// Invariants: a code is spent by the first attempt to use it, right or wrong; a redirect goes only to a URI that the client has
// registered; every map is bounded and forgets what has expired.
package authserver
