package extensionstest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// AuthServer is an authorization server on the loopback interface: it publishes its keys and metadata over HTTP, mints
// tokens, rotates keys, and misbehaves on demand. It is safe for concurrent use and closed with the test.
type AuthServer struct {
	// Issuer is the "iss" of its tokens and the base of its URLs.
	Issuer string
	// JWKSURL is where the keys are, and TokenURL where tokens are issued and exchanged.
	JWKSURL, TokenURL string
	// Audience is the "aud" of tokens that do not say otherwise.
	Audience string

	tb     testing.TB
	server *httptest.Server
	well   map[string]bool // well-known documents that are served, by path

	mu       sync.Mutex
	signing  *Key
	keys     []*Key // published
	override http.HandlerFunc
	fetches  int
	fetched  *sync.Cond
	minted   map[string]map[string]any // claims by token, for exchanging them
}

// AuthServerOptions says how an AuthServer differs from the ordinary one.
type AuthServerOptions struct {
	// IssuerPath gives the issuer a path, as tenants have: "/tenant".
	IssuerPath string
	// Discovery are the metadata documents to serve: "oauth" (RFC 8414), "openid" (OpenID Connect Discovery). Nil is both.
	Discovery []string
	// Audience is the default "aud"; empty is "https://graph.example.com/mcp".
	Audience string
	// Algorithm is that of the keys; empty is "ES256", which is quick to generate.
	Algorithm string
}

// NewAuthServer starts a server with one key, "key-1".
func NewAuthServer(tb testing.TB, o AuthServerOptions) *AuthServer {
	tb.Helper()
	if o.Audience == "" {
		o.Audience = "https://graph.example.com/mcp"
	}
	if o.Algorithm == "" {
		o.Algorithm = "ES256"
	}
	if o.Discovery == nil {
		o.Discovery = []string{"oauth", "openid"}
	}
	a := &AuthServer{tb: tb, Audience: o.Audience, well: map[string]bool{}, minted: map[string]map[string]any{}}
	a.fetched = sync.NewCond(&a.mu)
	if slices.Contains(o.Discovery, "oauth") {
		a.well["/.well-known/oauth-authorization-server"+o.IssuerPath] = true
	}
	if slices.Contains(o.Discovery, "openid") {
		a.well[o.IssuerPath+"/.well-known/openid-configuration"] = true
	}
	a.signing = NewKey(tb, "key-1", o.Algorithm)
	a.keys = []*Key{a.signing}
	a.server = httptest.NewServer(a)
	a.Issuer = a.server.URL + o.IssuerPath
	a.JWKSURL = a.server.URL + "/jwks.json"
	a.TokenURL = a.server.URL + "/token"
	tb.Cleanup(func() {
		a.server.CloseClientConnections() // handlers that were told to hang end with their connection
		a.server.Close()
	})
	return a
}

// ServeHTTP serves the well-known documents, the keys, and the token endpoint.
func (a *AuthServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case a.well[r.URL.Path]:
		write(w, map[string]any{
			"issuer":                           a.Issuer,
			"jwks_uri":                         a.JWKSURL,
			"authorization_endpoint":           a.Issuer + "/authorize",
			"token_endpoint":                   a.TokenURL,
			"response_types_supported":         []string{"code"},
			"code_challenge_methods_supported": []string{"S256"},
		})
	case r.URL.Path == "/jwks.json":
		a.mu.Lock()
		keys, override := slices.Clone(a.keys), a.override
		a.fetches++
		a.fetched.Broadcast()
		a.mu.Unlock()
		if override != nil {
			override(w, r)
			return
		}
		published := make([]map[string]any, len(keys))
		for i, k := range keys {
			published[i] = k.JWK()
		}
		write(w, map[string]any{"keys": published})
	case r.URL.Path == "/token":
		a.serveToken(w, r)
	default:
		http.NotFound(w, r)
	}
}

func write(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(document) //nolint:errcheck // the client went away
}

// Token mints a token that is valid for five minutes, with the claims added, replaced, or with a nil value removed.
func (a *AuthServer) Token(claims map[string]any) string {
	a.tb.Helper()
	token, err := a.mint(a.Claims(claims))
	if err != nil {
		a.tb.Fatalf("mint token: %v", err)
	}
	return token
}

// Claims returns the claims that Token signs.
func (a *AuthServer) Claims(changes map[string]any) map[string]any {
	now := time.Now()
	claims := map[string]any{
		"iss": a.Issuer, "sub": "ada", "aud": a.Audience, "scope": "graph:read",
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// Bearer returns the request header that carries a token.
func Bearer(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}}
}

// Key returns the key that signs.
func (a *AuthServer) Key() *Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.signing
}

// Rotate signs with the key from now on, and publishes it and the others given alone.
func (a *AuthServer) Rotate(signing *Key, others ...*Key) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.signing = signing
	a.keys = append([]*Key{signing}, others...)
}

// Publish publishes exactly the keys given, and goes on signing with the same one.
func (a *AuthServer) Publish(keys ...*Key) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys = keys
}

// Misbehave answers requests for the keys with the handler: Down, Garbage, Huge, Slow, or another. Nil ends it.
func (a *AuthServer) Misbehave(handler http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.override = handler
}

// Fetches returns how often the keys were asked for.
func (a *AuthServer) Fetches() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fetches
}

// AwaitFetches waits until the keys were asked for total times since the server started. One client fetches one after
// the other, so that with total = Fetches()+2 it has used an answer that was made after the call.
func (a *AuthServer) AwaitFetches(total int) {
	a.tb.Helper()
	late := false
	timer := time.AfterFunc(10*time.Second, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		late = true
		a.fetched.Broadcast()
	})
	defer timer.Stop()
	a.mu.Lock()
	defer a.mu.Unlock()
	for ; a.fetches < total; a.fetched.Wait() {
		if late {
			a.tb.Fatalf("the keys were asked for %d times within ten seconds, want %d", a.fetches, total)
		}
	}
}

// Down answers as a provider that is out of order.
func Down(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "out of order", http.StatusServiceUnavailable)
}

// Garbage answers 200 with something that is no key set.
func Garbage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	w.Write([]byte("<html>please log in to the guest network</html>")) //nolint:errcheck // the client went away
}

// Huge answers with a well-formed key set of some 64 MiB, or what of it the client takes.
func Huge(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(`{"padding":"`)) //nolint:errcheck // seen at the next write
	filler := []byte(strings.Repeat("x", 1<<16))
	for range 1024 {
		if _, err := w.Write(filler); err != nil {
			return
		}
	}
	w.Write([]byte(`","keys":[]}`)) //nolint:errcheck // the client went away
}

// Slow never answers; it ends with the connection.
func Slow(_ http.ResponseWriter, r *http.Request) {
	<-r.Context().Done()
}
