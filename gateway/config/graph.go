package config

import (
	"encoding/json"
	"strings"
	"time"
)

// Graph is the [graph] table: where the schema comes from and how it is offered over HTTP.
type Graph struct {
	// Path of the GraphQL endpoint.
	Path string `toml:"path" check:"path"`
	// Path of the WebSocket endpoint for subscriptions.
	WebsocketPath string `toml:"websocket_path" check:"path"`
	// Whether `__schema` and `__type` are answered; with it, a browser that opens the path gets GraphiQL.
	Introspection bool `toml:"introspection"`
	// Whether `__search` and `__definitions`, proposed by the GraphQL AI working group, are answered: they find fields by words and show elements by coordinates, within what the caller may see. Needs no `introspection`, and does not open it.
	SearchIntrospection bool `toml:"search_introspection"`
	// Composed supergraph SDL (join specification v0.1 to v0.5). Empty: the gateway composes the `[subgraphs]` itself.
	Supergraph Path `toml:"supergraph"`
	// How often the SDL of subgraphs without a `schema_path` is fetched again. 0 fetches it only at start-up and on reload; files are always watched.
	PollInterval time.Duration `toml:"poll_interval"`
	// What clients see of an error that a subgraph reports: `propagate` shows its message and extensions, `redact` replaces the message and keeps only the code, `wrap` shows one gateway error with the subgraph's own inside.
	SubgraphErrors string `toml:"subgraph_errors" oneof:"propagate|redact|wrap"`
	// Other names for the error codes that clients see: `CODE = "NEW_CODE"`.
	ErrorCodeMapping map[string]string `toml:"error_code_mapping"`
	// The part of the graph that this gateway offers.
	Contracts Contract `toml:"contracts"`
}

// The values of Graph.SubgraphErrors.
const (
	ErrorsPropagate = "propagate"
	ErrorsRedact    = "redact"
	ErrorsWrap      = "wrap"
)

func defaultGraph() Graph {
	return Graph{
		Path:             "/graphql",
		WebsocketPath:    "/ws",
		SubgraphErrors:   ErrorsRedact,
		ErrorCodeMapping: map[string]string{},
		Contracts:        defaultContract(),
	}
}

func (g Graph) validate(c *checker, p path) {
	if g.Path == "" {
		c.add(p.child("path"), "must not be empty")
	}
	if g.SubgraphErrors == "" {
		c.add(p.child("subgraph_errors"), "must not be empty")
	}
	if g.PollInterval > 0 && g.PollInterval < time.Second {
		c.add(p.child("poll_interval"), `must be at least "1s", or 0`)
	}
}

// Contract selects a part of the graph by `@tag`, at composition.
type Contract struct {
	// Tags to offer: only elements that carry one of them. Empty: all.
	Include []string `toml:"include"`
	// Tags to hide. They win over included ones.
	Exclude []string `toml:"exclude"`
	// Whether types that no remaining field leads to are hidden too.
	HideUnreachableTypes bool `toml:"hide_unreachable_types"`
	// The same in Grafbase's form, a JSON object with `includedTags` and `excludedTags`; added to the lists above.
	DefaultKey string `toml:"default_key"`
}

func defaultContract() Contract {
	return Contract{Include: []string{}, Exclude: []string{}, HideUnreachableTypes: true}
}

func (c *Contract) setDefaults() { *c = defaultContract() }

// Tags returns the included and the excluded tags, those of DefaultKey among them.
func (c Contract) Tags() (include, exclude []string) {
	key, _ := c.grafbaseKey()
	include = append(append(include, c.Include...), key.IncludedTags...)
	exclude = append(append(exclude, c.Exclude...), key.ExcludedTags...)
	return include, exclude
}

type grafbaseContractKey struct {
	IncludedTags []string `json:"includedTags"`
	ExcludedTags []string `json:"excludedTags"`
}

func (c Contract) grafbaseKey() (key grafbaseContractKey, ok bool) {
	if c.DefaultKey == "" {
		return key, true
	}
	d := json.NewDecoder(strings.NewReader(c.DefaultKey))
	d.DisallowUnknownFields()
	return key, d.Decode(&key) == nil
}

func (c Contract) validate(ch *checker, p path) {
	if _, ok := c.grafbaseKey(); !ok {
		ch.add(p.child("default_key"), `must be a JSON object such as {"includedTags": ["public"]}`)
	}
	include, exclude := c.Tags()
	for _, tag := range append(include, exclude...) {
		if tag == "" {
			ch.add(p, "has an empty tag")
		}
	}
}
