package extensions

import (
	"context"
	"net/http"
)

// Authorizer decides what of an operation a caller may run. The gateway asks every configured Authorizer before the
// first fetch, and joins their decisions: what one denies is denied.
type Authorizer interface {
	// AuthorizeOperation judges the operation. An error, of whatever type, refuses it whole: an *Error says how to
	// answer, any other is an internal error. The operation must not be changed, nor kept after the call.
	AuthorizeOperation(ctx context.Context, tok Token, op Operation) (Decision, error)
}

// DirectiveEnforcer is an Authorizer that answers for security directives of the schema. The gateway refuses to start
// on a schema with a security directive that no configured extension answers for.
type DirectiveEnforcer interface {
	// EnforcedDirectives returns canonical directive names, without "@".
	EnforcedDirectives() []string
}

// Kinds of Operation.
const (
	KindQuery        = "query"
	KindMutation     = "mutation"
	KindSubscription = "subscription"
	// KindSchema runs nothing: the gateway asks which protected coordinates of the whole schema the caller may know of,
	// to hide the others from search, introspection, suggestions and error texts.
	KindSchema = "schema"
)

// Canonical names of the federation security directives, whatever the schema renamed them to when it imported them.
const (
	DirectiveAuthenticated  = "authenticated"
	DirectiveRequiresScopes = "requiresScopes"
	DirectivePolicy         = "policy"
)

// Operation is what an Authorizer sees of an operation. It carries no variables: decisions may be cached by caller and
// document.
type Operation struct {
	Kind       string      // KindQuery, KindMutation, KindSubscription or KindSchema
	Name       string      // empty for an anonymous operation
	DocumentID string      // the id of a trusted document; empty for an ad-hoc one
	Protected  []Protected // every protected coordinate that it touches, sorted by coordinate, then directive
}

// Protected is one security directive at one coordinate.
type Protected struct {
	// Coordinate is where the directive stands: "Type" or "Type.field". A denied type denies every field that returns it
	// and every field of it.
	Coordinate string
	// Directive is its canonical name: DirectiveAuthenticated, DirectiveRequiresScopes, DirectivePolicy, or another.
	Directive string
	// Requirement is an OR of ANDs: the scopes or policies of any one inner list will do. It is nil for directives
	// without such an argument. An empty outer list can be met by nobody.
	Requirement [][]string
	// Arguments are all arguments of the directive as written, for directives other than the three of federation.
	Arguments Object
}

// Decision is the verdict on an operation. Its zero value grants everything.
type Decision struct {
	// DenyAll refuses the whole operation.
	DenyAll *Denial
	// Denied are the coordinates, out of Operation.Protected, that the caller may not reach. Whether they become null
	// with an error each, or refuse the operation, is for the gateway's configuration to say.
	Denied []DeniedCoordinate
	// RequiredScopes are all scopes that the whole operation needs, held or not, sorted; nil when it needs none. With
	// something denied they make the step-up challenge (InsufficientScope).
	RequiredScopes []string
	// SubgraphHeaders are added to the requests to subgraphs. Hop-by-hop headers are dropped.
	SubgraphHeaders http.Header
}

// Denial says why, in words that the caller may read.
type Denial struct {
	Code    string // one of the Code constants, or the extension's own in UPPER_SNAKE
	Message string // public
}

// DeniedCoordinate is one denied coordinate.
type DeniedCoordinate struct {
	Coordinate string
	Denial     Denial
}
