// Command sluice opens a federated GraphQL graph to agents over MCP, and to other clients over HTTP.
//
// For a build with extensions of your own, copy this file, add a blank import of their packages, and run go build.
package main

import (
	"os"

	"github.com/sluice-gateway/sluice/cmd/sluice/cli"
	_ "github.com/sluice-gateway/sluice/extensions/standard"
)

func main() { os.Exit(cli.Main()) }
