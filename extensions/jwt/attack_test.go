package jwt

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

func TestContract(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	extensionstest.Run(t, open, extensionstest.Subject{
		Config:      configFor(as, "[oauth.protected_resource]\n"),
		Credentials: extensionstest.Bearer(as.Token(nil)),
	})
}

// b64 encodes a token segment.
func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// TestTokens is the attack table: tokens that must be refused, the way they must be, beside those that must not.
func TestTokens(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{Algorithm: "RS256"})
	ec := extensionstest.NewKey(t, "ec", "ES256")
	as.Publish(as.Key(), ec)
	e := openWith(t, configFor(as, "[required_claims]\ntenant = [\"acme\", \"initech\"]\n"))

	stranger := extensionstest.NewKey(t, "key-1", "RS256") // takes the id of the server's key
	der, err := x509.MarshalPKIXPublicKey(as.Key().Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	modulus := as.Key().Public().(*rsa.PublicKey).N.Bytes()
	now := time.Now()
	tenant := map[string]any{"tenant": "acme"}
	with := func(changes map[string]any) map[string]any {
		changes["tenant"] = "acme"
		return as.Claims(changes)
	}
	sign := func(header, changes map[string]any) string { return as.Key().Sign(t, header, with(changes)) }
	claim := func(name string, value any) string { return sign(nil, map[string]any{name: value}) }
	good := as.Token(tenant)
	parts := strings.Split(good, ".")
	signature, err := decode(parts[2])
	if err != nil {
		t.Fatal(err)
	}

	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a URL out of a token was fetched")
	}))
	defer evil.Close()

	for name, tt := range map[string]struct {
		token string
		want  string // public description, or empty for a pass
	}{
		"a good token":                          {good, ""},
		"signed with another published key":     {ec.Sign(t, nil, with(map[string]any{})), ""},
		"no type":                               {sign(map[string]any{"typ": nil}, map[string]any{}), ""},
		"type JWT":                              {sign(map[string]any{"typ": "JWT"}, map[string]any{}), ""},
		"type in full":                          {sign(map[string]any{"typ": "application/AT+JWT"}, map[string]any{}), ""},
		"no key id":                             {sign(map[string]any{"kid": nil}, map[string]any{}), ""},
		"audience in an array among others":     {claim("aud", []string{"https://other.example", mcpURL}), ""},
		"audience with a trailing slash":        {claim("aud", mcpURL+"/"), ""},
		"expired within the clock skew":         {claim("exp", now.Add(-30*time.Second).Unix()), ""},
		"not before, within the clock skew":     {claim("nbf", now.Add(30*time.Second).Unix()), ""},
		"expiry with a fraction":                {claim("exp", float64(now.Add(time.Hour).UnixMilli())/1000), ""},
		"algorithm none":                        {b64(`{"alg":"none"}`) + "." + parts[1] + ".", wrongAlgorithm},
		"algorithm None":                        {b64(`{"alg":"None"}`) + "." + parts[1] + ".", wrongAlgorithm},
		"algorithm none with a signature":       {b64(`{"alg":"none"}`) + "." + parts[1] + "." + parts[2], wrongAlgorithm},
		"no algorithm":                          {b64(`{"typ":"JWT"}`) + "." + parts[1] + "." + parts[2], malformed},
		"algorithm of a wrong kind":             {b64(`{"alg":["RS256"]}`) + "." + parts[1] + "." + parts[2], malformed},
		"an unsigned good token":                {parts[0] + "." + parts[1] + ".", wrongSignature},
		"a secret made of the public key's PEM": {extensionstest.Secret("key-1", "HS256", publicPEM).Sign(t, nil, as.Claims(tenant)), wrongAlgorithm},
		"a secret made of the public key's DER": {extensionstest.Secret("key-1", "HS256", der).Sign(t, nil, as.Claims(tenant)), wrongAlgorithm},
		"a secret made of the modulus":          {extensionstest.Secret("key-1", "HS256", modulus).Sign(t, nil, as.Claims(tenant)), wrongAlgorithm},
		"an RSA key named for an EC signature":  {ec.Sign(t, map[string]any{"kid": "key-1"}, as.Claims(tenant)), wrongSignature},
		"an algorithm that the key is not for":  {sign(map[string]any{"alg": "PS256"}, map[string]any{}), wrongSignature},
		"signed with a stranger's key":          {stranger.Sign(t, nil, as.Claims(tenant)), wrongSignature},
		"a key embedded in the header":          {stranger.Sign(t, map[string]any{"jwk": stranger.JWK()}, as.Claims(tenant)), wrongSignature},
		"a key set URL in the header":           {stranger.Sign(t, map[string]any{"jku": evil.URL, "kid": "theirs"}, as.Claims(tenant)), wrongSignature},
		"a certificate URL in the header":       {stranger.Sign(t, map[string]any{"x5u": evil.URL}, as.Claims(tenant)), wrongSignature},
		"a certificate in the header":           {stranger.Sign(t, map[string]any{"x5c": []string{base64.StdEncoding.EncodeToString(der)}}, as.Claims(tenant)), wrongSignature},
		"a key id with a path":                  {stranger.Sign(t, map[string]any{"kid": "../../../../dev/null"}, as.Claims(tenant)), wrongSignature},
		"a key id with SQL":                     {stranger.Sign(t, map[string]any{"kid": "x' UNION SELECT 'k"}, as.Claims(tenant)), wrongSignature},
		"a key id that is a URL":                {stranger.Sign(t, map[string]any{"kid": evil.URL}, as.Claims(tenant)), wrongSignature},
		"an empty key id":                       {stranger.Sign(t, map[string]any{"kid": ""}, as.Claims(tenant)), malformed},
		"a key id that is a number":             {stranger.Sign(t, map[string]any{"kid": 1}, as.Claims(tenant)), malformed},
		"a critical extension":                  {sign(map[string]any{"crit": []string{"b64"}, "b64": false}, map[string]any{}), malformed},
		"a logout token":                        {sign(map[string]any{"typ": "logout+jwt"}, map[string]any{}), wrongType},
		"a DPoP proof":                          {sign(map[string]any{"typ": "dpop+jwt"}, map[string]any{}), wrongType},
		"a type that is no text":                {sign(map[string]any{"typ": 1}, map[string]any{}), wrongType},
		"claims exchanged under a signature":    {parts[0] + "." + b64(`{"sub":"root"}`) + "." + parts[2], wrongIssuer},
		"a header exchanged":                    {b64(`{"alg":"RS256","kid":"key-1"}`) + "." + parts[1] + "." + parts[2], wrongSignature},
		"a claim named twice":                   {as.Key().SignRaw(t, []byte(`{"alg":"RS256"}`), []byte(`{"iss":"`+as.Issuer+`","aud":"x","aud":"`+mcpURL+`","exp":9999999999}`)), malformed},
		"expired":                               {claim("exp", now.Add(-2*time.Minute).Unix()), expired},
		"no expiry":                             {claim("exp", nil), noExpiry},
		"an expiry that is text":                {claim("exp", "9999999999"), noExpiry},
		"a negative expiry":                     {claim("exp", -1), noExpiry},
		"an expiry beyond all dates":            {claim("exp", 1e300), noExpiry},
		"not before, in the future":             {claim("nbf", now.Add(5*time.Minute).Unix()), notYetValid},
		"not before, as text":                   {claim("nbf", "0"), notYetValid},
		"another issuer":                        {claim("iss", "https://evil.example"), wrongIssuer},
		"no issuer":                             {claim("iss", nil), wrongIssuer},
		"the issuer with a slash":               {claim("iss", as.Issuer+"/"), wrongIssuer},
		"the issuer in an array":                {claim("iss", []string{as.Issuer}), wrongIssuer},
		"another audience":                      {claim("aud", "https://other.example"), wrongAudience},
		"other audiences in an array":           {claim("aud", []string{"a", "b"}), wrongAudience},
		"an audience that is only a prefix":     {claim("aud", mcpURL[:len(mcpURL)-1]), wrongAudience},
		"an audience that is only longer":       {claim("aud", mcpURL+"/admin"), wrongAudience},
		"no audience":                           {claim("aud", nil), wrongAudience},
		"an empty audience":                     {claim("aud", ""), wrongAudience},
		"no audience in an array":               {claim("aud", []string{}), wrongAudience},
		"an audience among other kinds":         {claim("aud", []any{mcpURL, 1}), wrongAudience},
		"an audience that is an object":         {claim("aud", map[string]any{mcpURL: true}), wrongAudience},
		"bound to a key":                        {claim("cnf", map[string]any{"jkt": "x"}), boundToken},
		"a required claim is missing":           {as.Token(nil), wrongRequirements},
		"a required claim of another value":     {as.Token(map[string]any{"tenant": "globex"}), wrongRequirements},
		"an opaque token":                       {"2YotnFZFEjr1zCsicMWpAA", malformed},
		"two segments":                          {parts[0] + "." + parts[1], malformed},
		"four segments":                         {good + ".x", malformed},
		"five segments, as encrypted tokens":    {good + ".x.y", malformed},
		"three empty segments":                  {"..", malformed},
		"a header that is no JSON":              {b64("x") + "." + parts[1] + "." + parts[2], malformed},
		"a header that is an array":             {b64("[]") + "." + parts[1] + "." + parts[2], malformed},
		"padding":                               {parts[0] + "." + parts[1] + "." + parts[2] + "==", malformed},
		"a signature in the other alphabet":     {parts[0] + "." + parts[1] + ".ab+/", malformed},
		"a signature with one byte too few":     {parts[0] + "." + parts[1] + "." + b64(string(signature[1:])), wrongSignature},
		"claims nested too deeply":              {b64(`{"alg":"RS256"}`) + "." + b64(strings.Repeat(`{"a":`, 2000)+"1"+strings.Repeat("}", 2000)) + ".x", malformed},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // the second time from the cache, if at all
				tok, err := ask(t, e, "mcp", extensionstest.Bearer(tt.token))
				if tt.want == "" {
					if err != nil || tok.Subject != "ada" {
						t.Fatalf("got %v, %v, want a pass", tok.Subject, err)
					}
					continue
				}
				if err == nil {
					t.Fatal("the token passed")
				}
				want := `Bearer error="invalid_token", error_description="` + tt.want + `"`
				if err.Status != http.StatusUnauthorized || challengeOf(err) != want {
					t.Errorf("got %d %s, want 401 %s", err.Status, challengeOf(err), want)
				}
			}
		})
	}
}

