package jwt

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

// issuer is one accepted issuer.
type issuer struct {
	name     string   // exact "iss"; empty accepts any
	audience []string // of its own; may be empty
	source   *keySource
}

// verifier judges tokens. It is immutable and safe for concurrent use.
type verifier struct {
	extensionID string
	issuers     []issuer
	audience    []string // where neither issuer nor resource has one of its own
	algorithms  map[string]algorithm
	scopeClaims []string
	required    extensions.ClaimRules
	implies     extensions.ScopeHierarchy
	skew        time.Duration
	now         func() time.Time
}

// verified is a token that was found good.
type verified struct {
	token  extensions.Token
	source *keySource
	keys   *keySet   // the key set whose key signed it
	until  time.Time // expiry, skew included
}

// Public descriptions of what is wrong with a token. They say enough to mend a client, and nothing about keys.
const (
	malformed         = "the token is not a signed JWT"
	wrongAlgorithm    = "the token's algorithm is not accepted"
	wrongType         = "the token is not an access token"
	boundToken        = "the token is bound to a key, and was sent as a bearer token"
	wrongIssuer       = "the token's issuer is not accepted"
	wrongSignature    = "the token's signature is not valid"
	noExpiry          = "the token has no valid expiry"
	expired           = "the token is expired"
	notYetValid       = "the token is not valid yet"
	wrongAudience     = "the token was issued for another audience"
	wrongRequirements = "the token lacks a required claim"
)

var errMalformed = errors.New("malformed")

// verify judges one token for a resource whose own audiences are given. The error is an *extensions.Error.
func (v *verifier) verify(ctx context.Context, raw string, resourceAudience []string) (verified, error) {
	t, err := parse(raw)
	if err != nil {
		return verified{}, extensions.InvalidToken(malformed, err)
	}
	a, ok := v.algorithms[t.algorithm]
	if !ok {
		return verified{}, extensions.InvalidToken(wrongAlgorithm, nil)
	}
	if !isAccessToken(t.header) {
		return verified{}, extensions.InvalidToken(wrongType, nil)
	}
	from, ok := v.issuerOf(t.claims)
	if !ok {
		return verified{}, extensions.InvalidToken(wrongIssuer, nil)
	}
	keys, err := v.checkSignature(ctx, t, a, from.source)
	if err != nil {
		return verified{}, err
	}
	expiry, err := v.checkTimes(t.claims)
	if err != nil {
		return verified{}, err
	}
	if !v.audienceFits(t.claims, from, resourceAudience) {
		return verified{}, extensions.InvalidToken(wrongAudience, nil)
	}
	if t.claims.Has("cnf") { // RFC 9449 §7.2, RFC 8705 §3: not a bearer token, and we hold no proof of the key
		return verified{}, extensions.InvalidToken(boundToken, nil)
	}
	if !v.required.Match(t.claims) {
		return verified{}, extensions.InvalidToken(wrongRequirements, nil)
	}
	return verified{
		token:  v.token(t.claims, expiry),
		source: from.source,
		keys:   keys,
		until:  expiry.Add(v.skew),
	}, nil
}

// parsed is a token before anything in it is believed.
type parsed struct {
	header    extensions.Object
	claims    extensions.Claims
	algorithm string
	keyID     string // empty where the token names none
	input     []byte // what was signed
	signature []byte
}

// parse takes a compact serialization apart (RFC 7515 §7.1). Of the header only "alg", "kid", "typ" and "crit" are ever
// read: keys and URLs in it are the sender's word (RFC 8725 §3.10).
func parse(raw string) (parsed, error) {
	head, rest, ok := strings.Cut(raw, ".")
	body, tail, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || strings.Contains(tail, ".") {
		return parsed{}, errMalformed
	}
	var t parsed
	var err error
	if t.header, err = decodeObject(head); err != nil {
		return parsed{}, err
	}
	if t.claims, err = decodeObject(body); err != nil {
		return parsed{}, err
	}
	if t.signature, err = decode(tail); err != nil {
		return parsed{}, err
	}
	if t.algorithm, ok = t.header.String("alg"); !ok {
		return parsed{}, errMalformed
	}
	if t.keyID, ok = t.header.String("kid"); !ok && t.header.Has("kid") || ok && t.keyID == "" {
		return parsed{}, errMalformed
	}
	if t.header.Has("crit") { // an extension that we must understand, and we understand none (RFC 7515 §4.1.11)
		return parsed{}, errMalformed
	}
	t.input = []byte(raw[:len(head)+1+len(body)])
	return t, nil
}

func decodeObject(segment string) (extensions.Object, error) {
	text, err := decode(segment)
	if err != nil {
		return extensions.Object{}, err
	}
	return extensions.ParseObject(text)
}

