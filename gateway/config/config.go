package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Config is one whole configuration. It is plain data: after Load it is only read, and may be shared between goroutines.
type Config struct {
	// Greatest request body that is read, after decompression; a greater one is answered with status 413.
	RequestBodyLimit Size `toml:"request_body_limit"`
	// Greatest GraphQL document that is parsed.
	ExecutableDocumentLimit Size `toml:"executable_document_limit"`
	// The public listener.
	Network Network `toml:"network"`
	// The certificate of the public listener.
	TLS TLS `toml:"tls"`
	// The schema and how it is offered.
	Graph Graph `toml:"graph"`
	// Header rules for all subgraphs, applied in order. Nothing is forwarded unless a rule says so.
	Headers []HeaderRule `toml:"headers"`
	// Time budgets, retries and rate limits.
	Gateway Gateway `toml:"gateway"`
	// The subgraphs by name.
	Subgraphs map[string]Subgraph `toml:"subgraphs"`
	// Limits on operations.
	OperationLimits OperationLimits `toml:"operation_limits"`
	// The graph as tools for agents.
	MCP MCP `toml:"mcp"`
	// The cost of operations.
	ComplexityControl ComplexityControl `toml:"complexity_control"`
	// Reviewed operations.
	TrustedDocuments TrustedDocuments `toml:"trusted_documents"`
	// Automatic persisted queries.
	APQ APQ `toml:"apq"`
	// Who may come in.
	Authentication Authentication `toml:"authentication"`
	// What callers may have.
	Authorization Authorization `toml:"authorization"`
	// The extensions by id.
	Extensions map[string]Extension `toml:"extensions"`
	// Which web pages may read responses.
	CORS CORS `toml:"cors"`
	// Protection from requests forged by web pages.
	CSRF CSRF `toml:"csrf"`
	// Liveness and readiness.
	Health Health `toml:"health"`
	// Traces, metrics and logs.
	Telemetry Telemetry `toml:"telemetry"`
	// The cache of prepared operations.
	OperationCaching OperationCaching `toml:"operation_caching"`
	// The listener for operators.
	Admin Admin `toml:"admin"`

	src      *source
	warnings []*Error
}

// Default returns the configuration of an empty file. It has no subgraphs and so does not pass Validate.
func Default() Config {
	return Config{
		RequestBodyLimit:        2 * MiB,
		ExecutableDocumentLimit: 32 * KiB,
		Network:                 defaultNetwork(),
		Graph:                   defaultGraph(),
		Subgraphs:               map[string]Subgraph{},
		Headers:                 []HeaderRule{},
		Gateway:                 defaultGateway(),
		MCP:                     defaultMCP(),
		OperationLimits:         defaultOperationLimits(),
		ComplexityControl:       defaultComplexityControl(),
		TrustedDocuments:        defaultTrustedDocuments(),
		APQ:                     APQ{Enabled: true},
		Authentication:          Authentication{ProtectedResources: map[string]ProtectedResource{}},
		Authorization:           Authorization{DeniedFields: DeniedNull},
		Extensions:              map[string]Extension{},
		CORS:                    defaultCORS(),
		CSRF:                    defaultCSRF(),
		Health:                  defaultHealth(),
		Telemetry:               defaultTelemetry(),
		OperationCaching:        defaultOperationCaching(),
		Admin:                   defaultAdmin(),
	}
}

// Load reads and validates a file. Env looks up the variables of `{{ env.NAME }}`; os.LookupEnv is one. The error
// joins every problem as a typed [*Error]; [Problems] lists them.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return Parse(path, data, filepath.Dir(path), env)
}

// Parse reads and validates the text of a file. Name stands for the file in messages; relative paths in the text start
// from baseDir.
func Parse(name string, data []byte, baseDir string, env func(string) (string, bool)) (*Config, error) {
	dir, err := filepath.Abs(baseDir)
	if err != nil {
		return nil, fmt.Errorf("configuration folder: %s: %w", baseDir, err)
	}
	var tree map[string]any
	if _, err := toml.Decode(string(data), &tree); err != nil {
		return nil, syntaxError(name, err)
	}
	d := &decoder{src: &source{name: name, dir: dir, lines: indexLines(string(data))}, env: env}
	c := Default()
	c.src = d.src
	d.table(nil, tree, reflect.ValueOf(&c).Elem())

	// A key that could not be read has kept its default: what Validate says of it would mislead.
	unread := map[string]bool{}
	for _, p := range d.problems {
		unread[p.Key] = true
	}
	found := slices.DeleteFunc(Problems(c.Validate()), func(p *Error) bool { return unread[p.Key] })
	if err := join(append(d.problems, found...)); err != nil {
		return nil, err
	}
	c.resolve()
	c.warnings = d.warnings
	return &c, nil
}