// TestHeaders holds the ways in which a token may arrive, and may not.
func TestHeaders(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	e := openWith(t, configFor(as, ""))
	good := as.Token(nil)
	for name, tt := range map[string]struct {
		header    http.Header
		status    int // 0 for a pass
		challenge string
	}{
		"no header at all":               {nil, 401, `Bearer`},
		"another scheme":                 {http.Header{"Authorization": {"Basic YTpi"}}, 401, `Bearer`},
		"a DPoP token":                   {http.Header{"Authorization": {"DPoP " + good}}, 401, `Bearer`},
		"no token behind the scheme":     {http.Header{"Authorization": {"Bearer "}}, 400, `Bearer error="invalid_request", error_description="the credentials are empty"`},
		"the scheme in another case":     {http.Header{"Authorization": {"bearer " + good}}, 0, ""},
		"the same header twice":          {http.Header{"Authorization": {"Bearer " + good, "Bearer " + good}}, 400, `Bearer error="invalid_request", error_description="a header with credentials was sent more than once"`},
		"two tokens in one header":       {http.Header{"Authorization": {"Bearer " + good + ", Bearer " + good}}, 400, `Bearer error="invalid_request", error_description="the credentials are malformed"`},
		"a line break behind the token":  {http.Header{"Authorization": {"Bearer " + good + "\r\nX: y"}}, 400, `Bearer error="invalid_request", error_description="the credentials are malformed"`},
		"a token of a megabyte":          {http.Header{"Authorization": {"Bearer " + good + strings.Repeat("A", 1<<20)}}, 400, `Bearer error="invalid_request", error_description="the credentials are too long"`},
		"a token in a header of another": {http.Header{"X-Token": {good}}, 401, `Bearer`},
		"a token in a cookie":            {http.Header{"Cookie": {"token=" + good}}, 401, `Bearer`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(t, e, "mcp", tt.header)
			if tt.status == 0 {
				if err != nil {
					t.Fatalf("got %v, want a pass", err)
				}
				return
			}
			if err == nil || err.Status != tt.status || challengeOf(err) != tt.challenge {
				t.Errorf("got %v, %s, want %d %s", err, challengeOf(err), tt.status, tt.challenge)
			}
		})
	}
}

