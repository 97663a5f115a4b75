package extensions

import (
	"net/url"
	"slices"
	"strings"
)

// Error values of RFC 6750 §3.1.
const (
	errInvalidRequest    = "invalid_request"
	errInvalidToken      = "invalid_token"
	errInsufficientScope = "insufficient_scope"
)

// maxScopeBytes bounds the scope parameter: proxies refuse responses whose headers exceed a few KiB.
const maxScopeBytes = 4 << 10

// Challenge is one WWW-Authenticate challenge (RFC 9110 §11.6.1) with the parameters of RFC 6750 §3 and RFC 9728 §5.1.
// Its zero value is a bare "Bearer".
type Challenge struct {
	Scheme           string   // "Bearer" when empty
	Realm            string   // omitted when empty
	ResourceMetadata string   // absolute URL of the protected resource's metadata
	Scope            []string // what to ask the authorization server for
	Error            string   // "invalid_token", …; empty where no credentials were sent
	ErrorDescription string   // for the developer at the other end
}

// String returns the value of the header. Whatever the fields hold, it is one header value and well-formed: characters
// that a parameter may not carry are left out, with them scopes and URLs that they would change, so that neither a token
// nor a schema can inject a header. offline_access is left out too: a resource does not ask for refresh tokens
// (MCP 2026-07-28, Authorization).
func (c Challenge) String() string {
	var b strings.Builder
	b.WriteString(schemeOf(c.Scheme))
	separator := " "
	param := func(name, value string) {
		if value == "" {
			return
		}
		b.WriteString(separator + name + `="` + value + `"`)
		separator = ", "
	}
	param("realm", printable(c.Realm))
	param("error", printable(c.Error))
	param("error_description", printable(c.ErrorDescription))
	param("scope", scopeList(c.Scope))
	param("resource_metadata", absoluteURL(c.ResourceMetadata))
	return b.String()
}

// schemeOf returns a scheme that is a token (RFC 9110 §5.6.2), and Bearer for anything else.
func schemeOf(scheme string) string {
	isToken := func(r rune) bool {
		return r > ' ' && r < 0x7f && !strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}
	if scheme == "" || strings.ContainsFunc(scheme, func(r rune) bool { return !isToken(r) }) {
		return "Bearer"
	}
	return scheme
}

// printable leaves out what RFC 6750 §3 does not allow in a quoted value: all but printable ASCII, quotes, backslashes.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, s)
}

// ValidScope reports whether s is a scope-token (RFC 6749 §3.3): printable ASCII without space, quote and backslash.
func ValidScope(s string) bool {
	return s != "" && !strings.Contains(s, " ") && printable(s) == s
}

// scopeList joins scopes, in their order, as far as they are well-formed and fit.
func scopeList(scopes []string) string {
	var b strings.Builder
	for i, s := range scopes {
		if !ValidScope(s) || s == "offline_access" || slices.Contains(scopes[:i], s) {
			continue
		}
		if b.Len()+1+len(s) > maxScopeBytes {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}

// absoluteURL returns s where it is an absolute http(s) URL that a quoted value can carry, else "".
func absoluteURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || printable(s) != s {
		return ""
	}
	return s
}
