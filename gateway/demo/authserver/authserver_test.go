package authserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sluice-gateway/sluice/gateway/demo/authserver"
)

func TestMain(m *testing.M) {
	// After an unread request body net/http holds its connection for half a second more.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

const (
	resource = "http://127.0.0.1:4000/mcp"
	callback = "http://127.0.0.1:7777/callback"
	verifier = "a-code-verifier-that-is-long-enough-for-the-rfc-7636"
)

func challenge() string {
	hash := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// flow is a server and a browser that keeps cookies and follows redirects within the server only.
type flow struct {
	*testing.T
	server  *authserver.Server
	browser *http.Client
	clock   *atomic.Int64 // seconds that are added to the real time
}

func start(t *testing.T) *flow {
	t.Helper()
	clock := &atomic.Int64{}
	server, err := authserver.Start(t.Context(), authserver.Options{
		Resources: []string{resource, "http://127.0.0.1:4000/graphql"},
		Scopes:    []string{"graph:read", "reviews:write"},
		Users:     []authserver.User{{Subject: "u1", Username: "ada", Name: "Ada Lovelace"}, {Subject: "u2", Username: "grace", Name: "Grace Hopper"}},
		Now:       func() time.Time { return time.Now().Add(time.Duration(clock.Load()) * time.Second) },
	})
	if err != nil {
		t.Fatal(err)
	}
	f := &flow{T: t, server: server, clock: clock}
	f.newBrowser()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return f
}

func (f *flow) newBrowser() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.browser = &http.Client{Jar: jar, CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(next.URL.String(), f.server.Issuer()) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

func (f *flow) do(client *http.Client, req *http.Request, err error) (*http.Response, string) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		f.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		f.Fatal(err)
	}
	return res, string(body)
}

func (f *flow) get(path string) (*http.Response, string) {
	f.Helper()
	req, err := http.NewRequestWithContext(f.Context(), http.MethodGet, f.server.Issuer()+path, nil)
	return f.do(f.browser, req, err)
}

func (f *flow) postForm(path string, form url.Values) (*http.Response, string) {
	f.Helper()
	req, err := http.NewRequestWithContext(f.Context(), http.MethodPost, f.server.Issuer()+path, strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return f.do(f.browser, req, err)
}

// object decodes a JSON answer.
func (f *flow) object(body string) map[string]any {
	f.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		f.Fatalf("%v in %s", err, body)
	}
	return out
}

func (f *flow) register(metadata string) (status int, answer map[string]any) {
	f.Helper()
	req, err := http.NewRequestWithContext(f.Context(), http.MethodPost, f.server.Issuer()+"/register", strings.NewReader(metadata))
	res, body := f.do(f.browser, req, err)
	return res.StatusCode, f.object(body)
}

func (f *flow) publicClient() string {
	f.Helper()
	status, answer := f.register(`{"client_name": "Test <client>", "redirect_uris": ["` + callback + `"], "token_endpoint_auth_method": "none",
		"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"], "scope": "graph:read"}`)
	if status != http.StatusCreated {
		f.Fatalf("registration: %d %v", status, answer)
	}
	return answer["client_id"].(string)
}

// request is a right authorization request, with changes: an empty value leaves a parameter out.
func request(clientID string, changes ...string) url.Values {
	q := url.Values{
		"client_id": {clientID}, "redirect_uri": {callback}, "response_type": {"code"}, "state": {"s t"},
		"code_challenge": {challenge()}, "code_challenge_method": {"S256"}, "resource": {resource}, "scope": {"reviews:write other graph:read"},
	}
	for i := 0; i < len(changes); i += 2 {
		if q.Set(changes[i], changes[i+1]); changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

var hiddenTransaction = regexp.MustCompile(`name="transaction" value="([^"]+)"`)

func (f *flow) transaction(page string) string {
	f.Helper()
	match := hiddenTransaction.FindStringSubmatch(page)
	if match == nil {
		f.Fatalf("no form in %s", page)
	}
	return match[1]
}

// consented goes from the authorization request through login and consent to the redirect.
func (f *flow) consented(q url.Values) url.Values {
	f.Helper()
	_, page := f.get("/authorize?" + q.Encode())
	if strings.Contains(page, `action="/login"`) {
		_, page = f.postForm("/login", url.Values{"transaction": {f.transaction(page)}, "username": {"ada"}, "password": {authserver.Password}})
	}
	res, _ := f.postForm("/consent", url.Values{"transaction": {f.transaction(page)}, "decision": {"allow"}})
	return f.redirected(res)
}

func (f *flow) redirected(res *http.Response) url.Values {
	f.Helper()
	target, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(target.String(), callback+"?") {
		f.Fatalf("no redirect to the client: %d %s", res.StatusCode, target)
	}
	q := target.Query()
	if q.Get("iss") != f.server.Issuer() || q.Get("state") != "s t" {
		f.Errorf("redirect without iss or state: %s", target)
	}
	return q
}

func (f *flow) exchange(clientID, code string, changes ...string) (int, map[string]any) {
	f.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {clientID}, "code": {code}, "redirect_uri": {callback},
		"code_verifier": {verifier}, "resource": {resource},
	}
	for i := 0; i < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	res, body := f.postForm("/token", form)
	return res.StatusCode, f.object(body)
}

// verify checks a token against the published key, and returns its header and claims.
func (f *flow) verify(token string) (header, claims map[string]any) {
	f.Helper()
	_, body := f.get("/jwks.json")
	var set struct {
		Keys []struct{ Kty, Crv, X, Y, Use, Alg, Kid string }
	}
	if err := json.Unmarshal([]byte(body), &set); err != nil || len(set.Keys) != 1 {
		f.Fatalf("keys: %s", body)
	}
	decode := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	point := append(append([]byte{4}, decode(set.Keys[0].X)...), decode(set.Keys[0].Y)...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		f.Fatal(err)
	}
	parts := strings.Split(token, ".")
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature := decode(parts[2])
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if len(signature) != 64 || !ecdsa.Verify(key, digest[:], r, s) {
		f.Fatal("the signature is wrong")
	}
	header, claims = f.object(string(decode(parts[0]))), f.object(string(decode(parts[1])))
	if header["kid"] != set.Keys[0].Kid || set.Keys[0].Kty != "EC" || set.Keys[0].Use != "sig" {
		f.Errorf("key %+v for header %v", set.Keys[0], header)
	}
	return header, claims
}

func TestAuthorizationCodeFlow(t *testing.T) {
	f := start(t)
	id := f.publicClient()
	code := f.consented(request(id)).Get("code")
	status, answer := f.exchange(id, code)
	if status != http.StatusOK || answer["token_type"] != "Bearer" || answer["expires_in"] != 3600.0 || answer["scope"] != "graph:read reviews:write" {
		t.Fatalf("token response: %d %v", status, answer)
	}
	if _, has := answer["refresh_token"]; has {
		t.Error("a refresh token was issued")
	}
	header, claims := f.verify(answer["access_token"].(string))
	if header["alg"] != "ES256" || header["typ"] != "at+jwt" {
		t.Errorf("header %v", header)
	}
	now := float64(time.Now().Unix())
	if exp := claims["exp"].(float64); exp < now+3500 || exp > now+3700 {
		t.Errorf("exp %v at %v", exp, now)
	}
	for _, volatile := range []string{"exp", "iat", "jti"} {
		delete(claims, volatile)
	}
	want := map[string]any{
		"iss": f.server.Issuer(), "sub": "u1", "aud": resource, "client_id": id, "scope": "graph:read reviews:write",
		"preferred_username": "ada", "name": "Ada Lovelace",
	}
	if !maps.Equal(claims, want) {
		t.Errorf("claims %v, want %v", claims, want)
	}

	// The browser is logged in now: a second request goes straight to consent, with the scopes it asks for.
	code = f.consented(request(id, "scope", "graph:read", "resource", "")).Get("code")
	if status, answer := f.exchange(id, code); status != http.StatusOK || answer["scope"] != "graph:read" {
		t.Errorf("second token: %d %v", status, answer)
	}
}

func TestAuthorizationRequestsThatAreRefused(t *testing.T) {
	f := start(t)
	id := f.publicClient()
	for _, c := range []struct {
		name    string
		changes []string
		code    string
	}{
		{"no PKCE", []string{"code_challenge", ""}, "invalid_request"},
		{"plain PKCE", []string{"code_challenge_method", "plain"}, "invalid_request"},
		{"a challenge that is no hash", []string{"code_challenge", "short"}, "invalid_request"},
		{"the implicit flow", []string{"response_type", "token"}, "unsupported_response_type"},
		{"a resource of someone else", []string{"resource", "https://elsewhere.example/mcp"}, "invalid_target"},
		{"only unknown scopes", []string{"scope", "everything"}, "invalid_scope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, _ := f.get("/authorize?" + request(id, c.changes...).Encode())
			if got := f.redirected(res); got.Get("error") != c.code || got.Get("error_description") == "" || got.Has("code") {
				t.Errorf("got %v, want %s", got, c.code)
			}
		})
	}
	res, _ := f.get("/authorize?" + request(id).Encode() + "&scope=graph:read")
	if got := f.redirected(res); got.Get("error") != "invalid_request" {
		t.Errorf("a repeated parameter: %v", got)
	}
	for name, q := range map[string]url.Values{
		"an unknown client":          request("nobody"),
		"an unregistered address":    request(id, "redirect_uri", "https://evil.example/callback"),
		"another path":               request(id, "redirect_uri", "http://127.0.0.1:7777/other"),
		"another host":               request(id, "redirect_uri", "http://127.0.0.1.evil.example:7777/callback"),
		"credentials in the address": request(id, "redirect_uri", "http://x@127.0.0.1:7777/callback"),
	} {
		t.Run(name, func(t *testing.T) {
			res, page := f.get("/authorize?" + q.Encode())
			if res.StatusCode != http.StatusBadRequest || res.Header.Get("Location") != "" || !strings.Contains(page, "Something is wrong") {
				t.Errorf("%d to %q", res.StatusCode, res.Header.Get("Location"))
			}
		})
	}
}

func TestThePortOfALoopbackRedirectDoesNotMatter(t *testing.T) {
	f := start(t)
	res, page := f.get("/authorize?" + request(f.publicClient(), "redirect_uri", "http://127.0.0.1:9/callback").Encode())
	if res.StatusCode != http.StatusOK || !strings.Contains(page, `action="/login"`) {
		t.Errorf("%d %s", res.StatusCode, page)
	}
}

func TestCodesAreSpentByTheFirstAttempt(t *testing.T) {
	f := start(t)
	id, other := f.publicClient(), f.publicClient()
	for _, c := range []struct {
		name, client string
		changes      []string
		code         string
	}{
		{"wrong verifier", id, []string{"code_verifier", "wrong"}, "invalid_grant"},
		{"no verifier", id, []string{"code_verifier", ""}, "invalid_grant"},
		{"another client", other, nil, "invalid_grant"},
		{"another address", id, []string{"redirect_uri", "http://127.0.0.1:1/callback"}, "invalid_grant"},
		{"another resource", id, []string{"resource", "http://127.0.0.1:4000/graphql"}, "invalid_target"},
		{"a right attempt", id, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := f.consented(request(id)).Get("code")
			status, answer := f.exchange(c.client, code, c.changes...)
			if got, _ := answer["error"].(string); got != c.code || (status == http.StatusOK) != (c.code == "") {
				t.Errorf("%d %v, want %q", status, answer, c.code)
			}
			if status, answer := f.exchange(id, code); status != http.StatusBadRequest || answer["error"] != "invalid_grant" {
				t.Errorf("the code works again: %d %v", status, answer)
			}
		})
	}
	t.Run("a minute later", func(t *testing.T) {
		code := f.consented(request(id)).Get("code")
		f.clock.Add(61)
		if status, answer := f.exchange(id, code); status != http.StatusBadRequest || answer["error"] != "invalid_grant" {
			t.Errorf("%d %v", status, answer)
		}
	})
}