func TestEveryAlgorithmVerifies(t *testing.T) {
	for _, name := range []string{
		"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "HS256", "HS384", "HS512",
	} {
		t.Run(name, func(t *testing.T) {
			as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{Algorithm: name})
			e := openWith(t, configFor(as, `algorithms = ["`+name+`"]`))
			if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
				t.Errorf("got %v, want a pass", err)
			}
			tampered := as.Token(map[string]any{"sub": "ada"})
			tampered = tampered[:len(tampered)-8] + "AAAAAAAA"
			if _, err := ask(t, e, "mcp", extensionstest.Bearer(tampered)); err == nil {
				t.Error("a changed signature passed")
			}
		})
	}
}

// TestASecretIsNeverTakenFromAPublicKey allows both kinds of algorithm, which is where implementations fell.
func TestASecretIsNeverTakenFromAPublicKey(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{Algorithm: "RS256"})
	e := openWith(t, configFor(as, `algorithms = ["RS256", "HS256"]`))
	der, err := x509.MarshalPKIXPublicKey(as.Key().Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range [][]byte{der, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), {}} {
		forged := extensionstest.Secret("key-1", "HS256", secret).Sign(t, nil, as.Claims(nil))
		if _, err := ask(t, e, "mcp", extensionstest.Bearer(forged)); err == nil {
			t.Error("a token signed with the public key as secret passed")
		}
	}
}

