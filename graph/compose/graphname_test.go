package compose

import "testing"

func TestGraphNames(t *testing.T) {
	names := []string{"products", "my-graph", "1st", "reviews_2", "A b", "a-b", "a_b"}
	var subgraphs []*subgraph
	for _, n := range names {
		subgraphs = append(subgraphs, &subgraph{name: n})
	}
	assignGraphNames(subgraphs)
	want := []string{"PRODUCTS", "MY_GRAPH", "_1ST", "REVIEWS_2_", "A_B_1", "A_B_2", "A_B_3"}
	for i, s := range subgraphs {
		if s.graphName != want[i] {
			t.Errorf("graph name of %q: got %s, want %s", s.name, s.graphName, want[i])
		}
	}
}

func TestTypeRefRoundTrips(t *testing.T) {
	for _, text := range []string{"Int", "Int!", "[Int]", "[[Int!]!]!"} {
		ref := parseTypeRef(text)
		if got := ref.String(); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
		if !ref.equal(parseTypeRef(text)) || ref.equal(parseTypeRef("["+text+"]")) {
			t.Errorf("%s does not compare by structure", text)
		}
	}
}
