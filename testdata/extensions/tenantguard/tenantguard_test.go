package tenantguard

import (
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
	_ "github.com/sluice-gateway/sluice/extensions/jwt"
)

const config = `
allowed = ["acme", "initech"]
header = "x-tenant"
`

// TestContract is the suite that every extension should pass.
func TestContract(t *testing.T) {
	extensionstest.Run(t, open, extensionstest.Subject{Config: config})
}

// TestTenants asks the guard about tokens as they come: signed by an authorization server and checked by "jwt".
func TestTenants(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	authenticator := openRegistered(t, "jwt", `issuer = "`+as.Issuer+`"
audience = "`+as.Audience+`"`).(extensions.Authenticator)
	authorizer := openRegistered(t, "tenant-guard", config).(extensions.Authorizer)

	for name, tt := range map[string]struct {
		tenant any
		status int // 0 for a pass
	}{
		"an allowed tenant":       {"acme", 0},
		"another allowed tenant":  {"initech", 0},
		"a tenant nobody allowed": {"globex", 403},
		"no tenant":               {nil, 403},
		"a tenant that is a list": {[]string{"acme"}, 403},
		"an empty tenant":         {"", 403},
	} {
		t.Run(name, func(t *testing.T) {
			tok, err := authenticator.Authenticate(t.Context(), extensions.Request{
				Header:   extensionstest.Bearer(as.Token(map[string]any{"tenant": tt.tenant})),
				Resource: extensionstest.Resources()["mcp"],
			})
			if err != nil {
				t.Fatal(err)
			}
			d, err := authorizer.AuthorizeOperation(t.Context(), tok, extensions.Operation{Kind: extensions.KindQuery})
			if tt.status != 0 {
				if err == nil || extensions.AsError(err).Status != tt.status {
					t.Errorf("got %v, want status %d", err, tt.status)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := d.SubgraphHeaders.Get("X-Tenant"); got != tt.tenant {
				t.Errorf("got header %q, want %q", got, tt.tenant)
			}
		})
	}
}

func TestNobodyPassesWithoutCredentials(t *testing.T) {
	g := openRegistered(t, "tenant-guard", config).(extensions.Authorizer)
	_, err := g.AuthorizeOperation(t.Context(), extensions.Anonymous("jwt"), extensions.Operation{})
	if err == nil || extensions.AsError(err).Status != 401 {
		t.Errorf("got %v, want status 401", err)
	}
}

func TestAGuardThatLetsNobodyThroughDoesNotOpen(t *testing.T) {
	if _, err := open(t.Context(), extensionstest.Env("tenant-guard", "")); err == nil {
		t.Error("no error")
	}
}

// openRegistered opens an extension as the gateway does, by its id.
func openRegistered(t *testing.T, id, config string) extensions.Extension {
	t.Helper()
	ext, err := extensions.Open(t.Context(), extensionstest.Env(id, config))
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := ext.(interface{ Close() error }); ok {
		t.Cleanup(func() { c.Close() })
	}
	return ext
}
