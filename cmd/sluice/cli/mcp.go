package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/gateway"
	"github.com/sluice-gateway/sluice/gateway/config"
)

func mcpCommand() command {
	const args = "URL [--stdio | --port N] [-H 'Name: value']... [--schema FILE] [--execute-mutations]"
	return command{
		name: "mcp", args: "URL [flags]", summary: "offer any one GraphQL API to agents, without a configuration",
		run: func(ctx context.Context, env *environment, a []string) error {
			f := env.flags("mcp", args)
			port := f.Int("port", 5000, "`port` on 127.0.0.1; 0 takes a free one")
			stdio := f.Bool("stdio", false, "speak MCP on standard input and output, for desktop clients")
			file := f.String("schema", "", "`FILE` with the API's SDL or introspection result; without it the API is asked")
			var single gateway.Single
			headers(f, &single.Headers)
			f.BoolVar(&single.ExecuteMutations, "execute-mutations", false, "let agents run mutations")
			f.IntVar(&single.MaxTokens.Search, "max-tokens-search", 0, "most `tokens` of a search result; 0 means 2000")
			f.IntVar(&single.MaxTokens.Introspect, "max-tokens-introspect", 0, "most `tokens` of an introspect result; 0 means 4000")
			f.IntVar(&single.MaxTokens.Execute, "max-tokens-execute", 0, "most `tokens` of an execute result; 0 means 10000")
			verbose := f.Bool("v", false, "log every request, without its values")
			rest, err := env.parse(f, a, 1, 1)
			if err != nil {
				return err
			}
			single.URL = rest[0]
			if u, err := url.Parse(single.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				return fmt.Errorf("mcp: %q is not an http or https URL", single.URL)
			}
			if *file != "" {
				if single.Schema, err = os.ReadFile(*file); err != nil {
					return fmt.Errorf("schema: %w", err)
				}
			}
			single.ListenAddress = net.JoinHostPort("127.0.0.1", strconv.Itoa(*port))
			return runMCP(ctx, env, single, *stdio, *verbose)
		},
	}
}

// headers makes -H a flag that may be given several times.
func headers(f *flag.FlagSet, list *[]gateway.SingleHeader) {
	f.Func("H", "`header` 'Name: value' for the API; may be given several times, and is never logged", func(s string) error {
		name, value, ok := strings.Cut(s, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return errors.New("want 'Name: value'")
		}
		*list = append(*list, gateway.SingleHeader{Name: name, Value: config.NewSecret(strings.TrimSpace(value))})
		return nil
	})
}

func runMCP(ctx context.Context, env *environment, single gateway.Single, stdio, verbose bool) error {
	level := "warn"
	if verbose {
		level = "debug"
	}
	log := env.logger(level, "text")
	g, err := gateway.NewSingle(ctx, single, gateway.Options{Version: version(), Logger: log})
	if err != nil {
		return env.report(err)
	}
	if stdio {
		err := g.ServeStdio(ctx, env.stdin, env.stdout)
		if ctx.Err() != nil {
			err = nil // the client's way to end it
		}
		return errors.Join(err, g.Shutdown(context.WithoutCancel(ctx)))
	}
	return serve(ctx, env, g, log, func() { fmt.Fprintf(env.stdout, "http://%s/mcp\n", g.Address()) })
}
