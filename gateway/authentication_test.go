package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/extensions/extensionstest"
	"github.com/sluice-gateway/sluice/graph/trusted"
)

const publicURL = "https://graph.example.com"

// authConfig protects both resources with the tokens of an authorization server, each with an audience of its own.
func authConfig(as *extensionstest.AuthServer, more string) string {
	return fmt.Sprintf(`
[extensions.authenticated]
[extensions.requires-scopes]
[extensions.jwt.config]
url = %[1]q
issuer = %[2]q
audience = [%[3]q]
[extensions.jwt.config.implies]
"everything" = ["accounts:read", "inventory:read"]
[extensions.jwt.config.oauth.protected_resource.metadata]
resource = %[3]q
authorization_servers = [%[2]q]
[extensions.jwt.config.protected_resources.graphql]
audience = [%[4]q]
[extensions.jwt.config.protected_resources.graphql.oauth.protected_resource.metadata]
resource = %[4]q
authorization_servers = [%[2]q]
%[5]s`, as.JWKSURL, as.Issuer, publicURL+"/mcp", publicURL+"/graphql", more)
}

func newAuthBench(t *testing.T, more string) (*bench, *extensionstest.AuthServer) {
	t.Helper()
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	return newBench(t, benchSetup{auth: true, network: fmt.Sprintf("public_url = %q", publicURL), config: authConfig(as, more)}), as
}

func TestEveryRequestIsAuthenticatedBeforeAnythingElse(t *testing.T) {
	b, _ := newAuthBench(t, "")
	for _, path := range []string{"/graphql", "/mcp"} {
		metadata := publicURL + "/.well-known/oauth-protected-resource" + path
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
			for _, body := range []string{"", "{", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, `{"jsonrpc":"2.0","id":1,"method":"initialize"}`} {
				if (method == "GET" || method == "HEAD") && body != "" || path == "/mcp" && method == "OPTIONS" {
					continue // OPTIONS answers preflights at /mcp
				}
				a := b.do(method, path, body)
				challenge := a.header.Get("WWW-Authenticate")
				if a.status != 401 || !strings.HasPrefix(challenge, "Bearer ") || !strings.Contains(challenge, `resource_metadata="`+metadata+`"`) || strings.Contains(challenge, "error=") {
					t.Errorf("%s %s %s: %d %q", method, path, body, a.status, challenge)
				}
			}
		}
	}
}

func TestAttacksOnTokens(t *testing.T) {
	b, as := newAuthBench(t, "")
	key, now := as.Key(), time.Now()
	stranger := extensionstest.NewKey(t, key.ID, "ES256")
	good := as.Token(nil)
	sign := func(header, claims map[string]any) string { return key.Sign(t, header, as.Claims(claims)) }
	bearer := func(token string) []string { return []string{"Authorization", "Bearer " + token} }
	for name, c := range map[string]struct {
		header []string
		status int
		error  string
	}{
		"a good token":                    {bearer(good), 200, ""},
		"another case of the scheme":      {[]string{"Authorization", "bearer " + good}, 200, ""},
		"an audience in a list":           {bearer(sign(nil, map[string]any{"aud": []string{"x", publicURL + "/mcp"}})), 200, ""},
		"no token":                        {nil, 401, ""},
		"another scheme":                  {[]string{"Authorization", "Basic dTpw"}, 401, ""},
		"an empty token":                  {[]string{"Authorization", "Bearer "}, 400, "invalid_request"},
		"a malformed token":               {bearer("a.b"), 401, "invalid_token"},
		"expired":                         {bearer(sign(nil, map[string]any{"exp": now.Add(-time.Hour).Unix()})), 401, "invalid_token"},
		"not yet valid":                   {bearer(sign(nil, map[string]any{"nbf": now.Add(time.Hour).Unix()})), 401, "invalid_token"},
		"without an expiry":               {bearer(sign(nil, map[string]any{"exp": nil})), 401, "invalid_token"},
		"another issuer":                  {bearer(sign(nil, map[string]any{"iss": "https://evil.example"})), 401, "invalid_token"},
		"another audience":                {bearer(sign(nil, map[string]any{"aud": "https://other.example"})), 401, "invalid_token"},
		"the audience of the other path":  {bearer(sign(nil, map[string]any{"aud": publicURL + "/graphql"})), 401, "invalid_token"},
		"no audience":                     {bearer(sign(nil, map[string]any{"aud": nil})), 401, "invalid_token"},
		"an unknown key":                  {bearer(sign(map[string]any{"kid": "nobody's"}, nil)), 401, "invalid_token"},
		"a path as key id":                {bearer(sign(map[string]any{"kid": "../../etc/passwd"}, nil)), 401, "invalid_token"},
		"a key of the attacker's":         {bearer(stranger.Sign(t, nil, as.Claims(nil))), 401, "invalid_token"},
		"a key in the header":             {bearer(stranger.Sign(t, map[string]any{"jwk": stranger.JWK(), "kid": nil}, as.Claims(nil))), 401, "invalid_token"},
		"an address of keys":              {bearer(stranger.Sign(t, map[string]any{"jku": as.JWKSURL}, as.Claims(nil))), 401, "invalid_token"},
		"alg none":                        {bearer(sign(map[string]any{"alg": "none"}, nil)), 401, "invalid_token"},
		"the public key as secret":        {bearer(extensionstest.Secret(key.ID, "HS256", []byte(fmt.Sprint(key.JWK()))).Sign(t, nil, as.Claims(nil))), 401, "invalid_token"},
		"two tokens":                      {[]string{"Authorization", "Bearer " + good, "Authorization", "Bearer " + good}, 400, "invalid_request"},
		"a very long token":               {bearer(strings.Repeat("a", 40_000)), 400, "invalid_request"},
		"quotes that would end the value": {bearer(`x", error="y`), 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.tool("/mcp", "search", args{"keywords": []string{"brand"}}, c.header...)
			challenge := a.header.Get("WWW-Authenticate")
			if a.status != c.status || c.error != "" && !strings.Contains(challenge, `error="`+c.error+`"`) || c.error == "" && strings.Contains(challenge, "error=") {
				t.Errorf("got %d %q, want %d %s", a.status, challenge, c.status, c.error)
			}
			if strings.Contains(challenge, "\n") || len(a.header.Values("WWW-Authenticate")) > 1 {
				t.Errorf("the challenge is %q", a.header.Values("WWW-Authenticate"))
			}
		})
	}
	for _, path := range []string{"/mcp?access_token=" + good, "/graphql?access_token=" + good, "/graphql?query=%7Bbrands%7Bid%7D%7D&access_token=" + good} {
		if a := b.do("POST", path, bodyOf(`{brands{id}}`), bearer(good)...); a.status != 400 || !strings.Contains(a.header.Get("WWW-Authenticate"), "invalid_request") {
			t.Errorf("a token in the query string: %d %v", a.status, a.header)
		}
	}
	if a := b.do("POST", "/mcp", "{", "Authorization", "Bearer "+strings.Repeat("a", 1<<20)); a.status != 431 {
		t.Errorf("a token of 1 MB: %d", a.status)
	}
	for _, s := range []string{good, "evil.example", "passwd"} {
		if strings.Contains(b.logs.String(), s) {
			t.Errorf("the log has %.20q", s)
		}
	}
}

