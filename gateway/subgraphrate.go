package gateway

import (
	"context"
	"errors"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/graph/subgraph"
)

// ratedFetcher refuses requests to a subgraph beyond its rate limit ([subgraphs.<name>.rate_limit]). A refused request is not sent, and its
// fields fail like those of a subgraph that is down.
type ratedFetcher struct {
	fetcher
	limits map[schema.SubgraphID]*buckets
}

// withRates wraps a fetcher where a subgraph has a rate limit.
func withRates(cfg *config.Config, s *schema.Schema, next fetcher) fetcher {
	f := &ratedFetcher{fetcher: next, limits: map[schema.SubgraphID]*buckets{}}
	for i := range s.Subgraphs {
		if r := cfg.Subgraph(s.Subgraphs[i].Name).RateLimit; r != nil {
			f.limits[schema.SubgraphID(i)] = newBuckets(*r)
		}
	}
	if len(f.limits) == 0 {
		return next
	}
	return f
}

var errSubgraphRate = errors.New("the rate limit of the subgraph is used up")

// Fetch implements exec.Fetcher.
func (f *ratedFetcher) Fetch(ctx context.Context, req *exec.Request) (*exec.Response, error) {
	if err := f.allow(ctx, req); err != nil {
		return nil, err
	}
	return f.fetcher.Fetch(ctx, req) //nolint:wrapcheck // an *exec.FetchError
}

// Subscribe implements graph.Subscriber.
func (f *ratedFetcher) Subscribe(ctx context.Context, req *exec.Request) (subgraph.Events, error) {
	if err := f.allow(ctx, req); err != nil {
		return nil, err
	}
	return f.fetcher.Subscribe(ctx, req) //nolint:wrapcheck // an *exec.FetchError
}

func (f *ratedFetcher) allow(ctx context.Context, req *exec.Request) error {
	limit := f.limits[req.Subgraph]
	if limit == nil {
		return nil
	}
	if ok, _ := limit.allow(ctx, ""); !ok {
		return &exec.FetchError{Code: exec.CodeSubrequestRejected, Err: errSubgraphRate}
	}
	return nil
}
