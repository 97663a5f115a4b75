package extensions

import (
	"net/http"
	"strings"
)

// MaxTokenBytes is the longest token that the readers below let through. Access tokens with many groups reach a few
// KiB; net/http servers take 1 MiB of headers by default.
const MaxTokenBytes = 16 << 10

// BearerToken reads the token of the Authorization header (RFC 6750 §2.1). The scheme is matched without regard to case;
// found is false where the header is missing or has another scheme. The error is an InvalidRequest.
func BearerToken(h http.Header) (token string, found bool, err error) {
	return HeaderToken(h, "Authorization", "Bearer ")
}

// HeaderToken reads a token from the named header, behind the given prefix. A second header of that name, an empty
// token, characters that no token has and excessive length are an InvalidRequest, because a proxy on the way may have
// read it differently.
func HeaderToken(h http.Header, name, prefix string) (token string, found bool, err error) {
	values := h.Values(name)
	switch {
	case len(values) == 0:
		return "", false, nil
	case len(values) > 1:
		return "", true, InvalidRequest("a header with credentials was sent more than once")
	}
	value := values[0]
	if len(value) < len(prefix) || !strings.EqualFold(value[:len(prefix)], prefix) {
		if prefix != "" && strings.EqualFold(value, strings.TrimRight(prefix, " ")) {
			return "", true, InvalidRequest("the credentials are empty")
		}
		return "", false, nil
	}
	token = value[len(prefix):]
	if strings.HasSuffix(prefix, " ") {
		token = strings.TrimLeft(token, " ") // 1*SP between scheme and token, RFC 9110 §11.4
	}
	return token, true, checkToken(token)
}

// CookieToken reads a token from the named cookie, with the same refusals as HeaderToken.
func CookieToken(h http.Header, name string) (token string, found bool, err error) {
	for _, line := range h.Values("Cookie") {
		for pair := range strings.SplitSeq(line, ";") {
			key, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
			if !ok || key != name {
				continue
			}
			if found {
				return "", true, InvalidRequest("a cookie with credentials was sent more than once")
			}
			token, found = strings.Trim(value, `"`), true
		}
	}
	if !found {
		return "", false, nil
	}
	return token, true, checkToken(token)
}

// checkToken accepts the b64token of RFC 6750 §2.1, up to MaxTokenBytes.
func checkToken(token string) error {
	if len(token) > MaxTokenBytes {
		return InvalidRequest("the credentials are too long")
	}
	body := strings.TrimRight(token, "=")
	if body == "" {
		return InvalidRequest("the credentials are empty")
	}
	for i := range len(body) {
		c := body[i]
		letterOrDigit := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letterOrDigit && strings.IndexByte("-._~+/", c) < 0 {
			return InvalidRequest("the credentials are malformed")
		}
	}
	return nil
}
