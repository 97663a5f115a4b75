package jwt

import (
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	mcpURL     = "https://graph.example.com/mcp"
	graphqlURL = "https://graph.example.com/graphql"
)

// configFor returns a configuration for the server, with more lines added. {issuer} and {jwks} stand for its URLs.
func configFor(as *extensionstest.AuthServer, more string) string {
	text := "url = \"{jwks}\"\nissuer = \"{issuer}\"\naudience = \"" + mcpURL + "\"\npoll_interval = \"1h\"\n" + more
	return strings.NewReplacer("{issuer}", as.Issuer, "{jwks}", as.JWKSURL).Replace(text)
}

// openWith opens the extension with a configuration, and closes it with the test.
func openWith(tb testing.TB, text string) *extension {
	tb.Helper()
	ext, err := open(tb.Context(), extensionstest.Env("jwt", text))
	if err != nil {
		tb.Fatal(err)
	}
	e := ext.(*extension)
	tb.Cleanup(func() { e.Close() })
	return e
}

// ask authenticates a request to a resource of extensionstest.Resources.
func ask(tb testing.TB, e *extension, resource string, h http.Header) (extensions.Token, *extensions.Error) {
	tb.Helper()
	r := extensionstest.Resources()[resource]
	tok, err := e.Authenticate(tb.Context(), extensions.Request{Method: "POST", Path: r.Path, Header: h, Resource: r})
	return tok, extensions.AsError(err)
}

// challengeOf returns the challenges of a refusal as sent.
func challengeOf(e *extensions.Error) string {
	h := http.Header{}
	e.SetHeaders(h)
	return strings.Join(h.Values("WWW-Authenticate"), "; ")
}
