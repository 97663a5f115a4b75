package exec

import "testing"

func TestRunMergesEntitiesIntoTheObjectsThatAskedForThem(t *testing.T) {
	got, requests := products().run(map[string][]string{
		"a": {`{"data":{"products":[{"id":"1","name":"Table"},{"id":"2","name":"Chair"},{"id":"1","name":"Table"}]}}`},
		"b": {`{"data":{"_entities":[{"price":899},{"price":54}]}}`},
	}, Options{})
	want := `{"data":{"products":[{"name":"Table","price":899},{"name":"Chair","price":54},{"name":"Table","price":899}]}}`
	if got != want {
		t.Errorf("response\n got %s\nwant %s", got, want)
	}
	wantSent := `{"query":"query($representations:[_Any!]!){_entities(representations:$representations){...on Product{price}}}","variables":{"representations":[{"__typename":"Product","id":"1"},{"__typename":"Product","id":"2"}]}}`
	if len(requests["b"]) != 1 || requests["b"][0] != wantSent {
		t.Errorf("request\n got %s\nwant %s", requests["b"], wantSent)
	}
}
