package plan

import (
	"errors"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Options are what a plan depends on besides the schema and the operation. The zero value plans without override labels, lets the caller see
// everything, and sends every fetch in a request of its own.
type Options struct {
	// Label decides a progressive override's label for this request; nil decides false for all.
	Label func(label string) bool
	// Denied tells why the caller may not read a field, or nil; such a field is not asked for and answers null with the error.
	Denied func(f schema.FieldID) *FieldError
	// Batch reports whether fetches of the subgraph that become ready together may share one HTTP request; nil batches nowhere.
	Batch func(sg schema.SubgraphID) bool
	// MaxPositions bounds the size of a plan; 0 means 20,000. Operations beyond it are refused with ErrTooComplex.
	MaxPositions int
	// MaxWork bounds the exact search, in evaluated alternatives; 0 means 20,000. Beyond it every further choice is made by the fallback, and the
	// plan says so in Optimal.
	MaxWork int
}

const (
	defaultMaxPositions = 20_000
	defaultMaxWork      = 20_000
	// maxWaves bounds the rounds of a plan: a chain of this many dependent fetches is no plan that anybody wants to run.
	maxWaves = 24
)

// ErrTooComplex is returned for operations whose plan would exceed Options.MaxPositions.
var ErrTooComplex = errors.New("plan: the operation is too complex")

// UnplannableError is returned when a selection on an abstract type cannot be served for all its types over any one path, which
// only happens with a supergraph that does not satisfy its own API schema.
type UnplannableError struct {
	Coordinate string // the field that no path serves
}

// Error implements error.
func (e *UnplannableError) Error() string {
	return "plan: no subgraph path serves " + e.Coordinate + " for all types that it is selected on"
}

// CodeUnplannable is the GraphQL error code of a field that no subgraph can be asked for.
const CodeUnplannable = "UNPLANNABLE_FIELD"
