package authserver

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// transaction is an authorization request on its way through login and consent.
type transaction struct {
	grant
	clientName string
	state      string
	session    string // set by the login page; consent must come from the same session
}

// grant is what a code stands for.
type grant struct {
	clientID    string
	redirectURI string
	challenge   string // PKCE, S256
	resource    string
	scopes      []string
	user        User
}

// challengeForm is the base64url of a SHA-256 hash (RFC 7636 §4.2).
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// authorize starts a transaction (RFC 6749 §4.1.1). What is wrong with the client or its redirect URI is told to the
// person; everything else is told to the client.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c, ok := s.clients.get(q.Get("client_id"))
	if !ok {
		s.problem(w, "The application is not registered here. It may have been registered before this server was started again; try to connect anew.")
		return
	}
	redirectURI := q.Get("redirect_uri")
	if redirectURI == "" && len(c.redirectURIs) == 1 {
		redirectURI = c.redirectURIs[0]
	}
	if !c.allows(redirectURI) {
		s.problem(w, "The application wants the answer to be sent to an address that it has not registered.")
		return
	}
	t := transaction{clientName: c.name, state: q.Get("state")}
	t.clientID, t.redirectURI = q.Get("client_id"), redirectURI
	if problem := s.request(&t, c, q); problem != nil {
		s.redirect(w, r, t, url.Values{"error": {problem.Code}, "error_description": {problem.Description}})
		return
	}
	id, u, loggedIn := s.session(r)
	if loggedIn {
		t.session, t.user = id, u
		http.Redirect(w, r, "/consent?transaction="+s.transactions.put(t), http.StatusSeeOther)
		return
	}
	s.page(w, http.StatusOK, "login.html", loginPage{Transaction: s.transactions.put(t), Client: t.clientName, Users: s.options.Users})
}

// request reads the parameters that can be answered by a redirect.
func (s *Server) request(t *transaction, c client, q url.Values) *oauthError {
	for name, values := range q {
		if len(values) > 1 && name != "resource" {
			return &oauthError{"invalid_request", name + " must not be repeated"}
		}
	}
	if q.Get("response_type") != "code" {
		return &oauthError{"unsupported_response_type", "response_type must be code"}
	}
	if !slices.Contains(c.grantTypes, "authorization_code") {
		return &oauthError{"unauthorized_client", "the client is not registered for authorization_code"}
	}
	t.challenge = q.Get("code_challenge")
	if q.Get("code_challenge_method") != "S256" || !challengeForm.MatchString(t.challenge) {
		return &oauthError{"invalid_request", "PKCE with S256 is required"}
	}
	var problem *oauthError
	if t.resource, problem = s.resource(q["resource"]); problem != nil {
		return problem
	}
	t.scopes, problem = s.scopes(q.Get("scope"))
	return problem
}

// resource chooses the audience (RFC 8707 §2). A trailing slash makes no difference, as clients disagree about it.
func (s *Server) resource(asked []string) (string, *oauthError) {
	switch len(asked) {
	case 0:
		return s.options.Resources[0], nil
	case 1:
		for _, known := range s.options.Resources {
			if strings.TrimSuffix(asked[0], "/") == strings.TrimSuffix(known, "/") {
				return known, nil
			}
		}
	}
	return "", &oauthError{"invalid_target", "resource must be one that this server knows"}
}

// scopes keeps the known ones of those asked for (RFC 6749 §3.3), in the server's order.
func (s *Server) scopes(asked string) ([]string, *oauthError) {
	if asked == "" {
		return s.options.Scopes, nil
	}
	var granted []string
	for _, scope := range s.options.Scopes {
		if slices.Contains(strings.Fields(asked), scope) {
			granted = append(granted, scope)
		}
	}
	if granted == nil {
		return nil, &oauthError{"invalid_scope", "none of the scopes is known"}
	}
	return granted, nil
}

// sessionCookie holds the name of a session.
const sessionCookie = "demo_session"

func (s *Server) session(r *http.Request) (string, User, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return "", User{}, false
	}
	u, ok := s.sessions.get(cookie.Value)
	return cookie.Value, u, ok
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("transaction")
	t, ok := s.transactions.get(id)
	if !ok {
		s.problem(w, "This login has taken too long. Go back to the application and start again.")
		return
	}
	i := slices.IndexFunc(s.options.Users, func(u User) bool { return u.Username == r.PostFormValue("username") })
	if i < 0 || r.PostFormValue("password") != Password {
		s.page(w, http.StatusUnauthorized, "login.html", loginPage{Transaction: id, Client: t.clientName, Users: s.options.Users, Failed: true})
		return
	}
	t.user = s.options.Users[i]
	t.session = s.sessions.put(t.user)
	s.transactions.set(id, t)
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: t.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/consent?transaction="+url.QueryEscape(id), http.StatusSeeOther)
}

// own finds a transaction that this browser's session has logged in to.
func (s *Server) own(r *http.Request, id string) (transaction, bool) {
	t, ok := s.transactions.get(id)
	session, _, loggedIn := s.session(r)
	return t, ok && loggedIn && t.session == session
}

func (s *Server) consentPage(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("transaction")
	t, ok := s.own(r, id)
	if !ok {
		s.problem(w, "This consent has taken too long, or belongs to another login. Go back to the application and start again.")
		return
	}
	target, _ := url.Parse(t.redirectURI) // was parsed when it was registered
	s.page(w, http.StatusOK, "consent.html", consentPage{
		Transaction: id, Client: t.clientName, User: t.user, Resource: t.resource, Scopes: t.scopes, Target: target.Scheme + "://" + target.Host,
	})
}

// consent ends the transaction, whatever the answer is.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("transaction")
	if _, ok := s.own(r, id); !ok {
		s.problem(w, "This consent has taken too long, or belongs to another login. Go back to the application and start again.")
		return
	}
	t, ok := s.transactions.take(id)
	if !ok {
		s.problem(w, "This consent has been answered already.")
		return
	}
	if r.PostFormValue("decision") != "allow" {
		s.redirect(w, r, t, url.Values{"error": {"access_denied"}, "error_description": {"the person has declined"}})
		return
	}
	s.options.Logger.Info("consent given", slog.String("client_id", t.clientID), slog.String("subject", t.user.Subject))
	s.redirect(w, r, t, url.Values{"code": {s.codes.put(t.grant)}})
}

// redirect answers the client, with the issuer (RFC 9207) and the client's state.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request, t transaction, answer url.Values) {
	answer.Set("iss", s.issuer)
	if t.state != "" {
		answer.Set("state", t.state)
	}
	target, err := url.Parse(t.redirectURI)
	if err != nil {
		s.problem(w, "The application's address cannot be read.")
		return
	}
	q := target.Query()
	for name := range answer {
		q.Set(name, answer.Get(name))
	}
	target.RawQuery = q.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}
