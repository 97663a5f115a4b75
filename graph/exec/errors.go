package exec

import (
	"cmp"
	"math"
	"slices"

	"github.com/sluice-gateway/sluice/graph/plan"
)

// errorRecord is one error of the response, rendered in run.errorText.
type errorRecord struct {
	order      int // fetch id, so that the order does not depend on which answer was faster
	start, end int
}

// afterFetches orders errors that were found while the response was written.
const afterFetches = math.MaxInt

// maxErrorText is the length in bytes from which on no more errors are added, however few there are: a subgraph's error may be as long
// as its response.
const maxErrorText = 1 << 20

func (r *run) roomForError() bool {
	return len(r.errors) < r.options.MaxErrors && len(r.errorText) < maxErrorText
}

// addError adds an error of our own; path is as appendPath makes it; f is nil for an error that no subgraph is to blame for.
func (r *run) addError(f *plan.Fetch, path []byte, code, text string) {
	if !r.roomForError() {
		return
	}
	start := r.openError(text, path)
	r.errorText = append(append(append(r.errorText, `"code":"`...), code...), '"')
	order := afterFetches
	if f != nil {
		order = int(f.ID)
		r.nameSubgraph(f)
	}
	r.closeError(order, start)
}

// openError begins an error; its extensions stay open.
func (r *run) openError(text string, path []byte) (start int) {
	start = len(r.errorText)
	r.errorText = AppendString(append(r.errorText, `{"message":`...), text)
	if len(path) > 0 {
		r.errorText = append(append(append(r.errorText, `,"path":[`...), path...), ']')
	}
	r.errorText = append(r.errorText, `,"extensions":{`...)
	return start
}

func (r *run) closeError(order, start int) {
	r.errorText = append(r.errorText, '}', '}')
	r.errors = append(r.errors, errorRecord{order, start, len(r.errorText)})
}

// nameSubgraph adds the subgraph's name to the open extensions, where clients may see it.
func (r *run) nameSubgraph(f *plan.Fetch) {
	if r.options.ErrorMode == Redact {
		return
	}
	r.errorText = AppendString(append(r.errorText, `,"subgraph":`...), r.subgraphName(f))
}

func (r *run) subgraphName(f *plan.Fetch) string { return r.schema.Subgraphs[f.Subgraph].Name }

// appendErrors appends all errors as a JSON list.
func (r *run) appendErrors(dst []byte) []byte {
	slices.SortStableFunc(r.errors, func(a, b errorRecord) int { return cmp.Compare(a.order, b.order) })
	dst = append(dst, '[')
	for i, e := range r.errors {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, r.errorText[e.start:e.end]...)
	}
	return append(dst, ']')
}

// flawError reports a wrong value in a response.
func (r *run) flawError(c *call, f flaw) {
	if !r.roomForError() {
		return
	}
	path, visible := r.appendPath(r.path[:0], f.object)
	if visible && f.slot != noSlot {
		path = appendKey(path, r.output(f.object, plan.SlotID(f.slot)))
	}
	r.path = path
	r.addError(c.fetch, path, CodeSubrequestInvalid, f.text)
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

// subgraphErrors reports the errors of a response, marks what they explain as failed, and returns their number.
func (r *run) subgraphErrors(c *call, raw []byte) int {
	n := 0
	wrapped := make([]bool, len(c.parts)+1)
	elements(raw, func(value []byte) bool {
		n++
		e := readSubgraphError(value)
		r.locate(c, e.path, func(part int, path []byte) {
			if r.options.ErrorMode == Wrap {
				if !wrapped[part+1] {
					wrapped[part+1] = true
					r.wrapErrors(c, part, raw)
				}
				return
			}
			r.passError(c, path, e)
		})
		return true
	})
	return n
}

// passError adds a subgraph's error, redacted or not.
func (r *run) passError(c *call, path []byte, e subgraphError) {
	if !r.roomForError() {
		return
	}
	text := "the subgraph reported an error"
	if r.options.ErrorMode == Propagate && len(e.message) > 0 && e.message[0] == '"' {
		text = string(unquote(e.message))
	}
	start := r.openError(text, path)
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
	r.closeError(int(c.fetch.ID), start)
}

// wrapErrors adds one error for a part (-1: the whole call) with all that the subgraph reported inside.
func (r *run) wrapErrors(c *call, part int, raw []byte) {
	if !r.roomForError() {
		return
	}
	var path []byte
	if part >= 0 {
		path = r.partPath(&c.parts[part])
	}
	start := r.openError("failed to fetch from subgraph '"+r.subgraphName(c.fetch)+"'", path)
	r.errorText = append(r.errorText, `"code":"`+CodeSubrequestError+`"`...)
	r.nameSubgraph(c.fetch)
	r.errorText = append(append(r.errorText, `,"errors":`...), raw...)
	r.closeError(int(c.fetch.ID), start)
}
