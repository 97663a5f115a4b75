package extensions

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Error is a refusal with its answer: HTTP status, public text, challenges and headers. The cause is private: it is
// reached by Unwrap and written to logs, and no method that makes text for a client includes it.
type Error struct {
	Status     int    // 400..599
	Code       string // one of the Code constants, or the extension's own in UPPER_SNAKE
	Message    string // public, one sentence without a full stop
	Challenges []Challenge
	Header     http.Header // further response headers; may be nil

	cause error
}

// Unauthenticated refuses a request without credentials: 401, and a challenge without an error parameter, since nothing
// the client did was wrong (RFC 6750 §3.1).
func Unauthenticated() *Error {
	return &Error{
		Status:     http.StatusUnauthorized,
		Code:       CodeUnauthenticated,
		Message:    "authentication is required",
		Challenges: []Challenge{{}},
	}
}

// InvalidToken refuses credentials that are expired, revoked, malformed or meant for somebody else: 401 invalid_token.
// The description is public; the cause may be nil.
func InvalidToken(description string, cause error) *Error {
	return &Error{
		Status:     http.StatusUnauthorized,
		Code:       CodeInvalidToken,
		Message:    description,
		Challenges: []Challenge{{Error: errInvalidToken, ErrorDescription: description}},
		cause:      cause,
	}
}

// InvalidRequest refuses credentials that were sent twice or in no known form: 400 invalid_request.
func InvalidRequest(description string) *Error {
	return &Error{
		Status:     http.StatusBadRequest,
		Code:       CodeInvalidRequest,
		Message:    description,
		Challenges: []Challenge{{Error: errInvalidRequest, ErrorDescription: description}},
	}
}

// Forbidden refuses a caller whom no other scope would help: 403 without a challenge. The message is public.
func Forbidden(message string) *Error {
	return &Error{Status: http.StatusForbidden, Code: CodeForbidden, Message: message}
}

// InsufficientScope refuses an operation that needs more than the token grants: 403 insufficient_scope. Its challenge
// names in one list everything the operation needs together with everything the caller holds, because clients ask the
// authorization server for exactly that list and would lose what it leaves out (MCP 2025-11-25 Authorization, Scope
// Challenge Handling).
func InsufficientScope(tok Token, required []string) *Error {
	const description = "the operation needs more scopes than the token grants"
	scopes := slices.Concat(tok.Scopes, required)
	slices.Sort(scopes)
	return &Error{
		Status:  http.StatusForbidden,
		Code:    CodeInsufficientScope,
		Message: description,
		Challenges: []Challenge{{
			Scope:            slices.Compact(scopes),
			Error:            errInsufficientScope,
			ErrorDescription: description,
		}},
	}
}

// Unavailable refuses because the credentials cannot be judged now: 503 with Retry-After, rounded up to whole seconds.
func Unavailable(retryAfter time.Duration, cause error) *Error {
	seconds := max(1, int64((retryAfter+time.Second-1)/time.Second))
	return &Error{
		Status:  http.StatusServiceUnavailable,
		Code:    CodeUnavailable,
		Message: "authentication is not available, try again later",
		Header:  http.Header{"Retry-After": {strconv.FormatInt(seconds, 10)}},
		cause:   cause,
	}
}

// AsError returns the *Error within err, and for any other error the answer that gives nothing away: 503 where the
// context ended, else 500. AsError(nil) is nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if ok && e == nil { // a typed nil that got into an error: a fault, and nothing to unwrap
		return AsError(errors.New("extension returned a nil *extensions.Error as an error"))
	}
	if ok && e.Status >= 400 {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Unavailable(time.Second, err)
	}
	return &Error{
		Status:  http.StatusInternalServerError,
		Code:    CodeInternal,
		Message: "internal error",
		cause:   err,
	}
}

// Error returns the public text. It never includes the cause.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the private cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// LogValue is what a log record shows of the error, the cause included.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Int("status", e.Status), slog.String("code", e.Code), slog.String("message", e.Message)}
	if e.cause != nil {
		attrs = append(attrs, slog.String("cause", e.cause.Error()))
	}
	return slog.GroupValue(attrs...)
}

// Complete returns a copy whose challenges have their empty Realm, ResourceMetadata and Scope filled from c. An
// authenticator adds what it knows, and the gateway what it knows of the resource.
func (e *Error) Complete(c Challenge) *Error {
	done := *e
	done.Challenges = make([]Challenge, len(e.Challenges))
	for i, own := range e.Challenges {
		if own.Realm == "" {
			own.Realm = c.Realm
		}
		if own.ResourceMetadata == "" {
			own.ResourceMetadata = c.ResourceMetadata
		}
		if len(own.Scope) == 0 {
			own.Scope = c.Scope
		}
		done.Challenges[i] = own
	}
	return &done
}

// SetHeaders adds the error's headers and its challenges to a response header. Body and status are the caller's.
func (e *Error) SetHeaders(h http.Header) {
	for name, values := range e.Header {
		for _, v := range values {
			h.Add(name, v)
		}
	}
	for _, c := range e.Challenges {
		h.Add("WWW-Authenticate", c.String())
	}
}