func TestScopesAndClaims(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	e := openWith(t, configFor(as, "scope_claims = [\"scope\", \"scp\", \"permissions\"]\n[implies]\n\"graph:admin\" = [\"graph:write\"]\n\"graph:write\" = [\"graph:read\"]\n"))
	tok, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(map[string]any{
		"scope": "openid graph:admin", "scp": []string{"reviews:read"}, "permissions": []string{"a b", "\"quoted\""},
		"exp": time.Now().Add(time.Hour).Unix(), "org": map[string]any{"id": "acme"},
	})))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(tok.Scopes, " "), "a b graph:admin openid reviews:read"; got != want {
		t.Errorf("got scopes %q, want %q", got, want)
	}
	if got, want := strings.Join(tok.Implied, " "), "graph:read graph:write"; got != want {
		t.Errorf("got implied scopes %q, want %q", got, want)
	}
	org, _ := tok.Claims.Object("org")
	if id, _ := org.String("id"); id != "acme" || tok.Issuer != as.Issuer || tok.ExtensionID != "jwt" || !tok.Authenticated() {
		t.Errorf("got %+v", tok)
	}
	if left := time.Until(tok.ExpiresAt); left < 59*time.Minute || left > time.Hour {
		t.Errorf("the token expires in %s, want an hour", left)
	}
}

func TestTokenLocations(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	good, bad := as.Token(nil), as.Token(map[string]any{"aud": "other"})
	header := openWith(t, configFor(as, "header_name = \"X-Auth\"\nheader_value_prefix = \"Tok \"\ncookie_name = \"session\"\n"))
	for name, tt := range map[string]struct {
		header http.Header
		pass   bool
	}{
		"the configured header":                      {http.Header{"X-Auth": {"Tok " + good}}, true},
		"the configured cookie":                      {http.Header{"Cookie": {"a=b; session=" + good}}, true},
		"a bad header and a good cookie":             {http.Header{"X-Auth": {"Tok " + bad}, "Cookie": {"session=" + good}}, true},
		"a doubled header and a good cookie":         {http.Header{"X-Auth": {"Tok a", "Tok b"}, "Cookie": {"session=" + good}}, false},
		"Authorization, when others are configured":  {extensionstest.Bearer(good), false},
		"the configured header without its prefix":   {http.Header{"X-Auth": {good}}, false},
		"a cookie twice":                             {http.Header{"Cookie": {"session=" + good + "; session=" + good}}, false},
		"neither, among other headers and a cookie.": {http.Header{"Cookie": {"a=b"}, "Accept": {"*/*"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ask(t, header, "mcp", tt.header); (err == nil) != tt.pass {
				t.Errorf("got %v, want pass %v", err, tt.pass)
			}
		})
	}
}

func TestIssuersAndResourcesHaveAudiencesOfTheirOwn(t *testing.T) {
	one := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{Discovery: []string{"openid"}})
	two := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{IssuerPath: "/tenant", Discovery: []string{"oauth"}})
	e := openWith(t, strings.NewReplacer("{one}", one.Issuer, "{two}", two.Issuer).Replace(`
issuer = "{one}"
audience = "`+mcpURL+`"
[[issuers]]
issuer = "{two}"
audience = ["two-client", "two-other"]
[protected_resources.graphql]
audience = "`+graphqlURL+`"
`))
	token := func(as *extensionstest.AuthServer, aud ...string) string {
		return as.Token(map[string]any{"aud": aud})
	}
	for name, tt := range map[string]struct {
		token, resource string
		pass            bool
	}{
		"the extension's audience where nothing else is said": {token(one, mcpURL), "mcp", true},
		"the resource's audience at the resource":             {token(one, graphqlURL), "graphql", true},
		"the resource's audience elsewhere":                   {token(one, graphqlURL), "mcp", false},
		"the extension's audience at that resource":           {token(one, mcpURL), "graphql", false},
		"the second issuer's audience":                        {token(two, "two-other"), "mcp", true},
		"the extension's audience from the second issuer":     {token(two, mcpURL), "mcp", false},
		"the issuer's audience without the resource's":        {token(two, "two-client"), "graphql", false},
		"the issuer's audience and the resource's":            {token(two, "two-client", graphqlURL), "graphql", true},
		"one issuer's audience from the other":                {token(one, "two-client"), "mcp", false},
		"one issuer's name on the other's signature":          {two.Key().Sign(t, nil, one.Claims(nil)), "mcp", false},
		"a resource that nobody configured":                   {token(one, mcpURL), "unknown", true},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // the cache must not carry a pass from one resource to the other
				if _, err := ask(t, e, tt.resource, extensionstest.Bearer(tt.token)); (err == nil) != tt.pass {
					t.Errorf("got %v, want pass %v", err, tt.pass)
				}
			}
		})
	}
}

