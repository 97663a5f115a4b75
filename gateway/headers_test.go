package gateway

import (
	"fmt"
	"testing"

	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

func TestPatternsCarryNoCredentialsAndNoIdentity(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	b := newBench(t, benchSetup{
		config: fmt.Sprintf(`
[[headers]]
rule = "forward"
pattern = ".*"
[[subgraphs.reviews.headers]]
rule = "forward"
name = "x-own-token"
[authentication]
default = "anonymous"
[trusted_documents]
bypass_header_name = "x-bypass"
bypass_header_value = "open sesame"
[extensions.jwt.config]
url = %q
issuer = %q
audience = ["sluice"]
header_name = "x-own-token"
[extensions.signed-identity.config]
issuer = "https://graph.example.com"
audience = "subgraphs"
`, as.JWKSURL, as.Issuer),
	})
	token := as.Token(map[string]any{"aud": "sluice"})
	sent := []string{"X-Own-Token", token, "X-Bypass", "open sesame", "X-Other", "o"}
	if a := b.query(`{brands{id}}`, sent...); codeOf(a.body) != "" {
		t.Fatal(a.body)
	}
	b.query(`{brands{id}}`, "X-Sluice-Identity", "forged", "X-Other", "o")
	seen := b.spies["products"].take()
	if len(seen) != 2 {
		t.Fatalf("the subgraph was asked %d times", len(seen))
	}
	for _, s := range seen {
		if s.header.Get("X-Other") != "o" || s.header.Get("X-Own-Token") != "" || s.header.Get("X-Bypass") != "" || s.header.Get("X-Sluice-Identity") == "forged" {
			t.Errorf("the subgraph saw %v", s.header)
		}
	}
	if seen[0].header.Get("X-Sluice-Identity") == "" {
		t.Error("the identity of a caller is missing")
	}
}
