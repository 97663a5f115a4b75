package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/graph/subgraph"
	"github.com/sluice-gateway/sluice/mcp"
)

// tracing makes the spans of a process: the HTTP request, the operation, each request to a subgraph, each MCP tool. Names and attributes
// are those of the configuration and the schema, never values, headers or bodies. The nil tracing does nothing.
type tracing struct {
	provider   *sdktrace.TracerProvider
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
}

// span is a trace.Span, or none.
type span struct{ trace.Span }

// newTracing starts exporting traces, or returns nil where nothing is to be exported.
func newTracing(ctx context.Context, cfg config.Telemetry, version string, log *slog.Logger) (*tracing, error) {
	to := exportersOf(cfg, cfg.Tracing.Exporters)
	if !to.OTLP.Enabled && !to.Stdout.Enabled {
		return nil, nil
	}
	c := cfg.Tracing.Collect
	sampler := sdktrace.TraceIDRatioBased(cfg.Tracing.Sampling)
	if cfg.Tracing.ParentBasedSampler {
		sampler = sdktrace.ParentBased(sampler)
	}
	opts := []sdktrace.TracerProviderOption{
		sdktrace.WithSampler(sampler),
		sdktrace.WithResource(telemetryResource(cfg, version)),
		sdktrace.WithRawSpanLimits(sdktrace.SpanLimits{
			AttributeValueLengthLimit: 256, AttributeCountLimit: c.MaxAttributesPerSpan, EventCountLimit: c.MaxEventsPerSpan, LinkCountLimit: c.MaxLinksPerSpan,
			AttributePerEventCountLimit: c.MaxAttributesPerEvent, AttributePerLinkCountLimit: c.MaxAttributesPerLink,
		}),
	}
	if to.Stdout.Enabled {
		opts = append(opts, sdktrace.WithSyncer(&logExporter{log}))
	}
	if to.OTLP.Enabled {
		exporter, err := otlptracehttp.New(ctx,
			otlptracehttp.WithEndpointURL(signalURL(to.OTLP.Endpoint, "traces")), otlptracehttp.WithTimeout(to.OTLP.Timeout),
			otlptracehttp.WithHeaders(revealed(to.OTLP.HTTP.Headers)),
		)
		if err != nil {
			return nil, fmt.Errorf("telemetry: %w", err)
		}
		b := to.OTLP.BatchExport
		opts = append(opts, sdktrace.WithBatcher(&tellingExporter{exporter, log}, sdktrace.WithBatchTimeout(b.ScheduledDelay),
			sdktrace.WithMaxQueueSize(b.MaxQueueSize), sdktrace.WithMaxExportBatchSize(b.MaxExportBatchSize), sdktrace.WithExportTimeout(to.OTLP.Timeout)))
	}
	var carried []propagation.TextMapPropagator
	if cfg.Tracing.Propagation.TraceContext {
		carried = append(carried, propagation.TraceContext{})
	}
	if cfg.Tracing.Propagation.Baggage {
		carried = append(carried, propagation.Baggage{})
	}
	provider := sdktrace.NewTracerProvider(opts...)
	return &tracing{provider, provider.Tracer("sluice"), propagation.NewCompositeTextMapPropagator(carried...)}, nil
}

func telemetryResource(cfg config.Telemetry, version string) *resource.Resource {
	attrs := []attribute.KeyValue{attribute.String("service.name", cfg.ServiceName), attribute.String("service.version", version)}
	for name, value := range cfg.ResourceAttributes {
		attrs = append(attrs, attribute.String(name, value))
	}
	return resource.NewSchemaless(attrs...)
}

// exportersOf returns a signal's own exporters, or the general ones.
func exportersOf(cfg config.Telemetry, own *config.Exporters) config.Exporters {
	if own != nil {
		return *own
	}
	return cfg.Exporters
}

// signalURL is where a signal goes: below the collector's address, unless that names the signal already.
func signalURL(endpoint, signal string) string {
	if strings.HasSuffix(endpoint, "/v1/"+signal) {
		return endpoint
	}
	return strings.TrimSuffix(endpoint, "/") + "/v1/" + signal
}

func revealed(headers map[string]config.Secret) map[string]string {
	out := map[string]string{}
	for name, value := range headers {
		out[name] = value.Reveal()
	}
	return out
}

// close sends what waits.
func (t *tracing) close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx) //nolint:wrapcheck // it says what could not be sent
}