// decode is strict, so that a token has one spelling only.
func decode(segment string) ([]byte, error) {
	return base64.RawURLEncoding.Strict().DecodeString(segment)
}

// isAccessToken accepts the types of access tokens (RFC 9068 §2.1) and of providers that do not say more than "JWT";
// logout tokens, security events and the like have types of their own.
func isAccessToken(header extensions.Object) bool {
	typ, ok := header.String("typ")
	if !ok {
		return !header.Has("typ")
	}
	typ = strings.ToLower(typ)
	typ = strings.TrimPrefix(typ, "application/")
	return typ == "at+jwt" || typ == "jwt"
}

// issuerOf picks the issuer by the token's own word, which the signature must confirm.
func (v *verifier) issuerOf(claims extensions.Claims) (issuer, bool) {
	name, _ := claims.String("iss")
	for _, i := range v.issuers {
		if i.name == "" || i.name == name {
			return i, true
		}
	}
	return issuer{}, false
}

// checkSignature returns the key set whose key signed the token. A token that names no key, and is signed with none of
// the keys at hand, may be signed with one that came since: there is no unknown id to tell.
func (v *verifier) checkSignature(ctx context.Context, t parsed, a algorithm, source *keySource) (*keySet, error) {
	set, candidates, err := source.find(ctx, a, t.keyID)
	good := err == nil && signedByOne(t, a, candidates)
	if err == nil && !good && t.keyID == "" && source.refresh(ctx) == nil {
		set, candidates, err = source.find(ctx, a, t.keyID)
		good = err == nil && signedByOne(t, a, candidates)
	}
	switch {
	case errors.Is(err, errUnknownKey):
		return nil, extensions.InvalidToken(wrongSignature, err)
	case err != nil:
		return nil, extensions.Unavailable(retryAfter, err)
	case !good:
		return nil, extensions.InvalidToken(wrongSignature, nil)
	}
	return set, nil
}

func signedByOne(t parsed, a algorithm, keys []any) bool {
	return slices.ContainsFunc(keys, func(key any) bool { return a.verify(t.input, t.signature, key) == nil })
}

// checkTimes returns the expiry, which must be there: a token without one is good forever.
func (v *verifier) checkTimes(claims extensions.Claims) (time.Time, error) {
	now := v.now()
	expiry, ok := claims.Time("exp")
	if !ok {
		return time.Time{}, extensions.InvalidToken(noExpiry, nil)
	}
	if !now.Before(expiry.Add(v.skew)) {
		return time.Time{}, extensions.InvalidToken(expired, nil)
	}
	notBefore, ok := claims.Time("nbf")
	if claims.Has("nbf") && (!ok || now.Before(notBefore.Add(-v.skew))) {
		return time.Time{}, extensions.InvalidToken(notYetValid, nil)
	}
	return expiry, nil
}

// audienceFits checks "aud" against the audiences of the issuer and those of the resource, of each that has any, else
// against those of the extension.
func (v *verifier) audienceFits(claims extensions.Claims, from issuer, resource []string) bool {
	got, ok := claims.Strings("aud")
	if !ok {
		return false
	}
	names := func(wanted []string) bool {
		return slices.ContainsFunc(got, func(aud string) bool {
			return slices.ContainsFunc(wanted, func(w string) bool { return sameAudience(aud, w) })
		})
	}
	if len(from.audience) == 0 && len(resource) == 0 {
		return names(v.audience)
	}
	return (len(from.audience) == 0 || names(from.audience)) && (len(resource) == 0 || names(resource))
}

// sameAudience compares exactly, but that of two URLs one may end with a slash: clients write the canonical URI of a
// resource both ways (MCP 2025-11-25 Authorization, Canonical Server URI).
func sameAudience(a, b string) bool {
	return a == b || strings.Contains(b, "://") && strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/")
}

func (v *verifier) token(claims extensions.Claims, expiry time.Time) extensions.Token {
	subject, _ := claims.String("sub")
	name, _ := claims.String("iss")
	scopes := v.scopes(claims)
	return extensions.Token{
		ExtensionID: v.extensionID,
		Subject:     subject,
		Issuer:      name,
		Scopes:      scopes,
		Implied:     v.implies.Implied(scopes),
		Claims:      claims,
		ExpiresAt:   expiry,
	}
}

// scopes collects the configured claims, each as text separated by spaces or as an array (Okta's "scp").
func (v *verifier) scopes(claims extensions.Claims) []string {
	var scopes []string
	for _, name := range v.scopeClaims {
		values, _ := claims.Strings(name)
		for _, value := range values {
			scopes = append(scopes, strings.Fields(value)...)
		}
	}
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	return slices.DeleteFunc(scopes, func(s string) bool { return !extensions.ValidScope(s) })
}
