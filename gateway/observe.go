package gateway

import (
	"context"
	"log/slog"
	"time"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/mcp"
)

// observer is told what happened, for logs and metrics. It never sees values, tokens or bodies.
type observer struct {
	metrics *metrics
	log     *slog.Logger
}

// operation is told of every operation once: as refused, or with its result.
func (o *observer) operation(ctx context.Context, op *ready, res *exec.Result, no *refused, took time.Duration) {
	kind, name := "unknown", ""
	if op != nil {
		kind, name = op.Operation.Kind.String(), op.Operation.Name
	}
	outcome := "ok"
	switch {
	case no != nil:
		outcome = no.code()
	case !res.HasData:
		outcome = "no_data"
	case res.Errors > 0:
		outcome = "partial"
	}
	o.metrics.operation(kind, outcome, took)
	o.log.DebugContext(ctx, "operation", "operation_kind", kind, "operation_name", name, "outcome", outcome, "duration_ms", took.Milliseconds())
}

// fetches is told of the requests to subgraphs that an operation made.
func (o *observer) fetches(ctx context.Context, s *schema.Schema, stats []exec.FetchStat) {
	for i := range stats {
		f := &stats[i]
		name := s.Subgraphs[f.Subgraph].Name
		o.metrics.fetch(name, f.Code, f.Duration)
		if f.Err != nil {
			o.log.WarnContext(ctx, "subgraph request failed", "subgraph", name, "code", f.Code, "status", f.Status, "error", f.Err)
		}
	}
}

// tool is told of every finished MCP tool call.
func (o *observer) tool(_ context.Context, c mcp.CallStats) {
	o.metrics.tool(c.Tool, c.IsError, c.Cut, c.Duration)
}
