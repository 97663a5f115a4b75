package gateway

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/graph/subgraph"
)

// graphs are the views of one supergraph: the one that graph.contracts leaves, and one for each further contract of an MCP endpoint. All
// send through the same clients, so that bounds on a subgraph's traffic hold for all together. It is built by one goroutine and read-only
// afterwards.
type graphs struct {
	cfg     *config.Config
	sdl     string // what the main view shows
	main    *view
	views   map[string]*view // by contract; "" is the main one
	clients subgraph.Clients
}

// openGraphs loads the main view of a supergraph and connects it. The caller closes it.
func openGraphs(cfg *config.Config, sdl string, observe *observer) (*graphs, error) {
	g := &graphs{cfg: cfg, views: map[string]*view{}}
	var err error
	if g.sdl, err = applyContract(sdl, &cfg.Graph.Contracts); err != nil {
		return nil, fmt.Errorf("graph.contracts: %w", err)
	}
	s, err := schema.Load(g.sdl)
	if err != nil {
		return nil, fmt.Errorf("supergraph: %w", err)
	}
	if g.clients, err = newClients(cfg, s); err != nil {
		return nil, err
	}
	send, err := newTraffic(cfg, s, g.clients, observe)
	if err != nil {
		g.close()
		return nil, err
	}
	headers := make([]headerRules, len(s.Subgraphs))
	var errs []error
	for i := range s.Subgraphs {
		headers[i], err = compileHeaders(cfg.HeaderRules(s.Subgraphs[i].Name))
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		g.close()
		return nil, err
	}
	g.main = newView(cfg, s, send, headers)
	g.views[""] = g.main
	return g, nil
}

// view returns the view that a contract leaves of the main one; nil, and a contract without tags, leave all of it.
func (g *graphs) view(c *config.Contract) (*view, error) {
	key := contractKey(c)
	if v := g.views[key]; v != nil {
		return v, nil
	}
	sdl, err := applyContract(g.sdl, c)
	if err != nil {
		return nil, err
	}
	s, err := schema.Load(sdl)
	if err != nil {
		return nil, fmt.Errorf("supergraph: %w", err)
	}
	// Clients and header rules are found by the ids that the main view gave the subgraphs.
	if !slices.EqualFunc(s.Subgraphs, g.main.schema.Subgraphs, func(a, b schema.Subgraph) bool { return a.Name == b.Name }) {
		return nil, errors.New("the contract changes the list of subgraphs")
	}
	v := newView(g.cfg, s, g.main.send, g.main.headers)
	v.contract = key
	g.views[key] = v
	return v, nil
}

// planStats sums up the plan caches of all engines.
func (g *graphs) planStats() (hits, misses uint64) {
	for _, v := range g.views {
		for _, e := range v.engines {
			h, m := e.PlanStats()
			hits, misses = hits+h, misses+m
		}
	}
	return hits, misses
}

func (g *graphs) close() { g.clients.Close() }

// applyContract hides what a contract does not offer.
func applyContract(sdl string, c *config.Contract) (string, error) {
	if contractKey(c) == "" {
		return sdl, nil
	}
	include, exclude := c.Tags()
	return compose.Contract(sdl, include, exclude, c.HideUnreachableTypes) //nolint:wrapcheck // the caller names the key
}

// contractKey is equal for contracts that leave the same; "" for one that leaves everything.
func contractKey(c *config.Contract) string {
	if c == nil {
		return ""
	}
	include, exclude := c.Tags()
	if len(include) == 0 && len(exclude) == 0 {
		return ""
	}
	list := func(tags []string) string {
		tags = slices.Clone(tags)
		slices.Sort(tags)
		return strings.Join(slices.Compact(tags), "\x00")
	}
	return fmt.Sprintf("%s\x01%s\x01%t", list(include), list(exclude), c.HideUnreachableTypes)
}

// newTraffic puts together what requests to subgraphs pass: rate limits, traces, token exchange, the clients.
func newTraffic(cfg *config.Config, s *schema.Schema, clients subgraph.Clients, observe *observer) (fetcher, error) {
	send, err := withExchange(cfg, s, clients)
	if err != nil {
		return nil, err
	}
	return withRates(cfg, s, observe.traced(s, send)), nil
}

// discardObserver observes for tools that run nothing.
func discardObserver() *observer {
	return &observer{metrics: newMetrics(), log: slog.New(slog.DiscardHandler)}
}
