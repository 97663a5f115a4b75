package signedidentity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

var errKeyKind = errors.New("want a key on the curve P-256 in PEM")

// newKey generates a key.
func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// parsePrivate reads a private key, in either of its PEM forms. The error tells nothing of the text.
func parsePrivate(text string) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errKeyKind
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil && key.Curve == elliptic.P256() {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if key, ok := parsed.(*ecdsa.PrivateKey); err == nil && ok && key.Curve == elliptic.P256() {
		return key, nil
	}
	return nil, errKeyKind
}

// parsePublic reads a public key.
func parsePublic(text string) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errKeyKind
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if key, ok := parsed.(*ecdsa.PublicKey); err == nil && ok && key.Curve == elliptic.P256() {
		return key, nil
	}
	return nil, errKeyKind
}

// coordinates returns the two halves of the public point in base64url (RFC 7518 §6.2.1).
func coordinates(key *ecdsa.PublicKey) (x, y string, err error) {
	point, err := key.Bytes() // 4, x, y
	if err != nil {
		return "", "", err
	}
	half := len(point) / 2
	return encode(point[1 : 1+half]), encode(point[1+half:]), nil
}

// keyID returns the thumbprint of a key (RFC 7638 §3.2), so that replicas with the same key agree on its name.
func keyID(key *ecdsa.PublicKey) (string, error) {
	x, y, err := coordinates(key)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, x, y))
	return encode(sum[:]), nil
}

// published returns a key as a member of a key set (RFC 7517 §4).
func published(key *ecdsa.PublicKey) (string, error) {
	x, y, err := coordinates(key)
	if err != nil {
		return "", err
	}
	id, err := keyID(key)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"%s","x":"%s","y":"%s"}`, id, x, y), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
