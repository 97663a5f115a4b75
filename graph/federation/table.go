package federation

import "slices"

// row describes a directive over all federation 2 versions: since when it is
// there, and how later versions widened it.
type row struct {
	Directive
	since           Version
	repeatableSince Version            // when it became repeatable, zero for "as in Directive"
	argSince        map[string]Version // arguments that came later
	locationSince   map[string]Version // locations that came later
}

func (r row) at(v Version) Directive {
	d := r.Directive
	if r.repeatableSince != (Version{}) {
		d.Repeatable = v.AtLeast(r.repeatableSince)
	}
	if r.argSince != nil {
		d.Args = slices.DeleteFunc(slices.Clone(d.Args), func(a Argument) bool { return !v.AtLeast(r.argSince[a.Name]) })
	}
	if r.locationSince != nil {
		d.Locations = slices.DeleteFunc(slices.Clone(d.Locations), func(l string) bool { return !v.AtLeast(r.locationSince[l]) })
	}
	return d
}

var fieldSetArg = []Argument{{Name: "fields", Type: "FieldSet!"}}

var anyElement = []string{
	OnField, OnObject, OnInterface, OnUnion, OnArgument, OnScalar, OnEnum, OnEnumValue, OnInputObject, OnInputField,
}

var authLocations = []string{OnField, OnObject, OnInterface, OnScalar, OnEnum}

// directives is the federation specification's directive table.
var directives = map[string]row{
	Key: {since: Version{2, 0}, Directive: Directive{
		Name: Key, Repeatable: true,
		Args:      []Argument{{Name: "fields", Type: "FieldSet!"}, {Name: "resolvable", Type: "Boolean", Default: "true"}},
		Locations: []string{OnObject, OnInterface},
	}},
	Requires: {since: Version{2, 0}, Directive: Directive{Name: Requires, Args: fieldSetArg, Locations: []string{OnField}}},
	Provides: {since: Version{2, 0}, Directive: Directive{Name: Provides, Args: fieldSetArg, Locations: []string{OnField}}},
	External: {since: Version{2, 0}, Directive: Directive{
		Name: External,
		Args: []Argument{{Name: "reason", Type: "String"}}, Locations: []string{OnObject, OnField},
	}},
	Extends: {since: Version{2, 0}, Directive: Directive{Name: Extends, Locations: []string{OnObject, OnInterface}}},
	Shareable: {
		since: Version{2, 0}, repeatableSince: Version{2, 2},
		Directive: Directive{Name: Shareable, Locations: []string{OnObject, OnField}},
	},
	Override: {since: Version{2, 0}, argSince: map[string]Version{"label": {2, 7}}, Directive: Directive{
		Name: Override,
		Args: []Argument{{Name: "from", Type: "String!"}, {Name: "label", Type: "String"}}, Locations: []string{OnField},
	}},
	Inaccessible: {since: Version{2, 0}, Directive: Directive{Name: Inaccessible, Locations: anyElement}},
	Tag: {since: Version{2, 0}, locationSince: map[string]Version{OnSchema: {2, 3}}, Directive: Directive{
		Name: Tag, Repeatable: true,
		Args: []Argument{{Name: "name", Type: "String!"}}, Locations: append(slices.Clone(anyElement), OnSchema),
	}},
	ComposeDirective: {since: Version{2, 1}, Directive: Directive{
		Name: ComposeDirective, Repeatable: true,
		Args: []Argument{{Name: "name", Type: "String"}}, Locations: []string{OnSchema},
	}},
	InterfaceObject: {since: Version{2, 3}, Directive: Directive{Name: InterfaceObject, Locations: []string{OnObject}}},
	Authenticated:   {since: Version{2, 5}, Directive: Directive{Name: Authenticated, Locations: authLocations}},
	RequiresScopes: {since: Version{2, 5}, Directive: Directive{
		Name: RequiresScopes,
		Args: []Argument{{Name: "scopes", Type: "[[Scope!]!]!"}}, Locations: authLocations,
	}},
	Policy: {since: Version{2, 6}, Directive: Directive{
		Name: Policy,
		Args: []Argument{{Name: "policies", Type: "[[Policy!]!]!"}}, Locations: authLocations,
	}},
	Context: {since: Version{2, 8}, Directive: Directive{
		Name: Context, Repeatable: true,
		Args: []Argument{{Name: "name", Type: "String!"}}, Locations: []string{OnInterface, OnObject, OnUnion},
	}},
	FromContext: {since: Version{2, 8}, Directive: Directive{
		Name: FromContext,
		Args: []Argument{{Name: "field", Type: "ContextFieldValue"}}, Locations: []string{OnArgument},
	}},
	Cost: {since: Version{2, 9}, Directive: Directive{
		Name: Cost, Args: []Argument{{Name: "weight", Type: "Int!"}},
		Locations: []string{OnArgument, OnEnum, OnField, OnInputField, OnObject, OnScalar},
	}},
	ListSize: {since: Version{2, 9}, Directive: Directive{Name: ListSize, Args: []Argument{
		{Name: "assumedSize", Type: "Int"},
		{Name: "slicingArguments", Type: "[String!]"},
		{Name: "sizedFields", Type: "[String!]"},
		{Name: "requireOneSlicingArgument", Type: "Boolean", Default: "true"},
	}, Locations: []string{OnField}}},
	CacheTag: {since: Version{2, 12}, Directive: Directive{
		Name: CacheTag, Repeatable: true,
		Args: []Argument{{Name: "format", Type: "String!"}}, Locations: []string{OnObject, OnField},
	}},
}

// scalars is the federation specification's scalar table: name to first version.
var scalars = map[string]Version{
	FieldSet:          {2, 0},
	Scope:             {2, 5},
	PolicyScalar:      {2, 6},
	ContextFieldValue: {2, 8},
}

var (
	directiveNames = sortedNames(directives)
	scalarNames    = sortedNames(scalars)
)

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
