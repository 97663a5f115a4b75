package extensions_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/sluice-gateway/sluice/extensions"
)

// protectedResource decodes a configuration.
func protectedResource(t *testing.T, text string) extensions.ProtectedResource {
	t.Helper()
	var p extensions.ProtectedResource
	if err := toml.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

const fullMetadata = `
[metadata]
resource = "https://graph.example.com/mcp"
authorization_servers = ["https://auth.example.com"]
scopes_supported = ["graph:read", "offline_access"]
resource_name = "Example graph"
resource_policy_uri = "https://example.com/policy"
dpop_bound_access_tokens_required = false
`

func TestMetadataIsPublishedAtBothPlaces(t *testing.T) {
	p := protectedResource(t, fullMetadata)
	documents, err := p.PublicMetadata(true)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, d := range documents {
		paths = append(paths, d.Path)
	}
	want := []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}
	if !slices.Equal(paths, want) {
		t.Errorf("got paths %v, want %v", paths, want)
	}
	const body = `{"authorization_servers":["https://auth.example.com"],"bearer_methods_supported":["header"],` +
		`"dpop_bound_access_tokens_required":false,"resource":"https://graph.example.com/mcp","resource_name":"Example graph",` +
		`"resource_policy_uri":"https://example.com/policy","scopes_supported":["graph:read"]}`
	if got := string(documents[0].Body); got != body {
		t.Errorf("got  %s\nwant %s", got, body)
	}
	if got, want := p.URL(), "https://graph.example.com/.well-known/oauth-protected-resource/mcp"; got != want {
		t.Errorf("got URL %s, want %s", got, want)
	}
}

func TestMetadataPaths(t *testing.T) {
	for name, tt := range map[string]struct {
		resource, path string
		want           []string
	}{
		"a resource at the root has one path":    {"https://g.example", "", []string{"/.well-known/oauth-protected-resource"}},
		"a trailing slash alone is no path":      {"https://g.example/", "", []string{"/.well-known/oauth-protected-resource"}},
		"a path of the operator's own":           {"https://g.example/mcp", "/prm", []string{"/prm", "/.well-known/oauth-protected-resource"}},
		"a deep path is inserted whole":          {"https://g.example/a/mcp", "", []string{"/.well-known/oauth-protected-resource/a/mcp", "/.well-known/oauth-protected-resource"}},
		"the root well-known path as one's own":  {"https://g.example/mcp", "/.well-known/oauth-protected-resource", []string{"/.well-known/oauth-protected-resource"}},
		"a trailing slash behind a path is cut":  {"https://g.example/mcp/", "", []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}},
		"a port belongs to the host, not a path": {"http://127.0.0.1:4000/mcp", "", []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := extensions.ProtectedResource{MetadataPath: tt.path, Metadata: extensions.ResourceMetadata{
				"resource": tt.resource, "authorization_servers": []string{"https://auth.example.com"},
			}}
			documents, err := p.PublicMetadata(true)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range documents {
				got = append(got, d.Path)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestMetadataLeavesOutEmptyLists(t *testing.T) {
	p := protectedResource(t, "[metadata]\nresource = \"https://g.example/mcp\"\nauthorization_servers = [\"https://a.example\"]\nscopes_supported = []\n")
	documents, err := p.PublicMetadata(false)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(documents[0].Body, &got); err != nil {
		t.Fatal(err)
	}
	if _, ok := got["scopes_supported"]; ok || len(documents) != 1 {
		t.Errorf("got %d documents, %s", len(documents), documents[0].Body)
	}
}

func TestMetadataValidateNamesEveryFault(t *testing.T) {
	p := protectedResource(t, `
metadata_path = "well-known"
[metadata]
resource = "https://u@g.example/mcp#top"
authorization_servers = ["auth.example.com"]
scopes_supported = ["two words"]
bearer_methods_supported = "header"
`)
	err := p.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, key := range []string{"metadata_path", "metadata.resource", "metadata.authorization_servers", "metadata.scopes_supported", "metadata.bearer_methods_supported"} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("got %v, want it to name %s", err, key)
		}
	}
	if err := (extensions.ProtectedResource{}).Validate(); err == nil {
		t.Error("an empty document is valid")
	}
}

func TestClaimRules(t *testing.T) {
	var tables map[string]map[string]any
	const text = `
[equal]
tenant = "acme"
[one_of]
tenant = ["initech", "acme"]
[contains]
roles = "admin"
[number]
level = 3
[number_is_no_text]
level = "3"
[flag]
email_verified = true
[flag_is_no_text]
email_verified = "true"
[present]
tenant = "*"
[null_is_not_present]
nothing = "*"
[absent]
missing = "*"
[other]
tenant = "globex"
[substring]
tenant = "acm"
[all_hold]
tenant = "acme"
level = [2, 3]
[one_of_two_fails]
tenant = "acme"
level = 2
`
	if err := toml.Unmarshal([]byte(text), &tables); err != nil {
		t.Fatal(err)
	}
	claims, err := extensions.ParseObject([]byte(`{"tenant":"acme","roles":["user","admin"],"level":3,"email_verified":true,"nothing":null}`))
	if err != nil {
		t.Fatal(err)
	}
	pass := []string{"equal", "one_of", "contains", "number", "flag", "present", "all_hold"}
	for name, table := range tables {
		rules, err := extensions.ParseClaimRules(table)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := rules.Match(claims), slices.Contains(pass, name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for _, bad := range []any{[]any{}, 1.5, []any{[]any{int64(1)}}, map[string]any{"b": int64(1)}, nil} {
		if _, err := extensions.ParseClaimRules(map[string]any{"a": bad}); err == nil || !strings.HasPrefix(err.Error(), "a: ") {
			t.Errorf("%v: got %v, want an error that names the claim", bad, err)
		}
	}
}
