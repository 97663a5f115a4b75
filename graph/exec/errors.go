package exec

import (
	"cmp"
	"math"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
)

// errorRecord is one error. Its text lies in run.errorText: up to the path from start to path, after the path up to tail, and from there to
// end the part of the path that is known already.
type errorRecord struct {
	subject
	order                  int // fetch id, so that the order does not depend on which answer was faster
	start, path, tail, end int
}

// afterFetches orders errors that were found while the response was written.
const afterFetches = math.MaxInt

const (
	// maxErrorText is the length in bytes from which on no more errors are added, however few there are: a subgraph's error may be as long
	// as its response.
	maxErrorText = 1 << 20
	// unshownErrors is how many errors are kept for each that the response may hold: some turn out not to concern the client.
	unshownErrors = 4
)

func (r *run) roomForError() bool {
	return len(r.errors) < unshownErrors*r.options.MaxErrors && len(r.errorText) < maxErrorText
}

// atRoot is the subject of errors whose path is known in full: as the tail.
func (r *run) atRoot() subject { return subject{object: r.root, slot: noSlot} }

// addError adds an error of our own; f is nil for an error that no subgraph is to blame for.
func (r *run) addError(f *plan.Fetch, s subject, tail []byte, code, text string) {
	if !r.roomForError() {
		return
	}
	e := r.openError(s, text)
	r.errorText = append(append(append(r.errorText, `"code":"`...), code...), '"')
	if f != nil {
		r.nameSubgraph(f)
	}
	r.closeError(e, f, tail)
}

// openError begins an error; its extensions stay open.
func (r *run) openError(s subject, text string) errorRecord {
	e := errorRecord{subject: s, start: len(r.errorText)}
	r.errorText = AppendString(append(r.errorText, `{"message":`...), text)
	e.path = len(r.errorText)
	r.errorText = append(r.errorText, `,"extensions":{`...)
	return e
}

func (r *run) closeError(e errorRecord, f *plan.Fetch, tail []byte) {
	r.errorText = append(r.errorText, '}', '}')
	e.order, e.tail = afterFetches, len(r.errorText)
	if f != nil {
		e.order = int(f.ID)
	}
	r.errorText = append(r.errorText, tail...)
	e.end = len(r.errorText)
	r.errors = append(r.errors, e)
}

// nameSubgraph adds the subgraph's name to the open extensions, where clients may see it.
func (r *run) nameSubgraph(f *plan.Fetch) {
	if r.options.ErrorMode == Redact {
		return
	}
	r.errorText = AppendString(append(r.errorText, `,"subgraph":`...), r.subgraphName(f))
}

func (r *run) subgraphName(f *plan.Fetch) string { return r.schema.Subgraphs[f.Subgraph].Name }

// sortErrors leaves the errors that the response holds, in order.
func (r *run) sortErrors() {
	r.errors = slices.DeleteFunc(r.errors, func(e errorRecord) bool { return !r.shows(&e.subject) })
	slices.SortStableFunc(r.errors, func(a, b errorRecord) int { return cmp.Compare(a.order, b.order) })
	r.errors = r.errors[:min(len(r.errors), r.options.MaxErrors)]
}

// appendErrors appends all errors as a JSON list.
func (r *run) appendErrors(dst []byte) []byte {
	dst = append(dst, '[')
	for i := range r.errors {
		e := &r.errors[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, r.errorText[e.start:e.path]...)
		r.path = r.appendSubject(r.path[:0], &e.subject, r.errorText[e.tail:e.end])
		if len(r.path) > 0 {
			dst = append(append(append(dst, `,"path":[`...), r.path...), ']')
		}
		dst = append(dst, r.errorText[e.path:e.tail]...)
	}
	return append(dst, ']')
}

// subgraphError is an error that a subgraph reported: raw JSON values, nil where absent.
type subgraphError struct{ message, path, extensions []byte }

func readSubgraphError(raw []byte) (e subgraphError) {
	members(raw, func(key, value []byte) {
		switch string(key) {
		case "message":
			e.message = value
		case "path":
			e.path = value
		case "extensions":
			e.extensions = value
		}
	})
	return e
}

// subgraphErrors reports the errors of a response, marks what they explain as failed, and returns their number. Those beyond what a run keeps are
// only counted.
func (r *run) subgraphErrors(c *call, raw []byte) int {
	if raw == nil {
		return 0
	}
	causeOf := func(int) cause { return r.newCause() }
	if r.options.ErrorMode == Wrap {
		causeOf = r.wrapErrors(c, raw)
	}
	n := 0
	elements(raw, func(value []byte) bool {
		if n++; n > unshownErrors*r.options.MaxErrors {
			return true // each may concern all objects of the request
		}
		e := readSubgraphError(value)
		r.locate(c, e.path, causeOf, func(s subject, tail []byte) {
			if r.options.ErrorMode != Wrap {
				r.passError(c, s, tail, e)
			}
		})
		return true
	})
	return n
}

// passError adds a subgraph's error, redacted or not.
func (r *run) passError(c *call, s subject, tail []byte, e subgraphError) {
	if !r.roomForError() {
		return
	}
	text := "the subgraph reported an error"
	if r.options.ErrorMode == Propagate && len(e.message) > 0 && e.message[0] == '"' {
		text = string(operation.Unquote(e.message))
	}
	record := r.openError(s, text)
	coded := false
	members(e.extensions, func(key, value []byte) {
		if r.options.ErrorMode == Redact && !slices.Contains(r.options.ErrorExtensions, string(key)) {
			return
		}
		if string(key) == "subgraph" {
			return
		}
		if r.errorText[len(r.errorText)-1] != '{' {
			r.errorText = append(r.errorText, ',')
		}
		coded = coded || string(key) == "code"
		r.errorText = AppendString(r.errorText, string(key))
		r.errorText = append(append(r.errorText, ':'), value...)
	})
	if !coded {
		if r.errorText[len(r.errorText)-1] != '{' {
			r.errorText = append(r.errorText, ',')
		}
		r.errorText = append(r.errorText, `"code":"`+CodeSubrequestError+`"`...)
	}
	r.nameSubgraph(c.fetch)
	r.closeError(record, c.fetch, tail)
}

// wrapErrors returns a function that adds, when it is first called for a part (-1: the whole call), one error with all that the subgraph reported
// inside, and always returns its cause.
func (r *run) wrapErrors(c *call, raw []byte) func(part int) cause {
	causes := make([]cause, len(c.parts)+1) // by part, from -1
	return func(part int) cause {
		why := &causes[part+1]
		if *why != 0 || !r.roomForError() {
			return *why
		}
		*why = r.newCause()
		e := r.openError(subject{cause: *why, call: c, part: part}, "failed to fetch from subgraph '"+r.subgraphName(c.fetch)+"'")
		r.errorText = append(r.errorText, `"code":"`+CodeSubrequestError+`"`...)
		r.nameSubgraph(c.fetch)
		r.errorText = append(append(r.errorText, `,"errors":`...), raw...)
		r.closeError(e, c.fetch, nil)
		return *why
	}
}
