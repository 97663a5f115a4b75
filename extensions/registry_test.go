package extensions_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
)

// everything has every capability.
type everything struct{}

func (*everything) Authenticate(context.Context, extensions.Request) (extensions.Token, error) {
	return extensions.Token{}, extensions.Unauthenticated()
}

func (*everything) AuthorizeOperation(context.Context, extensions.Token, extensions.Operation) (extensions.Decision, error) {
	return extensions.Decision{}, nil
}

func (*everything) EnforcedDirectives() []string { return []string{"authenticated"} }

func (*everything) PublicMetadata() ([]extensions.PublicMetadata, error) { return nil, nil }

// closer can do nothing but be closed.
type closer struct{ closed bool }

func (c *closer) Close() error { c.closed = true; return nil }

// enforcer names directives that it has no means to enforce.
type enforcer struct{ closer }

func (*enforcer) EnforcedDirectives() []string { return []string{"authenticated"} }

func (*enforcer) PublicMetadata() ([]extensions.PublicMetadata, error) { return nil, nil }

// opened is what the registered factories return, by id. The registry is for the life of a process, as tests that are
// run several times find out.
var opened = map[string]func() (extensions.Extension, error){}

func init() {
	for _, id := range []string{"test-c", "test-a", "test-b", "test-d"} {
		extensions.Register(id, func(context.Context, extensions.Env) (extensions.Extension, error) { return opened[id]() })
	}
}

func TestRegistry(t *testing.T) {
	useless, powerless := new(closer), new(enforcer)
	broken := errors.New("config: unknown key")
	opened["test-a"] = func() (extensions.Extension, error) { return useless, nil }
	opened["test-b"] = func() (extensions.Extension, error) { return new(everything), nil }
	opened["test-c"] = func() (extensions.Extension, error) { return nil, broken }
	opened["test-d"] = func() (extensions.Extension, error) { return powerless, nil }

	ids := extensions.IDs()
	if !slices.IsSorted(ids) || !slices.Contains(ids, "test-b") {
		t.Errorf("got ids %v, want them sorted, test-b among them", ids)
	}
	ext, err := extensions.Open(t.Context(), extensions.Env{ID: "test-b"})
	if err != nil {
		t.Fatal(err)
	}
	if got := extensions.Capabilities(ext); !slices.Equal(got, []string{"authenticator", "authorizer", "directives", "metadata"}) {
		t.Errorf("got capabilities %v", got)
	}
	if _, err := extensions.Open(t.Context(), extensions.Env{ID: "test-a"}); err == nil || !useless.closed {
		t.Errorf("an extension without capability: got %v, closed %v, want an error, and it closed", err, useless.closed)
	}
	if _, err := extensions.Open(t.Context(), extensions.Env{ID: "test-d"}); err == nil || !powerless.closed {
		t.Errorf("directives without an Authorizer: got %v, closed %v, want an error, and it closed", err, powerless.closed)
	}
	if _, err := extensions.Open(t.Context(), extensions.Env{ID: "test-c"}); !errors.Is(err, broken) || !strings.Contains(err.Error(), "test-c") {
		t.Errorf("got %v, want the factory's error under the extension's id", err)
	}
	if _, err := extensions.Open(t.Context(), extensions.Env{ID: "absent"}); err == nil || !strings.Contains(err.Error(), "test-b") {
		t.Errorf("got %v, want an error that lists what is linked in", err)
	}
}

func TestRegisterPanicsOnMistakesOfTheBuild(t *testing.T) {
	factory := func(context.Context, extensions.Env) (extensions.Extension, error) { return nil, nil }
	for name, register := range map[string]func(){
		"an empty id":   func() { extensions.Register("", factory) },
		"a nil factory": func() { extensions.Register("test-nil", nil) },
		"an id twice":   func() { extensions.Register("test-a", factory) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			register()
		})
	}
}
