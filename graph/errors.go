package graph

import (
	"strconv"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/operation"
)

// Codes of request errors that this package adds to those of packages operation and exec: the "code" in a GraphQL error's
// extensions. None of them comes with data.
const (
	// CodeIntrospectionDisabled: the operation asks for an introspection field where that is switched off.
	CodeIntrospectionDisabled operation.Code = "INTROSPECTION_DISABLED"
	// CodeTooComplex: the plan would be larger than the engine is willing to build.
	CodeTooComplex operation.Code = "OPERATION_TOO_COMPLEX"
	// CodeUnplannable: the supergraph has no way to answer a selection for all its types.
	CodeUnplannable operation.Code = "UNPLANNABLE_OPERATION"
)

// AppendErrors appends the JSON array of GraphQL errors (GraphQL September 2025 §7.1.6 Errors) for a list of request errors.
func AppendErrors(dst []byte, errs operation.ErrorList) []byte {
	dst = append(dst, '[')
	for i, e := range errs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"message":`...)
		dst = exec.AppendString(dst, e.Message)
		for j, l := range e.Locations {
			if j == 0 {
				dst = append(dst, `,"locations":[`...)
			} else {
				dst = append(dst, ',')
			}
			dst = append(dst, `{"line":`...)
			dst = strconv.AppendInt(dst, int64(l.Line), 10)
			dst = append(dst, `,"column":`...)
			dst = strconv.AppendInt(dst, int64(l.Column), 10)
			dst = append(dst, '}')
		}
		if len(e.Locations) > 0 {
			dst = append(dst, ']')
		}
		dst = append(dst, `,"extensions":{"code":`...)
		dst = exec.AppendString(dst, string(e.Code))
		dst = append(dst, "}}"...)
	}
	return append(dst, ']')
}
