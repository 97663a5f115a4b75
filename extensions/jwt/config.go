package jwt

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

// config is [extensions.jwt.config]. The keys of the first block are those of Grafbase Gateway, with their meaning.
type config struct {
	URL                    string        `toml:"url"`      // of the key set; found through the issuer's metadata when empty
	Issuer                 string        `toml:"issuer"`   // exact "iss"; not checked when empty, which needs url
	Audience               []string      `toml:"audience"` // one of them must be in "aud"
	PollInterval           time.Duration `toml:"poll_interval"`
	HeaderName             string        `toml:"header_name"`
	HeaderValuePrefix      string        `toml:"header_value_prefix"`
	CookieName             string        `toml:"cookie_name"`
	OAuth                  *oauthConfig  `toml:"oauth"`
	UnauthenticatedHeaders []header      `toml:"unauthenticated_headers"` // added to 401

	Issuers            []issuerConfig            `toml:"issuers"`             // further issuers
	ProtectedResources map[string]resourceConfig `toml:"protected_resources"` // what differs for a resource, by name
	Algorithms         []string                  `toml:"algorithms"`          // accepted "alg"
	ScopeClaims        []string                  `toml:"scope_claims"`        // read as text with spaces or as array
	ClockSkew          time.Duration             `toml:"clock_skew"`          // for "exp" and "nbf"
	RequiredClaims     map[string]any            `toml:"required_claims"`
	Implies            extensions.ScopeHierarchy `toml:"implies"`
	ChallengeScopes    []string                  `toml:"challenge_scopes"` // asked for in 401
	MaxStale           time.Duration             `toml:"max_stale"`        // how long keys outlive their provider
	FetchTimeout       time.Duration             `toml:"fetch_timeout"`
	JWKSOrigins        []string                  `toml:"jwks_origins"` // origins besides the issuer's, for discovery
	AllowHTTP          bool                      `toml:"allow_http"`   // keys over plain HTTP from other hosts
	CacheSize          int                       `toml:"cache_size"`   // verified tokens remembered; 0 for none
}

// issuerConfig is one of [[extensions.jwt.config.issuers]].
type issuerConfig struct {
	URL      string   `toml:"url"`
	Issuer   string   `toml:"issuer"`
	Audience []string `toml:"audience"`
}

// resourceConfig is [extensions.jwt.config.protected_resources.<name>].
type resourceConfig struct {
	Audience []string     `toml:"audience"`
	OAuth    *oauthConfig `toml:"oauth"`
}

type oauthConfig struct {
	ProtectedResource extensions.ProtectedResource `toml:"protected_resource"`
}

type header struct {
	Name  string `toml:"name"`
	Value string `toml:"value"`
}

// maxDuration bounds every duration of the configuration.
const maxDuration = 30 * 24 * time.Hour

// defaults returns the configuration before decoding.
func defaults() config {
	return config{
		PollInterval: time.Minute,
		ScopeClaims:  []string{"scope", "scp"},
		Algorithms: []string{
			"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
		},
		ClockSkew:    time.Minute,
		MaxStale:     24 * time.Hour,
		FetchTimeout: 5 * time.Second,
		CacheSize:    4096,
	}
}

// issuers returns the top-level issuer, where one is given, and the further ones.
func (c *config) issuers() []issuerConfig {
	var all []issuerConfig
	if c.URL != "" || c.Issuer != "" {
		all = append(all, issuerConfig{URL: c.URL, Issuer: c.Issuer})
	}
	return append(all, c.Issuers...)
}

// requiredClaims reads required_claims.
func (c *config) requiredClaims() (extensions.ClaimRules, error) {
	rules, err := extensions.ParseClaimRules(c.RequiredClaims)
	if err != nil {
		return nil, fmt.Errorf("required_claims: %w", err)
	}
	return rules, nil
}

// validate reports every fault, by key. The resources are those of the gateway.
func (c *config) validate(resources map[string]extensions.Resource) error {
	return errors.Join(
		c.validateIssuers(),
		c.validateAudiences(resources),
		c.validateAlgorithms(),
		c.validateDurations(),
		c.validateScopes(),
	)
}

