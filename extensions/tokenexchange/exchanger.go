package tokenexchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Settings say where tokens are exchanged, and as whom.
type Settings struct {
	Endpoint     string        // token endpoint of the authorization server; https, or http on a loopback address
	ClientID     string        // the gateway's at that server
	ClientSecret string        // sent as HTTP Basic (RFC 6749 §2.3.1); empty sends client_id alone, as public clients do
	Timeout      time.Duration // of one exchange; 0 means 5s
	CacheSize    int           // tokens remembered; 0 means 4096
}

// Target is what the exchanged token is for. At least one of Audience and Resource is needed.
type Target struct {
	Audience string   // name of the service at the authorization server
	Resource string   // URL of the service (RFC 8707)
	Scopes   []string // asked for; none asks for what the server gives by default
}

// Token is an exchanged access token. Its type is Bearer.
type Token struct {
	Value     string
	ExpiresAt time.Time
}

var (
	// ErrRefused is the condition when the authorization server refuses the exchange: asking again will not help.
	ErrRefused = errors.New("token exchange refused")
	// ErrUnavailable is the condition when there is no usable answer.
	ErrUnavailable = errors.New("token exchange unavailable")
)

// Times around the expiry of a token.
const (
	// margin is taken off a token's life, for the time until the subgraph looks at it.
	margin = 10 * time.Second
	// defaultLife is that of a token without expires_in, which RFC 8693 §2.2.1 only recommends.
	defaultLife = time.Minute
)

// Exchanger exchanges tokens. It is safe for concurrent use.
type Exchanger struct {
	settings Settings
	client   *http.Client
	now      func() time.Time
	flights  singleflight.Group

	mu    sync.Mutex
	cache map[cacheKey]Token // ExpiresAt is when to stop using it
}

type cacheKey [sha256.Size]byte

// New returns an Exchanger. The client's redirects are not followed: the request carries two credentials.
func New(s Settings, client *http.Client) (*Exchanger, error) {
	u, err := url.Parse(s.Endpoint)
	loopback := err == nil && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return nil, fmt.Errorf("endpoint: %q is not an https URL", s.Endpoint)
	case s.ClientID == "":
		return nil, errors.New("client_id: is missing")
	case s.Timeout < 0 || s.CacheSize < 0:
		return nil, errors.New("timeout, cache_size: is negative")
	}
	if s.Timeout == 0 {
		s.Timeout = 5 * time.Second
	}
	if s.CacheSize == 0 {
		s.CacheSize = 4096
	}
	guarded := *client
	guarded.Jar = nil
	guarded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Exchanger{settings: s, client: &guarded, now: time.Now, cache: map[cacheKey]Token{}}, nil
}

// Exchange returns a token for the target in exchange for the caller's, which is good until expiry (the zero time: no
// limit). Errors wrap ErrRefused or ErrUnavailable, or are the context's. A caller who goes away does not spoil the
// exchange for others who wait for it: it ends by itself within Settings.Timeout.
func (x *Exchanger) Exchange(ctx context.Context, subject string, expiry time.Time, to Target) (Token, error) {
	if to.Audience == "" && to.Resource == "" {
		return Token{}, fmt.Errorf("%w: the target has neither audience nor resource", ErrRefused)
	}
	key := keyOf(subject, to)
	if t, ok := x.load(key); ok {
		return t, nil
	}
	done := x.flights.DoChan(string(key[:]), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), x.settings.Timeout)
		defer cancel()
		t, err := x.request(ctx, subject, to)
		if err != nil {
			return Token{}, err
		}
		if !expiry.IsZero() && expiry.Before(t.ExpiresAt) {
			t.ExpiresAt = expiry
		}
		x.store(key, t)
		return t, nil
	})
	select {
	case r := <-done:
		t, _ := r.Val.(Token)
		return t, r.Err
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
}

// keyOf hashes what decides about the answer, each part with its length, so that no two questions share a key.
func keyOf(subject string, to Target) cacheKey {
	h := sha256.New()
	for _, part := range append([]string{subject, to.Audience, to.Resource}, to.Scopes...) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return cacheKey(h.Sum(nil))
}

func (x *Exchanger) load(key cacheKey) (Token, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	t, ok := x.cache[key]
	return t, ok && x.now().Add(margin).Before(t.ExpiresAt)
}

// store remembers a token. A full cache loses what has expired and, if that is little, some others.
func (x *Exchanger) store(key cacheKey, t Token) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if now := x.now(); len(x.cache) >= x.settings.CacheSize {
		for k, old := range x.cache {
			if !now.Before(old.ExpiresAt) || len(x.cache) > x.settings.CacheSize*7/8 {
				delete(x.cache, k)
			}
		}
	}
	x.cache[key] = t
}

// form is the body of the request (RFC 8693 §2.1).
func (x *Exchanger) form(subject string, to Target) url.Values {
	const accessToken = "urn:ietf:params:oauth:token-type:access_token"
	form := url.Values{
		"grant_type":           {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"subject_token":        {subject},
		"subject_token_type":   {accessToken},
		"requested_token_type": {accessToken},
	}
	if to.Audience != "" {
		form.Set("audience", to.Audience)
	}
	if to.Resource != "" {
		form.Set("resource", to.Resource)
	}
	if len(to.Scopes) > 0 {
		form.Set("scope", strings.Join(to.Scopes, " "))
	}
	if x.settings.ClientSecret == "" {
		form.Set("client_id", x.settings.ClientID)
	}
	return form
}
