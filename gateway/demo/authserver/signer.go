package authserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// signer makes JWTs with one ES256 key that was generated at start-up (RFC 7515, RFC 7518 §3.4).
type signer struct {
	key *ecdsa.PrivateKey
	jwk jwk
}

// jwk is the public key (RFC 7517, RFC 7518 §6.2.1).
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Y   string `json:"y"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
}

func newSigner() (*signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("authorization server: key: %w", err)
	}
	point, err := key.PublicKey.Bytes() // SEC 1, uncompressed: 4, x, y
	if err != nil {
		return nil, fmt.Errorf("authorization server: key: %w", err)
	}
	x, y := base64URL(point[1:33]), base64URL(point[33:])
	// The thumbprint of RFC 7638 hashes exactly these members in this order.
	thumbprint := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	return &signer{key, jwk{Kty: "EC", Crv: "P-256", X: x, Y: y, Use: "sig", Alg: "ES256", Kid: base64URL(thumbprint[:])}}, nil
}

// sign returns the compact form of an access token with the claims (RFC 9068 §2.1).
func (s *signer) sign(claims any) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": "ES256", "typ": "at+jwt", "kid": s.jwk.Kid})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := base64URL(header) + "." + base64URL(payload)
	digest := sha256.Sum256([]byte(signed))
	r, t, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64) // r and s, 32 bytes each
	r.FillBytes(signature[:32])
	t.FillBytes(signature[32:])
	return signed + "." + base64URL(signature), nil
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