func syntaxError(name string, err error) error {
	if parse, ok := errors.AsType[toml.ParseError](err); ok {
		return &Error{File: name, Line: parse.Position.Line, Key: parse.LastKey, Message: "invalid TOML: " + parse.Message}
	}
	return &Error{File: name, Message: "invalid TOML"}
}

// resolve fills in what a table takes from another when it does not set it itself.
func (c *Config) resolve() {
	for name, s := range c.Subgraphs {
		c.Subgraphs[name] = c.inherit(s)
	}
}

func (c *Config) inherit(s Subgraph) Subgraph {
	s.URL = orElse(s.URL, s.IntrospectionURL)
	s.IntrospectionURL = orElse(s.IntrospectionURL, s.URL)
	s.Timeout = orElse(s.Timeout, c.Gateway.SubgraphTimeout)
	if s.Retry == nil {
		s.Retry = &c.Gateway.Retry
	}
	return s
}

// Validate reports everything that is wrong with the configuration, as a join of typed [*Error] with dotted keys; file
// and line are known when the configuration was read from a file. It looks at nothing but the configuration.
func (c *Config) Validate() error {
	k := &checker{src: c.src}
	k.walk(nil, reflect.ValueOf(c).Elem(), "")
	c.checkSources(k)
	c.checkPaths(k)
	c.checkResources(k)
	c.checkExposure(k, slices.Sorted(maps.Keys(c.Extensions)))
	return join(k.problems)
}

func (c *Config) checkSources(k *checker) {
	if !c.Graph.Supergraph.IsZero() {
		return
	}
	if len(c.Subgraphs) == 0 {
		k.add(path{"graph", "supergraph"}, "is required, or [subgraphs.<name>] tables to compose: there is nothing to serve")
	}
	for _, name := range c.SubgraphNames() {
		if s := c.Subgraphs[name]; s.URL == "" && s.IntrospectionURL == "" {
			k.add(path{"subgraphs", name, "url"}, "is required when graph.supergraph is not set")
		}
	}
	if _, ok := c.Subgraphs[""]; ok {
		k.add(path{"subgraphs", ""}, "needs a name")
	}
}

// checkPaths reports paths that two handlers of the public listener would share.
func (c *Config) checkPaths(k *checker) {
	entries := []entry{
		{path{"graph", "path"}, c.Graph.Path},
		{path{"graph", "websocket_path"}, c.Graph.WebsocketPath},
	}
	if c.MCP.Enabled {
		entries = append(entries, entry{path{"mcp", "path"}, c.MCP.Path})
		for i, endpoint := range c.MCP.Endpoints {
			entries = append(entries, entry{path{"mcp", "endpoints"}.index(i).child("path"), endpoint.Path})
		}
	}
	if c.Health.Enabled && c.Health.Listen == "" {
		entries = append(entries, entry{path{"health", "path"}, c.Health.Path}, entry{path{"health", "ready_path"}, c.Health.ReadyPath})
	}
	if prometheus := c.Telemetry.Metrics.Prometheus; prometheus.Enabled && prometheus.Listen == "" {
		entries = append(entries, entry{path{"telemetry", "metrics", "prometheus", "path"}, prometheus.Path})
	}
	k.unique("path", entries)
}

// SubgraphNames lists the names of the subgraphs, sorted.
func (c *Config) SubgraphNames() []string { return slices.Sorted(maps.Keys(c.Subgraphs)) }

// Subgraph returns the settings of a subgraph; one without a table, which a supergraph may name, has those of an empty one.
func (c *Config) Subgraph(name string) Subgraph {
	if s, ok := c.Subgraphs[name]; ok {
		return s
	}
	var s Subgraph
	s.setDefaults()
	return c.inherit(s)
}

// HeaderRules returns the rules for a subgraph in the order of their application: the global ones, then its own.
func (c *Config) HeaderRules(subgraph string) []HeaderRule {
	return slices.Concat(c.Headers, c.Subgraphs[subgraph].Headers)
}

