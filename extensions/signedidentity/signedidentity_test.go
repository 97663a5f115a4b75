package signedidentity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

const audience = "audience = \"subgraphs\"\n"

func TestContract(t *testing.T) {
	caller := extensions.Token{ExtensionID: "jwt", Subject: "ada"}
	extensionstest.Run(t, open, extensionstest.Subject{Config: audience, Cases: []extensionstest.Case{
		{Token: caller, Operation: extensions.Operation{Kind: extensions.KindQuery}},
	}})
}

func openWith(t *testing.T, config string) *extension {
	t.Helper()
	ext, err := open(t.Context(), extensionstest.Env("signed-identity", config))
	if err != nil {
		t.Fatal(err)
	}
	return ext.(*extension)
}

// verify checks an identity as a subgraph does, with the published keys, and returns its claims.
func verify(t *testing.T, e *extension, identity string) extensions.Claims {
	t.Helper()
	parts := strings.Split(identity, ".")
	decoded := make([][]byte, len(parts))
	for i, p := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(p); err != nil {
			t.Fatal(err)
		}
	}
	var header struct{ Alg, Kid, Typ string }
	if err := json.Unmarshal(decoded[0], &header); err != nil || header.Alg != "ES256" {
		t.Fatalf("got header %s, %v", decoded[0], err)
	}
	var set struct{ Keys []struct{ Kid, X, Y string } }
	if err := json.Unmarshal(e.metadata[0].Body, &set); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	for _, k := range set.Keys {
		x, _ := base64.RawURLEncoding.DecodeString(k.X)
		y, _ := base64.RawURLEncoding.DecodeString(k.Y)
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err != nil {
			t.Fatal(err)
		}
		r, s := new(big.Int).SetBytes(decoded[2][:32]), new(big.Int).SetBytes(decoded[2][32:])
		if k.Kid == header.Kid && ecdsa.Verify(public, digest[:], r, s) {
			claims, err := extensions.ParseObject(decoded[1])
			if err != nil {
				t.Fatal(err)
			}
			return claims
		}
	}
	t.Fatal("no published key verifies the identity")
	return extensions.Claims{}
}

