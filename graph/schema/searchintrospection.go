package schema

import "github.com/vektah/gqlparser/v2/ast"

// The types of search introspection.
const (
	SearchResultType     = "__SearchResult"
	SchemaDefinitionType = "__SchemaDefinition"
)

// AddSearchIntrospection makes __search and __definitions, with their types, part of the API schema: the proposal "Semantic Introspection"
// of the GraphQL AI working group, in the form that servers have (__SchemaDefinition, and paths as lists of coordinates). Like __schema and
// __type they are fields of the query root that APISDL does not show. Call it at most once, before the schema is used.
func (s *Schema) AddSearchIntrospection() {
	text, texts := ast.NonNullNamedType("String", nil), ast.NonNullListType(ast.NonNullNamedType("String", nil), nil)
	listOf := func(name string) *ast.Type { return ast.NonNullListType(ast.NonNullNamedType(name, nil), nil) }
	result := &ast.Definition{
		Kind: ast.Object, Name: SearchResultType, BuiltIn: true,
		Description: "A schema element that answers a search.",
		Fields: ast.FieldList{
			{Name: "cursor", Type: text, Description: "Where this result stands: the argument after of __search continues behind it."},
			{Name: "coordinate", Type: text, Description: "The schema coordinate of the element."},
			{Name: "definition", Type: ast.NonNullNamedType(SchemaDefinitionType, nil), Description: "The element itself."},
			{
				Name: "pathsToRoot", Type: ast.NonNullListType(texts, nil),
				Description: "Ways to the element, best first: the coordinates of the fields to select, from a field of a root type to the element. There may be others.",
			},
			{Name: "score", Type: ast.NamedType("Float", nil), Description: "How well the element answers, from 0 to 1."},
		},
	}
	definition := &ast.Definition{
		Kind: ast.Union, Name: SchemaDefinitionType, BuiltIn: true,
		Description: "Any schema element that has a coordinate.",
		Types:       []string{"__Type", "__Field", "__InputValue", "__EnumValue", "__Directive"},
	}
	api := s.API
	for _, d := range []*ast.Definition{result, definition} {
		api.Types[d.Name] = d
	}
	api.AddPossibleType(result.Name, result)
	for _, name := range definition.Types {
		api.AddPossibleType(definition.Name, api.Types[name])
		api.AddImplements(name, definition)
	}
	api.Query.Fields = append(api.Query.Fields, &ast.FieldDefinition{
		Name: "__search", Type: listOf(SearchResultType),
		Description: "Schema elements that answer a text, best first.",
		Arguments: ast.ArgumentDefinitionList{
			{Name: "query", Type: text, Description: "What is looked for, in words."},
			{
				Name: "first", Type: ast.NonNullNamedType("Int", nil), DefaultValue: &ast.Value{Kind: ast.IntValue, Raw: "10"},
				Description: "How many results at most; fewer are the last.",
			},
			{Name: "after", Type: ast.NamedType("String", nil), Description: "The cursor of the result to continue behind."},
			{Name: "minScore", Type: ast.NamedType("Float", nil), Description: "The lowest score of a result."},
		},
	}, &ast.FieldDefinition{
		Name: "__definitions", Type: listOf(SchemaDefinitionType),
		Description: "The schema elements with the coordinates, in their order. What does not exist is left out.",
		Arguments:   ast.ArgumentDefinitionList{{Name: "coordinates", Type: texts, Description: `Schema coordinates, such as "User", "User.email" or "Query.user(id:)".`}},
	})
}