func TestKeysOfAProviderInTrouble(t *testing.T) {
	b, as := newAuthBench(t, "")
	search := func() int {
		return b.tool("/mcp", "search", args{"keywords": []string{"brand"}}, "Authorization", "Bearer "+as.Token(nil)).status
	}
	if got := search(); got != 200 {
		t.Fatalf("before: %d", got)
	}
	for name, trouble := range map[string]http.HandlerFunc{"down": extensionstest.Down, "garbage": extensionstest.Garbage, "huge": extensionstest.Huge} {
		as.Misbehave(trouble)
		if got := search(); got != 200 {
			t.Errorf("%s: %d, although the keys are known", name, got)
		}
	}
	as.Misbehave(nil)
	as.Rotate(extensionstest.NewKey(t, "key-2", "ES256"))
	if got := search(); got != 200 {
		t.Errorf("after a rotation: %d", got)
	}
}

func TestProtectedResourceMetadata(t *testing.T) {
	b, as := newAuthBench(t, "")
	for path, resource := range map[string]string{
		"/.well-known/oauth-protected-resource/mcp": "/mcp", "/.well-known/oauth-protected-resource": "/mcp", "/.well-known/oauth-protected-resource/graphql": "/graphql",
	} {
		get := b.do("GET", path, "", "Origin", "https://evil.com")
		for _, want := range []string{`"resource":"` + publicURL + resource + `"`, as.Issuer, `"accounts:read"`, `"reviews:write"`} {
			if !strings.Contains(get.body, want) {
				t.Errorf("%s has no %s: %s", path, want, get.body)
			}
		}
		if get.status != 200 || get.header.Get("Content-Type") != "application/json" || get.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", path, get.status, get.header)
		}
		if head := b.do("HEAD", path, ""); head.status != 200 || head.body != "" || head.header.Get("Content-Type") != "application/json" {
			t.Errorf("HEAD %s: %d %v", path, head.status, head.header)
		}
		options := b.do("OPTIONS", path, "", "Origin", "https://evil.com", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "mcp-protocol-version")
		if options.status != 204 || options.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(options.header.Get("Access-Control-Allow-Methods"), "GET") {
			t.Errorf("OPTIONS %s: %d %v", path, options.status, options.header)
		}
		if post := b.do("POST", path, "{}"); post.status != 405 || post.header.Get("Allow") == "" {
			t.Errorf("POST %s: %d %v", path, post.status, post.header)
		}
	}
}

