package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Single is one GraphQL API that is offered to agents by itself, without a configuration.
type Single struct {
	URL     string
	Headers []SingleHeader // sent to the API, and told nobody else
	// Schema is SDL, or an introspection result as JSON; nil asks the API.
	Schema           []byte
	ListenAddress    string // a loopback one: whoever reaches it uses the API with the headers
	ExecuteMutations bool
	MaxTokens        config.MaxTokens // 0 takes the default
}

// SingleHeader is a header of the requests to the API.
type SingleHeader struct {
	Name  string
	Value config.Secret
}

// singleName is the name of the API among the subgraphs, of which it is the only one.
const singleName = "api"

// NewSingle makes a gateway that serves an API as an MCP endpoint and nothing else. Operations take the way of every other gateway's: the API
// is a graph with one subgraph.
func NewSingle(ctx context.Context, s Single, opts Options) (*Gateway, error) {
	cfg, err := s.config()
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(s.URL); err == nil && u.Scheme == "http" && !loopbackHost(u.Host) && len(s.Headers) > 0 {
		opts.Logger.WarnContext(ctx, "the API is reached by plain http: everyone on the way can read the headers")
	}
	opts.ToolsOnly = true
	opts.Supergraph = func(ctx context.Context, cfg *config.Config) (string, error) {
		sdl, err := s.sdl(ctx, cfg.Subgraphs[singleName])
		if err != nil {
			return "", err
		}
		return singleSupergraph(s.URL, sdl)
	}
	return New(ctx, cfg, opts)
}

// config is the configuration that the API would have. Its limits are those of every graph, but for the depth: an API that pages by
// connections spends two levels on each list.
func (s Single) config() (*config.Config, error) {
	cfg := config.Default()
	if !loopbackHost(s.ListenAddress) {
		return nil, fmt.Errorf("listen on %s: only loopback addresses are served, because whoever reaches them uses the API with your headers", s.ListenAddress)
	}
	cfg.Network.ListenAddress = s.ListenAddress
	cfg.Graph.SubgraphErrors = config.ErrorsPropagate
	cfg.OperationLimits.Depth *= 2
	cfg.MCP.ExecuteMutations = s.ExecuteMutations
	cfg.MCP.MaxTokens.Search = orInt(s.MaxTokens.Search, cfg.MCP.MaxTokens.Search)
	cfg.MCP.MaxTokens.Introspect = orInt(s.MaxTokens.Introspect, cfg.MCP.MaxTokens.Introspect)
	cfg.MCP.MaxTokens.Execute = orInt(s.MaxTokens.Execute, cfg.MCP.MaxTokens.Execute)
	api := cfg.Subgraph(singleName)
	api.URL, api.IntrospectionURL = s.URL, s.URL
	for _, h := range s.Headers {
		if slices.Contains(neverSent, http.CanonicalHeaderKey(h.Name)) {
			return nil, fmt.Errorf("header %s: it belongs to the connection and cannot be set", http.CanonicalHeaderKey(h.Name))
		}
		api.Headers = append(api.Headers, config.HeaderRule{Rule: config.HeaderInsert, Name: h.Name, Value: h.Value})
		api.IntrospectionHeaders[h.Name] = h.Value
	}
	cfg.Subgraphs = map[string]config.Subgraph{singleName: api}
	if err := cfg.Validate(); err != nil {
		return nil, err //nolint:wrapcheck // it names the setting
	}
	return &cfg, nil
}

func orInt(v, fallback int) int {
	if v == 0 {
		return fallback
	}
	return v
}

// sdl reads the schema that was given, or asks the API.
func (s Single) sdl(ctx context.Context, api config.Subgraph) (string, error) {
	if s.Schema == nil {
		sdl, err := introspect(ctx, api)
		if errors.Is(err, errRefused) {
			return "", fmt.Errorf("%w; it may want a header (-H 'Authorization: Bearer …'), or a schema file in the place of introspection (--schema FILE)", err)
		}
		return sdl, err
	}
	return schemaText(s.Schema)
}

// schemaText returns the SDL of a file that holds SDL or an introspection result.
func schemaText(data []byte) (string, error) {
	if text := bytes.TrimSpace(data); len(text) > 0 && text[0] == '{' && json.Valid(text) {
		return introspection.SDL(text) //nolint:wrapcheck // it says that it is an introspection result
	}
	return string(data), nil
}

