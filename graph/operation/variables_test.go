package operation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

const inputSDL = supergraphHeader + `
type Query { f(i: Int, x: Float, s: String, b: Boolean, id: ID, c: Color, l: [Int!], ll: [[Int]], in: In, one: One, any: Any): Int }
enum Color { RED GREEN }
scalar Any
input In { items: [Item!] note: String = "none" must: Int! }
input Item { sku: String! count: Int! = 1 next: Item }
input One @oneOf { a: Int b: String }
`

func TestVariablesAreCoerced(t *testing.T) {
	s := load(t, inputSDL)
	tests := []struct {
		name, declaration, argument, raw string
		want                             string // the value's JSON, or the fault
	}{
		{"an integer", "Int", "i", `{"v": 7}`, "7"},
		{"the largest integer", "Int", "i", `{"v": 2147483647}`, "2147483647"},
		{"an integer out of range", "Int", "i", `{"v": 2147483648}`, `$v: Variable "$v" must be a value of type "Int", not this integer.`},
		{"a fraction for an integer", "Int", "i", `{"v": 1.5}`, `$v: Variable "$v" must be a value of type "Int", not a number.`},
		{"a numeric string for an integer", "Int", "i", `{"v": "1"}`, `$v: Variable "$v" must be a value of type "Int", not a string.`},
		{"a float as it was written", "Float", "x", `{"v": 1.50e3}`, "1.50e3"},
		{"a float out of range", "Float", "x", `{"v": 1e999}`, `$v: Variable "$v" must be a value of type "Float", not a number.`},
		{"an integer for an id", "ID", "id", `{"v": 12345678901234567890}`, "12345678901234567890"},
		{"a number for a string", "String", "s", `{"v": 1}`, `$v: Variable "$v" must be a value of type "String", not this integer.`},
		{"an enum value", "Color", "c", `{"v": "RED"}`, `"RED"`},
		{"an unknown enum value", "Color", "c", `{"v": "red"}`, `$v: Variable "$v" is not a value of enum "Color".`},
		{"a single value for a list", "[Int!]", "l", `{"v": 3}`, "3"},
		{"a single value for a list of lists", "[[Int]]", "ll", `{"v": 3}`, "3"},
		{"a null in a list", "[Int!]", "l", `{"v": [1, null]}`, `$v[1]: Variable "$v[1]" of non-null type "Int!" must not be null.`},
		{
			"an input object", "In", "in", `{"v": {"must": 1, "items": [{"sku": "a"}, {"sku": "b", "next": {"sku": "c"}}]}}`,
			`{"must": 1, "items": [{"sku": "a"}, {"sku": "b", "next": {"sku": "c"}}]}`,
		},
		{
			"a missing required field, deep", "In", "in", `{"v": {"must": 1, "items": [{"sku": "a"}, {"sku": "b"}, {}]}}`,
			`$v.items[2].sku: Variable "$v.items[2].sku" of required type "String!" was not provided.`,
		},
		{"an unknown field", "In", "in", `{"v": {"must": 1, "nope": [1, {"a": 2}]}}`, `$v.nope: Variable "$v.nope" is not defined by type "In".`},
		{"a field given twice", "In", "in", `{"v": {"must": 1, "must": 2}}`, `$v.must: Variable "$v.must" is given twice.`},
		{
			"null for a field with a default", "In", "in", `{"v": {"must": 1, "items": {"sku": "a", "count": null}}}`,
			`$v.items.count: Variable "$v.items.count" of non-null type "Int!" must not be null.`,
		},
		{"one field of a oneOf", "One", "one", `{"v": {"a": 1}}`, `{"a": 1}`},
		{"two fields of a oneOf", "One", "one", `{"v": {"a": 1, "b": "x"}}`, `$v: Variable "$v" must have exactly one field of OneOf type "One", and not null.`},
		{"null in a oneOf", "One", "one", `{"v": {"a": null}}`, `$v: Variable "$v" must have exactly one field of OneOf type "One", and not null.`},
		{"anything for a custom scalar", "Any", "any", `{"v": {"a": [1, {}]}}`, `{"a": [1, {}]}`},
		{"a default", "Color = GREEN", "c", `{}`, `"GREEN"`},
		{"null over a default", "Color = GREEN", "c", `{"v": null}`, `null`},
		{"no value at all", "Int", "i", ``, ``},
		{"no value for a required variable", "Int!", "i", `null`, `$v: Variable "$v" of required type "Int!" was not provided.`},
		{"a member that is not declared", "Int", "i", `{"other": {"deep": [1]}, "v": 1}`, "1"},
		{"two values for one variable", "Int", "i", `{"v": 1, "v": 2}`, `: The variables are not a JSON object.`},
		{"a list of variables", "Int", "i", `[1]`, `: The variables are not a JSON object.`},
		{"broken JSON", "Int", "i", `{"v": 01}`, `: The variables are not a JSON object.`},
		{"text after the object", "Int", "i", `{"v": 1} x`, `: The variables are not a JSON object.`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := parse(t, s, fmt.Sprintf("query($v: %s){f(%s: $v)}", test.declaration, test.argument))
			vars, errs := d.CoerceVariables("", []byte(test.raw))
			got := ""
			if len(errs) > 0 {
				got = errs[0].Path + ": " + errs[0].Message
			} else if value, ok := vars.Get("v"); ok {
				got = string(value)
			}
			if got != test.want || len(errs) > 1 {
				t.Errorf("got %s (%v), want %s", got, errs, test.want)
			}
		})
	}
}

