package gateway

import (
	"errors"
	"fmt"

	"github.com/sluice-gateway/sluice/gateway/config"
)

// checkTelemetry refuses exporters that this build does not have: what is configured is exported, or the gateway does not start.
func checkTelemetry(cfg config.Telemetry) error {
	var errs []error
	check := func(key string, e *config.Exporters) {
		if e != nil && e.OTLP.Enabled && e.OTLP.Protocol == "grpc" {
			errs = append(errs, fmt.Errorf(`%s.otlp.protocol: "grpc" is not supported; use "http", which collectors take at port 4318`, key))
		}
	}
	check("telemetry.exporters", &cfg.Exporters)
	check("telemetry.tracing.exporters", cfg.Tracing.Exporters)
	check("telemetry.metrics.exporters", cfg.Metrics.Exporters)
	if l := cfg.Logs.Exporters; l != nil && l.OTLP.Enabled {
		errs = append(errs, errors.New("telemetry.logs.exporters.otlp: logs are written to standard error only; have the collector read them there"))
	}
	return errors.Join(errs...)
}

// warnings lists what the operator should know and what does not keep the gateway from starting.
func warnings(cfg *config.Config) []string {
	var out []string
	for _, w := range cfg.Warnings() {
		out = append(out, w.Error())
	}
	if cfg.Telemetry.Tracing.Propagation.AWSXRay {
		out = append(out, "telemetry.tracing.propagation.aws_xray: ignored; traces are carried by W3C trace context")
	}
	return out
}