func token(t *testing.T, claims string) extensions.Token {
	t.Helper()
	c, err := extensions.ParseObject([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := c.String("sub")
	return extensions.Token{
		ExtensionID: "jwt", Subject: subject, Issuer: "https://auth.example.com", Scopes: []string{"a", "b"}, Claims: c,
		ExpiresAt: time.Now().Add(time.Hour),
	}
}

func identityOf(t *testing.T, e *extension, tok extensions.Token) string {
	t.Helper()
	d, err := e.AuthorizeOperation(t.Context(), tok, extensions.Operation{Kind: extensions.KindQuery})
	if err != nil {
		t.Fatal(err)
	}
	return d.SubgraphHeaders.Get("X-Sluice-Identity")
}

func TestSubgraphsCanVerifyTheCaller(t *testing.T) {
	e := openWith(t, audience+"claims = [\"tenant\", \"roles\", \"absent\"]\n")
	hostile := "a\"b\\c\n\u00e9"
	encoded, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	claims := verify(t, e, identityOf(t, e, token(t, `{"sub":`+string(encoded)+`,"tenant":{"id":7},"roles":["x"],"secret":"no"}`)))
	for name, want := range map[string]string{
		"iss": `"https://graph.example.com"`, "aud": `"subgraphs"`, "scope": `"a b"`, "tenant": `{"id":7}`, "roles": `["x"]`, "secret": "", "absent": "",
	} {
		if got, _ := claims.Raw(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	if got, _ := claims.String("sub"); got != hostile {
		t.Errorf("got subject %q, want %q", got, hostile)
	}
	id, _ := claims.Object("sub_id")
	if issuer, _ := id.String("iss"); issuer != "https://auth.example.com" {
		t.Errorf("got issuer of the subject %q", issuer)
	}
	issued, _ := claims.Time("iat")
	expires, _ := claims.Time("exp")
	if got := expires.Sub(issued); got != time.Minute {
		t.Errorf("the identity lives %s, want a minute", got)
	}
}

func TestNobodyElseHasAnIdentity(t *testing.T) {
	e := openWith(t, audience)
	for _, tok := range []extensions.Token{{}, extensions.Anonymous("jwt")} {
		if got := identityOf(t, e, tok); got != "" {
			t.Errorf("got %s for %+v", got, tok)
		}
	}
	d, err := e.AuthorizeOperation(t.Context(), token(t, `{}`), extensions.Operation{Kind: extensions.KindSchema})
	if err != nil || d.SubgraphHeaders != nil {
		t.Errorf("a look at the schema got %v, %v", d.SubgraphHeaders, err)
	}
}

func TestIdentitiesAreUsedAgainAndEndInTime(t *testing.T) {
	e := openWith(t, audience)
	synctest.Test(t, func(t *testing.T) {
		ada, bob := token(t, `{"sub":"ada"}`), token(t, `{"sub":"bob"}`)
		first := identityOf(t, e, ada)
		time.Sleep(29 * time.Second)
		if identityOf(t, e, ada) != first {
			t.Error("a young identity was not used again")
		}
		if identityOf(t, e, bob) == first {
			t.Error("two callers share an identity")
		}
		time.Sleep(2 * time.Second)
		if identityOf(t, e, ada) == first {
			t.Error("an old identity was used again")
		}
		ada.ExpiresAt = time.Now().Add(20 * time.Second)
		claims := verify(t, e, identityOf(t, e, ada))
		if expires, _ := claims.Time("exp"); expires.After(ada.ExpiresAt) {
			t.Errorf("the identity ends at %s, after the token, %s", expires, ada.ExpiresAt)
		}
		time.Sleep(20 * time.Second)
		_, err := e.AuthorizeOperation(t.Context(), ada, extensions.Operation{Kind: extensions.KindQuery})
		if err == nil || extensions.AsError(err).Status != 401 {
			t.Errorf("an expired token got %v, want 401", err)
		}
	})
}

func TestSignedIdentitiesAreBounded(t *testing.T) {
	e := openWith(t, audience)
	for i := range maxSigned + 10 {
		e.signer.keep(fmt.Sprint(i), identity{until: time.Now().Add(time.Hour)}, time.Now())
	}
	if got := len(e.signer.signed); got > maxSigned {
		t.Errorf("%d identities are kept, want at most %d", got, maxSigned)
	}
}

func TestKeysOfTheOperator(t *testing.T) {
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	further := "further_keys = '''\n" + string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})) + "'''\n"
	for form, block := range map[string]*pem.Block{"PKCS 8": {Type: "PRIVATE KEY", Bytes: pkcs8}, "SEC 1": {Type: "EC PRIVATE KEY", Bytes: sec1}} {
		t.Run(form, func(t *testing.T) {
			e := openWith(t, audience+further+"key = '''\n"+string(pem.EncodeToMemory(block))+"'''\n")
			verify(t, e, identityOf(t, e, token(t, `{"sub":"ada"}`)))
			if got := strings.Count(string(e.metadata[0].Body), `"kid"`); got != 2 {
				t.Errorf("got %d published keys, want the key and the further one", got)
			}
			if body := string(e.metadata[0].Body); strings.Contains(body, `"d"`) {
				t.Errorf("the private key is published: %s", body)
			}
		})
	}
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	for name, tt := range map[string]struct{ config, want string }{
		"no audience":             {"", "audience"},
		"a lifetime of a day":     {audience + "lifetime = \"24h\"\n", "lifetime"},
		"a header that is taken":  {audience + "header = \"authorization\"\n", "header"},
		"a header with a newline": {audience + "header = \"a\\nb\"\n", "header"},
		"a claim of the signer":   {audience + "claims = [\"exp\"]\n", "claims"},
		"a claim twice":           {audience + "claims = [\"a\", \"a\"]\n", "claims"},
		"a key that is none":      {audience + "key = \"secret\"\n", "key: want"},
		"a further key that is none": {
			audience + "further_keys = [\"x\"]\n", "further_keys[0]",
		},
		"a relative path": {audience + "jwks_path = \"jwks.json\"\n", "jwks_path"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t.Context(), extensionstest.Env("signed-identity", tt.config))
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want an error with %q, without the key", err, tt.want)
			}
		})
	}
	env := extensionstest.Env("signed-identity", audience)
	env.Resources = nil
	if _, err := open(t.Context(), env); err == nil || !strings.Contains(err.Error(), "issuer") {
		t.Errorf("got %v, want an error about the issuer", err)
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("a\"b\\c\x00\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal([]byte(quote(s)), &got); err != nil || got != strings.ToValidUTF8(s, "\uFFFD") && !strings.Contains(got, "\uFFFD") {
			t.Fatalf("got %q, %v from %q", got, err, s)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	key, err := newKey()
	if err != nil {
		b.Fatal(err)
	}
	s, err := NewSigner(Settings{Key: key, Issuer: "https://graph.example.com", Lifetime: time.Minute}, nil)
	if err != nil {
		b.Fatal(err)
	}
	tok := extensions.Token{ExtensionID: "jwt", Subject: "ada", Issuer: "https://auth.example.com", Scopes: []string{"a", "b"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Sign(tok, "subgraphs"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestEveryKeyIsInTheGuide keeps docs/extensions.md complete.
func TestEveryKeyIsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/extensions.md")
	if err != nil {
		t.Fatal(err)
	}
	for typ, i := reflect.TypeFor[config](), 0; i < typ.NumField(); i++ {
		if key := typ.Field(i).Tag.Get("toml"); !strings.Contains(string(guide), "`"+key+"`") {
			t.Errorf("docs/extensions.md does not tell of %q", key)
		}
	}
}
