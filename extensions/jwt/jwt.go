package jwt

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/sluice-gateway/sluice/extensions"
)

func init() { extensions.Register("jwt", open) }

// extension is an open "jwt".
type extension struct {
	verifier  *verifier
	cache     *tokenCache
	resources *resources
	metadata  []extensions.PublicMetadata
	read      []func(http.Header) (token string, found bool, err error) // where tokens are, in the order of trial
	header    string                                                    // that tokens are read from; empty for none of its own
	headers   http.Header                                               // added to 401
}

var (
	_ extensions.Authenticator    = (*extension)(nil)
	_ extensions.MetadataProvider = (*extension)(nil)
	_ extensions.HeaderOwner      = (*extension)(nil)
)

func open(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	c := defaults()
	if err := env.Config.Decode(&c); err != nil {
		return nil, err
	}
	e, err := newExtension(&c, env, time.Now) //nolint:contextcheck // keys are fetched for as long as the extension is open
	if err != nil {
		return nil, err // not e: a nil *extension is not a nil Extension
	}
	return e, nil
}

// newExtension validates the configuration, and starts to fetch keys if it is good.
func newExtension(c *config, env extensions.Env, now func() time.Time) (*extension, error) {
	if env.HTTPClient == nil {
		return nil, errors.New("the environment has no HTTP client")
	}
	rs, badResources := resourcesOf(c, env)
	required, badClaims := c.requiredClaims()
	err := errors.Join(c.validate(env.Resources), badClaims, badResources)
	if err != nil {
		return nil, err
	}
	e := &extension{resources: rs, cache: newTokenCache(c.CacheSize, now), read: c.locations(), header: c.HeaderName}
	if e.metadata, err = rs.publicMetadata(); err != nil {
		return nil, err
	}
	e.headers = unauthenticatedHeaders(c, env.Logger)
	if c.OAuth == nil && len(c.ProtectedResources) == 0 {
		env.Logger.Info("no oauth.protected_resource is configured, clients must find the authorization server by themselves")
	}
	e.verifier = newVerifier(c, required, env, now)
	for _, i := range e.verifier.issuers {
		i.source.start()
	}
	return e, nil
}

func newVerifier(c *config, required extensions.ClaimRules, env extensions.Env, now func() time.Time) *verifier {
	v := &verifier{
		extensionID: env.ID,
		audience:    c.Audience,
		algorithms:  map[string]algorithm{},
		scopeClaims: c.ScopeClaims,
		required:    required,
		implies:     c.Implies,
		skew:        c.ClockSkew,
		now:         now,
	}
	known := algorithms()
	for _, name := range c.Algorithms {
		v.algorithms[name] = known[name]
	}
	client := sameOriginClient(env.HTTPClient)
	for _, i := range c.issuers() {
		locate := fixed(i.URL)
		if i.URL == "" {
			locate = discover(i.Issuer, c.JWKSOrigins)
		}
		if i.Issuer == "" {
			env.Logger.Warn("no issuer is configured, tokens of any issuer with a key in the set are accepted", slog.String("url", i.URL))
		}
		v.issuers = append(v.issuers, issuer{name: i.Issuer, audience: i.Audience, source: &keySource{
			locate:   locate,
			client:   client,
			log:      env.Logger.With(slog.String("issuer", i.Issuer)),
			poll:     c.PollInterval,
			maxStale: c.MaxStale,
			timeout:  c.FetchTimeout,
			now:      now,
			limiter:  rate.NewLimiter(rate.Every(refreshEvery), refreshBurst),
		}})
	}
	return v
}

// locations returns the readers of tokens: the header before the cookie, and Authorization where neither is configured.
func (c *config) locations() []func(http.Header) (string, bool, error) {
	var read []func(http.Header) (string, bool, error)
	if c.HeaderName != "" {
		read = append(read, func(h http.Header) (string, bool, error) {
			return extensions.HeaderToken(h, c.HeaderName, c.HeaderValuePrefix)
		})
	}
	if c.CookieName != "" {
		read = append(read, func(h http.Header) (string, bool, error) {
			return extensions.CookieToken(h, c.CookieName)
		})
	}
	if len(read) == 0 {
		read = append(read, extensions.BearerToken)
	}
	return read
}

// unauthenticatedHeaders returns the configured headers of 401. A challenge among them, which Grafbase Gateway needed
// there, would stand beside our own.
func unauthenticatedHeaders(c *config, log *slog.Logger) http.Header {
	h := http.Header{}
	for _, extra := range c.UnauthenticatedHeaders {
		if strings.EqualFold(extra.Name, "WWW-Authenticate") {
			log.Warn("unauthenticated_headers: WWW-Authenticate is made by the gateway, yours is left out")
			continue
		}
		h.Add(extra.Name, extra.Value)
	}
	return h
}

// Authenticate implements extensions.Authenticator. The first good token wins; with several bad ones, the first says
// what is wrong.
func (e *extension) Authenticate(ctx context.Context, req extensions.Request) (extensions.Token, error) {
	r := e.resources.of(req.Resource.Name)
	var refusal error
	for _, read := range e.read {
		raw, found, err := read(req.Header)
		if err != nil { // whoever sends credentials twice may have them read differently elsewhere: no second chance
			return extensions.Token{}, e.answer(err, r)
		}
		if !found {
			continue
		}
		token, err := e.verify(ctx, raw, r)
		if err == nil {
			token.Credential = raw // here, since the cache holds no token
			return token, nil
		}
		if refusal == nil {
			refusal = err
		}
	}
	if refusal == nil {
		refusal = extensions.Unauthenticated()
	}
	return extensions.Token{}, e.answer(refusal, r)
}

// verify asks the cache before the verifier.
func (e *extension) verify(ctx context.Context, raw string, r *resource) (extensions.Token, error) {
	key := keyOf(raw, r)
	if v, ok := e.cache.load(key); ok {
		return v.token, nil
	}
	v, err := e.verifier.verify(ctx, raw, r.audience)
	if err != nil {
		return extensions.Token{}, err
	}
	e.cache.store(key, v)
	return v.token, nil
}

// answer completes a refusal with the challenge of the resource.
func (e *extension) answer(err error, r *resource) error {
	refusal := extensions.AsError(err).Complete(r.challenge)
	if refusal.Status == http.StatusUnauthorized && len(e.headers) > 0 {
		refusal.Header = e.headers.Clone()
	}
	return refusal
}

// OwnedHeaders implements extensions.HeaderOwner.
func (e *extension) OwnedHeaders() []string {
	if e.header == "" {
		return nil
	}
	return []string{e.header}
}

// PublicMetadata implements extensions.MetadataProvider.
func (e *extension) PublicMetadata() ([]extensions.PublicMetadata, error) {
	return e.metadata, nil
}

// Close ends the fetching of keys. Tokens that are verified afterwards are refused once their keys are stale.
func (e *extension) Close() error {
	for _, i := range e.verifier.issuers {
		i.source.close()
	}
	return nil
}
