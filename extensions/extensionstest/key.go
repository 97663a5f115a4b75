package extensionstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // for crypto.SHA256
	_ "crypto/sha512" // for crypto.SHA384 and crypto.SHA512
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"testing"
)

// Key is a signing key of an authorization server. It is written on the standard library alone, so that a test of an
// extension does not check a library against itself.
type Key struct {
	ID        string // "kid" in tokens and in the published key; left out where empty
	Algorithm string // "RS256", "PS512", "ES384", "EdDSA", "HS256", …
	// Published are further members of the published key, or replacements; a nil value removes a member.
	Published map[string]any

	signer crypto.Signer // nil for HS*
	secret []byte        // for HS*
}

// NewKey generates a key for the algorithm: RSA of 2048 bits, the curve the algorithm names, or a secret of 64 bytes.
func NewKey(tb testing.TB, id, algorithm string) *Key {
	tb.Helper()
	k := &Key{ID: id, Algorithm: algorithm}
	var err error
	switch algorithm {
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		k.signer, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		k.signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ES384":
		k.signer, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ES512":
		k.signer, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "EdDSA", "Ed25519":
		_, k.signer, err = ed25519.GenerateKey(rand.Reader)
	case "HS256", "HS384", "HS512":
		k.secret = make([]byte, 64)
		_, err = rand.Read(k.secret)
	default:
		err = fmt.Errorf("no such algorithm")
	}
	if err != nil {
		tb.Fatalf("generate key: %s: %v", algorithm, err)
	}
	return k
}

// Secret returns a key that signs with a secret of the caller's choice, as an attacker would who takes a public key for
// one.
func Secret(id, algorithm string, secret []byte) *Key {
	return &Key{ID: id, Algorithm: algorithm, secret: secret}
}

// Public returns the public key, or nil for a secret.
func (k *Key) Public() crypto.PublicKey {
	if k.signer == nil {
		return nil
	}
	return k.signer.Public()
}

// JWK returns the key as it is published (RFC 7517 §4, RFC 7518 §6). It panics on a curve that NewKey does not know.
func (k *Key) JWK() map[string]any {
	jwk := map[string]any{"use": "sig", "alg": k.Algorithm}
	if k.ID != "" {
		jwk["kid"] = k.ID
	}
	switch public := k.Public().(type) {
	case *rsa.PublicKey:
		jwk["kty"], jwk["n"], jwk["e"] = "RSA", encode(public.N.Bytes()), encode(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 4, x, y
		if err != nil {
			panic("extensionstest: publish key: " + err.Error())
		}
		half := len(point) / 2
		jwk["kty"], jwk["crv"] = "EC", public.Params().Name
		jwk["x"], jwk["y"] = encode(point[1:1+half]), encode(point[1+half:])
	case ed25519.PublicKey:
		jwk["kty"], jwk["crv"], jwk["x"] = "OKP", "Ed25519", encode(public)
	default:
		jwk["kty"], jwk["k"] = "oct", encode(k.secret)
	}
	for name, value := range k.Published {
		if jwk[name] = value; value == nil {
			delete(jwk, name)
		}
	}
	return jwk
}

// Sign returns the compact serialization of a signed token (RFC 7515 §7.1). The header's "alg" and "kid" are the key's
// unless given; a nil value removes a member. The signature is always made with the key's own algorithm, so a lie in the
// header stays a lie.
func (k *Key) Sign(tb testing.TB, header, claims map[string]any) string {
	tb.Helper()
	token, err := k.token(header, claims)
	if err != nil {
		tb.Fatalf("sign token: %v", err)
	}
	return token
}

// SignRaw signs header and payload as they are, well-formed or not.
func (k *Key) SignRaw(tb testing.TB, header, payload []byte) string {
	tb.Helper()
	token, err := k.compact(header, payload)
	if err != nil {
		tb.Fatalf("sign token: %v", err)
	}
	return token
}

func (k *Key) token(header, claims map[string]any) (string, error) {
	full := map[string]any{"alg": k.Algorithm, "typ": "at+jwt"}
	if k.ID != "" {
		full["kid"] = k.ID
	}
	for name, value := range header {
		if full[name] = value; value == nil {
			delete(full, name)
		}
	}
	head, err := json.Marshal(full)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return k.compact(head, payload)
}

func (k *Key) compact(header, payload []byte) (string, error) {
	input := encode(header) + "." + encode(payload)
	signature, err := k.sign([]byte(input))
	if err != nil {
		return "", err
	}
	return input + "." + encode(signature), nil
}

func (k *Key) sign(input []byte) ([]byte, error) {
	hash := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[k.Algorithm[2:]]
	if k.signer == nil {
		mac := hmac.New(hash.New, k.secret)
		mac.Write(input)
		return mac.Sum(nil), nil
	}
	if _, ok := k.signer.(ed25519.PrivateKey); ok {
		return k.signer.Sign(nil, input, crypto.Hash(0))
	}
	h := hash.New()
	h.Write(input)
	digest := h.Sum(nil)
	switch private := k.signer.(type) {
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, private, digest)
		if err != nil {
			return nil, err
		}
		size := (private.Params().BitSize + 7) / 8
		signature := make([]byte, 2*size) // r || s, RFC 7518 §3.4
		r.FillBytes(signature[:size])
		s.FillBytes(signature[size:])
		return signature, nil
	case *rsa.PrivateKey:
		if k.Algorithm[0] == 'P' {
			return rsa.SignPSS(rand.Reader, private, hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(nil, private, hash, digest)
	}
	return nil, fmt.Errorf("no such algorithm: %s", k.Algorithm)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