func TestLoginAndConsentBelongToOneBrowser(t *testing.T) {
	f := start(t)
	id := f.publicClient()
	_, page := f.get("/authorize?" + request(id).Encode())
	if strings.Contains(page, "<client>") || !strings.Contains(page, "Test &lt;client&gt;") {
		t.Error("the client's name is not escaped")
	}
	transaction := f.transaction(page)
	res, page := f.postForm("/login", url.Values{"transaction": {transaction}, "username": {"ada"}, "password": {"wrong"}})
	if res.StatusCode != http.StatusUnauthorized || !strings.Contains(page, "password is wrong") {
		t.Errorf("a wrong password: %d", res.StatusCode)
	}
	_, page = f.postForm("/login", url.Values{"transaction": {transaction}, "username": {"grace"}, "password": {authserver.Password}})
	for _, shown := range []string{"Grace Hopper", resource, "reviews:write", "http://127.0.0.1:7777"} {
		if !strings.Contains(page, shown) {
			t.Errorf("the consent page does not show %s", shown)
		}
	}

	// Another browser has no part in it, not even one that is logged in.
	victim := f.browser
	f.newBrowser()
	f.consented(request(id))
	if res, _ := f.postForm("/consent", url.Values{"transaction": {transaction}, "decision": {"allow"}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("another browser's consent: %d", res.StatusCode)
	}

	f.browser = victim
	res, _ = f.postForm("/consent", url.Values{"transaction": {transaction}, "decision": {"deny"}})
	if got := f.redirected(res); got.Get("error") != "access_denied" {
		t.Errorf("after a refusal: %v", got)
	}
	if res, _ := f.postForm("/consent", url.Values{"transaction": {transaction}, "decision": {"allow"}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a second answer: %d", res.StatusCode)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	f := start(t)
	for _, path := range []string{"/login", "/consent"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.server.Issuer()+path, strings.NewReader("transaction=x"))
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", "https://evil.example")
		}
		if res, _ := f.do(f.browser, req, err); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestClientCredentials(t *testing.T) {
	f := start(t)
	status, answer := f.register(`{"client_name": "job", "grant_types": ["client_credentials"]}`)
	if status != http.StatusCreated || answer["client_secret_expires_at"] != 0.0 {
		t.Fatalf("%d %v", status, answer)
	}
	id, secret := answer["client_id"].(string), answer["client_secret"].(string)
	form := url.Values{"grant_type": {"client_credentials"}, "resource": {resource + "/"}, "scope": {"graph:read"}}
	ask := func(user, password string) (int, map[string]any) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.server.Issuer()+"/token", strings.NewReader(form.Encode()))
		if err == nil {
			req.SetBasicAuth(user, password)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, body := f.do(f.browser, req, err)
		if res.StatusCode == http.StatusUnauthorized && res.Header.Get("WWW-Authenticate") == "" {
			t.Error("401 without a challenge")
		}
		return res.StatusCode, f.object(body)
	}
	status, answer = ask(id, secret)
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	if _, claims := f.verify(answer["access_token"].(string)); claims["sub"] != id || claims["aud"] != resource || claims["scope"] != "graph:read" {
		t.Errorf("claims %v", claims)
	}
	form.Set("client_id", id)
	form.Set("client_secret", secret)
	if res, body := f.postForm("/token", form); res.StatusCode != http.StatusOK {
		t.Errorf("secret in the body: %d %s", res.StatusCode, body)
	}
	for _, wrong := range [][2]string{{id, "wrong"}, {"nobody", secret}, {id, ""}} {
		if status, answer := ask(wrong[0], wrong[1]); status != http.StatusUnauthorized || answer["error"] != "invalid_client" {
			t.Errorf("%v: %d %v", wrong, status, answer)
		}
	}
	form.Set("resource", "https://elsewhere.example")
	if status, answer := ask(id, secret); status != http.StatusBadRequest || answer["error"] != "invalid_target" {
		t.Errorf("another resource: %d %v", status, answer)
	}
	form.Set("grant_type", "authorization_code")
	if status, answer := ask(id, secret); answer["error"] != "unauthorized_client" {
		t.Errorf("a grant that it is not registered for: %d %v", status, answer)
	}
	form.Set("grant_type", "password")
	if status, answer := ask(id, secret); answer["error"] != "unsupported_grant_type" {
		t.Errorf("an unknown grant: %d %v", status, answer)
	}
	if status, answer := f.exchange(f.publicClient(), "x", "grant_type", "client_credentials"); answer["error"] != "unauthorized_client" {
		t.Errorf("a public client: %d %v", status, answer)
	}
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	f := start(t)
	for name, c := range map[string]struct{ metadata, code string }{
		"no JSON":                       {`{`, "invalid_client_metadata"},
		"no address":                    {`{}`, "invalid_redirect_uri"},
		"plain http":                    {`{"redirect_uris": ["http://app.example/cb"]}`, "invalid_redirect_uri"},
		"a script":                      {`{"redirect_uris": ["javascript:alert(1)"]}`, "invalid_redirect_uri"},
		"a fragment":                    {`{"redirect_uris": ["https://app.example/cb#x"]}`, "invalid_redirect_uri"},
		"the implicit grant":            {`{"redirect_uris": ["https://app.example/cb"], "grant_types": ["implicit"]}`, "invalid_client_metadata"},
		"an unknown method":             {`{"redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "tls"}`, "invalid_client_metadata"},
		"credentials without a secret":  {`{"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}`, "invalid_client_metadata"},
		"a name without end":            {`{"redirect_uris": ["https://app.example/cb"], "client_name": "` + strings.Repeat("x", 300) + `"}`, "invalid_client_metadata"},
		"a body that is much too large": {`{"client_name": "` + strings.Repeat("x", 100_000) + `"}`, "invalid_client_metadata"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := f.register(c.metadata); status != http.StatusBadRequest || answer["error"] != c.code || answer["error_description"] == "" {
				t.Errorf("%d %v, want %s with a description", status, answer, c.code)
			}
		})
	}
	for _, uri := range []string{"https://app.example/cb", "http://localhost:1/cb", "http://[::1]/cb", "cursor://anysphere.cursor-mcp/oauth"} {
		if status, answer := f.register(`{"redirect_uris": ["` + uri + `"]}`); status != http.StatusCreated {
			t.Errorf("%s: %d %v", uri, status, answer)
		}
	}
}

func TestMetadata(t *testing.T) {
	f := start(t)
	for _, path := range []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"} {
		res, body := f.get(path)
		m := f.object(body)
		if res.Header.Get("Access-Control-Allow-Origin") != "*" || m["issuer"] != f.server.Issuer() {
			t.Errorf("%s: %v", path, m)
		}
		for _, key := range []string{"authorization_endpoint", "token_endpoint", "registration_endpoint", "jwks_uri"} {
			endpoint, _ := m[key].(string)
			if res, _ := f.get(strings.TrimPrefix(endpoint, f.server.Issuer())); res.StatusCode == http.StatusNotFound {
				t.Errorf("%s leads nowhere: %s", key, endpoint)
			}
		}
	}
	if f.server.JWKSURL() != f.server.Issuer()+"/jwks.json" {
		t.Errorf("keys at %s", f.server.JWKSURL())
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, f.server.Issuer()+"/token", nil)
	if res, _ := f.do(f.browser, req, err); res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Headers") == "" {
		t.Errorf("preflight: %d", res.StatusCode)
	}
}

