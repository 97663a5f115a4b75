package graphtest_test

import (
	"encoding/json"
	"testing"

	"github.com/sluice-gateway/sluice/graph/graphtest"
)

func TestDiffJSON(t *testing.T) {
	tests := []struct{ name, got, want, diff string }{
		{"members in another order are the same", `{"a":1,"b":[2]}`, `{"b":[2],"a":1}`, ""},
		{"numbers are compared by value", `[1.0, 1e2]`, `[1, 100]`, ""},
		{"numbers beyond floats are compared by text", `9007199254740993`, `9007199254740993`, ""},
		{"a missing member", `{"a":1}`, `{"a":1,"b":null}`, "data.b is missing, want null"},
		{"a member too many", `{"a":1,"b":2}`, `{"a":1}`, "data.b is there, want it absent"},
		{"items in another order differ", `[1,2]`, `[2,1]`, "data.0 is 1, want 2"},
		{"lists of other lengths differ", `[1]`, `[1,1]`, "data has 1 items, want 2"},
		{"null is no empty object", `{"a":null}`, `{"a":{}}`, "data.a is null, want {}"},
		{"a number is no string", `"1"`, `1`, `data is "1", want 1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := graphtest.DiffJSON([]byte(tt.got), []byte(tt.want)); got != tt.diff {
				t.Errorf("got %q, want %q", got, tt.diff)
			}
		})
	}
}

func TestMapKeepsTheOrderOfItsMembers(t *testing.T) {
	m := &graphtest.Map{}
	m.Set("z", json.Number("1.50"))
	m.Set("a", []any{nil, "x"})
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(text), `{"z":1.50,"a":[null,"x"]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
