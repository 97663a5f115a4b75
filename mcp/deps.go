package mcp

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	mcpserver "github.com/mark3labs/mcp-go/server"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sluice-gateway/sluice/mcp/search"
)

// Deps is what a Server needs from the gateway.
type Deps struct {
	Executor Executor
	Schemas  SchemaSource
	// Schema is the API schema of the endpoint; document tools are typed by it.
	Schema *ast.Schema
	// Documents are the trusted documents of the endpoint.
	Documents []Document
	// Tools are further tools, of the program that embeds the server. A handler's
	// error is logged and not sent.
	Tools []mcpserver.ServerTool
	// Logger receives panics and refused start-ups, never what callers sent.
	Logger *slog.Logger
	// Observe is told about every finished tool call; nil is allowed.
	Observe func(ctx context.Context, c CallStats)
}

// CallStats is one finished tool call, for metrics.
type CallStats struct {
	Tool     string // a tool of this server
	Duration time.Duration
	IsError  bool
	Cut      bool // the result did not fit its budget
	Tokens   int  // of the result, by [search.EstimateTokens]
}

// Executor runs operations through the gateway's whole pipeline. The caller's
// identity is in ctx, where the gateway's middleware put it. Implementations
// are safe for concurrent use.
type Executor interface {
	Execute(ctx context.Context, req Request) Response
	// DryRun judges the operation without running it.
	DryRun(ctx context.Context, req Request) DryRun
}

// Request is one operation. Exactly one of Query and DocumentID is set.
type Request struct {
	Query         string
	DocumentID    string
	OperationName string
	Variables     json.RawMessage // a JSON object, or empty
	// Header is the header of the MCP request, with the W3C trace context of
	// its _meta where the HTTP header had none. It holds the caller's
	// Authorization: what of it reaches a subgraph is up to the header rules.
	Header http.Header
	// ReadOnly asks the executor to refuse mutations with RefusedMutation.
	ReadOnly bool
}

// Refusal says why an operation was not run although its text may be right.
type Refusal uint8

// The refusals that the tools explain beyond the errors of the response.
const (
	NotRefused          Refusal = iota
	RefusedMutation             // a mutation in a read-only request
	RefusedUntrusted            // no trusted document, and only those may run
	RefusedSubscription         // a subscription
	RefusedScopes               // the caller's scopes do not suffice
	RefusedOther                // a limit or another rule, which the errors state
)

// Response is what came of an operation.
type Response struct {
	// Body is the GraphQL response, compact JSON. Its messages are fit for the caller.
	Body []byte
	// HasData is true when Body's data is present and not null.
	HasData bool
	// Release takes Body's memory back, once the answer is written; nil when
	// nobody wants it.
	Release func()
	Refused Refusal
	// Status and Header turn into the HTTP response's when Status is 401 or 403
	// and Header has WWW-Authenticate, which is how a client learns the scopes
	// to ask for. Leave Status 0 to tell the agent in the result only.
	Status int
	Header http.Header
}

// Error is one GraphQL error of a dry run.
type Error struct {
	Message string
	Code    string // extensions.code
}

// DryRun is the verdict on an operation that was not run.
type DryRun struct {
	Errors  []Error // empty when the operation may run
	Refused Refusal
	Limits  []LimitUse
	Fetches []Fetch
	// RequiredScopes are alternatives: one of the lists must be held whole.
	RequiredScopes [][]string
	HeldScopes     []string
}

// LimitUse is what an operation takes of one limit. Max 0 means unlimited.
type LimitUse struct {
	Name      string
	Used, Max int
}

// Fetch is how many requests the operation would make to one subgraph.
type Fetch struct {
	Subgraph string
	Requests int
}

// SchemaSource gives the schema as the caller in ctx may see it.
type SchemaSource interface {
	Schema(ctx context.Context) View
}

// View is one caller's view of the schema. It is read-only.
type View struct {
	Schema *ast.Schema
	Index  Index
	// Hidden reports whether the caller may not see a member of a type; with an
	// empty member, the type itself. Nil hides nothing.
	Hidden func(typeName, member string) bool
	// HiddenDocument reports whether the caller may not run a trusted document,
	// by its name or, where it has none, its id. Nil hides none.
	HiddenDocument func(name string) bool
}

func (v View) hidden(typeName, member string) bool {
	return v.Hidden != nil && v.Hidden(typeName, member)
}

func (v View) hiddenDocument(d *Document) bool {
	return v.HiddenDocument != nil && v.HiddenDocument(d.key())
}

// Index answers questions about a schema in text; [search.Index] is one.
type Index interface {
	Search(q search.Query) search.Result
	Introspect(q search.IntrospectQuery) search.Result
}

// Document is a trusted document.
type Document struct {
	ID            string
	Name          string // the tool's name; empty for a document that is no tool
	Title         string
	Description   string
	Query         string
	OperationName string // empty when the document has one operation
	// Variables are descriptions by the variables' names. They stand before those
	// that the operation and the schema give.
	Variables map[string]string
	// Restricted says that not every caller may run the document. To a caller for
	// whom View.HiddenDocument hides it, it does not exist.
	Restricted bool
}

// key is the name of the document in an index.
func (d *Document) key() string { return or(d.Name, d.ID) }
