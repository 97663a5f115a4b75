package config_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/gateway/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestProblems reads each testdata/problems file: prose, a configuration, and everything that is said about it.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := report(archive.Files[0].Data)
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "problems", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 || string(archive.Files[1].Data) != got {
				t.Errorf("problems differ, got:\n%s", got)
			}
		})
	}
}

// report parses a configuration and renders its problems and warnings.
func report(data []byte) string {
	c, err := config.Parse("gateway.toml", data, ".", environment("SET", "value", "EMPTY", ""))
	var b strings.Builder
	for _, p := range config.Problems(err) {
		fmt.Fprintln(&b, p)
	}
	if c != nil {
		for _, w := range c.Warnings() {
			fmt.Fprintln(&b, "warning:", w)
		}
	}
	return b.String()
}

// minimal is a configuration without problems.
const minimal = "[subgraphs.a]\nurl = \"http://127.0.0.1:1/graphql\"\n"

func parse(t *testing.T, text string, env ...string) *config.Config {
	t.Helper()
	c, err := config.Parse("gateway.toml", []byte(text), t.TempDir(), environment(env...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVariablesAreFilledInEverywhere(t *testing.T) {
	c := parse(t, `
[subgraphs."my graph"]
url = "{{ env.BASE }}/graphql"
timeout = "{{env.SECONDS}}s"
headers = [{ rule = "insert", name = "authorization", value = "Bearer {{ env.TOKEN }}, {{ env.TOKEN }}" }]
[extensions.guard.config]
allowed = ["{{ env.TOKEN }}"]
`, "BASE", "http://10.0.0.1", "SECONDS", "7", "TOKEN", "{{ env.BASE }}")
	s := c.Subgraphs["my graph"]
	if s.URL != "http://10.0.0.1/graphql" || s.Timeout != 7*time.Second {
		t.Errorf("url %q timeout %s", s.URL, s.Timeout)
	}
	// The value of a variable is data: what looks like a variable in it is left alone.
	if got, want := s.Headers[0].Value.Reveal(), "Bearer {{ env.BASE }}, {{ env.BASE }}"; got != want {
		t.Errorf("value %q, want %q", got, want)
	}
	var guard struct {
		Allowed []string `toml:"allowed"`
	}
	if err := c.Extensions["guard"].Decode(&guard); err != nil || guard.Allowed[0] != "{{ env.BASE }}" {
		t.Errorf("extension got %q, %v", guard.Allowed, err)
	}
}

func TestMessagesShowNoValues(t *testing.T) {
	const secret = "hunter2"
	text := `
[network]
listen_address = "{{ env.S }}"
public_url = "{{ env.S }}"
read_timeout = "{{ env.S }}"
max_header_size = "{{ env.S }}"
[graph]
subgraph_errors = "{{ env.S }}"
[subgraphs.a]
url = "http://user:{{ env.S }}@[broken"
[[headers]]
rule = "{{ env.S }}"
name = "{{ env.S }} x"
pattern = "({{ env.S }}"
[gateway.rate_limit]
storage = "redis"
redis = { url = "{{ env.S }}" }
`
	_, err := config.Parse("gateway.toml", []byte(text), ".", environment("S", secret))
	if n := len(config.Problems(err)); n < 8 {
		t.Errorf("%d problems, want each key's: %v", n, err)
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the message shows a value:\n%v", err)
	}
}

func TestPathsStartFromTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "conf[1]", "gateway.toml")
	write(t, file, "[graph]\nsupergraph = \"../super.graphql\"\n[trusted_documents]\nmanifests = [\"docs/*.json\", \"/absolute/x\"]\n")
	write(t, filepath.Join(dir, "conf[1]", "docs", "b.json"), "{}")
	write(t, filepath.Join(dir, "conf[1]", "docs", "a.json"), "{}")
	c, err := config.Load(file, environment())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Graph.Supergraph.Abs(), filepath.Join(dir, "super.graphql"); got != want {
		t.Errorf("supergraph %q, want %q", got, want)
	}
	if c.Graph.Supergraph.Raw != "../super.graphql" || c.TrustedDocuments.Manifests[1].Abs() != "/absolute/x" {
		t.Errorf("paths %+v %+v", c.Graph.Supergraph, c.TrustedDocuments.Manifests)
	}
	files, err := c.TrustedDocuments.Manifests[0].Glob()
	if err != nil || len(files) != 2 || filepath.Base(files[0]) != "a.json" {
		t.Errorf("pattern gives %q, %v", files, err)
	}

	// CheckFiles tells the two that are missing, and not the pattern that matches.
	problems := config.Problems(c.CheckFiles())
	if len(problems) != 2 || problems[0].Key != "graph.supergraph" || problems[0].Line != 2 || problems[1].Key != "trusted_documents.manifests[1]" {
		t.Errorf("missing files: %v", problems)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	_, err := config.Load(filepath.Join(t.TempDir(), "none.toml"), environment())
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "none.toml") {
		t.Errorf("got %v", err)
	}
}

func TestInheritance(t *testing.T) {
	c := parse(t, `
[gateway]
subgraph_timeout = "3s"
[gateway.retry]
enabled = true
[subgraphs.a]
url = "http://a.internal/graphql"
[subgraphs.b]
introspection_url = "http://b.internal/graphql"
timeout = "1s"
[subgraphs.b.retry]
min_per_second = 3
[mcp]
step_up = "in_band"
[[mcp.endpoints]]
name = "support"
path = "/mcp/support"
tools = ["search"]
max_tokens = { search = 500 }
operation_limits = { depth = 4 }
[authentication]
default = "deny"
[authentication.protected_resources.mcp]
extensions = []
`)
	a, b := c.Subgraphs["a"], c.Subgraphs["b"]
	if a.Timeout != 3*time.Second || !a.Retry.Enabled || !a.Batching || a.IntrospectionURL != a.URL {
		t.Errorf("a has not taken over what it leaves out: %+v", a)
	}
	if b.Timeout != time.Second || b.Retry.Enabled || b.Retry.MinPerSecond != 3 || b.Retry.TTL != 10*time.Second || b.URL == "" {
		t.Errorf("b has not kept its own: %+v %+v", b, *b.Retry)
	}
	if s := c.Subgraph("in the supergraph only"); s.Timeout != 3*time.Second || !s.Retry.Enabled || !s.Batching || s.URL != "" {
		t.Errorf("a subgraph without a table: %+v", s)
	}
	endpoints := c.MCPEndpoints()
	if len(endpoints) != 2 || endpoints[0].Name != config.MainEndpoint || endpoints[0].Path != "/mcp" {
		t.Fatalf("endpoints %+v", endpoints)
	}
	support := endpoints[1]
	if support.MaxTokens != (config.MaxTokens{Search: 500, Introspect: 4000, Execute: 10000}) || support.StepUp != "in_band" ||
		len(support.Tools) != 1 || *support.ExecuteMutations {
		t.Errorf("support %+v", support)
	}
	limits := c.OperationLimits
	limits.Depth = 4
	if support.OperationLimits != limits || endpoints[0].OperationLimits != c.OperationLimits || c.OperationLimits.Depth != 15 {
		t.Errorf("limits of support %+v", support.OperationLimits)
	}
	if r := c.Resource("support"); r.Extensions == nil || len(r.Extensions) != 0 || r.Default != "deny" {
		t.Errorf("support is not protected like mcp: %+v", r)
	}
	if r := c.Resource("graphql"); r.Extensions != nil || r.Default != "deny" {
		t.Errorf("graphql: %+v", r)
	}
}

func TestExposureIsCheckedAgainstWhatCanAuthenticate(t *testing.T) {
	c := parse(t, minimal+"[network]\nlisten_address = \":4000\"\n[extensions.scopes]\n[extensions.jwt]\n")
	if err := c.CheckExposure([]string{"jwt"}); err != nil {
		t.Errorf("an authenticator is at work, still: %v", err)
	}
	problems := config.Problems(c.CheckExposure(nil))
	if len(problems) != 2 || problems[0].Key != "authentication.default" {
		t.Errorf("nothing authenticates on a public listener, got %v", problems)
	}
}
