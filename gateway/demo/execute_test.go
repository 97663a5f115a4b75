package demo

import (
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// FuzzExecute: whatever the text, a subgraph answers without a panic, and data that it leaves out is explained by an error.
func FuzzExecute(f *testing.F) {
	for _, seed := range []string{
		`{ me { id ...f } } fragment f on User { addresses { city } }`,
		`query A($n: Int = 3, $b: Boolean!) { users(first: $n) { id @skip(if: $b) name @include(if: $b) } }`,
		`{ users(first: 99999999999999999999, skip: -1) { id } __schema { types { name } } }`,
		`{ _entities(representations: [{__typename: "User", id: 1}, {}, 3]) { __typename } _service { sdl } }`,
	} {
		f.Add(seed, `{"n": 2, "b": true}`)
	}
	s := accounts()
	if err := s.open(true, slog.New(slog.DiscardHandler)); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query, variables string) {
		var vars map[string]any
		if err := json.Unmarshal([]byte(variables), &vars); err != nil {
			return
		}
		doc, op, coerced, errs := s.prepare(request{Query: query, Variables: vars})
		if len(errs) > 0 || op.Operation != ast.Query {
			return
		}
		r := s.execute(t.Context(), doc, op, coerced, object{})
		if r.Data == nil && len(r.Errors) == 0 {
			t.Errorf("no data and no error for %s", query)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	})
}
