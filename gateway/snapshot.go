package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/sluice-gateway/sluice/extensions"
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
	graphs     *graphs
	extensions *opened
	resources  map[string]extensions.Resource // by name
	names      map[string]string              // of the resources, by path
	limits     *rateLimits
	handler    http.Handler
	tools      *mcp.Server // of the main MCP endpoint; nil when MCP is off
	log        *slog.Logger

	retired chan struct{} // closed when a successor serves or the gateway stops: streams end then
	ended   sync.Once     // closes retired
	users   atomic.Int64  // requests in flight, plus one until it is retired
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
	s := &snapshot{cfg: cfg, supergraph: sdl, log: b.log, retired: make(chan struct{}), resources: resourcesOf(cfg), names: map[string]string{}}
	for name, r := range s.resources {
		s.names[r.Path] = name
	}
	s.users.Store(1)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.graphs, err = openGraphs(cfg, sdl, b.observe); err != nil {
		return nil, err
	}
	store, err := loadDocuments(cfg, s.graphs.main)
	if err != nil {
		return nil, err
	}
	if s.extensions, err = openExtensions(ctx, cfg, s.graphs.main.protected, b.log); err != nil {
		return nil, err
	}
	for _, rules := range s.graphs.main.headers { // other views have the same
		rules.reserve(reservedHeaders(cfg, s.extensions))
	}
	if s.limits, err = newRateLimits(cfg, b.observe, b.log); err != nil {
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

// guardianFor makes the guardian of a resource.
func (b *builder) guardianFor(s *snapshot, name string) *guardian {
	return newGuardian(s.cfg, s.extensions, s.resources[name], b.observe, b.log)
}

// pipelineFor makes the pipeline of one resource.
func (b *builder) pipelineFor(s *snapshot, v *view, store *trusted.Store, limits config.OperationLimits, g *guardian) *pipeline {
	return &pipeline{
		view: v, engine: v.engine(limits), authorizers: s.extensions.authorizers, documents: newDocuments(s.cfg, store, b.log),
		timeout: s.cfg.Gateway.Timeout, reject: s.cfg.Authorization.DeniedFields == config.DeniedReject,
		variables: int(limits.VariablesSize), limits: limits, costLimit: costLimit(s.cfg), codes: s.cfg.Graph.ErrorCodeMapping,
		challenge: g.challenge, observe: b.observe, candidates: b.candidates, log: b.log, retired: s.retired,
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
	g := b.guardianFor(s, config.GraphQLResource)
	h := &graphqlHandler{
		pipeline:  b.pipelineFor(s, s.graphs.main, store, cfg.OperationLimits, g),
		bodyLimit: int64(cfg.RequestBodyLimit), batch: cfg.Gateway.Batching, csrf: cfg.CSRF,
	}
	served := g.wrap(s.limits.wrapCaller(h))
	if cfg.Graph.Introspection {
		page := graphiQL()
		served = withPage(page, served)
		mux.Handle(graphiQLAssets, page)
	}
	mux.Handle(cfg.Graph.Path, hostGuard(cfg, cors(cfg.CORS, served)))
}

// mountMCP serves every MCP endpoint: each with its part of the graph, its documents and its limits.
func (b *builder) mountMCP(mux *http.ServeMux, s *snapshot, general *trusted.Store) error {
	indexes := map[indexKey]*search.Index{}
	var errs []error
	for _, e := range s.cfg.MCPEndpoints() {
		server, g, err := b.newEndpoint(s, e, general, indexes)
		if err != nil {
			errs = append(errs, fmt.Errorf("mcp endpoint %q: %w", e.Name, err))
			continue
		}
		if e.Name == config.MainEndpoint {
			s.tools = server
		}
		mux.Handle(e.Path, server.Handler(g.wrap, s.limits.wrapCaller))
	}
	s.graphs.indexForSearch(indexes)
	return errors.Join(errs...)
}

// indexKey says what a search index is made of.
type indexKey struct {
	view  *view
	store *trusted.Store
	mark  bool
}

// newEndpoint makes the server of one MCP endpoint. Endpoints that show the same share an index.
func (b *builder) newEndpoint(s *snapshot, e config.MCPEndpoint, general *trusted.Store, indexes map[indexKey]*search.Index) (*mcp.Server, *guardian, error) {
	v, err := s.graphs.view(e.Contract)
	if err != nil {
		return nil, nil, fmt.Errorf("contract: %w", err)
	}
	store, err := endpointDocuments(s.cfg, e, v, general)
	if err != nil {
		return nil, nil, err
	}
	key := indexKey{v, store, e.HiddenFields == config.FieldsMark}
	if indexes[key] == nil {
		api := v.schema.API
		if key.mark {
			api = marked(api, v.protected)
		}
		indexes[key] = search.Build(api, search.BuildOptions{Documents: searchDocuments(store)})
	}
	g := b.guardianFor(s, e.Name)
	p := b.pipelineFor(s, v, store, e.OperationLimits, g)
	p.stepUp = e.StepUp == config.StepUpHTTP
	server, err := newMCP(s.cfg, e, p, indexes[key], store, b.version, b.log)
	return server, g, err
}

func searchDocuments(store *trusted.Store) []search.Document {
	var docs []search.Document
	for _, d := range store.All() {
		docs = append(docs, search.Document{
			Name: or(d.Name, d.ID), Title: d.Title, Description: d.Description, Body: d.Text,
			Call: fmt.Sprintf(`execute({"document_id":%q})`, d.ID),
		})
	}
	return docs
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
			maps.Copy(w.Header(), d.Header)
			w.WriteHeader(http.StatusOK)
			if r.Method == http.MethodGet {
				_, _ = w.Write(d.Body)
			}
		})
	}
	return nil
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

// leave counts a request out; the last one closes the snapshot.
func (s *snapshot) leave() {
	if s.users.Add(-1) == 0 {
		s.close()
	}
}

// retire lets the snapshot go: what streams ends, and the last request to leave closes it.
func (s *snapshot) retire() {
	s.endStreams()
	s.leave()
}

func (s *snapshot) endStreams() { s.ended.Do(func() { close(s.retired) }) }

func (s *snapshot) close() {
	if s.extensions != nil {
		s.extensions.close(s.log)
	}
	if s.graphs != nil {
		s.graphs.close()
	}
	if s.limits != nil {
		s.limits.close()
	}
}
