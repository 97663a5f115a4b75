package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/exec"
)

// guardian authenticates the requests for one protected resource.
type guardian struct {
	resource       extensions.Resource
	authenticators []authenticator // in the configured order
	anonymous      bool            // requests that nobody authenticates come in as anonymous
	challenge      extensions.Challenge
	codes          errorCodes
	observe        *observer
	log            *slog.Logger
}

type authenticator struct {
	id string
	extensions.Authenticator
}

// newGuardian builds the guardian of a resource. With authenticators and no default, requests without credentials are refused.
func newGuardian(cfg *config.Config, o *opened, resource extensions.Resource, observe *observer, log *slog.Logger) *guardian {
	settings := cfg.Resource(resource.Name)
	ids := settings.Extensions
	if ids == nil {
		ids = o.authenticators()
	}
	g := &guardian{resource: resource, codes: cfg.Graph.ErrorCodeMapping, observe: observe, log: log}
	for _, id := range ids {
		if a, ok := o.byID[id].(extensions.Authenticator); ok {
			g.authenticators = append(g.authenticators, authenticator{id, a})
		}
	}
	g.anonymous = settings.Default == config.DefaultAnonymous || settings.Default == "" && len(g.authenticators) == 0
	// The challenge points to the metadata only where some extension publishes them there.
	if u, err := url.Parse(resource.MetadataURL()); err == nil && len(g.authenticators) > 0 {
		if _, published := o.metadata[u.Path]; published {
			g.challenge.ResourceMetadata = resource.MetadataURL()
		}
	}
	return g
}

// callerKey is the context key of a request's token.
type callerKey struct{}

// callerFrom returns the identity that the guardian found; a context without one is nobody's.
func callerFrom(ctx context.Context) extensions.Token {
	tok, _ := ctx.Value(callerKey{}).(extensions.Token)
	return tok
}

// wrap authenticates before anything else of the request is looked at. Preflight requests, which carry no credentials, pass: they
// reach nothing.
func (g *guardian) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tok, refusal := g.authenticate(r)
		g.observe.authentication(g.resource.Name, tok, refusal)
		if refusal != nil {
			g.refuse(w, r, refusal)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, tok)))
	})
}

// authenticate asks the extensions in order; the first token wins. When none gives one, the refusal of the first extension that saw
// credentials counts, since it knows what is wrong with them.
func (g *guardian) authenticate(r *http.Request) (extensions.Token, *extensions.Error) {
	if r.URL.Query().Has("access_token") {
		return extensions.Token{}, extensions.InvalidRequest("a token in the query string is never accepted; send it in the Authorization header")
	}
	var refusal *extensions.Error
	for _, a := range g.authenticators {
		tok, err := a.Authenticate(r.Context(), extensions.Request{Method: r.Method, Path: r.URL.Path, Header: r.Header, Resource: g.resource})
		if err == nil {
			return tok, nil
		}
		e := extensions.AsError(err)
		if refusal == nil || refusal.Code == extensions.CodeUnauthenticated && e.Code != extensions.CodeUnauthenticated {
			refusal = e
		}
	}
	if g.anonymous && (refusal == nil || refusal.Code == extensions.CodeUnauthenticated) {
		return extensions.Anonymous(""), nil
	}
	if refusal == nil {
		refusal = extensions.Unauthenticated()
	}
	return extensions.Token{}, refusal
}

// refuse answers with the refusal's status, challenges and public text.
func (g *guardian) refuse(w http.ResponseWriter, r *http.Request, e *extensions.Error) {
	if e.Status >= http.StatusInternalServerError {
		g.log.ErrorContext(r.Context(), "authentication failed", slog.String("resource", g.resource.Name), slog.Any("error", e))
	}
	writeRefusal(w, e.Complete(g.challenge), g.codes)
}

// writeRefusal writes an extension's error as a GraphQL error, which MCP clients read as well as any other body.
func writeRefusal(w http.ResponseWriter, e *extensions.Error, codes errorCodes) {
	e.SetHeaders(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, e.Status, codes.rename(appendRefusal(nil, e)))
}

func appendRefusal(dst []byte, e *extensions.Error) []byte {
	dst = append(dst, `{"errors":[{"message":`...)
	dst = exec.AppendString(dst, e.Message)
	dst = append(dst, `,"extensions":{"code":`...)
	dst = exec.AppendString(dst, e.Code)
	return append(dst, "}}]}"...)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
