package exec

// Codes of the errors that this package adds to a response, in extensions.code.
const (
	// CodeSubrequestHTTP: the subgraph could not be reached, or answered with a status that is not 2xx and without a GraphQL response.
	CodeSubrequestHTTP = "SUBREQUEST_HTTP_ERROR"
	// CodeSubrequestTimeout: the subgraph did not answer in time.
	CodeSubrequestTimeout = "SUBREQUEST_TIMEOUT"
	// CodeSubrequestCanceled: the request was given up before the subgraph answered.
	CodeSubrequestCanceled = "SUBREQUEST_CANCELED"
	// CodeSubrequestInvalid: the subgraph's answer is not JSON, not a GraphQL response, or not of the shape that was asked for.
	CodeSubrequestInvalid = "SUBREQUEST_INVALID_RESPONSE"
	// CodeSubrequestTooLarge: the subgraph's answer is larger than allowed.
	CodeSubrequestTooLarge = "SUBREQUEST_TOO_LARGE"
	// CodeSubrequestRejected: the request was not sent, because the subgraph has as many requests as it may have.
	CodeSubrequestRejected = "SUBREQUEST_REJECTED"
	// CodeSubrequestError: the subgraph reported a GraphQL error (and no code of its own that may be shown).
	CodeSubrequestError = "SUBREQUEST_ERROR"
	// CodeInvalidValue: a subgraph's value is not one of the field's type.
	CodeInvalidValue = "INVALID_VALUE"
	// CodeNonNull: a field that may not be null has no value.
	CodeNonNull = "NON_NULL_VIOLATION"
	// CodeResponseTooLarge: the response would be larger than allowed.
	CodeResponseTooLarge = "RESPONSE_TOO_LARGE"
	// CodeInternal: this program is at fault.
	CodeInternal = "INTERNAL_SERVER_ERROR"
)
