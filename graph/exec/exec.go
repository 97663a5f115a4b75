package exec

import (
	"context"
	"net/http"
	"time"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Fetcher sends a request to a subgraph. Fetch may be called by several goroutines at once.
//
// It must return soon after ctx is done, and must not read req.Body after it has returned. A response with any status is a
// response; an error means that there is none. An error may be or wrap a *FetchError to choose the code that clients see.
type Fetcher interface {
	Fetch(ctx context.Context, req *Request) (*Response, error)
}

// Request is one HTTP request to a subgraph. It is read-only for the Fetcher.
type Request struct {
	Subgraph schema.SubgraphID
	Fetch    plan.FetchID
	Kind     operation.Kind // only a query may be sent twice
	Body     []byte         // JSON: query and variables
	Header   http.Header    // what Input.Headers gave for the subgraph; may be nil
}

// Response is a subgraph's answer. Its taker releases Body.
type Response struct {
	Status int
	Body   *Buffer // after decompression
}

// FetchError is why there is no response.
type FetchError struct {
	Code string // one of the Code constants
	Err  error  // the cause, for logs only
}

// Error returns the code and the cause.
func (e *FetchError) Error() string { return e.Code + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *FetchError) Unwrap() error { return e.Err }

// Variables gives a client variable as raw JSON, valid and coerced; ok is false where the client gave none and there is no default.
type Variables func(name string) (raw []byte, ok bool)

// Input is what Run needs. Everything in it is read-only.
type Input struct {
	Schema    *schema.Schema
	Plan      *plan.Plan
	Variables Variables // nil: there are none
	Fetcher   Fetcher
	// Headers gives what Request.Header holds for a subgraph; nil gives none.
	Headers func(schema.SubgraphID) http.Header
	// Introspect appends the value of a __schema or __type field, valid JSON. It must be set where the plan has such fields.
	Introspect func(dst []byte, f *operation.Field) []byte
	// Event is one event of the plan's subscription: a GraphQL response, which stands for the answer to the fetches of kind Subscription.
	// They are not sent.
	Event   []byte
	Options Options
}

// ErrorMode is how much clients see of the errors that subgraphs report.
type ErrorMode uint8

// The error modes.
const (
	// Redact replaces messages, drops extensions except Options.ErrorExtensions, and names no subgraph.
	Redact ErrorMode = iota
	// Propagate passes messages and extensions on.
	Propagate
	// Wrap reports one error for each part of a fetch, naming the subgraph, with the subgraph's errors in its extensions.
	Wrap
)

// Options are the settings of Run. The zero value is usable.
type Options struct {
	ErrorMode ErrorMode
	// ErrorExtensions are the extensions of subgraph errors that Redact lets through.
	ErrorExtensions []string
	// MaxErrors is how many errors a response may hold; 0 means 100.
	MaxErrors int
	// MaxRepresentations is how many representations one request may carry for one part; more are sent in several requests at the same time. 0 means
	// any number.
	MaxRepresentations int
	// MaxDepth is how deep the JSON of a subgraph's response may nest; 0 means 256.
	MaxDepth int
	// MaxStorageBytes bounds what the responses of all subgraphs may take in storage, besides their bodies: a short body can hold very many
	// empty objects, each of which has room for all its fields. 0 means 256 MiB.
	MaxStorageBytes int
	// MaxResponseBytes bounds the response to the client; 0 means no bound.
	MaxResponseBytes int
	// NoCoalescing turns off that a query which equals one in flight, byte for byte, for the same subgraph and within the same Run, is not sent but
	// shares the answer.
	NoCoalescing bool
}

func (o Options) withDefaults() Options {
	if o.MaxErrors <= 0 {
		o.MaxErrors = 100
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = 256
	}
	if o.MaxStorageBytes <= 0 {
		o.MaxStorageBytes = 256 << 20
	}
	return o
}

// Result is the response to one operation. Release it when Body has been written.
type Result struct {
	// Body is {"data":…} or {"data":…,"errors":[…]}.
	Body    []byte
	HasData bool // data is not null
	Errors  int  // number of errors in Body
	Fetches []FetchStat

	buffer *Buffer
}

// Release gives the memory back; Body must not be used any more.
func (r *Result) Release() {
	if r.buffer != nil {
		r.buffer.Release()
		r.buffer, r.Body = nil, nil
	}
}

// FetchStat tells about one request to a subgraph, in the order in which the answers came.
type FetchStat struct {
	Fetch           plan.FetchID
	Subgraph        schema.SubgraphID
	Start           time.Time
	Duration        time.Duration
	Status          int // 0 where there was no response
	RequestBytes    int
	ResponseBytes   int
	Objects         int    // objects that asked for an entity
	Representations int    // what was sent for them
	Errors          int    // GraphQL errors that the subgraph reported
	Coalesced       bool   // not sent: it shared another's answer
	Code            string // why the answer could not be used, or ""
	Err             error  // the cause behind Code, for logs only
}

// Run answers the plan's operation. It returns when no goroutine of it is left; ctx ends it early, with what is there.
func Run(ctx context.Context, in Input) *Result {
	r := takeRun(in)
	r.loop(ctx)
	result := r.write()
	r.giveBack() // not deferred: after a panic nobody knows what still points into the run
	return result
}

// SubscriptionRequest returns the request that opens the subscription of the plan in in, or nil where the plan has none. Its body belongs to the caller.
func SubscriptionRequest(in Input) *Request {
	r := takeRun(in)
	defer r.giveBack()
	for i := range in.Plan.Fetches {
		f := &in.Plan.Fetches[i]
		if f.Kind != operation.Subscription {
			continue
		}
		req := &Request{Subgraph: f.Subgraph, Fetch: f.ID, Kind: f.Kind, Body: append(r.openBody(nil, f), "}}"...)}
		if in.Headers != nil {
			req.Header = in.Headers(f.Subgraph)
		}
		return req
	}
	return nil
}
