package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
	"github.com/sluice-gateway/sluice/gateway/config"
	"github.com/sluice-gateway/sluice/graph"
	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
)

// pipeline is the way of every operation of one endpoint, whether it came in by HTTP or by a tool. It is immutable.
type pipeline struct {
	view        *view
	engine      *graph.Engine // of the view, with the endpoint's limits
	authorizers []authorizer
	documents   *documents
	timeout     time.Duration
	stepUp      bool // a lack of scopes refuses the operation with a challenge
	reject      bool // a denied field refuses the operation
	variables   int  // greatest size of the variables, bytes; 0 means no limit
	limits      config.OperationLimits
	costLimit   int // 0: costs are not limited
	codes       errorCodes
	challenge   extensions.Challenge // what the resource adds to challenges
	observe     *observer
	candidates  *candidates
	log         *slog.Logger
	retired     <-chan struct{} // closed when the snapshot has a successor or the gateway stops
}

// operationRequest is one operation as its client sent it.
type operationRequest struct {
	operation.Request
	header   http.Header // of the client's request; header rules choose from it
	caller   extensions.Token
	readOnly bool // mutations are refused
}

// Codes of refusals by this package, as clients see them.
const (
	codeMutationRefused     operation.Code = "MUTATION_NOT_ALLOWED"
	codeSubscriptionRefused operation.Code = "SUBSCRIPTION_NOT_ALLOWED"
	codeNoDocument          operation.Code = "NO_DOCUMENT"
	codeUntrusted           operation.Code = "TRUSTED_DOCUMENT_REQUIRED"
	codeUnknownDocument     operation.Code = "PERSISTED_DOCUMENT_NOT_FOUND"
	codeDocumentMismatch    operation.Code = "PERSISTED_DOCUMENT_MISMATCH"
	codeUnsupportedAPQ      operation.Code = "PERSISTED_QUERY_NOT_SUPPORTED"
	codePersistedNotFound   operation.Code = "PERSISTED_QUERY_NOT_FOUND"
)

// refused is why an operation was not run: errors of the request, or an authorization error with its challenge.
type refused struct {
	errs operation.ErrorList
	auth *extensions.Error
}

// code returns the code of the first error.
func (r *refused) code() string {
	if r.auth != nil {
		return r.auth.Code
	}
	if len(r.errs) == 0 {
		return ""
	}
	return string(r.errs[0].Code)
}

// ready is an operation that may run.
type ready struct {
	*graph.Prepared
	execution graph.Execution
	document  document
}

// admit takes an operation through every check up to its execution.
func (p *pipeline) admit(ctx context.Context, req *operationRequest) (*ready, *refused) {
	doc, errs := p.documents.resolve(ctx, req)
	if len(errs) > 0 {
		return nil, &refused{errs: errs}
	}
	if auth := doc.scopesDemanded(req.caller); auth != nil {
		return nil, &refused{auth: auth}
	}
	if p.variables > 0 && len(req.Variables) > p.variables {
		return nil, &refused{errs: operation.ErrorList{operation.LimitError("variables_size", len(req.Variables), p.variables)}}
	}
	prep, errs := p.engine.Prepare(graph.Request{
		Text: doc.text, OperationName: or(req.OperationName, doc.operationName), Variables: req.Variables, Unlimited: doc.unlimited,
	})
	if len(errs) > 0 {
		opts := operation.Options{Text: doc.text}
		if hidden := p.view.hiddenFrom(ctx, p.authorizers, req.caller, p.log); hidden != nil {
			opts.Visible = func(typeName, name string) bool { return !hidden.Hides(typeName, name) }
		}
		return nil, &refused{errs: errs.Suggest(p.view.schema, opts)}
	}
	p.documents.keep(doc)
	if req.readOnly && prep.Operation.Kind == operation.Mutation {
		return nil, &refused{errs: operation.ErrorList{{
			Message: "Mutations are not allowed here.", Code: codeMutationRefused, Failure: operation.FailureOperation,
		}}}
	}
	allowed, auth := p.permit(ctx, req.caller, prep, doc.id, p.stepUp, p.reject)
	if auth != nil {
		if auth.Status >= http.StatusInternalServerError {
			p.log.ErrorContext(ctx, "authorization failed", slog.Any("error", auth))
		}
		return nil, &refused{auth: auth}
	}
	p.observe.prepared(prep.Cached)
	var introspection *introspection.Schema // of this caller, where it is asked for
	if prep.Measures.IntrospectionDepth > 0 {
		introspection = p.view.introspectionFor(p.view.hiddenFrom(ctx, p.authorizers, req.caller, p.log))
	}
	return &ready{
		Prepared: prep, document: doc,
		execution: graph.Execution{
			Headers: p.view.headersFor(req.header, allowed.headers), Denied: allowed.denied,
			Label: labelDecider(), Introspection: introspection,
		},
	}, nil
}

// run executes a query or mutation within the pipeline's time. The caller releases the result.
func (p *pipeline) run(ctx context.Context, req *operationRequest) (*exec.Result, *refused) {
	ctx, o := p.observe.begin(ctx)
	op, no := p.admit(ctx, req)
	if no == nil {
		no = unstreamed(op)
	}
	if no != nil {
		o.refused(ctx, op, no)
		return nil, no
	}
	return p.execute(ctx, o, op)
}

// unstreamed refuses an operation that has more than one response where there is room for one.
func unstreamed(op *ready) *refused {
	if op.Operation.Kind != operation.Subscription {
		return nil
	}
	return &refused{errs: operation.ErrorList{{
		Message: "A subscription needs a connection that can stream: ask for text/event-stream or multipart/mixed.",
		Code:    codeSubscriptionRefused, Failure: operation.FailureOperation,
	}}}
}

// execute runs an admitted query or mutation.
func (p *pipeline) execute(ctx context.Context, o *observation, op *ready) (*exec.Result, *refused) {
	p.propose(op)
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	res, err := p.engine.Execute(ctx, op.Prepared, op.execution)
	if err != nil {
		no := &refused{errs: listOf(err)}
		o.refused(ctx, op, no)
		return nil, no
	}
	if res.Errors > 0 {
		res.Body = p.codes.rename(res.Body)
	}
	o.finished(ctx, op, res, p.view.schema)
	return res, nil
}

// propose counts an ad-hoc operation as a candidate for a trusted document.
func (p *pipeline) propose(op *ready) {
	if op.document.id == "" {
		p.candidates.add(p.view.schema.API, op.document.text, op.Operation.Name)
	}
}

func listOf(err error) operation.ErrorList {
	if list, ok := errors.AsType[operation.ErrorList](err); ok {
		return list
	}
	return operation.ErrorList{{Message: "The operation cannot be run.", Code: operation.CodeValidation, Failure: operation.FailureOther}}
}
