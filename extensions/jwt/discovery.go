package jwt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// fixed locates a key set at a configured URL.
func fixed(url string) func(context.Context, *http.Client) (string, error) {
	return func(context.Context, *http.Client) (string, error) { return url, nil }
}

// discover locates the key set of an issuer through its metadata: RFC 8414 §3.1, with the well-known path inserted, and
// OpenID Connect Discovery 1.0 §4, with it appended or inserted, in the order that MCP 2025-11-25 gives to clients. The
// metadata is read at every fetch, so that a provider may move its keys. origins are those besides the issuer's own from
// which keys may come.
func discover(issuer string, origins []string) func(context.Context, *http.Client) (string, error) {
	return func(ctx context.Context, client *http.Client) (string, error) {
		var errs []error
		for _, u := range metadataURLs(issuer) {
			found, err := jwksURI(ctx, client, u, issuer, origins)
			if err == nil {
				return found, nil
			}
			errs = append(errs, err)
			if ctx.Err() != nil {
				break
			}
		}
		return "", fmt.Errorf("discovery: %w", errors.Join(errs...))
	}
}

// metadataURLs returns where the metadata of an issuer may be. The issuer is an absolute URL.
func metadataURLs(issuer string) []string {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil
	}
	origin, path := originOf(u), strings.TrimRight(u.EscapedPath(), "/")
	urls := []string{
		origin + "/.well-known/oauth-authorization-server" + path,
		origin + "/.well-known/openid-configuration" + path,
		origin + path + "/.well-known/openid-configuration",
	}
	return slices.Compact(urls) // the last two are one where the issuer has no path
}

// jwksURI reads one metadata document.
func jwksURI(ctx context.Context, client *http.Client, from, issuer string, origins []string) (string, error) {
	text, err := get(ctx, client, from)
	if err != nil {
		return "", err
	}
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return "", fmt.Errorf("%s: not a metadata document", from)
	}
	if document.Issuer != issuer { // RFC 8414 §3.3
		return "", fmt.Errorf("%s: is the metadata of %q, not of %q", from, document.Issuer, issuer)
	}
	keys, err := url.Parse(document.JWKSURI)
	if err != nil || keys.Host == "" {
		return "", fmt.Errorf("%s: has no absolute jwks_uri", from)
	}
	for _, allowed := range append([]string{issuer}, origins...) {
		if a, err := url.Parse(allowed); err == nil && originOf(a) == originOf(keys) {
			return document.JWKSURI, nil
		}
	}
	return "", fmt.Errorf("%s: jwks_uri is at %s, which is neither the issuer's origin nor in jwks_origins", from, originOf(keys))
}

func originOf(u *url.URL) string {
	return strings.ToLower(u.Scheme) + "://" + strings.ToLower(u.Host)
}

// sameOriginClient returns a client like c that follows redirects within an origin only.
func sameOriginClient(c *http.Client) *http.Client {
	guarded := *c
	guarded.Jar = nil
	guarded.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if len(via) > 3 {
			return errors.New("too many redirects")
		}
		if originOf(req.URL) != originOf(via[0].URL) {
			return errors.New("redirected to another origin")
		}
		return nil
	}
	return &guarded
}
