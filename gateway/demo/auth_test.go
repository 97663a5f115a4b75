package demo_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/sluice-gateway/sluice/gateway/demo"
)

var quotedScope = regexp.MustCompile(`\[\["([^"]+)"\]\]`)

func TestTheAuthorizationServerFitsTheProtectedSchemas(t *testing.T) {
	var asked []string
	for _, s := range start(t, demo.Options{Auth: true}) {
		for _, match := range quotedScope.FindAllStringSubmatch(s.SDL, -1) {
			asked = append(asked, match[1])
		}
	}
	slices.Sort(asked)
	if asked = slices.Compact(asked); !slices.Equal(asked, demo.Scopes()) {
		t.Errorf("the schemas ask for %q, the server has %q", asked, demo.Scopes())
	}

	const resource = "http://127.0.0.1:4000/mcp"
	server, err := demo.StartAuthServer(t.Context(), demo.AuthOptions{Resources: []string{resource}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	token, err := server.Token("emmy", resource, "accounts:read")
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct{ Iss, Sub, Aud, Scope string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Iss != server.Issuer() || claims.Sub != "u4" || claims.Aud != resource || claims.Scope != "accounts:read" {
		t.Errorf("claims %+v", claims)
	}
}

func TestTheRootConfigurationNamesTheDemosSubgraphs(t *testing.T) {
	data, err := os.ReadFile("../../gateway.toml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Subgraphs map[string]struct{ URL string }
	}
	if _, err := toml.Decode(string(data), &file); err != nil {
		t.Fatal(err)
	}
	d, err := demo.Start(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for i, s := range d.Subgraphs() {
		if got, want := file.Subgraphs[s.Name].URL, fmt.Sprintf("http://127.0.0.1:%d/graphql", demo.DefaultPort+i); got != want {
			t.Errorf("%s: gateway.toml has %q, want %q", s.Name, got, want)
		}
	}
	if len(file.Subgraphs) != len(d.Subgraphs()) {
		t.Errorf("gateway.toml has %d subgraphs", len(file.Subgraphs))
	}
}
