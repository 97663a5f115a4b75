package jwt

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

func TestConfigurationFaultsAreNamed(t *testing.T) {
	const good = "issuer = \"https://auth.example.com\"\naudience = \"a\"\n"
	for name, tt := range map[string]struct {
		text string
		want string
	}{
		"no audience":                        {"issuer = \"https://auth.example.com\"\n", "audience: is empty"},
		"an empty audience":                  {"issuer = \"https://auth.example.com\"\naudience = \"\"\n", "empty string"},
		"an empty audience among others":     {good + "[protected_resources.mcp]\naudience = [\"a\", \"\"]\n", "empty string"},
		"an empty list of audiences":         {"issuer = \"https://auth.example.com\"\naudience = []\n", "audience: is empty"},
		"an audience for one resource alone": {"issuer = \"https://auth.example.com\"\n[protected_resources.mcp]\naudience = \"a\"\n", "audience: is empty"},
		"neither issuer nor url":             {"audience = \"a\"\n", "issuer: is missing"},
		"keys over plain HTTP":               {"url = \"http://auth.example.com/jwks\"\naudience = \"a\"\n", "allow_http"},
		"a relative URL":                     {"url = \"/jwks\"\naudience = \"a\"\n", "not an absolute URL"},
		"a URL with a password":              {"url = \"https://u:p@auth.example.com/jwks\"\naudience = \"a\"\n", "user"},
		"an issuer twice":                    {good + "[[issuers]]\nissuer = \"https://auth.example.com\"\n", "twice"},
		"an issuer without a name":           {good + "[[issuers]]\nurl = \"https://b.example/jwks\"\n", "tell several apart"},
		"an empty issuer":                    {good + "[[issuers]]\n", "neither issuer nor url"},
		"an unknown algorithm":               {good + "algorithms = [\"none\"]\n", "algorithms: \"none\""},
		"no algorithm":                       {good + "algorithms = []\n", "algorithms: is empty"},
		"a resource that is not there":       {good + "[protected_resources.mpc]\n", "no such resource"},
		"a poll interval of nothing":         {good + "poll_interval = \"0s\"\n", "poll_interval"},
		"a duration without units":           {good + "poll_interval = \"60\"\n", "poll_interval"},
		"a duration of a wrong kind":         {good + "clock_skew = true\n", "clock_skew"},
		"a duration in days":                 {good + "clock_skew = 86400\n", "clock_skew"},
		"a scope with a space":               {good + "challenge_scopes = [\"a b\"]\n", "not a scope"},
		"an unknown key":                     {good + "audiences = \"a\"\n", "unknown key audiences"},
		"a cache without a bound":            {good + "cache_size = -1\n", "cache_size"},
		"a claim rule that nothing meets":    {good + "[required_claims]\ntenant = []\n", "no token could meet"},
		"metadata without a resource of use": {good + "[oauth.protected_resource.metadata]\nresource = \"mcp\"\n", "metadata.resource"},
		"one metadata path for two":          {good + "[oauth.protected_resource]\nmetadata_path = \"/prm\"\n", "two resources"},
	} {
		t.Run(name, func(t *testing.T) {
			ext, err := open(t.Context(), extensionstest.Env("jwt", tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || ext != nil {
				t.Errorf("got %v, %v, want an error with %q", ext, err, tt.want)
			}
		})
	}
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	_, err := open(t.Context(), extensionstest.Env("jwt", "url = \"http://a.example\"\nalgorithms = [\"x\"]\ncache_size = -1\n"))
	if err == nil || strings.Count(err.Error(), "\n") < 3 {
		t.Errorf("got %v, want four faults", err)
	}
}

// TestAGrafbaseConfigurationOpens holds every key of Grafbase Gateway's extension to its meaning.
func TestAGrafbaseConfigurationOpens(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	e := openWith(t, strings.NewReplacer("{issuer}", as.Issuer, "{jwks}", as.JWKSURL).Replace(`
url = "{jwks}"
issuer = "{issuer}"
audience = ["`+mcpURL+`", "other"]
poll_interval = 30
header_name = "Authorization"
header_value_prefix = "Bearer "
cookie_name = "jwt"

[[unauthenticated_headers]]
name = "X-Login"
value = "https://example.com/login"
[[unauthenticated_headers]]
name = "www-authenticate"
value = 'Bearer resource_metadata="/wrong"'

[oauth.protected_resource]
metadata_path = "/.well-known/oauth-protected-resource"
[oauth.protected_resource.metadata]
resource = "`+mcpURL+`"
authorization_servers = ["https://auth.example.com"]
scopes_supported = ["graph:read"]
resource_name = "Graph"
`))
	if _, err := ask(t, e, "mcp", extensionstest.Bearer(as.Token(nil))); err != nil {
		t.Errorf("got %v, want a pass", err)
	}
	_, err := ask(t, e, "mcp", nil)
	const want = `Bearer scope="graph:read", resource_metadata="https://graph.example.com/.well-known/oauth-protected-resource"`
	if got := challengeOf(err); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err.Header.Get("X-Login") != "https://example.com/login" {
		t.Errorf("got headers %v, want X-Login among them", err.Header)
	}
}

func TestMetadataPerResource(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	const root, mcp, graphql = "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource/graphql"
	for name, tt := range map[string]struct {
		config     string
		paths      string // path and resource of each document, in order
		challenges string // of mcp and graphql
	}{
		"nothing is published where nothing is said": {"", "", "Bearer|Bearer"},
		"an empty table publishes every resource": {
			"[oauth.protected_resource]\n",
			graphql + "=" + graphqlURL + " " + mcp + "=" + mcpURL + " " + root + "=" + mcpURL,
			`Bearer resource_metadata="https://graph.example.com` + mcp + `"|Bearer resource_metadata="https://graph.example.com` + graphql + `"`,
		},
		"a shared document serves all": {
			"challenge_scopes = [\"login\"]\n[oauth.protected_resource.metadata]\nresource = \"https://graph.example.com\"\n",
			root + "=https://graph.example.com",
			`Bearer scope="login", resource_metadata="https://graph.example.com` + root + `"|Bearer scope="login", resource_metadata="https://graph.example.com` + root + `"`,
		},
		"a resource has one of its own": {
			"[protected_resources.mcp.oauth.protected_resource.metadata]\nscopes_supported = [\"mcp:use\"]\n",
			mcp + "=" + mcpURL + " " + root + "=" + mcpURL,
			`Bearer scope="mcp:use", resource_metadata="https://graph.example.com` + mcp + `"|Bearer`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := extensionstest.Env("jwt", configFor(as, tt.config))
			env.Schema.Scopes = []string{"graph:read", "reviews:read"}
			ext, err := open(t.Context(), env)
			if err != nil {
				t.Fatal(err)
			}
			e := ext.(*extension)
			defer e.Close()
			documents, err := e.PublicMetadata()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range documents {
				body, err := extensions.ParseObject(d.Body)
				if err != nil {
					t.Fatal(err)
				}
				resource, _ := body.String("resource")
				got = append(got, d.Path+"="+resource)
				servers, _ := body.Strings("authorization_servers")
				if len(servers) != 1 || servers[0] != as.Issuer {
					t.Errorf("got authorization servers %v, want the issuer", servers)
				}
				scopes, _ := body.Strings("scopes_supported")
				if want := len(env.Schema.Scopes); !strings.Contains(tt.config, "scopes_supported") && len(scopes) != want {
					t.Errorf("got scopes %v, want the schema's", scopes)
				}
			}
			if got := strings.Join(got, " "); got != tt.paths {
				t.Errorf("got %s, want %s", got, tt.paths)
			}
			_, one := ask(t, e, "mcp", nil)
			_, two := ask(t, e, "graphql", nil)
			if got := challengeOf(one) + "|" + challengeOf(two); got != tt.challenges {
				t.Errorf("got  %s\nwant %s", got, tt.challenges)
			}
		})
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	for _, algorithm := range []string{"RS256", "ES256"} {
		as := extensionstest.NewAuthServer(b, extensionstest.AuthServerOptions{Algorithm: algorithm})
		for name, size := range map[string]string{"cached": "16", "uncached": "0"} {
			b.Run(algorithm+"/"+name, func(b *testing.B) {
				e := openWith(b, configFor(as, "cache_size = "+size))
				req := extensions.Request{Header: extensionstest.Bearer(as.Token(nil)), Resource: extensionstest.Resources()["mcp"]}
				if _, err := e.Authenticate(b.Context(), req); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := e.Authenticate(b.Context(), req); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestEveryKeyIsInTheGuide keeps docs/extensions.md complete.
func TestEveryKeyIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/extensions.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[config](), reflect.TypeFor[issuerConfig](), reflect.TypeFor[resourceConfig]()} {
		for field := range typ.Fields() {
			key := field.Tag.Get("toml")
			if !strings.Contains(string(guide), "`"+key+"`") && !strings.Contains(string(guide), "`"+key+".") {
				t.Errorf("docs/extensions.md does not tell of %q", key)
			}
		}
	}
}
