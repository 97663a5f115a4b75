package graph

import (
	"strings"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// Request is one operation to prepare.
type Request struct {
	Text          string // GraphQL source
	OperationName string // "" where the request names none
	Variables     []byte // a JSON object, "null" or empty; must not change while the Prepared is in use
	// Unlimited leaves out the operation limits: for trusted documents that are exempt by name. Those of parsing hold all the same.
	Unlimited bool
}

// Prepared is an operation that is valid and within the limits, with its variables. It belongs to one request.
type Prepared struct {
	Document  *operation.Document
	Operation *operation.Operation
	Variables *operation.Variables
	Measures  operation.Measures
	// Protected is what the operation touches of the schema's security directives, sorted.
	Protected []operation.ProtectedCoordinate
	// Cost is the static cost with these variables; 0 where cost control is off.
	Cost int
	// Cached tells that the text was known already.
	Cached bool

	shape *shape
}

// document is a cached text: a valid document or the errors that it gets.
type document struct {
	doc  *operation.Document
	errs operation.ErrorList
}

// shape is what an operation comes to under some values of the variables that decide @skip and @include.
type shape struct {
	op        *operation.Operation
	measures  operation.Measures
	protected []operation.ProtectedCoordinate
	cost      *operation.Cost    // nil where cost control is off
	local     []*operation.Field // fields of introspection
	err       error
}

type shapeKey struct {
	doc        *operation.Document
	name       string
	conditions string // one '0' or '1' per condition
}

// Prepare brings a request to the point where its caller can be authorised. Errors are fit for clients, apart from suggestions, which
// ErrorList.Suggest adds.
func (e *Engine) Prepare(req Request) (*Prepared, operation.ErrorList) {
	d, hit := e.documents.get(req.Text, func() (*document, int64, bool) {
		doc, errs := operation.Parse(e.schema, req.Text, e.cfg.Parse)
		return &document{doc, errs}, documentCost(req.Text), len(errs) == 0
	})
	if len(d.errs) > 0 {
		return nil, d.errs
	}
	if _, err := d.doc.Operation(req.OperationName); err != nil {
		return nil, asList(err)
	}
	vars, errs := d.doc.CoerceVariables(req.OperationName, req.Variables)
	if len(errs) > 0 {
		return nil, errs
	}
	sh, err := e.shapeOf(d.doc, req, vars)
	if err != nil {
		return nil, asList(err)
	}
	if !req.Unlimited {
		if errs := sh.measures.Check(e.cfg.Limits); len(errs) > 0 {
			return nil, errs
		}
	}
	cost := 0
	if sh.cost != nil {
		if cost, errs = e.cost(sh.cost, vars, req.Unlimited); len(errs) > 0 {
			return nil, errs
		}
	}
	for _, f := range sh.local {
		if !e.cfg.Introspection.Answers(f.Name) {
			return nil, operation.ErrorList{{
				Message: "Introspection is not available here.", Code: CodeIntrospectionDisabled, Failure: operation.FailureOther,
			}}
		}
	}
	return &Prepared{
		Document: d.doc, Operation: sh.op, Variables: vars, Measures: sh.measures, Protected: sh.protected,
		Cost: cost, Cached: hit, shape: sh,
	}, nil
}

func (e *Engine) shapeOf(doc *operation.Document, req Request, vars *operation.Variables) (*shape, error) {
	conditions, err := doc.Conditions(req.OperationName)
	if err != nil {
		return nil, err
	}
	var bits strings.Builder
	for _, name := range conditions {
		if vars.Bool(name) {
			bits.WriteByte('1')
		} else {
			bits.WriteByte('0')
		}
	}
	sh, _ := e.shapes.get(shapeKey{doc, req.OperationName, bits.String()}, func() (*shape, int64, bool) {
		op, err := doc.Normalize(req.OperationName, vars.Bool)
		if err != nil {
			return &shape{err: err}, 0, false
		}
		out := &shape{op: op, measures: doc.Measure(op), protected: operation.Protected(e.schema, op)}
		if out.measures.IntrospectionDepth > 0 {
			out.local = operation.IntrospectionFields(op)
		}
		if e.cfg.Cost.Measure || e.cfg.Cost.Limit > 0 {
			out.cost = operation.CompileCost(e.schema, op)
		}
		return out, documentCost(req.Text), true
	})
	return sh, sh.err
}

// cost evaluates an operation's cost and holds it against the limit.
func (e *Engine) cost(c *operation.Cost, vars *operation.Variables, unlimited bool) (int, operation.ErrorList) {
	cost, errs := c.Evaluate(e.schema, vars, operation.CostOptions{ListSize: e.cfg.Cost.ListSize})
	if unlimited || e.cfg.Cost.Limit == 0 {
		return cost, nil
	}
	if len(errs) == 0 && cost > e.cfg.Cost.Limit {
		errs = operation.ErrorList{operation.LimitError("cost", cost, e.cfg.Cost.Limit)}
	}
	return cost, errs
}

// documentCost estimates the bytes that a parsed text holds: trees of it take some twenty times its length.
func documentCost(text string) int64 { return int64(len(text))*20 + 1024 }

func asList(err error) operation.ErrorList {
	if e, ok := err.(*operation.Error); ok { //nolint:errorlint // package operation returns its errors unwrapped
		return operation.ErrorList{e}
	}
	return operation.ErrorList{{Message: "The operation cannot be prepared.", Code: operation.CodeValidation, Failure: operation.FailureOther}}
}

// Warm prepares and plans the operations of a text that need no variables, so that their first caller need not wait. What is wrong with
// a text is told to that caller.
func (e *Engine) Warm(text string) {
	d, _ := e.documents.get(text, func() (*document, int64, bool) {
		doc, errs := operation.Parse(e.schema, text, e.cfg.Parse)
		return &document{doc, errs}, documentCost(text), len(errs) == 0
	})
	if d.doc == nil {
		return
	}
	for _, name := range d.doc.Operations() {
		if prep, errs := e.Prepare(Request{Text: text, OperationName: name}); len(errs) == 0 {
			_, _ = e.Plan(prep, Execution{})
		}
	}
}
