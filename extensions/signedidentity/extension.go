package signedidentity

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

func init() { extensions.Register("signed-identity", open) }

// config is [extensions.signed-identity.config].
type config struct {
	Issuer      string        `toml:"issuer"`       // "iss"; default: the origin of the gateway's resources
	Audience    string        `toml:"audience"`     // "aud", whom the subgraphs take themselves for
	Header      string        `toml:"header"`       // that carries the identity to subgraphs
	Lifetime    time.Duration `toml:"lifetime"`     // of an identity
	Claims      []string      `toml:"claims"`       // of the caller's token, copied
	Key         string        `toml:"key"`          // private key, P-256 in PEM; generated when not set
	FurtherKeys []string      `toml:"further_keys"` // public keys, published too: those that replicas change from or to
	JWKSPath    string        `toml:"jwks_path"`    // where the key set is published
}

// reserved are the claims that the signer makes itself.
var reserved = []string{"iss", "aud", "sub", "sub_id", "scope", "iat", "exp", "nbf", "cnf"}

// extension signs an identity for every operation of an authenticated caller.
type extension struct {
	signer   *Signer
	audience string
	header   string
	metadata []extensions.PublicMetadata
}

var (
	_ extensions.Authorizer       = (*extension)(nil)
	_ extensions.MetadataProvider = (*extension)(nil)
	_ extensions.HeaderOwner      = (*extension)(nil)
)

func open(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	c := config{Header: "X-Sluice-Identity", Lifetime: time.Minute, JWKSPath: "/.well-known/jwks.json"}
	if err := env.Config.Decode(&c); err != nil {
		return nil, err
	}
	if c.Issuer == "" {
		c.Issuer = originOf(env.Resources)
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	key, set, err := c.keys()
	if err != nil {
		return nil, err
	}
	if c.Key == "" {
		env.Logger.Warn("no key is configured, one was generated: replicas and restarts have keys of their own", slog.String("jwks_path", c.JWKSPath))
	}
	signer, err := NewSigner(Settings{Key: key, Issuer: c.Issuer, Lifetime: c.Lifetime, Claims: c.Claims}, time.Now)
	if err != nil {
		return nil, err
	}
	return &extension{
		signer:   signer,
		audience: c.Audience,
		header:   http.CanonicalHeaderKey(c.Header),
		metadata: []extensions.PublicMetadata{{
			Path:   c.JWKSPath,
			Header: http.Header{"Content-Type": {"application/jwk-set+json"}, "Cache-Control": {"public, max-age=60"}},
			Body:   []byte(set),
		}},
	}, nil
}

// originOf returns the origin that all resources share, or "".
func originOf(resources map[string]extensions.Resource) string {
	origin := ""
	for _, r := range resources {
		u, err := url.Parse(r.URL)
		if err != nil || u.Host == "" || origin != "" && origin != u.Scheme+"://"+u.Host {
			return ""
		}
		origin = u.Scheme + "://" + u.Host
	}
	return origin
}

func (c *config) validate() error {
	var errs []error
	if c.Audience == "" {
		errs = append(errs, errors.New("audience: is empty; it is what tells a subgraph that an identity is meant for it"))
	}
	if c.Issuer == "" {
		errs = append(errs, errors.New("issuer: is missing, and the gateway has no public URL to take it from"))
	}
	if c.Lifetime < 10*time.Second || c.Lifetime > time.Hour {
		errs = append(errs, fmt.Errorf("lifetime: %s is not between 10s and 1h", c.Lifetime))
	}
	if !strings.HasPrefix(c.JWKSPath, "/") || strings.ContainsAny(c.JWKSPath, "?# ") {
		errs = append(errs, fmt.Errorf("jwks_path: %q is not an absolute path", c.JWKSPath))
	}
	taken := []string{"Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Host", "Transfer-Encoding"}
	if !isToken(c.Header) || slices.Contains(taken, http.CanonicalHeaderKey(c.Header)) {
		errs = append(errs, fmt.Errorf("header: %q is not a header of one's own", c.Header))
	}
	for i, name := range c.Claims {
		if slices.Contains(reserved, name) || slices.Contains(c.Claims[:i], name) {
			errs = append(errs, fmt.Errorf("claims: %q is made by the gateway, or there twice", name))
		}
	}
	return errors.Join(errs...)
}

// isToken reports whether s can be the name of a header (RFC 9110 §5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// keys returns the signing key, and the key set to publish.
func (c *config) keys() (*ecdsa.PrivateKey, string, error) {
	key, err := newKey()
	if c.Key != "" {
		key, err = parsePrivate(c.Key)
	}
	if err != nil {
		return nil, "", fmt.Errorf("key: %w", err)
	}
	public := []*ecdsa.PublicKey{&key.PublicKey}
	for i, text := range c.FurtherKeys {
		further, err := parsePublic(text)
		if err != nil {
			return nil, "", fmt.Errorf("further_keys[%d]: %w", i, err)
		}
		if !slices.ContainsFunc(public, func(k *ecdsa.PublicKey) bool { return k.Equal(further) }) {
			public = append(public, further)
		}
	}
	members := make([]string, len(public))
	for i, k := range public {
		if members[i], err = published(k); err != nil {
			return nil, "", fmt.Errorf("key: %w", err)
		}
	}
	return key, `{"keys":[` + strings.Join(members, ",") + `]}`, nil
}

// OwnedHeaders implements extensions.HeaderOwner: a client cannot pass off a header of its own as the identity.
func (e *extension) OwnedHeaders() []string { return []string{e.header} }

// AuthorizeOperation denies nothing. It adds the caller's identity to the requests to subgraphs.
func (e *extension) AuthorizeOperation(_ context.Context, tok extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	if !tok.Authenticated() || op.Kind == extensions.KindSchema {
		return extensions.Decision{}, nil
	}
	identity, err := e.signer.Sign(tok, e.audience)
	if err != nil {
		return extensions.Decision{}, err
	}
	return extensions.Decision{SubgraphHeaders: http.Header{e.header: {identity}}}, nil
}

// PublicMetadata implements extensions.MetadataProvider.
func (e *extension) PublicMetadata() ([]extensions.PublicMetadata, error) {
	return e.metadata, nil
}
