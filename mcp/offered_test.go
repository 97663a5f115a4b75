package mcp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/mcp"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// TestSearchOffersOnlyWhatToolsRun asks the real index, whose ways and suggestions must keep to what is offered too.
func TestSearchOffersOnlyWhatToolsRun(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { invoice(id: ID!): Invoice }
		type Mutation { cancelInvoice(id: ID!, reason: CancelReason!): CancelInvoicePayload }
		type Subscription { invoiceCancelled: Invoice }
		type Invoice { id: ID! cancelledAt: String }
		type CancelInvoicePayload { invoice: Invoice cancellationFee: Int }
		enum CancelReason { MISTAKE }`})
	documents := []search.Document{
		{Name: "cancel_it", Description: "Cancel an invoice.", Call: "call cancel_it"},
		{Name: "find_it", Description: "Find an invoice to cancel.", Call: "call find_it"},
	}
	view := mcp.View{Schema: schema, Index: search.Build(schema, search.BuildOptions{Documents: documents})}
	for name, c := range map[string]struct {
		cfg    mcp.Config
		absent []string
		there  []string
	}{
		"mutations are switched off": {
			absent: []string{"Mutation", "cancelInvoice", "CancelInvoicePayload", "CancelReason", "invoiceCancelled", "call cancel_it"},
			there:  []string{"Invoice.cancelledAt", "call find_it"},
		},
		"mutations are switched on": {
			cfg:    mcp.Config{ExecuteMutations: true},
			absent: []string{"invoiceCancelled"},
			there:  []string{"Mutation.cancelInvoice", "call cancel_it", "call find_it"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			su := newSetup(t, c.cfg, func(d *mcp.Deps) {
				d.Schemas = everybody{view}
				d.Documents = []mcp.Document{
					{ID: "1", Name: "cancel_it", Query: `mutation { cancelInvoice(id: 1, reason: MISTAKE) { cancellationFee } }`},
					{ID: "2", Name: "find_it", Query: `{ invoice(id: 1) { id } }`},
				}
			})
			text := su.call(t, mcp.ToolSearch, `{"keywords": ["cancel invoice", "cancellation fee", "cancelInvoic"]}`).text()
			for _, w := range c.there {
				if !strings.Contains(text, w) {
					t.Errorf("no %s in\n%s", w, text)
				}
			}
			for _, w := range c.absent {
				if strings.Contains(text, w) {
					t.Errorf("%s is offered in\n%s", w, text)
				}
			}
		})
	}
}

// everybody shows every caller the same view.
type everybody struct{ view mcp.View }

func (e everybody) Schema(context.Context) mcp.View { return e.view }
