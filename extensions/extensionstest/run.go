package extensionstest

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

// Subject tells Run about the extension under test.
type Subject struct {
	// Config is a configuration that opens, as TOML.
	Config string
	// Env, where given, changes the environment before the extension is opened.
	Env func(*extensions.Env)
	// Credentials are headers that Authenticate accepts for the resource "mcp". An Authenticator needs them.
	Credentials http.Header
	// Cases are what an Authorizer is asked beside the suite's own operations.
	Cases []Case
	// AdmitsAnonymous says that the directives the extension enforces may let a caller through who showed no
	// credentials.
	AdmitsAnonymous bool
}

// Case is one question to an Authorizer.
type Case struct {
	Token     extensions.Token
	Operation extensions.Operation
}

// checkTimeout bounds every check: what runs into it hangs.
const checkTimeout = 20 * time.Second

// Run holds the extension to the contract of package extensions: it opens, refuses configuration that it does not know,
// takes hostile headers without a panic or a pass, tells nobody's secrets, honours its context, decides the same way
// twice and from many goroutines at once, leaves its arguments alone, and closes. Each finding is a failed sub-test.
func Run(t *testing.T, open extensions.Factory, s Subject) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), checkTimeout)
			defer cancel()
			ext, err := open(ctx, s.env())
			if err != nil {
				t.Fatalf("open: %v", err)
			}
			if closer, ok := ext.(io.Closer); ok {
				defer closer.Close()
			}
			if err := c.run(ctx, target{Subject: s, open: open, ext: ext}); err != nil {
				t.Error(err)
			}
		})
	}
}

// target is an open extension and what is known of it.
type target struct {
	Subject
	open extensions.Factory
	ext  extensions.Extension
}

// check is one demand of the contract. It returns what is wrong, so that the suite can be tested on bad extensions.
type check struct {
	name string
	run  func(context.Context, target) error
}

func checks() []check {
	return []check{
		{"it can do something", hasCapability},
		{"a key that it does not know is an error", refusesUnknownKeys},
		{"opening it twice gives the same capabilities", opensTwice},
		{"closing it twice does no harm", closesTwice},
		{"metadata is well-formed and the same each time", publishesMetadata},
		{"no credentials, a challenge", challengesTheAnonymous},
		{"hostile credentials are refused", refusesHostileCredentials},
		{"good credentials are accepted, the same each time", acceptsCredentials},
		{"good credentials sent twice are refused", refusesDoubledCredentials},
		{"a cancelled request ends", endsWhenCancelled},
		{"decisions are well-formed and the same each time", decidesWell},
		{"directives are enforced on callers without credentials", enforcesDirectives},
	}
}

// env returns a fresh environment.
func (s Subject) env() extensions.Env {
	env := Env("under-test", s.Config)
	if s.Env != nil {
		s.Env(&env)
	}
	return env
}

// request returns a request to the resource "mcp".
func (s Subject) request(h http.Header) extensions.Request {
	mcp := s.env().Resources["mcp"]
	return extensions.Request{Method: http.MethodPost, Path: mcp.Path, Header: h, Resource: mcp}
}