// FuzzAuthenticate sends anything for a token; only what the server signed may pass.
func FuzzAuthenticate(f *testing.F) {
	as := extensionstest.NewAuthServer(f, extensionstest.AuthServerOptions{})
	e := openWith(f, configFor(as, `algorithms = ["ES256", "HS256", "RS256"]`))
	good := as.Token(nil)
	f.Add("Bearer " + good)
	f.Add("Bearer " + good[:len(good)-1])
	f.Add("Bearer " + b64(`{"alg":"none"}`) + "." + b64(`{}`) + ".")
	f.Add("Bearer a.b.c")
	f.Fuzz(func(t *testing.T, value string) {
		tok, err := e.Authenticate(t.Context(), extensions.Request{Header: http.Header{"Authorization": {value}}})
		if err == nil && !strings.HasSuffix(value, good) {
			t.Fatalf("%q passed", value)
		}
		if err != nil && (tok.ExtensionID != "" || extensions.AsError(err).Status >= 500) {
			t.Fatalf("%q: got %+v, %v", value, tok, err)
		}
	})
}

// FuzzParse holds that the parser neither panics nor invents: what it returns is in the text.
func FuzzParse(f *testing.F) {
	f.Add(b64(`{"alg":"ES256","kid":"a"}`) + "." + b64(`{"iss":"x"}`) + "." + b64("sig"))
	f.Add("..")
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := parse(raw)
		if err != nil {
			return
		}
		if got := string(p.input) + "." + base64.RawURLEncoding.EncodeToString(p.signature); got != raw {
			t.Fatalf("got %q back from %q", got, raw)
		}
	})
}

// FuzzKeySet feeds key sets of a provider gone wrong; no key of them may be one that no algorithm accepts.
func FuzzKeySet(f *testing.F) {
	for _, name := range []string{"ES256", "EdDSA", "HS256"} {
		k := extensionstest.NewKey(f, "k", name)
		as := k.JWK()
		text := `{"keys":[{"kty":"` + as["kty"].(string) + `","crv":"P-256","x":"AQ","y":"AQ","k":"AQ","n":"AQ","e":"AQAB"}]}`
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"keys":[]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA"},{"kty":"OKP","crv":"X25519","x":"AA"},{"kty":"EC","crv":"secp256k1"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := parseKeySet(text)
		if err != nil {
			return
		}
		for _, k := range set.keys {
			fits := false
			for _, a := range algorithms() {
				fits = fits || a.accepts(k.key)
			}
			if !fits {
				t.Fatalf("key %T of %q suits no algorithm", k.key, text)
			}
		}
	})
}

func TestATokenCarriesTheCredentialThatWasVerified(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	e := openWith(t, "cookie_name = \"session\"\n"+configFor(as, ""))
	good := as.Token(nil)
	for range 2 { // verified, then remembered
		tok, refusal := ask(t, e, "", http.Header{"Cookie": {"session=" + good}, "Authorization": {"Bearer unverified"}})
		if refusal != nil {
			t.Fatal(refusal)
		}
		if tok.Credential != good {
			t.Errorf("the credential is %q", tok.Credential)
		}
		if logged := tok.LogValue().String(); strings.Contains(logged, good) || strings.Contains(logged, tok.Subject) {
			t.Errorf("logs show %s", logged)
		}
	}
}