// ClientSchema returns the schema that clients see of SDL, a supergraph, or an introspection result.
func ClientSchema(data []byte) (*ast.Schema, error) {
	sdl, err := schemaText(data)
	if err != nil {
		return nil, err
	}
	if s, err := schema.Load(sdl); err == nil {
		return s.API, nil // a supergraph
	}
	if sdl, err = singleSupergraph("", sdl); err != nil {
		return nil, err
	}
	s, err := schema.Load(sdl)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return s.API, nil
}

// introspect asks a server for its schema: first what it can tell, then all of that.
func introspect(ctx context.Context, sg config.Subgraph) (string, error) {
	query := introspection.Query
	var probe, data json.RawMessage
	switch err := ask(ctx, sg, introspection.Probe, &probe); {
	case err == nil:
		query = introspection.QueryFor(probe)
	case !errors.Is(err, errRefused):
		return "", err
	}
	if err := ask(ctx, sg, query, &data); err != nil {
		return "", err
	}
	sdl, err := introspection.SDL(data)
	if err != nil {
		return "", fmt.Errorf("introspection of %s: %w", sg.IntrospectionURL, err)
	}
	return sdl, nil
}

// singleSupergraph makes a supergraph of the schema of one API. It does not compose: composition judges schemas that are made for it, and would
// refuse what published schemas have and what harms nobody here, like fields that are repeated, root types that are called otherwise beside a
// type Query, directives without a definition, or with the name of one of federation's. With one subgraph there is nothing to merge.
// Directives are dropped, but for those that mean something to clients.
func singleSupergraph(address, sdl string) (string, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "schema", Input: sdl})
	if err != nil {
		return "", fmt.Errorf("schema of the API: %w", err)
	}
	doc.Directives = nil
	for _, list := range []ast.SchemaDefinitionList{doc.Schema, doc.SchemaExtension} {
		for _, def := range list {
			def.Directives = nil
		}
	}
	doc.Definitions = slices.DeleteFunc(doc.Definitions, func(d *ast.Definition) bool { return strings.HasPrefix(d.Name, "__") })
	for _, list := range []ast.DefinitionList{doc.Definitions, doc.Extensions} {
		for _, def := range list {
			keepClientDirectives(def)
		}
	}
	doc.Definitions = append(doc.Definitions, singleGraph(address))
	var out bytes.Buffer
	formatter.NewFormatter(&out).FormatSchemaDocument(doc)
	return out.String(), nil
}

// singleGraph is the enum that makes a schema a supergraph (join specification v0.3): the one graph, which every field is of.
func singleGraph(address string) *ast.Definition {
	arg := func(name, value string) *ast.Argument {
		return &ast.Argument{Name: name, Value: &ast.Value{Kind: ast.StringValue, Raw: value}}
	}
	return &ast.Definition{Kind: ast.Enum, Name: "join__Graph", EnumValues: ast.EnumValueList{{
		Name:       "API",
		Directives: ast.DirectiveList{{Name: "join__graph", Arguments: ast.ArgumentList{arg("name", singleName), arg("url", address)}}},
	}}}
}

func keepClientDirectives(def *ast.Definition) {
	keep := func(list ast.DirectiveList) ast.DirectiveList {
		return slices.DeleteFunc(list, func(d *ast.Directive) bool {
			return !slices.Contains([]string{"deprecated", "specifiedBy", "oneOf"}, d.Name)
		})
	}
	def.Directives = keep(def.Directives)
	for _, f := range def.Fields {
		f.Directives = keep(f.Directives)
		for _, a := range f.Arguments {
			a.Directives = keep(a.Directives)
		}
	}
	for _, v := range def.EnumValues {
		v.Directives = keep(v.Directives)
	}
}

// ServeStdio serves the main MCP endpoint to one client over a pair of streams, until in ends.
func (g *Gateway) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	s := g.acquire()
	if s == nil {
		return errStopping
	}
	defer s.leave()
	if s.tools == nil {
		return errors.New("mcp is switched off")
	}
	return s.tools.ServeStdio(ctx, in, out) //nolint:wrapcheck // it says which stream failed
}
