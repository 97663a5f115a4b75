package mcp

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// Names of the built-in tools.
const (
	ToolSearch     = "search"
	ToolIntrospect = "introspect"
	ToolExecute    = "execute"
	ToolMutate     = "mutate"
)

// Config is one MCP endpoint as the operator wants it. The zero value of a
// field means what its comment says.
type Config struct {
	Name        string // serverInfo.name; empty means "sluice"
	Version     string // serverInfo.version; empty means "dev"
	Title       string // shown to people; empty means Name
	Description string // one sentence about the API
	WebsiteURL  string

	// Instructions replaces the built-in text that teaches agents the tools.
	Instructions string
	// Tools lists the built-in tools to offer; nil means search, introspect and
	// execute. ToolMutate need not be listed: it exists exactly when
	// ExecuteMutations is set and execute is offered.
	Tools []string
	// ExecuteMutations allows mutations, by the tool mutate.
	ExecuteMutations bool
	// DocumentTools makes every trusted document that has a name a tool.
	DocumentTools bool
	// DocumentsEnforced refuses operations that are no trusted documents.
	DocumentsEnforced bool
	// MaxTokens bounds the answers; a call may ask for less, never for more.
	MaxTokens MaxTokens

	// MaxBodyBytes bounds a request's body; 0 means 1 MiB.
	MaxBodyBytes int64
	// CallTimeout bounds one tool call; 0 means 30 s.
	CallTimeout time.Duration
	// ListTTL is how long a client may keep the list of tools for its user; 0 means
	// ask every time. A list with restricted documents is never kept, since a
	// client would go on to show it after its user was granted more.
	ListTTL time.Duration

	// AllowedHosts are the values of Host that are answered, with or without
	// port, beside loopback names on a loopback connection. Empty: all others on
	// other connections.
	AllowedHosts []string
	// AllowedOrigins are the browser origins that may call, as
	// "scheme://host[:port]"; "*" allows all. An origin that is the same as an
	// allowed or loopback Host always may.
	AllowedOrigins []string
	// AllowOrigin allows further origins, for lists with patterns; nil allows none.
	AllowOrigin func(origin string) bool
}

// MaxTokens is the token budget of each tool's answer. 0 means 2000 for search,
// 4000 for introspect and 10000 for execute, mutate and documents.
type MaxTokens struct {
	Search, Introspect, Execute int
}

// minTokens is the least budget with which an answer can say anything.
const minTokens = 100

// withDefaults fills in what is zero and reports every value that cannot be.
func (c Config) withDefaults() (Config, error) {
	c.Name = or(c.Name, "sluice")
	c.Version = or(c.Version, "dev")
	c.Title = or(c.Title, c.Name)
	c.MaxTokens.Search = or(c.MaxTokens.Search, 2000)
	c.MaxTokens.Introspect = or(c.MaxTokens.Introspect, 4000)
	c.MaxTokens.Execute = or(c.MaxTokens.Execute, 10_000)
	c.MaxBodyBytes = or(c.MaxBodyBytes, 1<<20)
	c.CallTimeout = or(c.CallTimeout, 30*time.Second)
	if c.Tools == nil {
		c.Tools = []string{ToolSearch, ToolIntrospect, ToolExecute}
	}
	var errs []error
	for _, t := range c.Tools {
		if !slices.Contains([]string{ToolSearch, ToolIntrospect, ToolExecute, ToolMutate}, t) {
			errs = append(errs, fmt.Errorf("tools: unknown tool %q", t))
		}
	}
	if slices.Contains(c.Tools, ToolMutate) && !c.ExecuteMutations {
		errs = append(errs, errors.New("tools: mutate needs execute_mutations = true"))
	}
	for key, n := range map[string]int{"search": c.MaxTokens.Search, "introspect": c.MaxTokens.Introspect, "execute": c.MaxTokens.Execute} {
		if n < minTokens {
			errs = append(errs, fmt.Errorf("max_tokens.%s: %d is less than %d", key, n, minTokens))
		}
	}
	if c.MaxBodyBytes < 0 || c.CallTimeout < 0 || c.ListTTL < 0 {
		errs = append(errs, errors.New("sizes and durations must not be negative"))
	}
	for _, o := range c.AllowedOrigins {
		if u, err := url.Parse(o); o != "*" && (err != nil || u.Scheme == "" || u.Host == "" || u.Path != "") {
			errs = append(errs, fmt.Errorf("allowed origin %q: want scheme://host[:port]", o))
		}
	}
	return c, errors.Join(errs...)
}

func (c Config) offers(tool string) bool {
	if tool == ToolMutate {
		return c.ExecuteMutations && (slices.Contains(c.Tools, ToolMutate) || slices.Contains(c.Tools, ToolExecute))
	}
	return slices.Contains(c.Tools, tool)
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