func (c *config) validateIssuers() error {
	var errs []error
	all := c.issuers()
	if len(all) == 0 {
		errs = append(errs, errors.New("issuer: is missing, and so is url; one of them says where the keys are"))
	}
	seen := map[string]bool{}
	for _, i := range all {
		switch {
		case i.Issuer == "" && i.URL == "":
			errs = append(errs, errors.New("issuers: an entry has neither issuer nor url"))
			continue
		case i.Issuer == "" && len(all) > 1:
			errs = append(errs, fmt.Errorf("issuers: %q has no issuer, which is needed to tell several apart", i.URL))
		case seen[i.Issuer]:
			errs = append(errs, fmt.Errorf("issuers: %q is there twice", i.Issuer))
		}
		seen[i.Issuer] = true
		source := i.URL
		if source == "" {
			source = i.Issuer
		}
		if err := c.fetchable(source); err != nil {
			errs = append(errs, fmt.Errorf("issuers: %w", err))
		}
	}
	for _, o := range c.JWKSOrigins {
		if err := c.fetchable(o); err != nil {
			errs = append(errs, fmt.Errorf("jwks_origins: %w", err))
		}
	}
	return errors.Join(errs...)
}

// fetchable reports why keys may not be fetched from a URL: whoever can change them on the way can be anybody.
func (c *config) fetchable(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("%q is not an absolute URL, or has a user or a fragment", raw)
	case u.Scheme == "https", u.Scheme == "http" && (c.AllowHTTP || isLoopback(u.Hostname())):
		return nil
	}
	return fmt.Errorf("%q is not https; allow_http = true permits it", raw)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *config) validateAudiences(resources map[string]extensions.Resource) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.ProtectedResources)) {
		if _, ok := resources[name]; !ok && len(resources) > 0 {
			have := slices.Sorted(maps.Keys(resources))
			errs = append(errs, fmt.Errorf("protected_resources.%s: the gateway has no such resource (have %q)", name, have))
		}
	}
	all := [][]string{c.Audience}
	for _, i := range c.issuers() {
		all = append(all, i.Audience)
	}
	for _, r := range c.ProtectedResources {
		all = append(all, r.Audience)
	}
	if slices.Contains(slices.Concat(all...), "") { // which a token with an empty "aud" would meet
		errs = append(errs, errors.New("audience: an audience is the empty string"))
	}
	names := slices.Sorted(maps.Keys(resources))
	if len(names) == 0 {
		names = append(slices.Sorted(maps.Keys(c.ProtectedResources)), "")
	}
	for _, i := range c.issuers() {
		for _, name := range names {
			if len(c.Audience) == 0 && len(i.Audience) == 0 && len(c.ProtectedResources[name].Audience) == 0 {
				return errors.Join(append(errs, errors.New("audience: is empty, so that a token for any other service would be accepted here"))...)
			}
		}
	}
	return errors.Join(errs...)
}

func (c *config) validateAlgorithms() error {
	var errs []error
	if len(c.Algorithms) == 0 {
		errs = append(errs, errors.New("algorithms: is empty, so that no token would be accepted"))
	}
	known := algorithms()
	for _, name := range c.Algorithms {
		if _, ok := known[name]; !ok {
			errs = append(errs, fmt.Errorf("algorithms: %q is not supported (have %q)", name, slices.Sorted(maps.Keys(known))))
		}
	}
	return errors.Join(errs...)
}

func (c *config) validateDurations() error {
	var errs []error
	for _, d := range []struct {
		key      string
		value    time.Duration
		min, max time.Duration
	}{
		{"poll_interval", c.PollInterval, time.Millisecond, 24 * time.Hour},
		{"clock_skew", c.ClockSkew, 0, 10 * time.Minute},
		{"max_stale", c.MaxStale, time.Second, maxDuration},
		{"fetch_timeout", c.FetchTimeout, time.Millisecond, time.Minute},
	} {
		if v := d.value; v < d.min || v > d.max {
			errs = append(errs, fmt.Errorf("%s: %s is not between %s and %s", d.key, v, d.min, d.max))
		}
	}
	if c.CacheSize < 0 || c.CacheSize > 1<<20 {
		errs = append(errs, fmt.Errorf("cache_size: %d is not between 0 and %d", c.CacheSize, 1<<20))
	}
	return errors.Join(errs...)
}

func (c *config) validateScopes() error {
	var errs []error
	scopes := slices.Clone(c.ChallengeScopes)
	for scope, implied := range c.Implies {
		scopes = append(append(scopes, scope), implied...)
	}
	slices.Sort(scopes)
	for _, s := range slices.Compact(scopes) {
		if !extensions.ValidScope(s) {
			errs = append(errs, fmt.Errorf("challenge_scopes, implies: %q is not a scope", s))
		}
	}
	return errors.Join(errs...)
}
