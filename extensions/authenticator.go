package extensions

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

// Authenticator turns the headers of a request into an identity. The gateway asks the extensions of the resource in the
// configured order; the first Token wins.
type Authenticator interface {
	// Authenticate returns the caller's token, or an error that says how to answer: an *Error made by Unauthenticated
	// (nothing was sent that this extension reads), InvalidToken, InvalidRequest or Unavailable. Any other error is
	// answered as an internal one. The request must not be changed, nor kept after the call.
	Authenticate(ctx context.Context, req Request) (Token, error)
}

// Request is the part of an HTTP request that an Authenticator sees. It has no query string, because a token in an URL
// is never accepted (RFC 6750 §2.3, MCP 2025-11-25 Authorization), and no body, because it is checked before reading it.
type Request struct {
	Method   string
	Path     string
	Header   http.Header // canonical names, as net/http makes them; may be nil
	Resource Resource    // the protected resource that is being accessed
}

// Token is an authenticated identity, or the absence of one. It is immutable once returned, and shared by concurrent
// requests of the same caller.
type Token struct {
	ExtensionID string    // the extension that vouches for it
	Anonymous   bool      // nobody in particular: all other fields but ExtensionID are empty
	Subject     string    // "sub"
	Issuer      string    // "iss"
	Scopes      []string  // as granted, sorted, without duplicates; what a challenge repeats
	Implied     []string  // further scopes that the granted ones imply by the configured hierarchy, sorted
	Claims      Claims    // every claim, for authorization rules
	ExpiresAt   time.Time // the zero time where the token does not expire

	// Credential is the raw credential that was verified, for an exchange into a token that a subgraph accepts (RFC 8693).
	// Only the extension that verified it sets it; it is empty where the credential is none to exchange, like an API key.
	// It is a secret: never logged, never sent to anybody but the configured token endpoint.
	Credential string
}

// LogValue implements slog.LogValuer: of an identity, logs learn only who vouches for it.
func (t Token) LogValue() slog.Value {
	return slog.GroupValue(slog.String("extension", t.ExtensionID), slog.Bool("authenticated", t.Authenticated()))
}

// Anonymous returns the token of a caller who showed no credentials.
func Anonymous(extensionID string) Token {
	return Token{ExtensionID: extensionID, Anonymous: true}
}

// Authenticated reports whether some extension vouches for an identity. The zero Token is nobody's.
func (t Token) Authenticated() bool {
	return !t.Anonymous && t.ExtensionID != ""
}

// HasScope reports whether the scope was granted, or is implied by one that was (MCP 2026-07-28, Authorization: a
// server honours the hierarchy of its scopes).
func (t Token) HasScope(scope string) bool {
	return slices.Contains(t.Scopes, scope) || slices.Contains(t.Implied, scope)
}
