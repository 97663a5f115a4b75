package subgraph

import (
	"context"
	"fmt"

	"github.com/sluice-gateway/sluice/graph/exec"
)

// Clients are the clients of all subgraphs, by id.
type Clients []*Client

var _ exec.Fetcher = Clients(nil)

// Fetch sends req to its subgraph.
func (c Clients) Fetch(ctx context.Context, req *exec.Request) (*exec.Response, error) {
	client, err := c.client(req)
	if err != nil {
		return nil, err
	}
	return client.Fetch(ctx, req)
}

// Subscribe opens the subscription at its subgraph.
func (c Clients) Subscribe(ctx context.Context, req *exec.Request) (Events, error) {
	client, err := c.client(req)
	if err != nil {
		return nil, err
	}
	return client.Subscribe(ctx, req)
}

// Close closes the idle connections of all.
func (c Clients) Close() {
	for _, client := range c {
		if client != nil {
			client.Close()
		}
	}
}

func (c Clients) client(req *exec.Request) (*Client, error) {
	if int(req.Subgraph) >= len(c) || c[req.Subgraph] == nil {
		return nil, &exec.FetchError{Code: exec.CodeInternal, Err: fmt.Errorf("no client: subgraph %d", req.Subgraph)}
	}
	return c[req.Subgraph], nil
}
