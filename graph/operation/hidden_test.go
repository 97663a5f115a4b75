package operation_test

import (
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
)

// TestFaultsTellNothingOfWhatIsHidden: a caller gets the same faults for a hidden type as for one that is not there.
func TestFaultsTellNothingOfWhatIsHidden(t *testing.T) {
	s := load(t, supergraphHeader+`
type Query { item(by: Key): Item  secretObject: Vault  any: Any }
type Item { id: ID  vault: Vault }
type Vault { gold(grams: Int): Ingot  id: ID }
type Ingot { weight: Int }
union Any = Item | Vault
input Key { secret: Secret  id: Int }
input Secret { pin: Int! }
`)
	hidden := map[string]bool{"Vault": true, "Ingot": true, "Secret": true, "Query.secretObject": true, "Item.vault": true, "Vault.gold": true}
	opts := operation.Options{Visible: func(typeName, name string) bool {
		return !hidden[typeName] && !hidden[typeName+"."+name]
	}}
	for text, want := range map[string]string{
		`{ secretObject }`:                      `Cannot query field "secretObject" on type "Query".`,
		`{ secretObject { nope } }`:             `Cannot query field "secretObject" on type "Query".`,
		`{ item { vault { gold { x } } } }`:     `Cannot query field "vault" on type "Item".`,
		`{ any { ... on Vault { nope } } }`:     `Unknown type "Vault".`,
		`{ nope { ... on Vault { gold(a:1) } }`: ``,
		`{ item { ... on Vault { id } } }`:      `Unknown type "Vault".`,
		`{ item { id { x } } }`:                 `Field "id" must not have a selection since type "ID" has no subfields.`,
		`{ item(by: {secret: {}}) { id } }`:     `The operation does not fit the schema here.`,
	} {
		_, errs := operation.Parse(s, text, operation.ParseLimits{})
		opts.Text = text
		got := errs.Suggest(s, opts)
		if len(got) == 0 || !strings.Contains(got.Error(), want) {
			t.Errorf("%s: got %q, want %q", text, got.Error(), want)
		}
		for _, name := range []string{"Vault", "Ingot", "Secret", "′"} {
			said := strings.ReplaceAll(got.Error(), `Unknown type "`+name+`"`, "")
			if strings.Contains(said, `"`+name) || strings.Contains(said, "′") {
				t.Errorf("%s: the answer knows %s: %s", text, name, said)
			}
		}
	}
	d := parse(t, s, `query($v: Key) { item(by: $v) { id } }`)
	_, errs := d.CoerceVariables("", []byte(`{"v": {"secret": {}}}`))
	if got, want := errs.Suggest(s, opts).Error(), `Variable "$v" does not have a value of its type.`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
