package compose

// Code is the stable name of a composition error, shared with the other
// composers of the federation specification.
type Code string

// GraphQL and @link.
const (
	InvalidGraphQL               Code = "INVALID_GRAPHQL"                 // the SDL breaks the GraphQL specification
	DirectiveDefinitionInvalid   Code = "DIRECTIVE_DEFINITION_INVALID"    // a known directive is defined otherwise than its specification says
	TypeDefinitionInvalid        Code = "TYPE_DEFINITION_INVALID"         // a known type is defined otherwise than its specification says
	UnsupportedLinkedFeature     Code = "UNSUPPORTED_LINKED_FEATURE"      // a linked feature has a purpose, and nobody here knows it
	UnknownFederationLinkVersion Code = "UNKNOWN_FEDERATION_LINK_VERSION" // federation is linked in a version that does not exist
	UnknownLinkVersion           Code = "UNKNOWN_LINK_VERSION"            // link is linked in a version that does not exist
	InvalidLinkDirectiveUsage    Code = "INVALID_LINK_DIRECTIVE_USAGE"    // @link is used in a way its specification forbids
	InvalidLinkIdentifier        Code = "INVALID_LINK_IDENTIFIER"         // the url of @link is not one of a specification
	LinkImportNameMismatch       Code = "LINK_IMPORT_NAME_MISMATCH"       // a merged directive has different names in different subgraphs
	UnsupportedFeature           Code = "UNSUPPORTED_FEATURE"             // a known feature that composition does not support
	InvalidSubgraphName          Code = "INVALID_SUBGRAPH_NAME"           // the name of a subgraph is reserved
)

// Field sets: @key, @requires, @provides.
const (
	KeyFieldsHasArgs               Code = "KEY_FIELDS_HAS_ARGS"               // a key field takes arguments
	ProvidesFieldsHasArgs          Code = "PROVIDES_FIELDS_HAS_ARGS"          // a provided field takes arguments
	ProvidesFieldsMissingExternal  Code = "PROVIDES_FIELDS_MISSING_EXTERNAL"  // a provided field is not @external
	RequiresFieldsMissingExternal  Code = "REQUIRES_FIELDS_MISSING_EXTERNAL"  // a required field is not @external
	KeyUnsupportedOnInterface      Code = "KEY_UNSUPPORTED_ON_INTERFACE"      // @key on an interface before federation 2.3
	ProvidesUnsupportedOnInterface Code = "PROVIDES_UNSUPPORTED_ON_INTERFACE" // @provides on an interface field
	RequiresUnsupportedOnInterface Code = "REQUIRES_UNSUPPORTED_ON_INTERFACE" // @requires on an interface field
	KeyInvalidFieldsType           Code = "KEY_INVALID_FIELDS_TYPE"           // `fields` of @key is not a string
	ProvidesInvalidFieldsType      Code = "PROVIDES_INVALID_FIELDS_TYPE"      // `fields` of @provides is not a string
	RequiresInvalidFieldsType      Code = "REQUIRES_INVALID_FIELDS_TYPE"      // `fields` of @requires is not a string
	KeyInvalidFields               Code = "KEY_INVALID_FIELDS"                // the field set of @key does not parse or selects unknown fields
	ProvidesInvalidFields          Code = "PROVIDES_INVALID_FIELDS"           // the same for @provides
	RequiresInvalidFields          Code = "REQUIRES_INVALID_FIELDS"           // the same for @requires
	KeyDirectiveInFieldsArg        Code = "KEY_DIRECTIVE_IN_FIELDS_ARG"       // a directive inside the field set of @key
	ProvidesDirectiveInFieldsArg   Code = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"  // the same for @provides
	RequiresDirectiveInFieldsArg   Code = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"  // the same for @requires
	KeyFieldsSelectInvalidType     Code = "KEY_FIELDS_SELECT_INVALID_TYPE"    // a key field is of union or interface type
	ProvidesOnNonObjectField       Code = "PROVIDES_ON_NON_OBJECT_FIELD"      // @provides on a field of a leaf type
)

// @external.
const (
	ExternalUnused                  Code = "EXTERNAL_UNUSED"                           // no field set, interface or context reads the field
	ExternalCollision               Code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE" // @external beside a directive that excludes it
	TypeWithOnlyUnusedExternal      Code = "TYPE_WITH_ONLY_UNUSED_EXTERNAL"            // a federation 1 type of unused externals only
	ExternalTypeMismatch            Code = "EXTERNAL_TYPE_MISMATCH"                    // the external field's type differs from the field's
	ExternalArgumentMissing         Code = "EXTERNAL_ARGUMENT_MISSING"                 // the external field lacks an argument
	ExternalArgumentTypeMismatch    Code = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"           // the external field's argument has another type
	ExternalArgumentDefaultMismatch Code = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"        // the external field's argument has another default
	ExternalOnInterface             Code = "EXTERNAL_ON_INTERFACE"                     // @external on an interface field
	ExternalMissingOnBase           Code = "EXTERNAL_MISSING_ON_BASE"                  // every definition of the field is external
	MergedDirectiveOnExternal       Code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"  // a composed directive on an external field
)

