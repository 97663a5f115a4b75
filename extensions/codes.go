package extensions

// Codes of errors and denials, as GraphQL clients see them in "extensions.code".
const (
	// CodeUnauthenticated: no credentials were sent. HTTP 401 with a challenge that carries no error.
	CodeUnauthenticated = "UNAUTHENTICATED"
	// CodeInvalidToken: credentials were sent and are no good. HTTP 401 with error="invalid_token".
	CodeInvalidToken = "INVALID_TOKEN"
	// CodeInvalidRequest: credentials were sent in a form that nobody may send. HTTP 400 with error="invalid_request".
	CodeInvalidRequest = "INVALID_REQUEST"
	// CodeForbidden: the caller is known and may not, whatever scopes it gets. HTTP 403 without a challenge.
	CodeForbidden = "FORBIDDEN"
	// CodeInsufficientScope: a token with more scopes would do. HTTP 403 with error="insufficient_scope".
	CodeInsufficientScope = "INSUFFICIENT_SCOPE"
	// CodeUnavailable: the credentials cannot be judged now. HTTP 503 with Retry-After.
	CodeUnavailable = "AUTHENTICATION_UNAVAILABLE"
	// CodeInternal: a fault of the extension or the gateway. HTTP 500.
	CodeInternal = "INTERNAL_SERVER_ERROR"
)
