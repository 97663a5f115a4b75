package oauthprotectedresource

import (
	"slices"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

const metadata = `
[metadata]
resource = "https://graph.example.com/mcp"
authorization_servers = ["https://auth.example.com"]
resource_documentation = "https://example.com/docs"
`

func TestContract(t *testing.T) {
	extensionstest.Run(t, open, extensionstest.Subject{Config: metadata})
}

func TestDocument(t *testing.T) {
	for name, tt := range map[string]struct {
		config string
		paths  []string
		scopes string
	}{
		"both well-known paths, and the scopes of the schema": {
			metadata, []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}, "graph:read reviews:read",
		},
		"the configured scopes": {
			metadata + "scopes_supported = [\"mcp\"]\n", []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}, "mcp",
		},
		"no scopes on request": {
			metadata + "scopes_supported = []\n", []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}, "",
		},
		"a path of the operator's own, and not the root": {
			"metadata_path = \"/prm\"\nroot = false\n" + metadata, []string{"/prm"}, "graph:read reviews:read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := extensionstest.Env("oauth-protected-resource", tt.config)
			env.Schema.Scopes = []string{"graph:read", "reviews:read"}
			ext, err := open(t.Context(), env)
			if err != nil {
				t.Fatal(err)
			}
			documents, err := ext.(extensions.MetadataProvider).PublicMetadata()
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, d := range documents {
				paths = append(paths, d.Path)
				body, err := extensions.ParseObject(d.Body)
				if err != nil {
					t.Fatal(err)
				}
				scopes, _ := body.Strings("scopes_supported")
				if got := strings.Join(scopes, " "); got != tt.scopes {
					t.Errorf("%s: got scopes %q, want %q", d.Path, got, tt.scopes)
				}
				if docs, _ := body.String("resource_documentation"); docs != "https://example.com/docs" {
					t.Errorf("%s: got documentation %q, want it as configured", d.Path, docs)
				}
				if d.Header.Get("Content-Type") != "application/json" {
					t.Errorf("%s: got headers %v", d.Path, d.Header)
				}
			}
			if !slices.Equal(paths, tt.paths) {
				t.Errorf("got paths %v, want %v", paths, tt.paths)
			}
		})
	}
}

func TestItAuthenticatesNobody(t *testing.T) {
	ext, err := open(t.Context(), extensionstest.Env("oauth-protected-resource", metadata))
	if err != nil {
		t.Fatal(err)
	}
	if got := extensions.Capabilities(ext); !slices.Equal(got, []string{extensions.CapabilityMetadata}) {
		t.Errorf("got capabilities %v, want metadata alone", got)
	}
}

func TestAConfigurationWithoutADocumentDoesNotOpen(t *testing.T) {
	for name, config := range map[string]string{
		"nothing":                  "",
		"no authorization servers": "[metadata]\nresource = \"https://graph.example.com/mcp\"\n",
		"a relative resource":      "[metadata]\nresource = \"/mcp\"\nauthorization_servers = [\"https://a.example\"]\n",
	} {
		t.Run(name, func(t *testing.T) {
			if ext, err := open(t.Context(), extensionstest.Env("oauth-protected-resource", config)); err == nil {
				t.Errorf("got %v, want an error", ext)
			}
		})
	}
}
