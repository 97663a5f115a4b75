package extensionstest

import (
	"fmt"
	"net/http"
	"net/url"
)

// Grant types of the token endpoint.
const (
	grantClientCredentials = "client_credentials"
	grantTokenExchange     = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// serveToken issues tokens to any client that names itself: for the client (RFC 6749 §4.4), or for the subject of a token
// that this server minted (RFC 8693). "resource" or "audience" become the audience, "scope" the scopes.
func (a *AuthServer) serveToken(w http.ResponseWriter, r *http.Request) {
	client, _, _ := r.BasicAuth()
	if client == "" {
		client = r.PostFormValue("client_id")
	}
	if client, err := url.QueryUnescape(client); err != nil || client == "" {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	changes := map[string]any{"sub": client, "client_id": client, "scope": nil}
	switch grant := r.PostFormValue("grant_type"); grant {
	case grantClientCredentials:
	case grantTokenExchange:
		a.mu.Lock()
		subject, minted := a.minted[r.PostFormValue("subject_token")]
		a.mu.Unlock()
		if !minted {
			refuse(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		changes["sub"], changes["act"] = subject["sub"], map[string]any{"sub": client}
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	for _, name := range []string{"audience", "resource"} {
		if aud := r.PostFormValue(name); aud != "" {
			changes["aud"] = aud
		}
	}
	if scope := r.PostFormValue("scope"); scope != "" {
		changes["scope"] = scope
	}
	token, err := a.mint(a.Claims(changes))
	if err != nil {
		refuse(w, http.StatusInternalServerError, "server_error")
		return
	}
	write(w, map[string]any{
		"access_token":      token,
		"issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
		"token_type":        "Bearer",
		"expires_in":        300,
	})
}

// mint signs claims and remembers the token.
func (a *AuthServer) mint(claims map[string]any) (string, error) {
	token, err := a.Key().token(nil, claims)
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.minted[token] = claims
	return token, nil
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":%q}`, code)
}
