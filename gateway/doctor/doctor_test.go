package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// site is a server with everything on it: MCP endpoint, metadata, authorization server, keys. It is healthy until a test breaks it.
type site struct {
	*httptest.Server
	handlers  map[string]http.HandlerFunc // by path
	preflight http.HandlerFunc            // of every path; nil leaves OPTIONS to the handlers
	asked     []string
}

const (
	insertedPath = "/.well-known/oauth-protected-resource/mcp"
	rootPath     = "/.well-known/oauth-protected-resource"
	serverPath   = "/.well-known/oauth-authorization-server/as"
	keysPath     = "/as/keys"
)

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{handlers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		if r.Method == http.MethodOptions && s.preflight != nil {
			s.preflight(w, r)
			return
		}
		if h := s.handlers[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	s.preflight = allow("Authorization, Content-Type")
	s.handlers["/mcp"] = s.endpoint(http.StatusUnauthorized, `Bearer resource_metadata="`+s.URL+insertedPath+`", scope="read"`)
	s.serve(insertedPath, s.resource())
	s.serve(rootPath, s.resource())
	s.serve(serverPath, s.server())
	s.serve(keysPath, map[string]any{"keys": []any{map[string]any{"kty": "EC", "kid": "1", "crv": "P-256", "x": "x", "y": "y"}}})
	return s
}

// endpoint answers requests without a token, and those with one as invalid.
func (s *site) endpoint(status int, challenges ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		for _, c := range challenges {
			w.Header().Add("WWW-Authenticate", c)
		}
		w.WriteHeader(status)
	}
}

func (s *site) resource() map[string]any {
	return map[string]any{"resource": s.URL + "/mcp", "authorization_servers": []string{s.URL + "/as"}, "scopes_supported": []string{"read"}}
}

func (s *site) server() map[string]any {
	return map[string]any{
		"issuer": s.URL + "/as", "authorization_endpoint": s.URL + "/as/login", "token_endpoint": s.URL + "/as/token", "registration_endpoint": s.URL + "/as/register",
		"jwks_uri": s.URL + keysPath, "response_types_supported": []string{"code"}, "grant_types_supported": []string{"authorization_code"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": []string{"none"},
	}
}

// serve puts a document at a path.
func (s *site) serve(path string, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		panic(err)
	}
	s.handlers[path] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write(body)
	}
}

// with serves a document with members changed; nil drops one.
func (s *site) with(path string, document map[string]any, changes map[string]any) {
	for name, v := range changes {
		if v == nil {
			delete(document, name)
			continue
		}
		document[name] = v
	}
	s.serve(path, document)
}

