package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/gateway"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/gateway/demo"
	"github.com/sluice-gateway/sluice/gateway/demo/authserver"
)

func demoCommand() command {
	const args = "[--port N] [--auth]"
	return command{
		name: "demo", args: args, summary: "start four demo subgraphs and the gateway on them",
		run: func(ctx context.Context, env *environment, a []string) error {
			f := env.flags("demo", args)
			port := f.Int("port", 4000, "port of the gateway; 0 takes free ports for everything")
			auth := f.Bool("auth", false, "protect the graph, with a development authorization server")
			verbose := f.Bool("v", false, "log every request")
			if _, err := env.parse(f, a, 0, 0); err != nil {
				return err
			}
			return runDemo(ctx, env, *port, *auth, *verbose)
		},
	}
}

func runDemo(ctx context.Context, env *environment, port int, auth, verbose bool) error {
	first, authPort := demo.DefaultPort, authserver.DefaultPort
	if port == 0 {
		first, authPort = 0, 0
	}
	// The port must be known, and taken, before anything else: tokens are issued for the gateway's URL.
	l, err := gateway.Listen(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err //nolint:wrapcheck // it names the port and the way out
	}
	defer l.Close()
	address := l.Addr().String()
	port = l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a TCP listener
	d, err := demo.Start(ctx, demo.Options{FirstPort: first, Auth: auth})
	if err != nil {
		return fmt.Errorf("%w; sluice demo --port 0 takes free ports", err)
	}
	defer d.Close()
	origin := "http://localhost:" + strconv.Itoa(port)
	text := demoConfig(d, address, origin)
	token := ""
	if auth {
		as, err := demo.StartAuthServer(ctx, demo.AuthOptions{Port: authPort, Resources: []string{origin + "/mcp", origin + "/graphql"}})
		if err != nil {
			return fmt.Errorf("%w; sluice demo --port 0 takes free ports", err)
		}
		defer as.Close()
		text += authConfig(as, origin)
		if token, err = as.Token(demo.Users()[0].Username, origin+"/mcp", demo.Scopes()...); err != nil {
			return fmt.Errorf("demo token: %w", err)
		}
	}
	cfg, err := config.Parse("demo.toml", []byte(text), ".", env.lookup)
	if err != nil {
		return fmt.Errorf("demo configuration: %w", err)
	}
	level := "warn"
	if verbose {
		level = "debug"
	}
	log := env.logger(level, "text")
	g, err := gateway.New(ctx, cfg, gateway.Options{Version: version(), Logger: log, Listener: l})
	if err != nil {
		return env.report(err)
	}
	return serve(ctx, env, g, log, func() { printDemo(env.stdout, d, origin, token) })
}

func demoConfig(d *demo.Demo, address, origin string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `[network]
listen_address = %q
public_url = %q
[graph]
introspection = true
subgraph_errors = "propagate"
[telemetry.logs]
access = true
`, address, origin)
	for _, sg := range d.Subgraphs() {
		fmt.Fprintf(&b, "[subgraphs.%q]\nurl = %q\n[[subgraphs.%q.headers]]\nrule = \"forward\"\nname = \"x-user-id\"\n", sg.Name, sg.URL, sg.Name)
	}
	return b.String()
}

func authConfig(as *authserver.Server, origin string) string {
	return fmt.Sprintf(`[extensions.authenticated]
[extensions.requires-scopes]
[extensions.jwt.config]
url = %[1]q
issuer = %[2]q
challenge_scopes = ["accounts:read"]
protected_resources.mcp.audience = %[3]q
protected_resources.graphql.audience = %[4]q
[extensions.jwt.config.oauth.protected_resource.metadata]
resource = %[3]q
authorization_servers = [%[2]q]
`, as.JWKSURL(), as.Issuer(), origin+"/mcp", origin+"/graphql")
}

// demoQuery crosses all four subgraphs.
const demoQuery = `{latestReviews(first:2){rating title author{name} product{name price{amount currency} shippingEstimate{amount currency}}}}`

func printDemo(w io.Writer, d *demo.Demo, origin, token string) {
	fmt.Fprintln(w, "Sluice demo: a shop over four subgraphs, composed and served.")
	fmt.Fprintln(w)
	for _, sg := range d.Subgraphs() {
		fmt.Fprintf(w, "  %-10s %s\n", sg.Name, sg.URL)
	}
	fmt.Fprintf(w, "\nMCP\n%s/mcp\n\nGraphQL (open it in a browser)\n%s/graphql\n\nHealth\n%s/health\n", origin, origin, origin)
	header, option := "", ""
	if token != "" {
		fmt.Fprintf(w, "\nToken of %s, for clients that cannot log in:\n%s\n", demo.Users()[0].Name, token)
		header = ` -H "Authorization: Bearer $TOKEN"`
		option = ` --header "Authorization: Bearer $TOKEN"`
	}
	fmt.Fprintf(w, "\nClaude Code:  claude mcp add --transport http sluice-demo %s/mcp%s\n", origin, option)
	fmt.Fprintf(w, "Cursor:       ~/.cursor/mcp.json  {\"mcpServers\":{\"sluice-demo\":{\"url\":\"%s/mcp\"}}}\n", origin)
	fmt.Fprintf(w, "VS Code:      .vscode/mcp.json    {\"servers\":{\"sluice-demo\":{\"type\":\"http\",\"url\":\"%s/mcp\"}}}\n", origin)
	fmt.Fprintf(w, "\nTry it:\ncurl -s %s/graphql%s -H 'Content-Type: application/json' -d '{\"query\":\"%s\"}'\n", origin, header, demoQuery)
	fmt.Fprintf(w, "%s/graphql?query=%s\n\nCtrl-C ends everything.\n", origin, url.QueryEscape(demoQuery))
}
