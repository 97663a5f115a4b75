package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/sluice-gateway/sluice/gateway/config"
)

const rootFile = "../../gateway.toml"

func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func anyEnvironment(name string) (string, bool) { return "value-of-" + name, true }

func TestTheRootFileHoldsTheDefaults(t *testing.T) {
	c, err := config.Load(rootFile, environment())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.SubgraphNames(), []string{"accounts", "inventory", "products", "reviews"}; !slices.Equal(got, want) {
		t.Errorf("subgraphs %q, want those of the demo %q", got, want)
	}
	if warnings := c.Warnings(); len(warnings) > 0 {
		t.Errorf("warnings: %v", warnings)
	}
	want := config.Default()
	got, expected := reflect.ValueOf(*c), reflect.ValueOf(want)
	for i := range got.NumField() {
		field := got.Type().Field(i)
		if !field.IsExported() || field.Name == "Subgraphs" {
			continue
		}
		if a, b := got.Field(i).Interface(), expected.Field(i).Interface(); !reflect.DeepEqual(a, b) {
			t.Errorf("%s differs\n file: %+v\n code: %+v", field.Name, a, b)
		}
	}
}

// commented is a key or table that the root file shows without setting it: "#" and no space.
var commented = regexp.MustCompile(`(?m)^#(["\[\]a-zA-Z_].*)$`)

func TestTheRootFileMentionsEveryKey(t *testing.T) {
	data, err := os.ReadFile(rootFile)
	if err != nil {
		t.Fatal(err)
	}
	full := commented.ReplaceAllString(string(data), "$1")
	if _, err := config.Parse("gateway.toml", []byte(full), t.TempDir(), anyEnvironment); err != nil {
		t.Errorf("with all examples set the file does not load:\n%v", err)
	}
	var tree map[string]any
	if _, err := toml.Decode(full, &tree); err != nil {
		t.Fatal(err)
	}
	mentioned := map[string]bool{}
	flatten("", tree, mentioned)
	for _, key := range config.Keys() {
		if signal := signalExporters.FindString(key); signal != "" {
			key = strings.Replace(key, signal, "telemetry.exporters", 1)
		}
		if strings.HasPrefix(key, "mcp.endpoints[].operation_limits.") {
			key = strings.Replace(key, "mcp.endpoints[].", "", 1)
		}
		if key == "mcp.endpoints[].contract.default_key" {
			key = "graph.contracts.default_key"
		}
		// Both lists of header rules have the same keys; each is shown where it is common.
		twin := strings.Replace("subgraphs.<name>."+key, "subgraphs.<name>.subgraphs.<name>.", "", 1)
		if !mentioned[key] && !mentioned[twin] {
			t.Errorf("%s is not in gateway.toml", key)
		}
	}
}

// signalExporters are tables that repeat telemetry.exporters for one signal; the file shows them once.
var signalExporters = regexp.MustCompile(`^telemetry\.(tracing|metrics|logs)\.exporters`)

// flatten notes the keys of a tree in the form of config.Keys, where a map's keys are <name>.
func flatten(prefix string, v any, into map[string]bool) {
	into[prefix] = true
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			flatten(strings.TrimPrefix(prefix+"."+key, "."), value, into)
			flatten(strings.TrimPrefix(prefix+".<name>", "."), value, into)
		}
	case []map[string]any:
		for _, element := range v {
			flatten(prefix+"[]", element, into)
		}
	case []any:
		for _, element := range v {
			flatten(prefix+"[]", element, into)
		}
	}
}

func TestDefaultsLackOnlySomethingToServe(t *testing.T) {
	c := config.Default()
	problems := config.Problems(c.Validate())
	if len(problems) != 1 || problems[0].Key != "graph.supergraph" {
		t.Errorf("got %v, want one problem at graph.supergraph", problems)
	}
}

func TestARealisticGrafbaseFileLoads(t *testing.T) {
	path := filepath.Join("testdata", "grafbase.toml")
	c, err := config.Load(path, environment("PRODUCTS_KEY", "k", "REDIS_URL", "rediss://redis.internal:6379", "OTLP_TOKEN", "t"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Network.ListenAddress, "0.0.0.0:5000"; got != want {
		t.Errorf("listen_address %q, want %q", got, want)
	}
	if got := c.HeaderRules("products"); len(got) != 4 || got[3].Value.Reveal() != "k" {
		t.Errorf("header rules of products: %d, want the three global ones and its own", len(got))
	}
	if got := c.Resource("mcp").Extensions; !slices.Equal(got, []string{"jwt"}) {
		t.Errorf("extensions of mcp: %q", got)
	}
	if got, want := c.Subgraphs["reviews"].Timeout.String(), "20s"; got != want {
		t.Errorf("timeout of reviews %s, want the gateway's %s", got, want)
	}
	include, exclude := c.Graph.Contracts.Tags()
	if !slices.Equal(include, []string{"public"}) || !slices.Equal(exclude, []string{"internal"}) {
		t.Errorf("contract %q %q", include, exclude)
	}
	var warned []string
	for _, w := range c.Warnings() {
		warned = append(warned, w.Key)
	}
	want := []string{
		"network.public_url", "gateway.retry.retry_mutations", "traffic_shaping", "graph.contracts.cache", "headers[1]",
		"subgraphs.reviews.entity_caching", "extensions.authenticated", "extensions.jwt.version", "entity_caching", "wasm",
	}
	slices.Sort(warned)
	slices.Sort(want)
	if !slices.Equal(warned, want) {
		t.Errorf("warnings at\n %q, want\n %q", warned, want)
	}
}
