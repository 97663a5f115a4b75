package gateway

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/schema"
	"github.com/sluice-gateway/sluice/graph/subgraph"
)

// newClients makes a client for each subgraph of the schema. A subgraph that the configuration does not mention has the settings of an
// empty table.
func newClients(cfg *config.Config, s *schema.Schema) (subgraph.Clients, error) {
	clients := make(subgraph.Clients, len(s.Subgraphs))
	var errs []error
	for i := range s.Subgraphs {
		sg := &s.Subgraphs[i]
		c := cfg.Subgraph(sg.Name)
		url := c.URL
		if url == "" {
			url = sg.URL
		}
		tls, err := subgraph.LoadTLS(tlsFiles(c))
		if err != nil {
			errs = append(errs, fmt.Errorf("subgraph %q: %w", sg.Name, err))
			continue
		}
		client, err := subgraph.New(subgraph.Config{
			Name: sg.Name, URL: url, Timeout: c.Timeout, TLS: tls,
			MaxResponseBytes: int(c.ResponseBodyLimit), MaxConcurrent: c.MaxConcurrentRequests, MaxConnections: c.MaxConnections,
			Retry: subgraph.Retry{
				Enabled: c.Retry.Enabled, MinPerSecond: c.Retry.MinPerSecond, TTL: c.Retry.TTL, Percent: c.Retry.RetryPercent,
			},
			WebSocket: c.SubscriptionProtocol == config.SubscribeWebsocket, WebSocketURL: c.WebsocketURL,
		})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		clients[i] = client
	}
	if err := errors.Join(errs...); err != nil {
		clients.Close()
		return nil, err
	}
	return clients, nil
}

func tlsFiles(c config.Subgraph) subgraph.TLSFiles {
	return subgraph.TLSFiles{
		Identity: c.MTLS.Identity.Abs(), CA: c.MTLS.Root.Certificate.Abs(), AcceptInvalidCerts: c.MTLS.AcceptInvalidCerts,
	}
}

// plainClient is an HTTP client with a subgraph's TLS settings, for questions at start-up. It follows no redirects.
func plainClient(sg config.Subgraph) (client *http.Client, closeIdle func(), err error) {
	tls, err := subgraph.LoadTLS(tlsFiles(sg))
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // it names the file
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // the standard library's own
	transport.TLSClientConfig = tls
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, transport.CloseIdleConnections, nil
}
