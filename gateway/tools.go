package gateway

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Check builds everything that the gateway would serve, and throws it away: the error says all that is wrong.
func Check(ctx context.Context, cfg *config.Config, version string, log *slog.Logger) error {
	g, err := New(ctx, cfg, Options{Version: version, Logger: log})
	if err != nil {
		return err
	}
	g.close() //nolint:contextcheck // what ends the gateway must not end with its caller
	return nil
}

// PlanRequest is an operation to plan.
type PlanRequest struct {
	Text          string
	OperationName string
	Variables     []byte // a JSON object, or empty; only values that decide @skip and @include matter
	Verify        bool   // check the plan with plan.Verify
}

// Plan plans an operation on the configuration's graph, with the limits of the configuration and without sending anything.
func Plan(ctx context.Context, cfg *config.Config, req PlanRequest) (*plan.Plan, *schema.Schema, error) {
	sdl, _, err := Supergraph(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	g, err := openGraphs(cfg, sdl, discardObserver())
	if err != nil {
		return nil, nil, err
	}
	defer g.close()
	engine := g.main.engine(cfg.OperationLimits)
	prep, errs := engine.Prepare(graph.Request{Text: req.Text, OperationName: req.OperationName, Variables: req.Variables})
	if len(errs) > 0 {
		return nil, nil, fmt.Errorf("plan: %w", errs)
	}
	p, err := engine.Plan(prep, graph.Execution{})
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // it says what cannot be planned
	}
	if req.Verify {
		if err := engine.Verify(prep, graph.Execution{}); err != nil {
			return nil, nil, err //nolint:wrapcheck // it says what is wrong with the plan
		}
	}
	return p, g.main.schema, nil
}
