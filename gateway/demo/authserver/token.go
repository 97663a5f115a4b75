package authserver

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// claims are those of an access token (RFC 9068 §2.2).
type claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	ExpiresAt int64  `json:"exp"`
	IssuedAt  int64  `json:"iat"`
	ID        string `json:"jti"`
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope"`
	Username  string `json:"preferred_username,omitempty"`
	Name      string `json:"name,omitempty"`
}

// tokenResponse is RFC 6749 §5.1.
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/x-www-form-urlencoded" {
		refuse(w, http.StatusBadRequest, &oauthError{"invalid_request", "send application/x-www-form-urlencoded"})
		return
	}
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, &oauthError{"invalid_request", "the body is not a form"})
		return
	}
	id, c, ok := s.authenticate(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		refuse(w, http.StatusUnauthorized, &oauthError{"invalid_client", "the client is unknown or its secret is wrong"})
		return
	}
	granted, problem := s.grant(r, id, c)
	if problem != nil {
		refuse(w, http.StatusBadRequest, problem)
		return
	}
	access, err := s.issue(granted)
	if err != nil {
		s.options.Logger.Error("token not signed", slog.Any("error", err))
		refuse(w, http.StatusInternalServerError, &oauthError{Code: "server_error"})
		return
	}
	s.options.Logger.Info("token issued", slog.String("client_id", id), slog.String("subject", granted.user.Subject))
	writeJSON(w, http.StatusOK, tokenResponse{access, "Bearer", int(tokenLifetime.Seconds()), strings.Join(granted.scopes, " ")})
}

// grant decides what the client gets for its request.
func (s *Server) grant(r *http.Request, id string, c client) (grant, *oauthError) {
	grantType := r.PostForm.Get("grant_type")
	if grantType != "authorization_code" && grantType != "client_credentials" {
		return grant{}, &oauthError{"unsupported_grant_type", "grant_type must be authorization_code or client_credentials"}
	}
	if !slices.Contains(c.grantTypes, grantType) {
		return grant{}, &oauthError{"unauthorized_client", "the client is not registered for this grant_type"}
	}
	if grantType == "authorization_code" {
		return s.redeem(r, id)
	}
	g := grant{clientID: id, user: User{Subject: id}}
	var problem *oauthError
	if g.resource, problem = s.resource(r.PostForm["resource"]); problem != nil {
		return grant{}, problem
	}
	g.scopes, problem = s.scopes(r.PostForm.Get("scope"))
	return g, problem
}

// redeem spends a code (RFC 6749 §4.1.3, RFC 7636 §4.6). It is gone after this, whatever comes out.
func (s *Server) redeem(r *http.Request, id string) (grant, *oauthError) {
	g, ok := s.codes.take(r.PostForm.Get("code"))
	if !ok || g.clientID != id {
		return grant{}, &oauthError{"invalid_grant", "the code is unknown, used, expired, or another client's"}
	}
	if uri := r.PostForm.Get("redirect_uri"); uri != "" && uri != g.redirectURI {
		return grant{}, &oauthError{"invalid_grant", "redirect_uri is not the one of the authorization request"}
	}
	hash := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if subtle.ConstantTimeCompare([]byte(base64URL(hash[:])), []byte(g.challenge)) != 1 {
		return grant{}, &oauthError{"invalid_grant", "code_verifier does not match"}
	}
	if asked := r.PostForm["resource"]; len(asked) > 0 {
		if resource, problem := s.resource(asked); problem != nil || resource != g.resource {
			return grant{}, &oauthError{"invalid_target", "resource is not the one of the authorization request"}
		}
	}
	return g, nil
}

func (s *Server) issue(g grant) (string, error) {
	now := s.options.Now()
	return s.signer.sign(claims{
		Issuer: s.issuer, Subject: g.user.Subject, Audience: g.resource,
		IssuedAt: now.Unix(), ExpiresAt: now.Add(tokenLifetime).Unix(), ID: rand.Text(),
		ClientID: g.clientID, Scope: strings.Join(g.scopes, " "), Username: g.user.Username, Name: g.user.Name,
	})
}

// Token issues a token for a user without a browser, for the demo's instructions and for tests. Scopes that the server
// does not know are left out; no scopes at all means every one.
func (s *Server) Token(username, resource string, scopes ...string) (string, error) {
	i := slices.IndexFunc(s.options.Users, func(u User) bool { return u.Username == username })
	if i < 0 {
		return "", fmt.Errorf("token: no user %q", username)
	}
	audience, problem := s.resource([]string{resource})
	if problem != nil {
		return "", fmt.Errorf("token: %w", problem)
	}
	granted, problem := s.scopes(strings.Join(scopes, " "))
	if problem != nil {
		return "", fmt.Errorf("token: %w", problem)
	}
	return s.issue(grant{clientID: "demo", user: s.options.Users[i], resource: audience, scopes: granted})
}
