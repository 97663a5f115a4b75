package mcp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/mcp"
)

// limited refuses every operation for its size.
type limited struct{ mcp.Executor }

func (limited) DryRun(context.Context, mcp.Request) mcp.DryRun {
	return mcp.DryRun{Errors: []mcp.Error{{Message: "too large", Code: "OPERATION_LIMIT_EXCEEDED"}}, Refused: mcp.RefusedOther}
}

// TestADryRunDoesNotReadWhatWasRefused: an operation refused for its size is neither mended nor searched for deprecated fields.
func TestADryRunDoesNotReadWhatWasRefused(t *testing.T) {
	su := newSetup(t, mcp.Config{}, func(d *mcp.Deps) { d.Executor = limited{d.Executor} })
	for _, query := range []string{`{ viewer { email } }`, `{ viewer { nope } }`} {
		text := su.call(t, "execute", `{"query": "`+query+`", "dry_run": true}`).text()
		if !strings.Contains(text, "too large") || strings.Contains(text, "deprecated") || strings.Contains(text, "nope") {
			t.Errorf("%s: got %s", query, text)
		}
	}
}
