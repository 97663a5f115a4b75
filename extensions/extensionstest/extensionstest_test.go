package extensionstest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sluice-gateway/sluice/extensions"
)

// apiKey is a small authenticator and authorizer that keeps the contract; the tests below break it one way at a time.
type apiKey struct {
	id           string
	authenticate func(extensions.Request) (extensions.Token, error)
	authorize    func(extensions.Token, extensions.Operation) (extensions.Decision, error)
	metadata     []extensions.PublicMetadata
	directives   []string
}

func openKey(_ context.Context, env extensions.Env) (extensions.Extension, error) {
	k := &apiKey{id: env.ID, directives: []string{"requiresKey"}}
	k.authenticate = func(req extensions.Request) (extensions.Token, error) {
		key, found, err := extensions.HeaderToken(req.Header, "X-Api-Key", "")
		switch {
		case err != nil:
			return extensions.Token{}, err
		case !found:
			return extensions.Token{}, extensions.Unauthenticated()
		case key != "good-key-1234":
			return extensions.Token{}, extensions.InvalidToken("the key is unknown", nil)
		}
		return extensions.Token{ExtensionID: k.id, Subject: "machine"}, nil
	}
	k.authorize = func(tok extensions.Token, op extensions.Operation) (d extensions.Decision, err error) {
		for _, p := range op.Protected {
			if p.Directive == "requiresKey" && !tok.Authenticated() {
				d.Denied = append(d.Denied, extensions.DeniedCoordinate{
					Coordinate: p.Coordinate, Denial: extensions.Denial{Code: extensions.CodeUnauthenticated, Message: "a key is needed"},
				})
			}
		}
		return d, nil
	}
	return k, env.Config.Decode(&struct{}{})
}

func (k *apiKey) Authenticate(_ context.Context, req extensions.Request) (extensions.Token, error) {
	return k.authenticate(req)
}

func (k *apiKey) AuthorizeOperation(_ context.Context, tok extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	return k.authorize(tok, op)
}

func (k *apiKey) EnforcedDirectives() []string { return k.directives }

func (k *apiKey) PublicMetadata() ([]extensions.PublicMetadata, error) { return k.metadata, nil }

var keySubject = Subject{Credentials: http.Header{"X-Api-Key": {"good-key-1234"}}}

func TestAnExtensionThatKeepsTheContractPasses(t *testing.T) {
	Run(t, openKey, keySubject)
}

