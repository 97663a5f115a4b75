package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/sluice-gateway/sluice/extensions/tokenexchange"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/graph/subgraph"
)

// exchangingFetcher gives requests to some subgraphs an Authorization header of their own: the caller's token, exchanged for one
// that the subgraph accepts. The caller's token itself never leaves the gateway this way.
type exchangingFetcher struct {
	subgraph.Clients
	exchanges map[schema.SubgraphID]exchange
}

type exchange struct {
	exchanger *tokenexchange.Exchanger
	target    tokenexchange.Target
}

// fetcher is what an engine sends with and subscribes by.
type fetcher interface {
	exec.Fetcher
	Subscribe(ctx context.Context, req *exec.Request) (subgraph.Events, error)
}

// withExchange wraps the clients where a subgraph has a token exchange.
func withExchange(cfg *config.Config, s *schema.Schema, clients subgraph.Clients) (fetcher, error) {
	f := &exchangingFetcher{Clients: clients, exchanges: map[schema.SubgraphID]exchange{}}
	for i := range s.Subgraphs {
		t := cfg.Subgraph(s.Subgraphs[i].Name).TokenExchange
		if t == nil {
			continue
		}
		x, err := tokenexchange.New(tokenexchange.Settings{
			Endpoint: t.Endpoint, ClientID: t.ClientID, ClientSecret: t.ClientSecret.Reveal(),
		}, extensionClient())
		if err != nil {
			return nil, fmt.Errorf("subgraph %q: token_exchange: %w", s.Subgraphs[i].Name, err)
		}
		f.exchanges[schema.SubgraphID(i)] = exchange{x, tokenexchange.Target{Audience: t.Audience, Resource: t.Resource, Scopes: t.Scopes}}
	}
	if len(f.exchanges) == 0 {
		return clients, nil
	}
	return f, nil
}

// Fetch implements exec.Fetcher.
func (f *exchangingFetcher) Fetch(ctx context.Context, req *exec.Request) (*exec.Response, error) {
	req, err := f.authorized(ctx, req)
	if err != nil {
		return nil, err
	}
	return f.Clients.Fetch(ctx, req)
}

// Subscribe implements graph.Subscriber.
func (f *exchangingFetcher) Subscribe(ctx context.Context, req *exec.Request) (subgraph.Events, error) {
	req, err := f.authorized(ctx, req)
	if err != nil {
		return nil, err
	}
	return f.Clients.Subscribe(ctx, req)
}

// errNoCredential: the extension that vouches for the caller verified nothing that could be exchanged.
var errNoCredential = errors.New("the caller's credential is none that can be exchanged")

// authorized returns the request with the exchanged token. Only the credential that was verified is exchanged, never another one that came
// with the request. A request of nobody goes without an Authorization header; a caller without a credential to exchange, or an exchange that
// fails, fails the request, since sending it without a token would ask as somebody else.
func (f *exchangingFetcher) authorized(ctx context.Context, req *exec.Request) (*exec.Request, error) {
	x, ok := f.exchanges[req.Subgraph]
	if !ok {
		return req, nil
	}
	out := *req
	out.Header = req.Header.Clone()
	if out.Header == nil {
		out.Header = http.Header{}
	}
	out.Header.Del("Authorization")
	caller := callerFrom(ctx)
	if !caller.Authenticated() {
		return &out, nil
	}
	if caller.Credential == "" {
		return nil, &exec.FetchError{Code: exec.CodeSubrequestRejected, Err: errNoCredential}
	}
	t, err := x.exchanger.Exchange(ctx, caller.Credential, caller.ExpiresAt, x.target)
	if err != nil {
		return nil, &exec.FetchError{Code: exec.CodeSubrequestRejected, Err: err}
	}
	out.Header.Set("Authorization", "Bearer "+t.Value)
	return &out, nil
}
