package signedidentity

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/sluice-gateway/sluice/extensions"
)

// Settings say what a Signer signs.
type Settings struct {
	Key      *ecdsa.PrivateKey // on P-256
	Issuer   string            // "iss"
	Lifetime time.Duration     // until "exp", unless the caller's token ends before
	Claims   []string          // of the caller's token, copied as they are
}

// maxSigned bounds the identities that are kept for being used again.
const maxSigned = 4096

// Signer signs identities. It is safe for concurrent use. An identity is used again for the same caller and audience
// until half of its lifetime is over, so that signing is not part of every request.
type Signer struct {
	settings Settings
	header   string // encoded
	now      func() time.Time

	mu     sync.Mutex
	signed map[string]identity // by everything in the claims but the times
}

// identity is a signed identity, to be used until then.
type identity struct {
	token string
	until time.Time
}

// NewSigner returns a Signer. A nil now is time.Now.
func NewSigner(s Settings, now func() time.Time) (*Signer, error) {
	if now == nil {
		now = time.Now
	}
	id, err := keyID(&s.Key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	header := encode(fmt.Appendf(nil, `{"alg":"ES256","kid":"%s","typ":"JWT"}`, id))
	return &Signer{settings: s, header: header, now: now, signed: map[string]identity{}}, nil
}

// Sign returns the identity of an authenticated caller for an audience, a subgraph say, in compact serialization. It is
// an error to ask for anybody else's, or for one of a token that has expired.
func (s *Signer) Sign(tok extensions.Token, audience string) (string, error) {
	now := s.now()
	if !tok.Authenticated() {
		return "", fmt.Errorf("signed identity: %w", extensions.Unauthenticated())
	}
	claims := s.claims(tok, audience)
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.signed[claims]; ok && now.Before(have.until) && !endsBefore(tok, have.until) {
		return have.token, nil
	}
	expiry := now.Add(s.settings.Lifetime)
	if endsBefore(tok, expiry) {
		expiry = tok.ExpiresAt
	}
	if !expiry.After(now) {
		return "", fmt.Errorf("signed identity: %w", extensions.InvalidToken("the token is expired", nil))
	}
	token, err := s.sign(claims + `,"iat":` + strconv.FormatInt(now.Unix(), 10) + `,"exp":` + strconv.FormatInt(expiry.Unix(), 10) + `}`)
	if err != nil {
		return "", fmt.Errorf("signed identity: %w", err)
	}
	s.keep(claims, identity{token: token, until: now.Add(expiry.Sub(now) / 2)}, now)
	return token, nil
}

func endsBefore(tok extensions.Token, t time.Time) bool {
	return !tok.ExpiresAt.IsZero() && tok.ExpiresAt.Before(t)
}

// keep remembers an identity, at the cost of some others when there are too many.
func (s *Signer) keep(claims string, i identity, now time.Time) {
	if len(s.signed) >= maxSigned {
		for k, old := range s.signed {
			if !now.Before(old.until) || len(s.signed) > maxSigned*7/8 {
				delete(s.signed, k)
			}
		}
	}
	s.signed[claims] = i
}

// claims writes the claims but for the times and the closing brace. The subject stands beside its issuer (RFC 9493
// §3.2.4), because two issuers may use one name for two people.
func (s *Signer) claims(tok extensions.Token, audience string) string {
	var b strings.Builder
	member := func(separator, name, value string) {
		b.WriteString(separator + quote(name) + ":" + value)
	}
	member("{", "iss", quote(s.settings.Issuer))
	member(",", "aud", quote(audience))
	member(",", "sub", quote(tok.Subject))
	if tok.Issuer != "" {
		member(",", "sub_id", `{"format":"iss_sub","iss":`+quote(tok.Issuer)+`,"sub":`+quote(tok.Subject)+`}`)
	}
	if len(tok.Scopes) > 0 {
		member(",", "scope", quote(strings.Join(tok.Scopes, " ")))
	}
	for _, name := range s.settings.Claims {
		if raw, ok := tok.Claims.Raw(name); ok {
			member(",", name, raw)
		}
	}
	return b.String()
}

// sign makes a compact serialization (RFC 7515 §3.1) with ES256 (RFC 7518 §3.4).
func (s *Signer) sign(claims string) (string, error) {
	input := s.header + "." + encode([]byte(claims))
	digest := sha256.Sum256([]byte(input))
	r, v, err := ecdsa.Sign(rand.Reader, s.settings.Key, digest[:])
	if err != nil {
		return "", err
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	v.FillBytes(signature[32:])
	return input + "." + encode(signature[:]), nil
}

// quote writes a JSON string. Invalid UTF-8 becomes U+FFFD.
func quote(s string) string {
	b := append(make([]byte, 0, len(s)+2), '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return string(append(b, '"'))
}
