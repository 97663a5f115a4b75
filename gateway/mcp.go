package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/trusted"
	"github.com/sluice-gateway/sluice/mcp"
	"github.com/sluice-gateway/sluice/mcp/search"
)

// listTTL is how long an agent's client may go on with the tools that it knows: a reload may have changed the documents among them.
const listTTL = time.Minute

// newMCP makes the MCP server of an endpoint on its pipeline.
func newMCP(cfg *config.Config, e config.MCPEndpoint, p *pipeline, index *search.Index, store *trusted.Store, version string, log *slog.Logger) (*mcp.Server, error) {
	documents := []mcp.Document{}
	for _, d := range store.All() {
		documents = append(documents, mcp.Document{
			ID: d.ID, Name: d.Name, Title: d.Title, Description: d.Description, Query: d.Text, OperationName: d.OperationName,
			Variables: d.Variables, Restricted: len(d.Scopes) > 0,
		})
	}
	return mcp.New(mcp.Config{ //nolint:wrapcheck // it names the endpoint's keys
		Name: "sluice", Version: version, Instructions: e.Instructions,
		Tools: e.Tools, ExecuteMutations: *e.ExecuteMutations,
		DocumentTools: cfg.TrustedDocuments.MCPTools, DocumentsEnforced: cfg.TrustedDocuments.Enforced,
		MaxTokens:    mcp.MaxTokens{Search: e.MaxTokens.Search, Introspect: e.MaxTokens.Introspect, Execute: e.MaxTokens.Execute},
		MaxBodyBytes: int64(cfg.RequestBodyLimit), CallTimeout: cfg.Gateway.Timeout, ListTTL: listTTL,
		AllowedHosts: allowedHosts(cfg), AllowOrigin: newOrigins(slices.Concat(cfg.MCP.AllowedOrigins, cfg.CORS.AllowOrigins)).allow,
	}, mcp.Deps{
		Executor: &executor{p}, Schemas: &schemaSource{p, index, e.HiddenFields == config.FieldsMark}, Schema: p.view.schema.API, Documents: documents,
		Logger: log, Observe: p.observe.tool,
	})
}

// executor runs the tools' operations through the pipeline.
type executor struct{ pipeline *pipeline }

func (x *executor) request(ctx context.Context, req mcp.Request) *operationRequest {
	return &operationRequest{
		Request: operation.Request{
			Query: req.Query, DocumentID: req.DocumentID, OperationName: req.OperationName, Variables: req.Variables,
		},
		header: req.Header, caller: callerFrom(ctx), readOnly: req.ReadOnly,
	}
}

// Execute implements mcp.Executor.
func (x *executor) Execute(ctx context.Context, req mcp.Request) mcp.Response {
	res, no := x.pipeline.run(x.pipeline.observe.callContext(ctx, req.Header), x.request(ctx, req))
	if no != nil {
		return x.refusal(no)
	}
	return mcp.Response{Body: res.Body, HasData: res.HasData, Release: res.Release}
}

// refusal turns a refusal into the tool's terms.
func (x *executor) refusal(no *refused) mcp.Response {
	if no.auth != nil {
		out := mcp.Response{Body: x.pipeline.codes.rename(appendRefusal(nil, no.auth)), Refused: mcp.RefusedScopes}
		if no.auth.Status >= http.StatusInternalServerError { // nobody judged the caller
			out.Refused = mcp.RefusedOther
		}
		if x.pipeline.stepUp {
			header := http.Header{}
			no.auth.Complete(x.pipeline.challenge).SetHeaders(header)
			out.Status, out.Header = no.auth.Status, header
		}
		return out
	}
	return mcp.Response{Body: x.pipeline.codes.rename(errorBody(no.errs)), Refused: refusalOf(no.errs)}
}

func refusalOf(errs operation.ErrorList) mcp.Refusal {
	switch errs[0].Code {
	case codeMutationRefused:
		return mcp.RefusedMutation
	case codeSubscriptionRefused:
		return mcp.RefusedSubscription
	case codeUntrusted:
		return mcp.RefusedUntrusted
	case operation.CodeParsing, operation.CodeValidation, operation.CodeSelection, operation.CodeVariable:
		return mcp.NotRefused
	default:
		return mcp.RefusedOther
	}
}

