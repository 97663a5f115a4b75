package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// metricsExporter sends the Prometheus metrics to an OpenTelemetry collector (OTLP 1.x over HTTP, binary protobuf), so that there is one set of
// metrics, whichever way it is collected.
type metricsExporter struct {
	from     prometheus.Gatherer
	url      string
	headers  map[string]config.Secret
	every    time.Duration
	client   *http.Client
	resource *resourcepb.Resource
	start    uint64 // Unix nanoseconds: since when counters count
	log      *slog.Logger
}

// newMetricsExporter returns nil where metrics are not exported.
func newMetricsExporter(cfg config.Telemetry, version string, from prometheus.Gatherer, log *slog.Logger) *metricsExporter {
	to := exportersOf(cfg, cfg.Metrics.Exporters).OTLP
	if !to.Enabled {
		return nil
	}
	attrs := map[string]string{"service.name": cfg.ServiceName, "service.version": version}
	maps.Copy(attrs, cfg.ResourceAttributes)
	res := &resourcepb.Resource{}
	for name, value := range attrs {
		res.Attributes = append(res.Attributes, stringAttribute(name, value))
	}
	return &metricsExporter{
		from: from, url: signalURL(to.Endpoint, "metrics"), headers: to.HTTP.Headers, every: to.BatchExport.ScheduledDelay,
		client: &http.Client{Timeout: to.Timeout}, resource: res, start: nanos(time.Now()), log: log,
	}
}

// run exports at intervals until ctx ends, and then once more.
func (e *metricsExporter) run(ctx context.Context) {
	tick := time.NewTicker(max(e.every, time.Second))
	defer tick.Stop()
	defer e.client.CloseIdleConnections()
	for {
		select {
		case <-tick.C:
			e.export(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			e.export(last)
			return
		}
	}
}

func (e *metricsExporter) export(ctx context.Context) {
	if err := e.send(ctx); err != nil {
		e.log.WarnContext(ctx, "exporting metrics failed", slog.Any("error", err))
	}
}

func (e *metricsExporter) send(ctx context.Context) error {
	families, err := e.from.Gather()
	if err != nil {
		return fmt.Errorf("gather: %w", err)
	}
	scope := &metricspb.ScopeMetrics{Scope: &commonpb.InstrumentationScope{Name: "sluice"}}
	now := nanos(time.Now())
	for _, f := range families {
		if m := e.metric(f, now); m != nil {
			scope.Metrics = append(scope.Metrics, m)
		}
	}
	// MetricsData has the form of ExportMetricsServiceRequest on the wire (opentelemetry-proto, metrics.proto).
	body, err := proto.Marshal(&metricspb.MetricsData{ResourceMetrics: []*metricspb.ResourceMetrics{{Resource: e.resource, ScopeMetrics: []*metricspb.ScopeMetrics{scope}}}})
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	for name, value := range e.headers {
		req.Header.Set(name, value.Reveal())
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := e.client.Do(req)
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("send: status %d", resp.StatusCode)
	}
	return nil
}

// metric translates one family; nil for kinds that this gateway does not have.
func (e *metricsExporter) metric(f *dto.MetricFamily, now uint64) *metricspb.Metric {
	out := &metricspb.Metric{Name: f.GetName(), Description: f.GetHelp()}
	var points []*metricspb.NumberDataPoint
	number := func(m *dto.Metric, v float64) {
		points = append(points, &metricspb.NumberDataPoint{
			Attributes: attributesOf(m), StartTimeUnixNano: e.start, TimeUnixNano: now, Value: &metricspb.NumberDataPoint_AsDouble{AsDouble: v},
		})
	}
	const cumulative = metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
	switch f.GetType() {
	case dto.MetricType_COUNTER:
		for _, m := range f.GetMetric() {
			number(m, m.GetCounter().GetValue())
		}
		out.Data = &metricspb.Metric_Sum{Sum: &metricspb.Sum{DataPoints: points, AggregationTemporality: cumulative, IsMonotonic: true}}
	case dto.MetricType_GAUGE:
		for _, m := range f.GetMetric() {
			number(m, m.GetGauge().GetValue())
		}
		out.Data = &metricspb.Metric_Gauge{Gauge: &metricspb.Gauge{DataPoints: points}}
	case dto.MetricType_HISTOGRAM:
		h := &metricspb.Histogram{AggregationTemporality: cumulative}
		for _, m := range f.GetMetric() {
			h.DataPoints = append(h.DataPoints, e.histogram(m, now))
		}
		out.Data = &metricspb.Metric_Histogram{Histogram: h}
	case dto.MetricType_SUMMARY, dto.MetricType_UNTYPED, dto.MetricType_GAUGE_HISTOGRAM:
		return nil
	}
	return out
}

// histogram turns Prometheus's cumulated buckets into OTLP's separate ones.
func (e *metricsExporter) histogram(m *dto.Metric, now uint64) *metricspb.HistogramDataPoint {
	h := m.GetHistogram()
	sum, before := h.GetSampleSum(), uint64(0)
	out := &metricspb.HistogramDataPoint{Attributes: attributesOf(m), StartTimeUnixNano: e.start, TimeUnixNano: now, Count: h.GetSampleCount(), Sum: &sum}
	for _, b := range h.GetBucket() {
		out.ExplicitBounds = append(out.ExplicitBounds, b.GetUpperBound())
		out.BucketCounts = append(out.BucketCounts, b.GetCumulativeCount()-before)
		before = b.GetCumulativeCount()
	}
	out.BucketCounts = append(out.BucketCounts, h.GetSampleCount()-before)
	return out
}

func attributesOf(m *dto.Metric) []*commonpb.KeyValue {
	var out []*commonpb.KeyValue
	for _, l := range m.GetLabel() {
		out = append(out, stringAttribute(l.GetName(), l.GetValue()))
	}
	return out
}

func stringAttribute(name, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: name, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
}

func nanos(t time.Time) uint64 { return uint64(t.UnixNano()) } //nolint:gosec // after 1970
