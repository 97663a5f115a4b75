package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// view is one supergraph ready to be served: the whole graph, or the part of it that a contract leaves.
type view struct {
	cfg       *config.Config
	contract  string // its key; "" for the main view
	schema    *schema.Schema
	send      fetcher
	headers   []headerRules          // by subgraph
	protected []extensions.Protected // of the whole schema
	open      *introspection.Schema  // answers introspection; nil: it is not answered
	answered  introspection.Options  // of open
	searcher  *searcher              // nil without search introspection
	engines   map[config.OperationLimits]*graph.Engine

	mu            sync.Mutex
	introspection *recent[func() *introspection.Schema] // by what is hidden; they build at the first call
}

// maxIntrospections bounds the introspection answers kept for callers with different rights.
const maxIntrospections = 64

func newView(cfg *config.Config, s *schema.Schema, send fetcher, headers []headerRules) *view {
	v := &view{
		cfg: cfg, schema: s, send: send, headers: headers, protected: protectedOf(operation.AllProtected(s)),
		engines: map[config.OperationLimits]*graph.Engine{}, introspection: newRecent[func() *introspection.Schema](maxIntrospections),
	}
	v.openIntrospection()
	return v
}

// engine returns the engine with the limits, which endpoints with the same ones share. It is called while the snapshot is built.
func (v *view) engine(limits config.OperationLimits) *graph.Engine {
	e := v.engines[limits]
	if e == nil {
		e = graph.New(v.schema, v.engineConfig(limits))
		v.engines[limits] = e
	}
	return e
}

func (v *view) engineConfig(limits config.OperationLimits) graph.Config {
	cfg := v.cfg
	c := graph.Config{
		Fetcher: v.send,
		Parse:   operation.ParseLimits{Bytes: int(cfg.ExecutableDocumentLimit), Tokens: limits.Tokens},
		Limits: operation.Limits{
			Depth: limits.Depth, Height: limits.Height, Aliases: limits.Aliases, RootFields: limits.RootFields,
			Complexity: limits.Complexity, Directives: limits.Directives, IntrospectionDepth: limits.IntrospectionDepth, Tokens: limits.Tokens,
		},
		Exec: exec.Options{
			ErrorMode:          map[string]exec.ErrorMode{config.ErrorsPropagate: exec.Propagate, config.ErrorsWrap: exec.Wrap}[cfg.Graph.SubgraphErrors],
			ErrorExtensions:    []string{"code"},
			MaxRepresentations: limits.Representations, MaxResponseBytes: int(limits.ResponseSize),
		},
		Cost: graph.CostControl{
			Measure: cfg.ComplexityControl.Mode != "", Limit: costLimit(cfg), ListSize: cfg.ComplexityControl.ListSize,
		},
		Batch:         func(sg schema.SubgraphID) bool { return cfg.Subgraph(v.schema.Subgraphs[sg].Name).Batching },
		Introspection: v.open,
	}
	if cfg.OperationCaching.Enabled {
		c.DocumentCacheBytes, c.PlanCacheBytes = int64(cfg.OperationCaching.Size)/2, int64(cfg.OperationCaching.Size)/2
	} else {
		c.DocumentCacheBytes, c.PlanCacheBytes = 1, 1 // nothing fits
	}
	return c
}

// headersFor returns what a client's headers become for each subgraph, with what the authorizers add.
func (v *view) headersFor(client, extra http.Header) func(schema.SubgraphID) http.Header {
	return func(sg schema.SubgraphID) http.Header {
		out := v.headers[sg].apply(client)
		for name, values := range extra {
			if slices.Contains(neverSent, name) {
				continue
			}
			if out == nil {
				out = http.Header{}
			}
			out[name] = values
		}
		return out
	}
}

// introspectionFor returns the introspection of a caller to whom some elements are hidden.
func (v *view) introspectionFor(hidden *graph.Denied) *introspection.Schema {
	if v.open == nil || hidden == nil {
		return nil // the engine's own
	}
	v.mu.Lock()
	build := v.introspection.get(hidden.Key(), func() func() *introspection.Schema {
		opts := v.answered
		opts.Hidden = hidden.Hides
		return sync.OnceValue(func() *introspection.Schema { return introspection.New(v.schema.API, opts) })
	})
	v.mu.Unlock()
	return build() // which takes a while for a large schema: only those who see the same wait for it
}

// hiddenFrom asks the authorizers what of the schema the caller may not know of. When they fail, everything protected is hidden.
func (v *view) hiddenFrom(ctx context.Context, authorizers []authorizer, tok extensions.Token, log *slog.Logger) *graph.Denied {
	if len(v.protected) == 0 {
		return nil
	}
	d, err := authorize(ctx, authorizers, tok, extensions.Operation{Kind: extensions.KindSchema, Protected: v.protected})
	denied := map[string]*plan.FieldError{}
	switch {
	case err != nil:
		log.ErrorContext(ctx, "authorization of the schema failed", slog.Any("error", err))
		fallthrough
	case d.DenyAll != nil:
		for _, p := range v.protected {
			denied[p.Coordinate] = hiddenError
		}
	default:
		for _, x := range d.Denied {
			denied[x.Coordinate] = hiddenError
		}
	}
	return graph.NewDenied(v.schema, denied)
}

var hiddenError = &plan.FieldError{Code: extensions.CodeForbidden, Message: "not visible"}

func protectedOf(list []operation.ProtectedCoordinate) []extensions.Protected {
	out := make([]extensions.Protected, len(list))
	for i, p := range list {
		out[i] = extensions.Protected{Coordinate: p.Coordinate, Directive: p.Directive, Requirement: p.Requirement}
	}
	return out
}
