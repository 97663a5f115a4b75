package operation

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Code is the machine-readable class of an Error: the "code" member of a GraphQL error's extensions.
type Code string

// The codes of this package.
const (
	CodeParsing    Code = "OPERATION_PARSING_ERROR"    // the text is not a GraphQL document
	CodeValidation Code = "OPERATION_VALIDATION_ERROR" // the document does not fit the schema
	CodeSelection  Code = "OPERATION_NOT_FOUND"        // operationName does not name one operation of the document
	CodeLimit      Code = "OPERATION_LIMIT_EXCEEDED"   // an operation limit or a bound of this package is exceeded
	CodeVariable   Code = "VARIABLE_ERROR"             // the variables do not fit the operation
)

// Failure is the kind of a fault, for callers that help to mend the operation.
type Failure uint8

// The kinds of faults. What Type, Field and Name of an Error hold is said with each.
const (
	FailureOther             Failure = iota
	FailureSyntax                    // nothing
	FailureUnknownType               // Name: the type that does not exist
	FailureUnknownField              // Type: the type, Name: the field it does not have
	FailureUnknownArgument           // Type, Field: the field ("" and "@directive" for directives), Name: the argument
	FailureMissingArgument           // Type, Field: the field, Name: the required argument
	FailureUnknownInputField         // Type: the input object, Name: the field it does not have
	FailureMissingInputField         // Type: the input object, Name: the required field
	FailureUnknownEnumValue          // Type: the enum, Name: the value it does not have
	FailureWrongValue                // Type: the named type that the value does not fit
	FailureMissingSelection          // Type: the composite type, Field: the field that needs a selection
	FailureSelectionOnLeaf           // Type: the leaf type, Field: the field that cannot have a selection
	FailureConflict                  // Name: the response key with differing fields
	FailureFragment                  // nothing: unknown, unused, cyclic or impossible fragments
	FailureVariable                  // Name: the variable, where one is at fault
	FailureOperation                 // Name: the operation, where one is at fault
	FailureLimit                     // Name: the limit
)

// Location is a place in the operation's text, 1-based; columns count characters.
type Location struct{ Line, Column int }

// Error is one fault of an operation or its variables. Its text holds names of the operation and, for suggestions only, of the schema.
type Error struct {
	Message   string
	Code      Code
	Locations []Location
	// Path leads to the faulty part of a variable's value, like "$input.items[2].sku"; "" elsewhere.
	Path string
	// Coordinate is the schema element at fault ("Query.users", "Query.users(first:)"), "" where the schema has none.
	Coordinate        string
	Failure           Failure
	Type, Field, Name string
	// Suggestions are names that may have been meant, best first. Parse leaves them out; see ErrorList.Suggest.
	Suggestions []string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// ErrorList holds the faults of one operation, in source order where they have a place. An empty list is no error.
type ErrorList []*Error //nolint:errname // a list in the manner of go/scanner.ErrorList

// Error joins the messages, one a line.
func (es ErrorList) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Message
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each fault, for errors.Is and errors.As.
func (es ErrorList) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

func at(p *ast.Position) []Location {
	if p == nil {
		return nil
	}
	return []Location{{Line: p.Line, Column: p.Column}}
}