func (x *executor) errors(no *refused) []mcp.Error {
	codes := x.pipeline.codes
	if no.auth != nil {
		return []mcp.Error{{Message: no.auth.Message, Code: codes.code(no.auth.Code)}}
	}
	out := make([]mcp.Error, len(no.errs))
	for i, e := range no.errs {
		out[i] = mcp.Error{Message: e.Message, Code: codes.code(string(e.Code))}
	}
	return out
}

// DryRun implements mcp.Executor.
func (x *executor) DryRun(ctx context.Context, req mcp.Request) mcp.DryRun {
	r := x.request(ctx, req)
	op, no := x.pipeline.admit(ctx, r)
	if no == nil {
		no = unstreamed(op)
	}
	out := mcp.DryRun{HeldScopes: r.caller.Scopes}
	if no != nil {
		out.Errors, out.Refused = x.errors(no), x.refusal(no).Refused
		return out
	}
	out.Limits = x.pipeline.limitUse(op.Measures, op.Cost)
	out.RequiredScopes = requiredScopes(r.caller, op)
	pl, err := x.pipeline.engine.Plan(op.Prepared, op.execution)
	if err != nil {
		out.Errors, out.Refused = x.errors(&refused{errs: listOf(err)}), mcp.RefusedOther
		return out
	}
	requests := map[string]int{}
	for i := range pl.Fetches {
		name := x.pipeline.view.schema.Subgraphs[pl.Fetches[i].Subgraph].Name
		if requests[name] == 0 {
			out.Fetches = append(out.Fetches, mcp.Fetch{Subgraph: name})
		}
		requests[name]++
	}
	for i := range out.Fetches {
		out.Fetches[i].Requests = requests[out.Fetches[i].Subgraph]
	}
	return out
}

// requiredScopes names the scopes that the operation needs from this caller: one alternative, which asks for the least.
func requiredScopes(tok extensions.Token, op *ready) [][]string {
	var all [][][]string
	if len(op.document.scopes) > 0 {
		all = append(all, [][]string{op.document.scopes})
	}
	for _, p := range op.Protected {
		if p.Directive == extensions.DirectiveRequiresScopes {
			all = append(all, p.Requirement)
		}
	}
	if scopes := tok.ScopesFor(all); len(scopes) > 0 {
		return [][]string{scopes}
	}
	return nil
}

// limitUse lists what an operation takes of each limit that is on.
func (p *pipeline) limitUse(m operation.Measures, cost int) []mcp.LimitUse {
	var out []mcp.LimitUse
	for _, l := range []mcp.LimitUse{
		{Name: "depth", Used: m.Depth, Max: p.limits.Depth},
		{Name: "height", Used: m.Height, Max: p.limits.Height},
		{Name: "aliases", Used: m.Aliases, Max: p.limits.Aliases},
		{Name: "root_fields", Used: m.RootFields, Max: p.limits.RootFields},
		{Name: "complexity", Used: m.Complexity, Max: p.limits.Complexity},
		{Name: "cost", Used: cost, Max: p.costLimit},
	} {
		if l.Max > 0 {
			out = append(out, l)
		}
	}
	return out
}

// schemaSource gives each caller its view of the schema.
type schemaSource struct {
	pipeline *pipeline
	index    *search.Index
	mark     bool // show everything; the directives on fields tell what they need
}

// Schema implements mcp.SchemaSource.
func (s *schemaSource) Schema(ctx context.Context) mcp.View {
	v := mcp.View{
		Schema: s.pipeline.view.schema.API, Index: s.index, HiddenDocument: s.pipeline.documents.hiddenFrom(callerFrom(ctx)),
	}
	if s.mark {
		return v
	}
	if hidden := s.pipeline.view.hiddenFrom(ctx, s.pipeline.authorizers, callerFrom(ctx), s.pipeline.log); hidden != nil {
		v.Hidden = hidden.Hides
	}
	return v
}
