package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/mcp"
)

// observer is told what happened, for logs, metrics and traces. It never sees values, tokens or bodies.
type observer struct {
	metrics *metrics
	tracing *tracing // nil: off
	log     *slog.Logger
}

// observation is one operation on its way. Exactly one of its methods is called, once.
type observation struct {
	*observer
	start time.Time
	span  span
}

// begin is called where an operation enters the pipeline.
func (o *observer) begin(ctx context.Context) (context.Context, *observation) {
	ctx, sp := o.tracing.operation(ctx)
	return ctx, &observation{observer: o, start: time.Now(), span: sp}
}

// refused is told of an operation that did not run; op is nil where it could not be prepared.
func (o *observation) refused(ctx context.Context, op *ready, no *refused) {
	for _, e := range no.errs {
		if e.Failure == operation.FailureLimit {
			o.metrics.limit(or(e.Name, string(e.Code)))
		}
	}
	o.end(ctx, op, no.code())
}

// finished is told of an operation's result.
func (o *observation) finished(ctx context.Context, op *ready, res *exec.Result, s *schema.Schema) {
	outcome := "ok"
	switch {
	case !res.HasData:
		outcome = "no_data"
	case res.Errors > 0:
		outcome = "partial"
	}
	o.end(ctx, op, outcome)
	o.fetches(ctx, s, res.Fetches)
}

// streamed is told of a subscription's end.
func (o *observation) streamed(ctx context.Context, op *ready) { o.end(ctx, op, "ok") }

func (o *observation) end(ctx context.Context, op *ready, outcome string) {
	kind, name, document, took := "unknown", "", "", time.Since(o.start)
	if op != nil {
		kind, name, document = op.Operation.Kind.String(), op.Operation.Name, op.document.id
	}
	o.metrics.operation(kind, outcome, took)
	o.span.endOperation(kind, name, outcome)
	if o.log.Enabled(ctx, slog.LevelDebug) {
		o.log.LogAttrs(ctx, slog.LevelDebug, "operation", slog.String("operation_kind", kind), slog.String("operation_name", loggable(name)),
			slog.String("document_id", loggable(document)), slog.String("outcome", outcome), slog.Float64("duration_ms", milliseconds(took)))
	}
}

// prepared is told whether an operation's text was known already.
func (o *observer) prepared(cached bool) {
	if cached {
		o.metrics.documentHits.Inc()
		return
	}
	o.metrics.documentMisses.Inc()
}

// fetches is told of the requests to subgraphs that an operation made.
func (o *observer) fetches(ctx context.Context, s *schema.Schema, stats []exec.FetchStat) {
	for i := range stats {
		f := &stats[i]
		name := s.Subgraphs[f.Subgraph].Name
		o.metrics.fetch(name, f.Code, f.Duration)
		if f.Err != nil {
			o.log.LogAttrs(ctx, slog.LevelWarn, "subgraph request failed", slog.String("subgraph", name), slog.String("code", f.Code),
				slog.Int("status", f.Status), slog.Any("error", f.Err))
		}
	}
}

// tool is told of every finished MCP tool call.
func (o *observer) tool(ctx context.Context, c mcp.CallStats) {
	o.metrics.tool(c)
	o.tracing.tool(ctx, c)
}

// authentication is told who came in at a resource, or why not.
func (o *observer) authentication(resource string, tok extensions.Token, refusal *extensions.Error) {
	outcome := "anonymous"
	switch {
	case refusal != nil:
		outcome = strings.ToLower(refusal.Code)
	case tok.Authenticated():
		outcome = "ok"
	}
	o.metrics.authentications.WithLabelValues(resource, outcome).Inc()
}

// request is told of every HTTP request when it has been answered.
func (o *observer) request(r *http.Request, resource string, status int, took time.Duration, access bool) {
	o.metrics.request(resource, status, took)
	if access {
		o.log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", methodName(r.Method)), slog.String("resource", resource),
			slog.Int("status", status), slog.Float64("duration_ms", milliseconds(took)), slog.String("trace_id", traceID(r.Context())))
	}
}

// methodName is a method that HTTP knows, so that no client writes words of its own into logs.
func methodName(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