func TestNullDecidesNoCondition(t *testing.T) {
	s := load(t, inputSDL)
	d := parse(t, s, `query($v: Boolean = true, $w: Boolean!) { f @skip(if: $v) g: f @include(if: $w) }`)
	for raw, want := range map[string]string{
		`{"w": true}`: "11", `{"v": false, "w": false}`: "00", `{"v": null, "w": true}`: "",
	} {
		vars, errs := d.CoerceVariables("", []byte(raw))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		got, err := vars.Conditions([]string{"v", "w"})
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: got %q and %v, want %q", raw, got, err, want)
		}
	}
}

func TestAHostileVariableIsReadOnce(t *testing.T) {
	s := load(t, inputSDL)
	d := parse(t, s, "query($v: In){f(in: $v)}")
	deep := `{"v":{"must":1,"items":` + strings.Repeat(`{"sku":"","next":`, 200) + `{"sku":"` + strings.Repeat("x", 1<<20) + `"}` + strings.Repeat("}", 200) + `}}`
	if _, errs := d.CoerceVariables("", []byte(deep)); len(errs) > 0 {
		t.Error(errs)
	}
	if _, errs := d.CoerceVariables("", []byte(`{"v":`+strings.Repeat("[", 100_000))); len(errs) == 0 {
		t.Error("unbounded nesting is taken")
	}
}

// FuzzCoerceVariables checks that what is taken is JSON and is taken by gqlparser's coercion too; that one is laxer than the
// specification, so the other direction does not hold.
func FuzzCoerceVariables(f *testing.F) {
	for _, seed := range []string{
		`{"i":1,"x":2.5,"s":"a","b":true,"id":"x","c":"RED","l":[1],"in":{"must":1,"items":[{"sku":"a"}]},"one":{"a":1},"any":{}}`,
		`{"l":1,"in":{"items":{"sku":"a"}}}`, `{}`, `null`, `{"c":"BLUE"}`, `{"one":{}}`, `{"any":"\u00e9\n"}`, `{"i":-0}`,
	} {
		f.Add(seed)
	}
	s := load(f, inputSDL)
	const text = `query($i:Int,$x:Float,$s:String,$b:Boolean,$id:ID,$c:Color,$l:[Int!],$in:In,$one:One,$any:Any){
		f(i:$i,x:$x,s:$s,b:$b,id:$id,c:$c,l:$l,in:$in,any:$any)
	}`
	// $one is not used in the document above, for a nullable variable may not stand for a oneOf field's object.
	d := parse(f, s, strings.Replace(text, ",any:$any", ",one:$one,any:$any", 1))
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range doc.Operations[0].VariableDefinitions {
		v.Definition = s.API.Types[v.Type.Name()]
	}
	f.Fuzz(func(t *testing.T, raw string) {
		vars, errs := d.CoerceVariables("", []byte(raw))
		if len(errs) > 0 {
			return
		}
		if strings.TrimSpace(raw) != "" && !json.Valid([]byte(raw)) {
			t.Fatalf("took invalid JSON %q", raw)
		}
		var decoded map[string]any
		if json.Unmarshal([]byte(raw), &decoded) != nil {
			decoded = nil // a number that no float64 holds
		}
		if _, err := validator.VariableValues(s.API, doc.Operations[0], decoded); err != nil && !strings.Contains(err.Error(), "beyond 2^53-1") {
			t.Fatalf("took %q, gqlparser says %v", raw, err)
		}
		for i := range vars.Len() {
			if name, value := vars.At(i); value != nil && !json.Valid(value) {
				t.Fatalf("$%s is %q", name, value)
			}
		}
	})
}