// allow answers preflight requests.
func allow(headers string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Headers", headers)
		w.WriteHeader(http.StatusNoContent)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// keySet is a JWK set.
func keySet(keys ...map[string]any) map[string]any { return map[string]any{"keys": keys} }

func TestHealthyServer(t *testing.T) {
	s := newSite(t)
	r, err := Walk(t.Context(), s.URL+"/mcp")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range r.Steps {
		if step.Status != OK && step.Status != Skipped {
			t.Errorf("%s: %+v", step.Name, step)
		}
	}
	var out bytes.Buffer
	if err := r.WriteText(&out); err != nil || !r.OK || !strings.Contains(out.String(), "Nothing is wrong") || strings.Contains(out.String(), "✗") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestFaults breaks one thing each, and wants the one step that says so.
func TestFaults(t *testing.T) {
	rsa := strings.Repeat("A", 342)
	for name, c := range map[string]struct {
		spoil func(s *site)
		step  string
		want  Status
		says  string
	}{
		"nothing at the path":      {func(s *site) { delete(s.handlers, "/mcp") }, "endpoint", Fault, "status 404"},
		"an endpoint without POST": {func(s *site) { s.handlers["/mcp"] = status(405) }, "endpoint", Fault, "status 405"},
		"403 in the place of 401":  {func(s *site) { s.handlers["/mcp"] = status(403) }, "endpoint", Fault, "status 403"},
		"an endpoint that moved": {func(s *site) {
			s.handlers["/mcp"] = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/mcp/", http.StatusPermanentRedirect)
			}
		}, "endpoint", Fault, `leads on to "/mcp/"`},
		"a server that fails":        {func(s *site) { s.handlers["/mcp"] = status(500) }, "endpoint", Fault, "status 500 instead of 401"},
		"400 before authentication":  {func(s *site) { s.handlers["/mcp"] = status(400) }, "endpoint", Fault, "status 400 instead of 401"},
		"no challenge":               {func(s *site) { s.handlers["/mcp"] = s.endpoint(401) }, "challenge", Fault, "no WWW-Authenticate"},
		"a challenge of Basic alone": {func(s *site) { s.handlers["/mcp"] = s.endpoint(401, `Basic realm="x"`) }, "challenge", Fault, "no Bearer"},
		"Bearer after another scheme": {func(s *site) {
			s.handlers["/mcp"] = s.endpoint(401, `Negotiate abc==, Basic realm="a, Bearer"`, `bearer resource_metadata="`+s.URL+insertedPath+`"`)
		}, "challenge", OK, "resource_metadata"},
		"a challenge without metadata": {func(s *site) { s.handlers["/mcp"] = s.endpoint(401, `Bearer realm="x"`) }, "challenge", Warning, "no resource_metadata"},
		"an error without credentials": {func(s *site) {
			s.handlers["/mcp"] = s.endpoint(401, `Bearer error="invalid_token", resource_metadata="`+s.URL+insertedPath+`"`)
		}, "challenge", Warning, "though the request had no token"},
		"a relative address of metadata": {func(s *site) { s.handlers["/mcp"] = s.endpoint(401, `Bearer resource_metadata="`+insertedPath+`"`) }, "challenge", Fault, "not an absolute"},
		"a challenge for offline access": {func(s *site) {
			s.handlers["/mcp"] = s.endpoint(401, `Bearer scope="read offline_access", resource_metadata="`+s.URL+insertedPath+`"`)
		}, "challenge", Warning, "offline_access"},
		"any token is accepted": {func(s *site) {
			refuse := s.handlers["/mcp"]
			s.handlers["/mcp"] = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					refuse(w, r)
				}
			}
		}, "invalid token", Fault, "is accepted"},
		"a bad token is a bad request": {func(s *site) {
			refuse := s.handlers["/mcp"]
			s.handlers["/mcp"] = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					refuse(w, r)
					return
				}
				w.WriteHeader(http.StatusBadRequest)
			}
		}, "invalid token", Fault, "gets status 400"},
		"a bad token is not told apart": {func(s *site) {
			s.handlers["/mcp"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="`+s.URL+insertedPath+`"`)
				w.WriteHeader(http.StatusUnauthorized)
			}
		}, "invalid token", Warning, "does not say error"},
		"a preflight that wants a token":     {func(s *site) { s.preflight = nil }, "preflight", Warning, "wants a token"},
		"a preflight that nobody answers":    {func(s *site) { s.preflight = status(405) }, "preflight", Warning, "no page may call"},
		"a preflight that allows all but it": {func(s *site) { s.preflight = allow("*") }, "preflight", Warning, "lacks Authorization"},
		"no metadata anywhere": {func(s *site) {
			s.handlers["/mcp"] = s.endpoint(401, "Bearer")
			delete(s.handlers, insertedPath)
			delete(s.handlers, rootPath)
		}, "protected-resource metadata", Fault, "none at any place"},
		"metadata at the root alone": {func(s *site) {
			s.handlers["/mcp"] = s.endpoint(401, "Bearer")
			delete(s.handlers, insertedPath)
		}, "protected-resource metadata", Warning, "status 404"},
		"the named metadata is missing": {func(s *site) { delete(s.handlers, insertedPath) }, "protected-resource metadata", Fault, "status 404"},
		"the root tells of another resource": {func(s *site) {
			s.with(rootPath, s.resource(), map[string]any{"resource": s.URL + "/graphql"})
		}, "protected-resource metadata", OK, "another resource"},
		"metadata behind a login": {func(s *site) { s.handlers[insertedPath] = status(401) }, "protected-resource metadata", Fault, "wants credentials"},
		"metadata that moved": {func(s *site) {
			s.handlers[insertedPath] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, rootPath, http.StatusFound) }
		}, "protected-resource metadata", Fault, "leads on"},
		"a start page in place of metadata": {func(s *site) {
			s.handlers[insertedPath] = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }
		}, "protected-resource metadata", Fault, "not the JSON object"},
		"metadata without end": {func(s *site) {
			s.handlers[insertedPath] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxBodyBytes+10)) }
		}, "protected-resource metadata", Fault, "larger than"},
		"metadata of another host": {func(s *site) {
			s.with(insertedPath, s.resource(), map[string]any{"resource": "https://example.com/mcp"})
		}, "protected-resource metadata", Fault, "clients refuse it"},
		"metadata of a longer path":          {func(s *site) { s.with(insertedPath, s.resource(), map[string]any{"resource": s.URL + "/mcp2"}) }, "protected-resource metadata", Fault, "clients refuse it"},
		"metadata of the whole origin":       {func(s *site) { s.with(insertedPath, s.resource(), map[string]any{"resource": s.URL}) }, "protected-resource metadata", OK, "resource"},
		"metadata without a resource":        {func(s *site) { s.with(insertedPath, s.resource(), map[string]any{"resource": nil}) }, "protected-resource metadata", Fault, "no resource"},
		"metadata without servers":           {func(s *site) { s.with(insertedPath, s.resource(), map[string]any{"authorization_servers": nil}) }, "protected-resource metadata", Fault, "names no authorization server"},
		"metadata that browsers cannot read": {func(s *site) { s.handlers[insertedPath] = plain(s.resource()) }, "protected-resource metadata", Warning, "in a browser"},
		"tokens anywhere but in the header": {func(s *site) {
			s.with(insertedPath, s.resource(), map[string]any{"bearer_methods_supported": []string{"body"}})
		}, "protected-resource metadata", Fault, "leaves out header"},
		"two documents that differ": {func(s *site) {
			s.with(rootPath, s.resource(), map[string]any{"authorization_servers": []string{s.URL}})
		}, "protected-resource metadata", Fault, "other authorization servers"},
		"no server metadata": {func(s *site) { delete(s.handlers, serverPath) }, "authorization server", Fault, "none of the places"},
		"OpenID metadata alone": {func(s *site) {
			delete(s.handlers, serverPath)
			s.serve("/as/.well-known/openid-configuration", s.server())
		}, "keys", OK, "one signing key"},
		"an issuer with a slash":            {func(s *site) { s.with(serverPath, s.server(), map[string]any{"issuer": s.URL + "/as/"}) }, "authorization-server metadata", Fault, "differ by a slash"},
		"another issuer":                    {func(s *site) { s.with(serverPath, s.server(), map[string]any{"issuer": "https://example.com"}) }, "authorization-server metadata", Fault, "RFC 8414 §3.3"},
		"no token endpoint":                 {func(s *site) { s.with(serverPath, s.server(), map[string]any{"token_endpoint": nil}) }, "authorization-server metadata", Fault, "no token_endpoint"},
		"a relative authorization endpoint": {func(s *site) { s.with(serverPath, s.server(), map[string]any{"authorization_endpoint": "/login"}) }, "authorization-server metadata", Fault, "not an absolute"},
		"no PKCE":                           {func(s *site) { s.with(serverPath, s.server(), map[string]any{"code_challenge_methods_supported": nil}) }, "authorization-server metadata", Fault, "S256"},
		"no code flow": {func(s *site) {
			s.with(serverPath, s.server(), map[string]any{"response_types_supported": []string{"token"}})
		}, "authorization-server metadata", Fault, "lacks code"},
		"no way to register": {func(s *site) { s.with(serverPath, s.server(), map[string]any{"registration_endpoint": nil}) }, "authorization-server metadata", Warning, "introduce themselves"},
		"metadata documents for registration": {func(s *site) {
			s.with(serverPath, s.server(), map[string]any{"registration_endpoint": nil, "client_id_metadata_document_supported": true})
		}, "authorization-server metadata", OK, "issuer"},
		"secret clients only": {func(s *site) {
			s.with(serverPath, s.server(), map[string]any{"token_endpoint_auth_methods_supported": []string{"client_secret_basic"}})
		}, "authorization-server metadata", Warning, "lacks none"},
		"no keys named":        {func(s *site) { s.with(serverPath, s.server(), map[string]any{"jwks_uri": nil}) }, "keys", Warning, "no jwks_uri"},
		"no keys there":        {func(s *site) { delete(s.handlers, keysPath) }, "keys", Fault, "status 404"},
		"an empty key set":     {func(s *site) { s.serve(keysPath, keySet()) }, "keys", Fault, "no key that signatures"},
		"encryption keys only": {func(s *site) { s.serve(keysPath, keySet(map[string]any{"kty": "RSA", "use": "enc", "n": rsa})) }, "keys", Fault, "no key that signatures"},
		"a private key":        {func(s *site) { s.serve(keysPath, keySet(map[string]any{"kty": "EC", "kid": "a", "d": "x"})) }, "keys", Fault, "private key"},
		"a shared secret":      {func(s *site) { s.serve(keysPath, keySet(map[string]any{"kty": "oct", "kid": "a", "k": "x"})) }, "keys", Fault, "shared secret"},
		"a short RSA key":      {func(s *site) { s.serve(keysPath, keySet(map[string]any{"kty": "RSA", "kid": "a", "n": rsa[:100]})) }, "keys", Fault, "less than 2048 bits"},
		"a long RSA key":       {func(s *site) { s.serve(keysPath, keySet(map[string]any{"kty": "RSA", "kid": "a", "n": rsa})) }, "keys", OK, "one signing key"},
		"two keys with one id": {func(s *site) {
			s.serve(keysPath, keySet(map[string]any{"kty": "EC", "kid": "a"}, map[string]any{"kty": "EC", "kid": "a"}))
		}, "keys", Fault, "two keys"},
		"two keys and one without an id": {func(s *site) {
			s.serve(keysPath, keySet(map[string]any{"kty": "EC", "kid": "a"}, map[string]any{"kty": "EC"}))
		}, "keys", Warning, "no kid"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			c.spoil(s)
			r, err := Walk(t.Context(), s.URL+"/mcp")
			if err != nil {
				t.Fatal(err)
			}
			if r.OK != !slices.ContainsFunc(r.Steps, func(s *Step) bool { return s.Status == Fault }) || c.want == Fault && r.OK {
				t.Errorf("the report says ok = %v", r.OK)
			}
			told := func(step *Step) bool {
				if step.Name != c.step || step.Status != c.want {
					return false
				}
				if c.want == OK {
					return strings.Contains(step.Found, c.says)
				}
				return slices.ContainsFunc(step.Problems, func(p Problem) bool { return p.Status == c.want && p.Mend != "" && strings.Contains(p.Fault, c.says) })
			}
			if !slices.ContainsFunc(r.Steps, told) {
				var out bytes.Buffer
				_ = r.WriteText(&out)
				t.Errorf("no step %q says %q:\n%s", c.step, c.says, out.String())
			}
		})
	}
}

// plain serves a document without the headers that browsers need.
func plain(document any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(document)
	}
}

func TestOpenServer(t *testing.T) {
	s := newSite(t)
	s.handlers["/mcp"] = status(http.StatusOK)
	r, err := Walk(t.Context(), s.URL+"/mcp")
	if err != nil || r.OK {
		t.Errorf("a server that publishes metadata and asks for no token is well: %v", err)
	}
	delete(s.handlers, insertedPath)
	delete(s.handlers, rootPath)
	if r, err = Walk(t.Context(), s.URL+"/mcp"); err != nil || !r.OK {
		t.Errorf("an open server is not well: %v", err)
	}
}

func TestServersThatDoNotAnswer(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	block := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-block }))
	defer slow.Close()
	defer close(block)
	secure := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer secure.Close()
	for address, want := range map[string]string{
		closed.URL: "no answer", slow.URL: "no answer in time", secure.URL: "TLS failed", "https://no-such-host.invalid/mcp": "cannot be resolved",
	} {
		timeout := requestTimeout
		if address == slow.URL || strings.Contains(address, ".invalid") {
			timeout = 200 * time.Millisecond
		}
		r, err := walk(t.Context(), address, newClient(timeout))
		if err != nil {
			t.Fatal(err)
		}
		if r.OK || len(r.Steps) != 1 || len(r.Steps[0].Problems) == 0 {
			t.Fatalf("%s: %+v", want, r.Steps)
		}
		// A machine without DNS may time out instead.
		if got := r.Steps[0].Problems[0].Fault; !strings.Contains(got, want) && !strings.Contains(address, ".invalid") {
			t.Errorf("got %q, want it to say %q", got, want)
		}
	}
	for _, address := range []string{"", "localhost:80", "ftp://x/", "http://"} {
		if _, err := Walk(t.Context(), address); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}

func TestForeignServersCannotSendTheWalkerHome(t *testing.T) {
	home := newSite(t)
	w := &walker{client: newClient(time.Second), target: mustParse(t, "https://mcp.example/mcp"), report: &Report{}}
	for _, address := range []string{
		home.URL + "/mcp", "http://localhost:1/", "http://LOCALHOST./", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "https://a.localhost/",
		"http://mcp.example/", "https://user:pw@mcp.example/", "https://mcp.example/#x", "file:///etc/passwd", "/x", "",
	} {
		if fault, mend := w.mayAsk(address); fault == "" || mend == "" {
			t.Errorf("%q may be asked", address)
		}
	}
	if fault, _ := w.mayAsk("https://auth.example/x"); fault != "" {
		t.Errorf("a public address may not be asked: %s", fault)
	}
	w.keys(t.Context(), home.URL+keysPath)
	if len(home.asked) != 0 {
		t.Errorf("the machine was asked: %v", home.asked)
	}
}

func TestWalkIsBounded(t *testing.T) {
	s := newSite(t)
	var servers []string
	for i := range 500 {
		servers = append(servers, fmt.Sprintf("%s/%d", s.URL, i))
	}
	s.with(insertedPath, s.resource(), map[string]any{"authorization_servers": servers})
	if _, err := Walk(t.Context(), s.URL+"/mcp"); err != nil {
		t.Fatal(err)
	}
	if len(s.asked) > 30 {
		t.Errorf("%d requests", len(s.asked))
	}
}

func TestServersCannotWriteOnTheTerminal(t *testing.T) {
	s := newSite(t)
	s.with(insertedPath, s.resource(), map[string]any{"resource": "\x1b[2J\u202e\u0085" + strings.Repeat("x", 5000)})
	r, err := Walk(t.Context(), s.URL+"/mcp")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\u202e\u0085") || out.Len() > 8000 {
		t.Errorf("%d bytes: %q", out.Len(), out.String())
	}
}

func FuzzParseChallenges(f *testing.F) {
	f.Add(`Bearer realm="a\"b", error = invalid_token ,scope="x y", Basic Zm9v==, Negotiate`)
	f.Add(`=,,"x" Bearer a="`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range parseChallenges([]string{s, s}) {
			if c.scheme == "" || c.scheme != strings.ToLower(c.scheme) || c.params == nil {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func TestParseChallenges(t *testing.T) {
	got := parseChallenges([]string{`Bearer realm="a\"b, Basic", error = invalid_token ,scope="x y"; Basic Zm9v==`, `Negotiate, DPoP algs="ES256", algs="none"`})
	if len(got) < 4 || got[0].scheme != "bearer" || got[0].params["realm"] != `a"b, Basic` || got[0].params["error"] != "invalid_token" || got[0].params["scope"] != "x y" {
		t.Fatalf("got %+v", got)
	}
	last := got[len(got)-1]
	if last.scheme != "dpop" || last.params["algs"] != "ES256" {
		t.Errorf("got %+v", last)
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
