package graph

import (
	"context"
	"errors"
	"fmt"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/subgraph"
)

// Subscriber opens event streams at subgraphs; a Config.Fetcher that implements it makes subscriptions possible.
type Subscriber interface {
	Subscribe(ctx context.Context, req *exec.Request) (subgraph.Events, error)
}

// ErrNoSubscriptions is returned by Subscribe when the engine's Fetcher is no Subscriber.
var ErrNoSubscriptions = errors.New("graph: the fetcher cannot subscribe")

// Subscription is a running subscription: a stream of responses. It is for one goroutine.
type Subscription struct {
	events subgraph.Events
	in     exec.Input
}

// Subscribe starts a subscription. The error is an operation.ErrorList when the operation cannot be planned, otherwise what the
// subgraph's client said. Close the subscription, or end ctx.
func (e *Engine) Subscribe(ctx context.Context, p *Prepared, x Execution) (*Subscription, error) {
	s, ok := e.cfg.Fetcher.(Subscriber)
	if !ok {
		return nil, ErrNoSubscriptions
	}
	in, err := e.input(p, x)
	if err != nil {
		return nil, err
	}
	req := exec.SubscriptionRequest(in)
	if req == nil {
		return nil, errors.New("graph: the plan has no subscription")
	}
	events, err := s.Subscribe(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("graph: subscribe: %w", err)
	}
	return &Subscription{events: events, in: in}, nil
}

// Next waits for the next event and returns the response that it makes, with entities fetched from other subgraphs. It returns io.EOF when the
// stream has ended.
func (s *Subscription) Next(ctx context.Context) (*exec.Result, error) {
	event, err := s.events.Next()
	if err != nil {
		return nil, err //nolint:wrapcheck // io.EOF must stay itself
	}
	in := s.in
	in.Event = event
	return exec.Run(ctx, in), nil
}

// Close ends the stream.
func (s *Subscription) Close() error { return s.events.Close() }
