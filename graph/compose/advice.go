package compose

import "strings"

// advice is what mends an error, by code, where all errors of the code are mended
// alike. It is the last sentence of their messages; the other codes' messages say
// it themselves, for each case.
var advice = map[Code]string{
	DirectiveDefinitionInvalid: "Remove the definition, since it is added where it is needed, or define it as its specification does.",
	TypeDefinitionInvalid:      "Remove the definition, since it is added where it is needed, or define it as its specification does.",
	InvalidLinkIdentifier:      "Write it like \"https://example.com/name/v1.0\".",
	LinkImportNameMismatch:     "Import it under one name everywhere.",
	InvalidSubgraphName:        "Choose another name.",

	ExternalTypeMismatch:            "Declare external fields as the subgraph that resolves them does.",
	ExternalArgumentMissing:         "Declare external fields as the subgraph that resolves them does.",
	ExternalArgumentTypeMismatch:    "Declare external fields as the subgraph that resolves them does.",
	ExternalArgumentDefaultMismatch: "Declare external fields as the subgraph that resolves them does.",
	ExternalMissingOnBase:           "Remove @external in the subgraph that resolves the field, or add the field to one that does.",
	MergedDirectiveOnExternal:       "Apply it in the subgraph that resolves the field.",

	TypeKindMismatch:          "Define it as one kind everywhere, or rename one of the types.",
	FieldTypeMismatch:         "Give it one type everywhere, or types of which one includes the others.",
	FieldArgumentTypeMismatch: "Give it one type everywhere.",
	InputFieldDefaultMismatch: "Give it one default value everywhere, or none.",
	FieldArgumentDefault:      "Give it one default value everywhere, or none.",
	ExtensionWithNoBase:       "Define the type in one of them, or remove \"extend\".",
	InterfaceFieldNoImplem:    "Add the field to the type, or remove it from the interface.",
	RequiredArgumentMissing:   "Add the argument where it is missing, or make it optional.",
	RequiredInputFieldMissing: "Add the field where it is missing, or make it optional.",
	EmptyMergedInputType:      "Define at least one field in all of them.",
	EnumValueMismatch:         "Define the value in all of them, or mark it @inaccessible.",
	EmptyMergedEnumType:       "Define at least one value in all of them.",
	NoQueries:                 "Add a field to type \"Query\" in one of them.",
	RootQueryUsed:             "Rename that type.",
	RootMutationUsed:          "Rename that type.",
	RootSubscriptionUsed:      "Rename that type.",

	ShareableHasMismatchedRuntimeTypes: "Let the subgraphs that share the field have at least one of its possible types in common.",
	OverrideCollision:                  "Remove @override, or what excludes it.",
	OverrideFromSelf:                   "Name another subgraph in \"from\".",
	OverrideSourceHasOverride:          "Remove one of the two.",
	OverrideOnInterface:                "Use it on the fields of the implementing types.",

	DefaultValueUsesInaccessible: "Use another default value, or remove @inaccessible.",
	QueryRootTypeInaccessible:    "Remove @inaccessible from it.",
	RequiredInaccessible:         "Make it optional, or remove @inaccessible.",
	DisallowedInaccessible:       "Remove @inaccessible.",
	ImplementedByInaccessible:    "Hide both of them, or none.",
	OnlyInaccessibleChildren:     "Hide the type too, or show one of them.",

	ContextualArgumentNotContextualInAll: "Add @fromContext there, or make the argument nullable.",
}

// advised is the message of an error with what mends it.
func advised(e *Error) string {
	text, ok := advice[e.Code]
	if !ok {
		return e.Message
	}
	return strings.TrimSuffix(e.Message, ".") + ". " + text
}