// MCPEndpoints lists the MCP endpoints that are served, the one of the [mcp] table first under the name [MainEndpoint],
// each with the values that it takes from that table and from [operation_limits]. Nil when MCP is off.
func (c *Config) MCPEndpoints() []MCPEndpoint {
	if !c.MCP.Enabled {
		return nil
	}
	endpoints := []MCPEndpoint{{Name: MainEndpoint, Path: c.MCP.Path}}
	endpoints = append(endpoints, c.MCP.Endpoints...)
	for i, endpoint := range endpoints {
		endpoint = c.MCP.resolve(endpoint)
		endpoint.OperationLimits = endpoint.OperationLimits.over(c.OperationLimits)
		endpoints[i] = endpoint
	}
	return endpoints
}

// Warnings lists what the operator should know and what does not keep the gateway from starting, in file order.
func (c *Config) Warnings() []*Error {
	k := &checker{src: c.src, problems: slices.Clone(c.warnings)}
	c.warnHeaders(k, path{"headers"}, c.Headers)
	for _, name := range c.SubgraphNames() {
		at := path{"subgraphs", name}
		c.warnHeaders(k, at.child("headers"), c.Subgraphs[name].Headers)
		if c.Subgraphs[name].MTLS.AcceptInvalidCerts {
			k.add(at.child("mtls").child("accept_invalid_certs"), "the certificate of this subgraph is not checked: anyone on the way can read and change the data")
		}
	}
	if len(c.Extensions) > 0 && c.Network.PublicURL == "" {
		k.add(path{"network", "public_url"}, "is not set: without it a refused client is not told where to find the authorization server")
	}
	return Problems(join(k.problems))
}

func (c *Config) warnHeaders(k *checker, at path, rules []HeaderRule) {
	for i, rule := range rules {
		forwards := rule.Rule == HeaderForward || rule.Rule == HeaderRenameDuplicate
		if forwards && strings.EqualFold(rule.Name, "authorization") {
			k.add(at.index(i), "forwards the caller's token to subgraphs; the MCP specification forbids that, because whoever "+
				"receives the token can act as the caller everywhere it is valid")
		}
	}
}

// CheckFiles reports each file that the configuration names and that does not exist.
func (c *Config) CheckFiles() error {
	k := &checker{src: c.src}
	k.files(nil, reflect.ValueOf(c).Elem())
	return join(k.problems)
}

func (c *checker) files(p path, rv reflect.Value) {
	if file, ok := reflect.TypeAssert[Path](rv); ok {
		c.file(p, file)
		return
	}
	switch rv.Kind() {
	case reflect.Struct:
		for _, f := range structFields(rv.Type()) {
			c.files(p.child(f.name), rv.FieldByIndex(f.index))
		}
	case reflect.Pointer:
		if !rv.IsNil() {
			c.files(p, rv.Elem())
		}
	case reflect.Slice:
		for i := range rv.Len() {
			c.files(p.index(i), rv.Index(i))
		}
	case reflect.Map:
		for _, key := range rv.MapKeys() {
			c.files(p.child(key.String()), rv.MapIndex(key))
		}
	default: // holds no path
	}
}

func (c *checker) file(p path, file Path) {
	if file.IsZero() {
		return
	}
	if _, err := os.Stat(file.Abs()); err == nil {
		return
	}
	if !strings.ContainsAny(file.Raw, "*?[") {
		c.add(p, "no such file: %s", file)
		return
	}
	if matches, err := file.Glob(); err != nil || len(matches) == 0 {
		c.add(p, "no file matches: %s", file)
	}
}

// Files lists the files that the configuration was made of, itself first: what must be watched for changes. Patterns stand for what they
// match now.
func (c *Config) Files() []string {
	var out []string
	if c.src != nil && c.src.name != "" {
		out = append(out, filepath.Join(c.src.dir, filepath.Base(c.src.name)))
	}
	add := func(p Path) {
		if p.IsZero() {
			return
		}
		if matches, err := p.Glob(); err == nil {
			out = append(out, matches...)
		}
	}
	add(c.Graph.Supergraph)
	for _, name := range c.SubgraphNames() {
		add(c.Subgraphs[name].SchemaPath)
	}
	for _, p := range c.TrustedDocuments.Manifests {
		add(p)
	}
	for _, e := range c.MCP.Endpoints {
		for _, p := range e.Documents {
			add(p)
		}
	}
	add(c.TLS.Certificate)
	add(c.TLS.Key)
	return out
}
