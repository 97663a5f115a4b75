package schema

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Error is one fault of a supergraph.
type Error struct {
	Coordinate   string // the schema element at fault, "" for the document
	Line, Column int    // 1-based; 0 where the text has no such place
	Message      string
}

// Error returns "line:column: coordinate: message", leaving out what is not known.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		b.WriteString(strconv.Itoa(e.Line))
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(e.Column))
		b.WriteString(": ")
	}
	if e.Coordinate != "" {
		b.WriteString(e.Coordinate)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// Errors are all faults that Load found, in the order of the document. It is never empty.
type Errors []*Error

// Error joins the faults, one a line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = "supergraph: " + e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each fault, for errors.Is and errors.As.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

func place(p *ast.Position) (line, column int) {
	if p == nil {
		return 0, 0
	}
	return p.Line, p.Column
}
