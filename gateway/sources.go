package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/compose"
)

// maxSDLBytes bounds what a subgraph may answer when it is asked for its SDL.
const maxSDLBytes = 16 << 20

// Subgraphs reads the SDL of every configured subgraph: from its file, or from the subgraph itself. The error joins one problem for
// each subgraph that gave none.
func Subgraphs(ctx context.Context, cfg *config.Config) ([]compose.Subgraph, error) {
	names := cfg.SubgraphNames()
	out := make([]compose.Subgraph, len(names))
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			sg := cfg.Subgraphs[name]
			out[i] = compose.Subgraph{Name: name, URL: sg.URL}
			if !sg.SchemaPath.IsZero() {
				out[i].File = sg.SchemaPath.String()
				data, err := os.ReadFile(sg.SchemaPath.Abs())
				if err != nil {
					errs[i] = fmt.Errorf("subgraph %q: schema_path: %w", name, err)
				}
				out[i].SDL = string(data)
				return
			}
			sdl, err := fetchSDL(ctx, sg)
			if err != nil {
				errs[i] = fmt.Errorf("subgraph %q: %w; is it running, or should schema_path name a file with its SDL?", name, err)
			}
			out[i].SDL = sdl
		})
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

// fetchSDL asks a subgraph for its SDL, first by _service, then by introspection.
func fetchSDL(ctx context.Context, sg config.Subgraph) (string, error) {
	var service struct {
		Service *struct{ SDL string } `json:"_service"`
	}
	first := ask(ctx, sg, `{_service{sdl}}`, &service)
	if first == nil && service.Service != nil && service.Service.SDL != "" {
		return service.Service.SDL, nil
	}
	if first != nil && !errors.Is(first, errRefused) {
		return "", first
	}
	return introspect(ctx, sg)
}

// errRefused: the subgraph answered, but with GraphQL errors.
var errRefused = errors.New("the subgraph refused")

// ask sends a query to a subgraph and decodes the data of its answer.
func ask(ctx context.Context, sg config.Subgraph, query string, data any) error {
	ctx, cancel := context.WithTimeout(ctx, sg.Timeout)
	defer cancel()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return fmt.Errorf("ask %s: %w", sg.IntrospectionURL, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, sg.IntrospectionURL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask %s: %w", sg.IntrospectionURL, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	for name, value := range sg.IntrospectionHeaders {
		req.Header.Set(name, value.Reveal())
	}
	client, closeIdle, err := plainClient(sg)
	if err != nil {
		return err
	}
	defer closeIdle()
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for the SDL: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxSDLBytes+1))
	if err != nil {
		return fmt.Errorf("ask %s for the SDL: %w", sg.IntrospectionURL, err)
	}
	if len(answer) > maxSDLBytes {
		return fmt.Errorf("ask %s for the SDL: the answer is larger than %d bytes", sg.IntrospectionURL, maxSDLBytes)
	}
	var envelope struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return fmt.Errorf("ask %s for the SDL: status %d and no GraphQL answer", sg.IntrospectionURL, resp.StatusCode)
	}
	if len(envelope.Errors) > 0 || len(envelope.Data) == 0 || string(envelope.Data) == "null" {
		return fmt.Errorf("ask %s for the SDL: %w", sg.IntrospectionURL, errRefused)
	}
	if err := json.Unmarshal(envelope.Data, data); err != nil {
		return fmt.Errorf("ask %s for the SDL: %w", sg.IntrospectionURL, err)
	}
	return nil
}

// CompositionError is returned when the subgraphs do not compose.
type CompositionError struct {
	Errors    []*compose.Error
	Subgraphs []compose.Subgraph // what was composed, for showing source lines
}

// Error lists the errors, one a line.
func (e *CompositionError) Error() string {
	var b bytes.Buffer
	b.WriteString("the subgraphs do not compose:")
	for _, x := range e.Errors {
		b.WriteString("\n  " + x.Error())
	}
	return b.String()
}

// Supergraph returns the supergraph SDL of a configuration: its file, or the composition of its subgraphs, whose failure is a
// *CompositionError.
func Supergraph(ctx context.Context, cfg *config.Config) (sdl string, hints []compose.Hint, err error) {
	if !cfg.Graph.Supergraph.IsZero() {
		data, err := os.ReadFile(cfg.Graph.Supergraph.Abs())
		if err != nil {
			return "", nil, fmt.Errorf("graph.supergraph: %w", err)
		}
		return string(data), nil, nil
	}
	subgraphs, err := Subgraphs(ctx, cfg)
	if err != nil {
		return "", nil, err
	}
	res := compose.Compose(subgraphs, compose.Options{})
	if len(res.Errors) > 0 {
		return "", res.Hints, &CompositionError{Errors: res.Errors, Subgraphs: subgraphs}
	}
	return res.Supergraph, res.Hints, nil
}