// request starts the span of an HTTP request, below the caller's.
func (t *tracing) request(r *http.Request, resource string) (*http.Request, span) {
	if t == nil {
		return r, span{}
	}
	ctx := t.propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	method := methodName(r.Method)
	ctx, sp := t.tracer.Start(ctx, method+" "+resource, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", method), attribute.String("sluice.resource", resource)))
	return r.WithContext(ctx), span{sp}
}

func (s span) endRequest(status int) {
	if s.Span == nil {
		return
	}
	s.SetAttributes(attribute.Int("http.response.status_code", status))
	if status >= http.StatusInternalServerError {
		s.SetStatus(codes.Error, "")
	}
	s.End()
}

// operation starts the span of an operation.
func (t *tracing) operation(ctx context.Context) (context.Context, span) {
	if t == nil {
		return ctx, span{}
	}
	ctx, sp := t.tracer.Start(ctx, "graphql operation")
	return ctx, span{sp}
}

func (s span) endOperation(kind, name, outcome string) {
	if s.Span == nil {
		return
	}
	s.SetName("graphql " + kind)
	s.SetAttributes(attribute.String("graphql.operation.type", kind), attribute.String("graphql.operation.name", loggable(name)),
		attribute.String("sluice.outcome", outcome))
	if outcome != "ok" && outcome != "partial" {
		s.SetStatus(codes.Error, outcome)
	}
	s.End()
}

// callContext puts the operation of an MCP call below the span that its _meta names, when HTTP carried no trace (MCP, W3C trace context in _meta).
func (o *observer) callContext(ctx context.Context, h http.Header) context.Context {
	t := o.tracing
	if t == nil {
		return ctx
	}
	caller := trace.SpanContextFromContext(t.propagator.Extract(context.Background(), propagation.HeaderCarrier(h)))
	if !caller.IsValid() || caller.TraceID() == trace.SpanContextFromContext(ctx).TraceID() {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, caller)
}

// tool records the span of a finished tool call.
func (t *tracing) tool(ctx context.Context, c mcp.CallStats) {
	if t == nil {
		return
	}
	end := time.Now()
	_, sp := t.tracer.Start(ctx, "tools/call "+c.Tool, trace.WithTimestamp(end.Add(-c.Duration)), trace.WithAttributes(
		attribute.String("mcp.tool.name", c.Tool), attribute.Bool("mcp.tool.truncated", c.Cut), attribute.Int("mcp.tool.tokens", c.Tokens)))
	if c.IsError {
		sp.SetStatus(codes.Error, "")
	}
	sp.End(trace.WithTimestamp(end))
}

// traceID is the id of the trace that a request belongs to, or "".
func traceID(ctx context.Context) string {
	if sc := trace.SpanContextFromContext(ctx); sc.IsSampled() {
		return sc.TraceID().String()
	}
	return ""
}

// tracedFetcher makes a span of each request to a subgraph and tells it the trace.
type tracedFetcher struct {
	fetcher
	*tracing
	schema *schema.Schema
}

// traced wraps a fetcher where traces are exported.
func (o *observer) traced(s *schema.Schema, next fetcher) fetcher {
	if o.tracing == nil {
		return next
	}
	return &tracedFetcher{next, o.tracing, s}
}

// Fetch implements exec.Fetcher.
func (f *tracedFetcher) Fetch(ctx context.Context, req *exec.Request) (*exec.Response, error) {
	ctx, req, sp := f.begin(ctx, req)
	defer sp.End()
	res, err := f.fetcher.Fetch(ctx, req)
	if err != nil {
		sp.SetStatus(codes.Error, "")
		return nil, err //nolint:wrapcheck // an *exec.FetchError
	}
	sp.SetAttributes(attribute.Int("http.response.status_code", res.Status))
	return res, nil
}

// Subscribe implements graph.Subscriber. Its span is that of opening the stream.
func (f *tracedFetcher) Subscribe(ctx context.Context, req *exec.Request) (subgraph.Events, error) {
	inner, req, sp := f.begin(ctx, req)
	defer sp.End()
	events, err := f.fetcher.Subscribe(inner, req)
	if err != nil {
		sp.SetStatus(codes.Error, "")
	}
	return events, err //nolint:wrapcheck // an *exec.FetchError
}

func (f *tracedFetcher) begin(ctx context.Context, req *exec.Request) (context.Context, *exec.Request, trace.Span) {
	name := f.schema.Subgraphs[req.Subgraph].Name
	ctx, sp := f.tracer.Start(ctx, "subgraph "+name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("sluice.subgraph", name), attribute.String("graphql.operation.type", req.Kind.String()), attribute.Int("http.request.body.size", len(req.Body))))
	own := *req
	if own.Header = req.Header.Clone(); own.Header == nil {
		own.Header = http.Header{}
	}
	f.propagator.Inject(ctx, propagation.HeaderCarrier(own.Header))
	return ctx, &own, sp
}

// tellingExporter logs what could not be exported, in the gateway's own log.
type tellingExporter struct {
	sdktrace.SpanExporter
	log *slog.Logger
}

// ExportSpans implements sdktrace.SpanExporter.
func (e *tellingExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.log.WarnContext(ctx, "exporting traces failed", slog.Int("spans", len(spans)), slog.Any("error", err))
	}
	return nil
}

// logExporter writes spans into the log, for development.
type logExporter struct{ log *slog.Logger }

// ExportSpans implements sdktrace.SpanExporter.
func (e *logExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, s := range spans {
		e.log.InfoContext(ctx, "span", slog.String("name", s.Name()), slog.String("trace_id", s.SpanContext().TraceID().String()),
			slog.String("span_id", s.SpanContext().SpanID().String()), slog.String("parent_id", s.Parent().SpanID().String()),
			slog.Float64("duration_ms", milliseconds(s.EndTime().Sub(s.StartTime()))))
	}
	return nil
}

// Shutdown implements sdktrace.SpanExporter.
func (e *logExporter) Shutdown(context.Context) error { return nil }
