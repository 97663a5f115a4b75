// Package signedidentity tells subgraphs who the caller is, without the caller's token: in a short-lived JWT that the
// gateway signs itself. It is the extension "signed-identity", and a Signer for code that needs another audience for each
// subgraph.
//
// A resource server must not pass the token it was given on to other services (MCP 2025-11-25 Authorization, Token
// Passthrough): the token was issued for the gateway, and each subgraph could use it as the caller. The signed identity
// is of use to subgraphs alone, names them as its audience, and ends within a minute or so.
//
// It owns the key, the claims and the key set; checking the caller's token belongs to an authenticator, and sending the
// header to the gateway. Subgraphs check the signature with the key set published at jwks_path.
//
// Invariants: an identity is signed for authenticated callers alone, and never outlives the token it was made from.
package signedidentity
