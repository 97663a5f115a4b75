package compose

import (
	"strings"
	"testing"
)

// TestAPISchemaOfOtherSupergraphs derives API schemas from supergraphs in the
// forms that other composers print.
func TestAPISchemaOfOtherSupergraphs(t *testing.T) {
	cases := map[string]struct{ supergraph, want string }{
		"federation 1 with @core": {
			`schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }
			directive @core(feature: String!) repeatable on SCHEMA
			directive @join__field(graph: join__Graph) on FIELD_DEFINITION
			directive @join__graph(name: String!, url: String!) on ENUM_VALUE
			enum join__Graph { A @join__graph(name: "a", url: "http://a") }
			scalar join__FieldSet
			type Query { a: Int @join__field(graph: A) }`,
			"type Query {\n  a: Int\n}\n",
		},
		"root types with names of their own": {
			`schema @link(url: "https://specs.apollo.dev/link/v1.0") { query: Root } type Root { a: Int }`,
			"schema {\n  query: Root\n}\n\ntype Root {\n  a: Int\n}\n",
		},
		"renamed @inaccessible": {
			`schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: [{name: "@inaccessible", as: "@hide"}]) { query: Query }
			directive @hide on FIELD_DEFINITION
			type Query { a: Int b: Int @hide @deprecated }`,
			"type Query {\n  a: Int\n}\n",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := APISchema(c.supergraph)
			if err != nil || got != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestAPISchemaSaysWhereItCannotRead(t *testing.T) {
	if _, err := APISchema("type Query {"); err == nil || !strings.Contains(err.Error(), "read supergraph") {
		t.Errorf("got %v", err)
	}
}

// TestRequirementsMeet checks the algebra of scopes and policies.
func TestRequirementsMeet(t *testing.T) {
	a, b := dnf{{"x"}, {"y"}}, dnf{{"y"}, {"z"}}
	both := a.and(b)
	if want := (dnf{{"y"}, {"x", "z"}}); dnfValue(both).String() != dnfValue(want).String() {
		t.Errorf("got %v, want %v", both, want)
	}
	if !both.implies(a) || !both.implies(b) || a.implies(b) {
		t.Error("a conjunction implies its parts, and they not each other")
	}
	var many dnf
	for i := range 20 {
		many = many.and(dnf{{string(rune('a' + i))}, {string(rune('A' + i))}})
	}
	if len(many) > maxAlternatives || !many.implies(dnf{{"a"}, {"A"}}) {
		t.Errorf("%d alternatives, which do not imply what was combined", len(many))
	}
}
