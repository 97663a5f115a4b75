package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/trusted"
	"github.com/sluice-gateway/sluice/mcp"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// snapshot is everything built from one configuration and one schema. It is immutable; requests hold it while they run, and the last one
// to leave a retired snapshot closes it.
type snapshot struct {
	cfg        *config.Config
	supergraph string
	view       *view
	extensions *opened
	limits     *rateLimits
	handler    http.Handler
	tools      *mcp.Server // of the main MCP endpoint; nil when MCP is off
	log        *slog.Logger

	users atomic.Int64 // requests in flight, plus one until it is retired
}

// builder holds what snapshots share.
type builder struct {
	version string
	log     *slog.Logger
	observe *observer

	candidates *candidates // nil: not collected
	toolsOnly  bool        // no GraphQL endpoint
}

// build makes a snapshot from a configuration and a supergraph. Nothing is left open when it fails.
func (b *builder) build(ctx context.Context, cfg *config.Config, sdl string) (_ *snapshot, err error) {
	s := &snapshot{cfg: cfg, supergraph: sdl, log: b.log}
	s.users.Store(1)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.view, err = newView(cfg, sdl, cfg.OperationLimits); err != nil {
		return nil, err
	}
	store, err := loadDocuments(cfg, s.view)
	if err != nil {
		return nil, err
	}
	if s.extensions, err = openExtensions(ctx, cfg, s.view.protected, b.log); err != nil {
		return nil, err
	}
	if s.limits, err = newRateLimits(cfg, b.log); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	if !b.toolsOnly {
		b.mountGraphQL(mux, s, store)
	}
	if err := b.mountMCP(mux, s, store); err != nil {
		return nil, err
	}
	if err := b.mountMetadata(mux, s); err != nil {
		return nil, err
	}
	s.handler = s.limits.wrapGlobal(mux)
	if cfg.Network.Compression {
		s.handler = compress(s.handler)
	}
	return s, nil
}

// pipelineFor makes the pipeline of one resource.
func (b *builder) pipelineFor(s *snapshot, store *trusted.Store, name string) *pipeline {
	return &pipeline{
		view: s.view, authorizers: s.extensions.authorizers, documents: newDocuments(s.cfg, store, b.log),
		timeout: s.cfg.Gateway.Timeout, reject: s.cfg.Authorization.DeniedFields == config.DeniedReject,
		variables: int(s.cfg.OperationLimits.VariablesSize), limits: s.cfg.OperationLimits,
		costLimit: costLimit(s.cfg),
		challenge: newGuardian(s.cfg, s.extensions, resourcesOf(s.cfg)[name], b.log).challenge,
		observe:   b.observe, candidates: b.candidates, log: b.log,
	}
}

func costLimit(cfg *config.Config) int {
	if cfg.ComplexityControl.Mode == config.ComplexityEnforce {
		return cfg.ComplexityControl.Limit
	}
	return 0
}

func (b *builder) mountGraphQL(mux *http.ServeMux, s *snapshot, store *trusted.Store) {
	cfg := s.cfg
	h := &graphqlHandler{
		pipeline:  b.pipelineFor(s, store, config.GraphQLResource),
		bodyLimit: int64(cfg.RequestBodyLimit), batch: cfg.Gateway.Batching, csrf: cfg.CSRF,
	}
	if cfg.Graph.Introspection {
		h.graphiql = graphiQL()
	}
	g := newGuardian(cfg, s.extensions, resourcesOf(cfg)[config.GraphQLResource], b.log)
	mux.Handle(cfg.Graph.Path, cors(cfg.CORS, g.wrap(s.limits.wrapCaller(h))))
	if cfg.Graph.Introspection {
		mux.Handle(graphiQLAssets, graphiQL())
	}
}

func (b *builder) mountMCP(mux *http.ServeMux, s *snapshot, store *trusted.Store) error {
	endpoints := s.cfg.MCPEndpoints()
	if len(endpoints) == 0 {
		return nil
	}
	var docs []search.Document
	for _, d := range store.All() {
		docs = append(docs, search.Document{
			Name: or(d.Name, d.ID), Title: d.Title, Description: d.Description, Body: d.Text,
			Call: fmt.Sprintf(`execute({"document_id":%q})`, d.ID),
		})
	}
	index := search.Build(s.view.schema.API, search.BuildOptions{Documents: docs})
	var errs []error
	for _, e := range endpoints {
		p := b.pipelineFor(s, store, e.Name)
		p.stepUp = e.StepUp == config.StepUpHTTP
		server, err := newMCP(s.cfg, e, p, index, store, b.version, b.log)
		if err != nil {
			errs = append(errs, fmt.Errorf("mcp endpoint %q: %w", e.Name, err))
			continue
		}
		if e.Name == config.MainEndpoint {
			s.tools = server
		}
		g := newGuardian(s.cfg, s.extensions, resourcesOf(s.cfg)[e.Name], b.log)
		mux.Handle(e.Path, server.Handler(g.wrap, s.limits.wrapCaller))
	}
	return errors.Join(errs...)
}

// mountMetadata serves the extensions' public documents, to everyone and every origin.
func (b *builder) mountMetadata(mux *http.ServeMux, s *snapshot) (err error) {
	defer func() { // the mux panics on a path that is taken
		if r := recover(); r != nil {
			err = fmt.Errorf("an extension publishes a document at a path that is taken: %v", r)
		}
	}()
	for path, d := range s.extensions.metadata {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			switch r.Method {
			case http.MethodOptions:
				w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
				w.Header().Set("Access-Control-Allow-Headers", "*")
				w.WriteHeader(http.StatusNoContent)
				return
			case http.MethodGet, http.MethodHead:
			default:
				w.Header().Set("Allow", "GET, HEAD, OPTIONS")
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			for name, values := range d.Header {
				w.Header()[name] = values
			}
			w.WriteHeader(http.StatusOK)
			if r.Method == http.MethodGet {
				_, _ = w.Write(d.Body)
			}
		})
	}
	return nil
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Host
}

// enter counts a request in; it reports false when the snapshot is closed already.
func (s *snapshot) enter() bool {
	for {
		n := s.users.Load()
		if n == 0 {
			return false
		}
		if s.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// leave counts a request out, or retires the snapshot; the last one closes it.
func (s *snapshot) leave() {
	if s.users.Add(-1) == 0 {
		s.close()
	}
}

func (s *snapshot) close() {
	if s.extensions != nil {
		s.extensions.close(s.log)
	}
	if s.view != nil {
		s.view.close()
	}
	if s.limits != nil {
		s.limits.close()
	}
}
