package authserver

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// client is a registered client. One without a secret is public and must use PKCE, as all must.
type client struct {
	name         string
	redirectURIs []string
	secretHash   [sha256.Size]byte // of a secret; meaningless for a public client
	public       bool
	grantTypes   []string
}

// registration is the part of RFC 7591 §2 that is understood; what else a client sends is ignored.
type registration struct {
	ClientName              string   `json:"client_name,omitempty"`
	RedirectURIs            []string `json:"redirect_uris,omitempty"`
	GrantTypes              []string `json:"grant_types,omitempty"`
	ResponseTypes           []string `json:"response_types,omitempty"`
	TokenEndpointAuthMethod string   `json:"token_endpoint_auth_method,omitempty"`
}

// registered is the answer (RFC 7591 §3.2.1). The scope that a client registers with is not bound to it: it may later
// ask for more.
type registered struct {
	registration
	ClientID         string `json:"client_id"`
	ClientIDIssuedAt int64  `json:"client_id_issued_at"`
	ClientSecret     string `json:"client_secret,omitempty"`
	SecretExpiresAt  *int64 `json:"client_secret_expires_at,omitempty"` // present with a secret; 0: never
}

// maxRedirectURIs and maxNameLength bound what a client may register.
const (
	maxRedirectURIs = 20
	maxNameLength   = 200
)

func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	var asked registration
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		refuse(w, http.StatusBadRequest, &oauthError{"invalid_client_metadata", "the body is not JSON"})
		return
	}
	c, problem := newClient(&asked)
	if problem != nil {
		refuse(w, http.StatusBadRequest, problem)
		return
	}
	answer := registered{registration: asked, ClientIDIssuedAt: s.options.Now().Unix()}
	if !c.public {
		answer.ClientSecret, answer.SecretExpiresAt = rand.Text(), new(int64)
		c.secretHash = sha256.Sum256([]byte(answer.ClientSecret))
	}
	answer.ClientID = s.clients.put(c)
	s.options.Logger.Info("client registered", slog.String("client_id", answer.ClientID))
	writeJSON(w, http.StatusCreated, answer)
}

// newClient checks a registration and fills in the defaults of RFC 7591 §2.
func newClient(asked *registration) (client, *oauthError) {
	invalid := func(description string) (client, *oauthError) {
		return client{}, &oauthError{"invalid_client_metadata", description}
	}
	if asked.GrantTypes == nil {
		asked.GrantTypes = []string{"authorization_code"}
	}
	// Refresh tokens are asked for by most clients and given to none, which RFC 7591 allows the answer to say.
	asked.GrantTypes = slices.DeleteFunc(asked.GrantTypes, func(g string) bool { return g == "refresh_token" })
	for _, grantType := range asked.GrantTypes {
		if grantType != "authorization_code" && grantType != "client_credentials" {
			return invalid("grant_types must be authorization_code or client_credentials")
		}
	}
	if asked.TokenEndpointAuthMethod == "" {
		asked.TokenEndpointAuthMethod = "client_secret_basic"
	}
	if !slices.Contains([]string{"none", "client_secret_basic", "client_secret_post"}, asked.TokenEndpointAuthMethod) {
		return invalid("token_endpoint_auth_method must be none, client_secret_basic or client_secret_post")
	}
	public := asked.TokenEndpointAuthMethod == "none"
	if public && slices.Contains(asked.GrantTypes, "client_credentials") {
		return invalid("client_credentials needs a client with a secret")
	}
	if len(asked.ClientName) > maxNameLength || len(asked.RedirectURIs) > maxRedirectURIs {
		return invalid("client_name or redirect_uris are too long")
	}
	if slices.Contains(asked.GrantTypes, "authorization_code") && len(asked.RedirectURIs) == 0 {
		return client{}, &oauthError{"invalid_redirect_uri", "redirect_uris is required"}
	}
	for _, uri := range asked.RedirectURIs {
		if !isRedirectURI(uri) {
			return client{}, &oauthError{"invalid_redirect_uri", "redirect_uris must be https, http on loopback, or an app's own scheme, without fragment"}
		}
	}
	return client{name: asked.ClientName, redirectURIs: asked.RedirectURIs, public: public, grantTypes: asked.GrantTypes}, nil
}

// isRedirectURI accepts https, plain http to loopback, and private-use schemes (RFC 8252 §7). Schemes that a browser runs
// instead of leaving the page for are none.
func isRedirectURI(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Fragment != "" || strings.HasSuffix(s, "#") {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Host != ""
	case "http":
		return isLoopbackHost(u.Hostname())
	case "", "javascript", "data", "file", "blob", "about", "vbscript", "view-source":
		return false
	}
	return true
}

func isLoopbackHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// allows tells whether the client may be redirected to the URI: one that it has registered, where the port of a loopback
// address does not matter (RFC 8252 §7.3).
func (c client) allows(uri string) bool {
	return slices.Contains(c.redirectURIs, uri) || slices.ContainsFunc(c.redirectURIs, func(registered string) bool {
		a, errA := url.Parse(registered)
		b, errB := url.Parse(uri)
		if errA != nil || errB != nil || a.Scheme != "http" || b.User != nil || !isLoopbackHost(a.Hostname()) {
			return false
		}
		a.Host, b.Host = a.Hostname(), b.Hostname()
		return a.String() == b.String()
	})
}

// authenticate finds the client of a token request (RFC 6749 §2.3): by its secret, or, for a public client, by its id.
func (s *Server) authenticate(r *http.Request) (id string, c client, ok bool) {
	id, secret, basic := r.BasicAuth()
	if basic {
		id, secret = formDecoded(id), formDecoded(secret)
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	c, ok = s.clients.get(id)
	if !ok {
		return id, client{}, false
	}
	if c.public {
		return id, c, secret == ""
	}
	hash := sha256.Sum256([]byte(secret))
	return id, c, subtle.ConstantTimeCompare(hash[:], c.secretHash[:]) == 1
}

// formDecoded undoes the encoding that RFC 6749 §2.3.1 puts below that of basic authentication.
func formDecoded(s string) string {
	if decoded, err := url.QueryUnescape(s); err == nil {
		return decoded
	}
	return s
}
