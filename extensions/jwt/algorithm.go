package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// algorithm is one "alg" (RFC 7518 §3.1, RFC 8037, RFC 9864): how its signatures are computed, and which keys it may
// use. The keys are what keeps a public key from being taken for a secret.
type algorithm struct {
	name    string
	library jwa.SignatureAlgorithm
	accepts func(key any) bool
}

// verify reports whether the signature over input was made with the key, which accepts must have accepted.
func (a algorithm) verify(input, signature []byte, key any) error {
	v, err := jws.NewVerifier(a.library)
	if err != nil {
		return err
	}
	return v.Verify(input, signature, key)
}

// algorithms returns everything that can be allowed, by name. "none" is not an algorithm.
func algorithms() map[string]algorithm {
	all := map[string]algorithm{}
	for _, a := range []algorithm{
		{"RS256", jwa.RS256, isRSA},
		{"RS384", jwa.RS384, isRSA},
		{"RS512", jwa.RS512, isRSA},
		{"PS256", jwa.PS256, isRSA},
		{"PS384", jwa.PS384, isRSA},
		{"PS512", jwa.PS512, isRSA},
		{"ES256", jwa.ES256, isEC(elliptic.P256())},
		{"ES384", jwa.ES384, isEC(elliptic.P384())},
		{"ES512", jwa.ES512, isEC(elliptic.P521())},
		{"EdDSA", jwa.EdDSA, isEd25519},
		{"Ed25519", jwa.EdDSA, isEd25519},
		{"HS256", jwa.HS256, isSecret(32)},
		{"HS384", jwa.HS384, isSecret(48)},
		{"HS512", jwa.HS512, isSecret(64)},
	} {
		all[a.name] = a
	}
	return all
}

// sameAlgorithm reports whether a key published for one algorithm may be used for another name of it.
func sameAlgorithm(a, b string) bool {
	if a == "Ed25519" {
		a = "EdDSA"
	}
	if b == "Ed25519" {
		b = "EdDSA"
	}
	return a == b
}

// isRSA accepts moduli that are neither breakable nor so long that verifying becomes an attack (RFC 7518 §3.3).
func isRSA(key any) bool {
	k, ok := key.(*rsa.PublicKey)
	return ok && k.N.BitLen() >= 2048 && k.N.BitLen() <= 8192
}

func isEC(curve elliptic.Curve) func(any) bool {
	return func(key any) bool {
		k, ok := key.(*ecdsa.PublicKey)
		return ok && k.Curve == curve
	}
}

func isEd25519(key any) bool {
	k, ok := key.(ed25519.PublicKey)
	return ok && len(k) == ed25519.PublicKeySize
}

// isSecret accepts secrets at least as long as the hash (RFC 7518 §3.2).
func isSecret(minBytes int) func(any) bool {
	return func(key any) bool {
		k, ok := key.([]byte)
		return ok && len(k) >= minBytes
	}
}