// Merging of types, fields, inputs and enums.
const (
	TypeKindMismatch          Code = "TYPE_KIND_MISMATCH"                            // a type has different kinds in different subgraphs
	FieldTypeMismatch         Code = "FIELD_TYPE_MISMATCH"                           // a field has incompatible types
	FieldArgumentTypeMismatch Code = "FIELD_ARGUMENT_TYPE_MISMATCH"                  // an argument has incompatible types
	InputFieldDefaultMismatch Code = "INPUT_FIELD_DEFAULT_MISMATCH"                  // an input field has different defaults
	FieldArgumentDefault      Code = "FIELD_ARGUMENT_DEFAULT_MISMATCH"               // an argument has different defaults
	ExtensionWithNoBase       Code = "EXTENSION_WITH_NO_BASE"                        // a type is extended and nowhere defined
	InterfaceFieldNoImplem    Code = "INTERFACE_FIELD_NO_IMPLEM"                     // an implementation lacks a field of the merged interface
	RequiredArgumentMissing   Code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"    // an argument is required here and absent there
	RequiredInputFieldMissing Code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH" // an input field is required here and absent there
	EmptyMergedInputType      Code = "EMPTY_MERGED_INPUT_TYPE"                       // no input field is common to all subgraphs
	EnumValueMismatch         Code = "ENUM_VALUE_MISMATCH"                           // an enum used both ways differs
	EmptyMergedEnumType       Code = "EMPTY_MERGED_ENUM_TYPE"                        // no enum value is common to all subgraphs
	NoQueries                 Code = "NO_QUERIES"                                    // no subgraph has a query field
	RootQueryUsed             Code = "ROOT_QUERY_USED"                               // "Query" names a type that is not the query root
	RootMutationUsed          Code = "ROOT_MUTATION_USED"                            // the same for "Mutation"
	RootSubscriptionUsed      Code = "ROOT_SUBSCRIPTION_USED"                        // the same for "Subscription"
	DirectiveCompositionError Code = "DIRECTIVE_COMPOSITION_ERROR"                   // @composeDirective cannot be honoured
)

// Sharing, @override and satisfiability.
const (
	InvalidFieldSharing                Code = "INVALID_FIELD_SHARING"                     // a field is resolved twice and not shareable
	InvalidShareableUsage              Code = "INVALID_SHAREABLE_USAGE"                   // @shareable where it has no meaning
	ShareableHasMismatchedRuntimeTypes Code = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"    // a shared field's possible types are disjoint
	OverrideCollision                  Code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE" // @override beside a directive that excludes it
	OverrideFromSelf                   Code = "OVERRIDE_FROM_SELF_ERROR"                  // a field overrides itself
	OverrideSourceHasOverride          Code = "OVERRIDE_SOURCE_HAS_OVERRIDE"              // an overridden field is itself an override
	OverrideOnInterface                Code = "OVERRIDE_ON_INTERFACE"                     // @override on an interface field
	OverrideLabelInvalid               Code = "OVERRIDE_LABEL_INVALID"                    // the label of a progressive override has no known form
	SatisfiabilityError                Code = "SATISFIABILITY_ERROR"                      // some query cannot be answered by the subgraphs
	MaxValidationSubgraphPathsExceeded Code = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"    // satisfiability is too large to decide
)

// @inaccessible.
const (
	ReferencedInaccessible       Code = "REFERENCED_INACCESSIBLE"         // a visible element refers to a hidden one
	DefaultValueUsesInaccessible Code = "DEFAULT_VALUE_USES_INACCESSIBLE" // a visible default value uses a hidden element
	QueryRootTypeInaccessible    Code = "QUERY_ROOT_TYPE_INACCESSIBLE"    // the query root is hidden
	RequiredInaccessible         Code = "REQUIRED_INACCESSIBLE"           // a required argument or input field is hidden
	DisallowedInaccessible       Code = "DISALLOWED_INACCESSIBLE"         // @inaccessible on a built-in element
	ImplementedByInaccessible    Code = "IMPLEMENTED_BY_INACCESSIBLE"     // a hidden element implements a visible one
	OnlyInaccessibleChildren     Code = "ONLY_INACCESSIBLE_CHILDREN"      // a visible type has no visible child
)

// Interface entities and contexts.
const (
	InterfaceObjectUsage                 Code = "INTERFACE_OBJECT_USAGE_ERROR"                        // @interfaceObject where it cannot work
	InterfaceKeyNotOnImplementation      Code = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"                 // an implementation lacks the interface's key
	InterfaceKeyMissingImplementation    Code = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"           // a subgraph with an interface key lacks an implementation
	ContextNotSet                        Code = "CONTEXT_NOT_SET"                                     // no type sets the context
	ContextInvalidSelection              Code = "CONTEXT_INVALID_SELECTION"                           // the selection of @fromContext is not a single field
	NoContextInSelection                 Code = "NO_CONTEXT_IN_SELECTION"                             // @fromContext names no context
	ContextNoResolvableKey               Code = "CONTEXT_NO_RESOLVABLE_KEY"                           // the type of a contextual argument has no resolvable key
	ContextNameInvalid                   Code = "CONTEXT_NAME_INVALID"                                // a context name has an underscore
	ContextualArgumentNotContextualInAll Code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS" // an argument is contextual here and required there
)

// Demand control and authorization.
const (
	CostOnInterfaceField           Code = "COST_APPLIED_TO_INTERFACE_FIELD"        // @cost on an interface field
	ListSizeOnNonList              Code = "LIST_SIZE_APPLIED_TO_NON_LIST"          // @listSize on a field that is no list
	ListSizeInvalidAssumedSize     Code = "LIST_SIZE_INVALID_ASSUMED_SIZE"         // a negative assumed size
	ListSizeInvalidSizedField      Code = "LIST_SIZE_INVALID_SIZED_FIELD"          // a sized field that does not exist
	ListSizeInvalidSlicingArgument Code = "LIST_SIZE_INVALID_SLICING_ARGUMENT"     // a slicing argument that does not exist or is no Int
	AuthRequirementsOnInterface    Code = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE" // an authorization directive on an interface
	MissingTransitiveAuth          Code = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"   // a field reads protected data without carrying its requirements
)
