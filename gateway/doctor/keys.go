package doctor

import (
	"context"
	"encoding/base64"
	"fmt"
)

// key is what the walk reads of RFC 7517 §4. Members that only private keys have are there to be missed.
type key struct {
	Type    string  `json:"kty"`
	Use     string  `json:"use"`
	ID      string  `json:"kid"`
	Modulus string  `json:"n"`
	Private *string `json:"d"`
	Secret  *string `json:"k"`
}

// minModulus is the least length of an RSA key that signatures may have, in bytes (RFC 7518 §3.3).
const minModulus = 2048 / 8

// keys reads the key set of an authorization server.
func (w *walker) keys(ctx context.Context, address string) {
	s := w.report.step("keys", address)
	if address == "" {
		s.warn("the authorization server names no jwks_uri, so that its tokens cannot be validated by their signature", "add jwks_uri, unless tokens are looked up at the server")
		return
	}
	var set struct {
		Keys []key `json:"keys"`
	}
	if w.document(ctx, s, &set, s.fault) == nil {
		return
	}
	if len(set.Keys) > maxKeys {
		s.warn(fmt.Sprintf("it has %d keys; the first %d were looked at", len(set.Keys), maxKeys), "drop keys that sign nothing any more")
		set.Keys = set.Keys[:maxKeys]
	}
	signing := 0
	ids := map[string]bool{}
	for _, k := range set.Keys {
		if checkKey(s, k) {
			signing++
		}
		if k.ID != "" && ids[k.ID] {
			s.fault("two keys have the id "+quoted(k.ID), "give every key an id of its own")
		}
		ids[k.ID] = true
	}
	if len(set.Keys) > 1 && ids[""] {
		s.warn("a key among several has no kid", "give every key one, so that a new key is found when it is first used")
	}
	if signing == 0 {
		s.fault("it has no key that signatures can be checked with", "publish the public signing keys (RSA, EC or OKP)")
		return
	}
	s.Found = fmt.Sprintf("%d signing keys", signing)
	if signing == 1 {
		s.Found = "one signing key"
	}
}

// checkKey reports whether the key can check signatures.
func checkKey(s *Step, k key) bool {
	name := "the key " + quoted(k.ID)
	switch {
	case k.Secret != nil || k.Type == "oct":
		s.fault(name+" is a shared secret: everyone can sign tokens with it", "take it down at once, make a new one, and sign with an asymmetric key")
		return false
	case k.Private != nil:
		s.fault(name+" is a private key: everyone can sign tokens with it", "take it down at once, make a new one, and publish the public part only")
		return false
	case k.Use == "enc":
		return false
	case k.Type == "RSA":
		if n, err := base64.RawURLEncoding.DecodeString(k.Modulus); err != nil || len(n) < minModulus {
			s.fault(name+" is an RSA key of less than 2048 bits", "make a longer one")
			return false
		}
		return true
	}
	return k.Type == "EC" || k.Type == "OKP"
}
