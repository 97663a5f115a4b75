package compose_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/compose"
	"github.com/sluice-gateway/sluice/graph/schema"
)

const contractSDL = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@tag"])
type Query { public: Item @tag(name: "public") find(by: Filter, secret: String @tag(name: "internal")): [Item] @tag(name: "public") admin: Admin search: Found @tag(name: "public") }
type Mutation { wipe: Boolean }
type Item @key(fields: "id") { id: ID! name: String @tag(name: "public") cost: Int @tag(name: "internal") @tag(name: "public") owner: Admin @tag(name: "public") mode: Mode @tag(name: "public") }
type Admin { name: String }
union Found = Item | Admin
enum Mode { ON OFF @tag(name: "internal") }
input Filter { text: String ids: [ID!] @tag(name: "internal") }
`

func contractAPI(t *testing.T, include, exclude []string) (*schema.Schema, error) {
	t.Helper()
	res := compose.Compose([]compose.Subgraph{{Name: "a", URL: "http://a", SDL: contractSDL}}, compose.Options{})
	if len(res.Errors) > 0 {
		t.Fatal(res.Errors[0])
	}
	sdl, err := compose.Contract(res.Supergraph, include, exclude, true)
	if err != nil {
		return nil, err
	}
	s, err := schema.Load(sdl)
	if err != nil {
		t.Fatalf("the contract does not load: %v\n%s", err, sdl)
	}
	return s, nil
}

func TestContractOffersIncludedTagsOnly(t *testing.T) {
	s, err := contractAPI(t, []string{"public"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"public", "find(by: Filter, secret: String)", "name: String", "mode: Mode", "cost: Int"} {
		if !strings.Contains(s.APISDL, want) {
			t.Errorf("%s is missing from\n%s", want, s.APISDL)
		}
	}
	for _, hidden := range []string{"admin", "type Admin", "owner", "id: ID!", "Mutation", "wipe"} {
		if strings.Contains(s.APISDL, hidden) {
			t.Errorf("%s shows in\n%s", hidden, s.APISDL)
		}
	}
}

func TestContractExcludesWhateverElseIsTagged(t *testing.T) {
	s, err := contractAPI(t, nil, []string{"internal"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"admin", "type Admin", "id: ID!", "wipe"} {
		if !strings.Contains(s.APISDL, want) {
			t.Errorf("%s is missing from\n%s", want, s.APISDL)
		}
	}
	for _, hidden := range []string{"cost", "secret", "OFF", "ids"} {
		if strings.Contains(s.APISDL, hidden) {
			t.Errorf("%s shows in\n%s", hidden, s.APISDL)
		}
	}
}

func TestContractThatLeavesNothingIsRefused(t *testing.T) {
	if _, err := contractAPI(t, []string{"nothing"}, nil); !errors.Is(err, compose.ErrEmptyContract) {
		t.Errorf("got %v, want ErrEmptyContract", err)
	}
}

func TestContractIsDeterministic(t *testing.T) {
	res := compose.Compose([]compose.Subgraph{{Name: "a", URL: "http://a", SDL: contractSDL}}, compose.Options{})
	first, err := compose.Contract(res.Supergraph, []string{"public"}, []string{"internal"}, true)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if again, _ := compose.Contract(res.Supergraph, []string{"public"}, []string{"internal"}, true); again != first {
			t.Fatal("two runs differ")
		}
	}
}
