package tokenexchange

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

// maxAnswerBytes bounds the answer of the token endpoint.
const maxAnswerBytes = 64 << 10

// request asks the token endpoint once.
func (x *Exchanger) request(ctx context.Context, subject string, to Target) (Token, error) {
	body := strings.NewReader(x.form(subject, to).Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, x.settings.Endpoint, body)
	if err != nil {
		return Token{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "sluice")
	if x.settings.ClientSecret != "" { // both are form-encoded first, RFC 6749 §2.3.1
		req.SetBasicAuth(url.QueryEscape(x.settings.ClientID), url.QueryEscape(x.settings.ClientSecret))
	}
	res, err := x.client.Do(req)
	if err != nil {
		return Token{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswerBytes+1))
	if err != nil {
		return Token{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if len(text) > maxAnswerBytes {
		return Token{}, fmt.Errorf("%w: the answer has more than %d bytes", ErrUnavailable, maxAnswerBytes)
	}
	if res.StatusCode != http.StatusOK {
		return Token{}, refusal(res.StatusCode, text)
	}
	return x.read(text, subject)
}

// refusal tells an answer that is final from one that is not. Of the body it takes the error code alone, and that only
// where it is one.
func refusal(status int, body []byte) error {
	answer, _ := extensions.ParseObject(body) // no object, no code
	code, _ := answer.String("error")
	if !extensions.ValidScope(code) || len(code) > 64 {
		code = "no error code"
	}
	if status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden {
		return fmt.Errorf("%w: status %d, %s", ErrRefused, status, code)
	}
	return fmt.Errorf("%w: status %d, %s", ErrUnavailable, status, code)
}

// read takes the token out of the answer (RFC 8693 §2.2.1).
func (x *Exchanger) read(body []byte, subject string) (Token, error) {
	answer, err := extensions.ParseObject(body)
	if err != nil {
		return Token{}, fmt.Errorf("%w: the answer is no JSON object", ErrUnavailable)
	}
	value, _ := answer.String("access_token")
	kind, _ := answer.String("token_type")
	if !strings.EqualFold(kind, "Bearer") {
		return Token{}, fmt.Errorf("%w: the token is not of the type Bearer", ErrRefused)
	}
	// What a header may carry is what we read ourselves from one.
	carried, _, err := extensions.BearerToken(http.Header{"Authorization": {"Bearer " + value}})
	if err != nil || carried != value {
		return Token{}, fmt.Errorf("%w: the token is malformed", ErrUnavailable)
	}
	if value == subject {
		return Token{}, fmt.Errorf("%w: the token is the caller's own", ErrRefused)
	}
	life := defaultLife
	if seconds, ok := answer.Int("expires_in"); ok {
		if seconds <= 0 {
			return Token{}, fmt.Errorf("%w: the token is expired", ErrUnavailable)
		}
		life = time.Duration(min(seconds, int64(24*time.Hour/time.Second))) * time.Second
	}
	return Token{Value: value, ExpiresAt: x.now().Add(life)}, nil
}