func TestOtherHostNamesAreRefused(t *testing.T) {
	f := start(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.server.Issuer()+"/jwks.json", nil)
	if err == nil {
		req.Host = "rebound.example"
	}
	if res, _ := f.do(f.browser, req, err); res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("%d", res.StatusCode)
	}
}

func TestTokensWithoutABrowser(t *testing.T) {
	f := start(t)
	token, err := f.server.Token("grace", resource)
	if err != nil {
		t.Fatal(err)
	}
	if _, claims := f.verify(token); claims["sub"] != "u2" || claims["scope"] != "graph:read reviews:write" {
		t.Errorf("claims %v", claims)
	}
	if _, err := f.server.Token("nobody", resource); err == nil {
		t.Error("a token for nobody")
	}
	if _, err := f.server.Token("ada", "https://elsewhere.example"); err == nil {
		t.Error("a token for elsewhere")
	}
}

func TestOptionsThatCannotServe(t *testing.T) {
	f := start(t)
	full := authserver.Options{Resources: []string{resource}, Scopes: []string{"a"}, Users: []authserver.User{{Username: "a"}}}
	for name, change := range map[string]func(*authserver.Options){
		"no resource":         func(o *authserver.Options) { o.Resources = nil },
		"no scope":            func(o *authserver.Options) { o.Scopes = nil },
		"no user":             func(o *authserver.Options) { o.Users = nil },
		"an open address":     func(o *authserver.Options) { o.Host = "0.0.0.0" },
		"an impossible port":  func(o *authserver.Options) { o.Port = 70000 },
		"the port of another": func(o *authserver.Options) { o.Port = port(f.server.Issuer()) },
	} {
		options := full
		change(&options)
		if s, err := authserver.Start(t.Context(), options); err == nil {
			t.Errorf("%s: started", name)
			_ = s.Close()
		}
	}
}

func port(issuer string) int {
	n, _ := strconv.Atoi(issuer[strings.LastIndex(issuer, ":")+1:])
	return n
}
