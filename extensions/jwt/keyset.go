package jwt

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lestrrat-go/jwx/v2/jwk"
)

// Bounds on a key set. Providers publish two or three keys of less than 3 KiB each.
const (
	maxKeySetBytes = 1 << 20
	maxKeys        = 100
	// maxCandidates bounds the signatures computed for a token that names no key.
	maxCandidates = 8
)

// keySet is an immutable set of published keys (RFC 7517 §5), those for signatures alone.
type keySet struct {
	keys []publishedKey
	sum  [32]byte // of the text it was parsed from
}

// publishedKey is one key.
type publishedKey struct {
	id        string // "kid", may be empty
	algorithm string // "alg", may be empty: Entra ID leaves it out
	key       any    // *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey, or []byte
}

var (
	errNoKeySet = errors.New("not a JSON Web Key Set")
	errNoKeys   = errors.New("no usable key")
)

// parseKeySet reads a key set. Keys of kinds that it does not know are left out (RFC 7517 §5); when none is left of
// some, that is an error, so that a mistake of the provider does not replace good keys. An empty set is no error: that
// is how a provider withdraws all of them.
func parseKeySet(text []byte) (*keySet, error) {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &document); err != nil || document.Keys == nil {
		return nil, errNoKeySet // the error would quote the text
	}
	if len(document.Keys) > maxKeys {
		return nil, fmt.Errorf("%d keys, more than %d", len(document.Keys), maxKeys)
	}
	set := &keySet{}
	for _, raw := range document.Keys {
		if k, err := parseKey(raw); err == nil {
			set.keys = append(set.keys, k)
		}
	}
	if len(set.keys) == 0 && len(document.Keys) > 0 {
		return nil, errNoKeys
	}
	return set, nil
}

var errNotForSignatures = errors.New("not a key for verifying signatures")

func parseKey(raw json.RawMessage) (publishedKey, error) {
	var purpose struct {
		ID         string   `json:"kid"`
		Algorithm  string   `json:"alg"`
		Use        string   `json:"use"`
		Operations []string `json:"key_ops"`
	}
	if err := json.Unmarshal(raw, &purpose); err != nil {
		return publishedKey{}, err
	}
	verifies := len(purpose.Operations) == 0
	for _, op := range purpose.Operations {
		verifies = verifies || op == "verify"
	}
	if purpose.Use != "" && purpose.Use != "sig" || !verifies {
		return publishedKey{}, errNotForSignatures
	}
	parsed, err := jwk.ParseKey(raw)
	if err != nil {
		return publishedKey{}, err
	}
	if err := parsed.Validate(); err != nil {
		return publishedKey{}, err
	}
	var private any
	if err := parsed.Raw(&private); err != nil {
		return publishedKey{}, err
	}
	public, err := jwk.PublicRawKeyOf(private)
	if err != nil {
		return publishedKey{}, err
	}
	for _, a := range algorithms() {
		if a.accepts(public) {
			return publishedKey{id: purpose.ID, algorithm: purpose.Algorithm, key: public}, nil
		}
	}
	return publishedKey{}, errNotForSignatures
}

// candidates returns the keys that a token of the algorithm and key id may be signed with: those of that id or, where
// the token names none, the first few that suit the algorithm. A key without an id suits no token that names one.
func (s *keySet) candidates(a algorithm, id string) []any {
	var found []any
	for _, k := range s.keys {
		if id != "" && k.id != id || k.algorithm != "" && !sameAlgorithm(k.algorithm, a.name) || !a.accepts(k.key) {
			continue
		}
		if found = append(found, k.key); len(found) == maxCandidates {
			break
		}
	}
	return found
}