// TestTheSuiteFindsEveryFault breaks the extension in one way, and expects the check that is there for it to say so.
func TestTheSuiteFindsEveryFault(t *testing.T) {
	someone := extensions.Token{ExtensionID: "under-test", Subject: "root"}
	var turn atomic.Int64
	for name, tt := range map[string]struct {
		breakIt func(*apiKey)
		want    string // part of the finding
	}{
		"everybody gets in": {func(k *apiKey) {
			k.authenticate = func(extensions.Request) (extensions.Token, error) { return someone, nil }
		}, "accepted"},
		"any key that is long enough gets in": {func(k *apiKey) {
			k.authenticate = func(r extensions.Request) (extensions.Token, error) {
				if len(r.Header.Get("X-Api-Key")) > 100 {
					return someone, nil
				}
				return extensions.Token{}, extensions.Unauthenticated()
			}
		}, "accepted"},
		"the answer repeats the credentials": {func(k *apiKey) {
			k.authenticate = func(r extensions.Request) (extensions.Token, error) {
				return extensions.Token{}, extensions.InvalidToken("no such key: "+r.Header.Get("X-Api-Key"), nil)
			}
		}, "repeats the credentials"},
		"bad credentials are an internal error": {func(k *apiKey) {
			k.authenticate = func(extensions.Request) (extensions.Token, error) { return extensions.Token{}, errors.New("oops") }
		}, "internal error"},
		"a token beside an error": {func(k *apiKey) {
			k.authenticate = func(extensions.Request) (extensions.Token, error) { return someone, extensions.Unauthenticated() }
		}, "beside the error"},
		"an error parameter though nothing was sent": {func(k *apiKey) {
			k.authenticate = func(extensions.Request) (extensions.Token, error) {
				return extensions.Token{}, extensions.InvalidToken("no", nil)
			}
		}, "nothing was sent"},
		"a 401 without a challenge": {func(k *apiKey) {
			k.authenticate = func(extensions.Request) (extensions.Token, error) {
				return extensions.Token{}, &extensions.Error{Status: 401, Code: "X", Message: "no"}
			}
		}, "without a challenge"},
		"another extension's id": {func(k *apiKey) { k.id = "other" }, "ExtensionID"},
		"the first of two headers is taken": {func(k *apiKey) {
			proper := k.authenticate
			k.authenticate = func(r extensions.Request) (extensions.Token, error) {
				r.Header = r.Header.Clone()
				if keys := r.Header["X-Api-Key"]; len(keys) > 1 {
					r.Header["X-Api-Key"] = keys[:1]
				}
				return proper(r)
			}
		}, "sent twice"},
		"the headers are changed": {func(k *apiKey) {
			proper := k.authenticate
			k.authenticate = func(r extensions.Request) (extensions.Token, error) {
				tok, err := proper(r)
				r.Header.Del("X-Api-Key")
				return tok, err
			}
		}, "headers were changed"},
		"a coordinate of another operation is denied": {func(k *apiKey) {
			k.authorize = func(extensions.Token, extensions.Operation) (extensions.Decision, error) {
				return extensions.Decision{Denied: []extensions.DeniedCoordinate{{Coordinate: "Mutation.x", Denial: extensions.Denial{Code: "X", Message: "x"}}}}, nil
			}
		}, "does not touch"},
		"decisions depend on the weather": {func(k *apiKey) {
			k.authorize = func(extensions.Token, extensions.Operation) (extensions.Decision, error) {
				if turn.Add(1)%3 == 0 {
					return extensions.Decision{}, extensions.Forbidden("it rains")
				}
				return extensions.Decision{}, nil
			}
		}, "different answers"},
		"a decision beside an error": {func(k *apiKey) {
			k.authorize = func(extensions.Token, extensions.Operation) (extensions.Decision, error) {
				return extensions.Decision{RequiredScopes: []string{"a"}}, extensions.Forbidden("no")
			}
		}, "beside the error"},
		"a hop-by-hop header": {func(k *apiKey) {
			k.authorize = func(extensions.Token, extensions.Operation) (extensions.Decision, error) {
				return extensions.Decision{SubgraphHeaders: http.Header{"Transfer-Encoding": {"chunked"}}}, nil
			}
		}, "hop-by-hop"},
		"a directive is named and not enforced": {func(k *apiKey) {
			k.authorize = func(extensions.Token, extensions.Operation) (extensions.Decision, error) {
				return extensions.Decision{}, nil
			}
		}, "let a caller through"},
		"a directive with an at sign":  {func(k *apiKey) { k.directives = []string{"@key"} }, "canonical"},
		"no directive at all":          {func(k *apiKey) { k.directives = nil }, "is empty"},
		"metadata at a relative path":  {func(k *apiKey) { k.metadata = []extensions.PublicMetadata{{Path: "x"}} }, "absolute path"},
		"metadata without a body":      {func(k *apiKey) { k.metadata = []extensions.PublicMetadata{{Path: "/x"}} }, "Content-Type or a body"},
		"the operation is overwritten": {func(k *apiKey) { k.authorize = overwrite }, "was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			open := func(ctx context.Context, env extensions.Env) (extensions.Extension, error) {
				ext, err := openKey(ctx, env)
				tt.breakIt(ext.(*apiKey))
				return ext, err
			}
			var found []string
			for _, c := range checks() {
				ext, err := open(t.Context(), keySubject.env())
				if err != nil {
					t.Fatal(err)
				}
				if err := c.run(t.Context(), target{Subject: keySubject, open: open, ext: ext}); err != nil {
					found = append(found, c.name+": "+err.Error())
				}
			}
			if !strings.Contains(strings.Join(found, "\n"), tt.want) {
				t.Errorf("got findings %q, want one with %q", found, tt.want)
			}
		})
	}
}

func overwrite(_ extensions.Token, op extensions.Operation) (extensions.Decision, error) {
	if len(op.Protected) > 0 && op.Protected[0].Coordinate == "" {
		op.Protected[0].Coordinate = "Query.mine"
	}
	return extensions.Decision{}, nil
}

func TestTheSuiteFindsFaultsOfOpening(t *testing.T) {
	useless := func(context.Context, extensions.Env) (extensions.Extension, error) { return 1, nil }
	for name, c := range map[string]func(context.Context, target) error{
		"no capability":           hasCapability,
		"configuration not read":  refusesUnknownKeys,
		"credentials not offered": func(ctx context.Context, tg target) error { tg.ext = &apiKey{}; return acceptsCredentials(ctx, tg) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := c(t.Context(), target{open: useless, ext: 1}); err == nil {
				t.Error("no finding")
			}
		})
	}
}