func TestBrowsersCanReadARefusal(t *testing.T) {
	b, _ := newAuthBench(t, "[cors]\nallow_origins = [\"https://app.example.com\"]\n")
	for _, path := range []string{"/graphql", "/mcp"} {
		pre := b.do("OPTIONS", path, "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
		if pre.status != 204 || !strings.Contains(strings.ToLower(pre.header.Get("Access-Control-Allow-Headers")), "authorization") {
			t.Errorf("%s: the preflight is answered with %d %v", path, pre.status, pre.header)
		}
		a := b.do("POST", path, "{}", "Origin", "https://app.example.com")
		if a.status != 401 || a.header.Get("Access-Control-Allow-Origin") != "https://app.example.com" || !strings.Contains(a.header.Get("Access-Control-Expose-Headers"), "WWW-Authenticate") {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
	}
}

func TestStepUpNamesEveryScope(t *testing.T) {
	const document = "query Contact { user(id: \"u1\") { email } lowStock { id } }"
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	b := newBench(t, benchSetup{
		auth: true, network: fmt.Sprintf("public_url = %q", publicURL),
		config: "[authorization]\ndenied_fields = \"reject\"\n[trusted_documents]\nmanifests = [\"docs\"]\nmcp_tools = true\n[[mcp.endpoints]]\nname = \"plain\"\npath = \"/plain\"\nstep_up = \"in_band\"\n" +
			authConfig(as, fmt.Sprintf("[extensions.jwt.config.protected_resources.plain]\naudience = [%q]\n", publicURL+"/mcp")),
		files: map[string]string{"docs/contact.graphql": document},
	})
	const query = `{user(id:"u1"){email addresses{city}} lowStock{id}}`
	const challenge = `error="insufficient_scope"`
	scope := ` scope="accounts:read graph:read inventory:read"`
	check := func(name string, a answer) {
		t.Helper()
		got := a.header.Get("WWW-Authenticate")
		if a.status != 403 || !strings.Contains(got, challenge) || !strings.Contains(got, scope) || !strings.Contains(got, `resource_metadata="`+publicURL) {
			t.Errorf("%s: %d %q %s", name, a.status, got, a.body)
		}
	}
	mcpToken := []string{"Authorization", "Bearer " + as.Token(nil)}
	webToken := []string{"Authorization", "Bearer " + as.Token(map[string]any{"aud": publicURL + "/graphql"})}
	check("execute", b.tool("/mcp", "execute", args{"query": query}, mcpToken...).answer)
	check("a document by id", b.tool("/mcp", "execute", args{"document_id": trusted.Hash(document)}, mcpToken...).answer)
	check("a document's tool", b.tool("/mcp", "Contact", args{}, mcpToken...).answer)
	check("/graphql", b.query(query, webToken...))
	for name := range b.spies {
		if seen := b.spies[name].take(); len(seen) > 0 {
			t.Errorf("%s was asked: %v", name, seen)
		}
	}
	if a := b.tool("/plain", "execute", args{"query": query}, mcpToken...); a.status != 200 || a.header.Get("WWW-Authenticate") != "" || !strings.Contains(a.text, "FORBIDDEN") && !strings.Contains(a.text, "INSUFFICIENT_SCOPE") {
		t.Errorf("in band: %d %s", a.status, a.text)
	}
	wide := []string{"Authorization", "Bearer " + as.Token(map[string]any{"scope": "everything"})}
	if a := b.tool("/mcp", "execute", args{"query": query}, wide...); a.status != 200 || a.isError || !strings.Contains(a.text, "ada@shop.example") {
		t.Errorf("a scope that implies the others: %d %s", a.status, a.text)
	}
}

func TestResourcesHaveSettingsOfTheirOwn(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	before, _, _ := strings.Cut(authConfig(as, ""), "[extensions.jwt.config.protected_resources")
	b := newBench(t, benchSetup{auth: true, network: fmt.Sprintf("public_url = %q", publicURL), config: before + "[authentication.protected_resources.graphql]\nextensions = []\ndefault = \"anonymous\"\n[authentication.protected_resources.mcp]\nextensions = [\"jwt\"]\ndefault = \"deny\"\n"})
	if a := b.query(`{brands{id}}`); a.status != 200 || codeOf(a.body) != "" {
		t.Errorf("/graphql is open: %d %s", a.status, a.body)
	}
	if a := b.query(`{me{id}}`); codeOf(a.body) == "" {
		t.Errorf("an anonymous caller got %s", a.body)
	}
	if a := b.tool("/mcp", "search", args{"keywords": []string{"x"}}); a.status != 401 {
		t.Errorf("/mcp is closed: %d", a.status)
	}
	if a := b.tool("/mcp", "search", args{"keywords": []string{"x"}}, "Authorization", "Bearer "+as.Token(nil)); a.status != 200 {
		t.Errorf("/mcp with a token: %d", a.status)
	}
}

func TestAResourceWhoseExtensionsDoNotAuthenticateDoesNotStart(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	_, err := openBench(t, benchSetup{
		auth: true, network: fmt.Sprintf("public_url = %q", publicURL), config: authConfig(as, "[authentication.protected_resources.mcp]\nextensions = [\"requires-scopes\"]\n"),
	})
	if err == nil || !strings.Contains(err.Error(), "protected_resources.mcp") {
		t.Errorf("got %v", err)
	}
}
