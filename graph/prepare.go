package graph

import (
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
	// excess says which limits the operation exceeds. Such a shape is without op, which may be huge: nothing is done with it but refusing.
	excess operation.ErrorList
	size   int64 // bytes, with the document
	err    error
}

type shapeKey struct {
	doc        *operation.Document
	name       string
	conditions string // one '0' or '1' per condition
	exempt     bool   // over the limits, and whole all the same
}

// Prepare brings a request to the point where its caller can be authorised. Errors are fit for clients, apart from suggestions, which
// ErrorList.Suggest adds.
func (e *Engine) Prepare(req Request) (*Prepared, operation.ErrorList) {
	d, hit := e.document(req.Text)
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
	if len(sh.excess) > 0 {
		return nil, sh.excess
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
	bits, err := vars.Conditions(conditions)
	if err != nil {
		return nil, err
	}
	key := shapeKey{doc: doc, name: req.OperationName, conditions: bits}
	sh, _ := e.shapes.get(key, func() (*shape, int64, bool) { return e.buildShape(key, vars) })
	if len(sh.excess) > 0 && req.Unlimited {
		key.exempt = true
		sh, _ = e.shapes.get(key, func() (*shape, int64, bool) { return e.buildShape(key, vars) })
	}
	return sh, sh.err
}

// buildShape returns the shape of a key, the bytes that it holds with its key's document, and whether it may be kept.
func (e *Engine) buildShape(key shapeKey, vars *operation.Variables) (sh *shape, cost int64, keep bool) {
	op, err := key.doc.Normalize(key.name, vars.Bool)
	if err != nil {
		return &shape{err: err}, 0, false
	}
	out := &shape{measures: key.doc.Measure(op)}
	if !key.exempt {
		if out.excess = out.measures.Check(e.cfg.Limits); len(out.excess) > 0 {
			out.size = key.doc.Size() + 1024
			return out, out.size, true
		}
	}
	out.op, out.protected = op, operation.Protected(e.schema, op)
	size := op.Size()
	if out.measures.IntrospectionDepth > 0 {
		out.local = operation.IntrospectionFields(op)
	}
	if e.cfg.Cost.Measure || e.cfg.Cost.Limit > 0 {
		out.cost = operation.CompileCost(e.schema, op)
		size *= 2 // the cost has a field for each of the operation's
	}
	out.size = key.doc.Size() + size
	return out, out.size, true
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

// document returns the parsed text, and whether it was known.
func (e *Engine) document(text string) (d *document, hit bool) {
	return e.documents.get(text, func() (*document, int64, bool) {
		doc, errs := operation.Parse(e.schema, text, e.cfg.Parse)
		if len(errs) > 0 {
			return &document{errs: errs}, 0, false
		}
		return &document{doc: doc}, doc.Size(), true
	})
}

func asList(err error) operation.ErrorList {
	if e, ok := err.(*operation.Error); ok { //nolint:errorlint // package operation returns its errors unwrapped
		return operation.ErrorList{e}
	}
	return operation.ErrorList{{Message: "The operation cannot be prepared.", Code: operation.CodeValidation, Failure: operation.FailureOther}}
}

// Warm prepares and plans the operations of a text that need no variables, so that their first caller need not wait. What is wrong with
// a text is told to that caller.
func (e *Engine) Warm(text string) {
	d, _ := e.document(text)
	if d.doc == nil {
		return
	}
	for _, name := range d.doc.Operations() {
		if prep, errs := e.Prepare(Request{Text: text, OperationName: name}); len(errs) == 0 {
			_, _ = e.Plan(prep, Execution{})
		}
	}
}
