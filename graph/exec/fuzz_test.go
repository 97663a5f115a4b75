package exec

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
)

// fuzzDepth keeps the reader below the depth where encoding/json gives up.
const fuzzDepth = 100

// deepest returns how deep the JSON text nests.
func deepest(text []byte) int {
	depth, most, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			most = max(most, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return most
}

// FuzzScanner holds the scanner against encoding/json: both accept the same texts. encoding/json takes invalid UTF-8, we do not.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-0.5e+3,true,false,null,"\u00e9\n"],"b":{}}`, `[1,]`, `"\x"`, `01`, `-`, `1.`, `1e`, `{"a" : 1 , "b":[ ]}`, "\"\x01\"", "\"\xff\"", `"aaaaaaaaaaaaaaaaa\"`, `nul`, "{\"a\":1\x00}", `"\ud800"`,
		`"日本語日本語日本語"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if deepest(text) > fuzzDepth {
			return
		}
		s := scanner{b: text, depth: fuzzDepth}
		s.space()
		got := s.value()
		s.space()
		got = got && s.i == len(text)
		if want := json.Valid(text) && utf8.Valid(text); got != want {
			t.Errorf("%q: valid is %v, want %v", text, got, want)
		}
		if got && s.depth != fuzzDepth {
			t.Errorf("%q: %d levels stayed open", text, fuzzDepth-s.depth)
		}
		var want string
		if got && json.Unmarshal(text, &want) == nil && text[s.i-1] == '"' {
			raw := bytes.Trim(text, " \n\r\t")
			if text := string(operation.Unquote(raw)); text != want {
				t.Errorf("%q means %q, want %q", raw, text, want)
			}
		}
	})
}

// FuzzAppendString holds our own strings against encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "a\"b\\c\n\x01", "é日\xff\xc0x", "\u2028\x7f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := AppendString(nil, text)
		var got string
		if err := json.Unmarshal(raw, &got); err != nil || got != strings.ToValidUTF8(text, "\uFFFD") && utf8.ValidString(text) || !utf8.Valid(raw) {
			t.Errorf("%q became %s, which means %q (%v)", text, raw, got, err)
		}
	})
}

// tree is a plan that reads a recursive shape with members of the names a, b (leafs), c (an object) and d (a list of lists of objects).
func tree(levels int) *fixture {
	f := newFixture()
	f.object("Node")
	var build func(at plan.PositionID, levels int) *plan.Selection
	build = func(at plan.PositionID, levels int) *plan.Selection {
		sel := selection(leaf("a", f.slot(at, "a", "JSON", 0)), leaf("b", f.slot(at, "b", "JSON", 0)))
		if levels > 0 {
			c := f.position("Node", at)
			s := f.slot(at, "c", "Node", c)
			sel.Fields = append(sel.Fields, plan.SelectionField{Key: "c", Slot: s, Child: build(c, levels-1)})
			d := f.position("Node", at)
			s = f.slot(at, "d", "[[Node]]", d)
			sel.Fields = append(sel.Fields, plan.SelectionField{Key: "d", Slot: s, Child: build(d, levels-1)})
		}
		return sel
	}
	f.fetch(0, "{a}", nil, plan.Part{Selection: build(0, levels)})
	return f
}

// project is what tree must make of a decoded value: the members that were asked for, null where the shape is another.
func project(value any, levels, lists int) any {
	if lists > 0 {
		list, ok := value.([]any)
		if !ok {
			return nil
		}
		out := make([]any, len(list))
		for i := range list {
			out[i] = project(list[i], levels, lists-1)
		}
		return out
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	out := map[string]any{"a": object["a"], "b": object["b"]}
	if levels > 0 {
		out["c"], out["d"] = project(object["c"], levels-1, 0), project(object["d"], levels-1, 2)
	}
	return out
}

// FuzzParse reads data by a shape and writes it again: the answer must equal what encoding/json and a naive projection make of it, and where the
// text is not JSON there must be an error and no data. Equal names in one object are left out: JSON does not say what they mean.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":"x","c":{"a":1.0},"d":[[{"b":[]}],null,[null,{"a":{"b":1}}]]}`, `{"d":[],"c":null,"x":{"a":[1]},"a":1e400}`, `{"d":[[5]],"c":[]}`,
		`{ "d" : [ [ { "\u0061" : 1 } ] ] , "b" : 123456789012345678901234567890 }`, `{"a":1`,
	} {
		f.Add([]byte(seed))
	}
	shape := tree(2)
	f.Fuzz(func(t *testing.T, data []byte) {
		if deepest(data) > fuzzDepth || data == nil || len(data) == 0 || data[0] != '{' || repeats(data) {
			return
		}
		got, _ := shape.run(map[string][]string{"a": {`{"data":` + string(data) + `}`}}, Options{})
		if !json.Valid([]byte(got)) || !utf8.ValidString(got) {
			t.Fatalf("not JSON: %s", got)
		}
		var answer struct {
			Data   any
			Errors []any
		}
		decode(t, []byte(got), &answer)
		if !json.Valid(data) || !utf8.Valid(data) {
			if len(answer.Errors) == 0 {
				t.Errorf("%q was taken: %s", data, got)
			}
			return
		}
		var value any
		decode(t, data, &value)
		if want := project(value, 2, 0); !reflect.DeepEqual(answer.Data, want) {
			t.Errorf("%s\n got %s\nwant %v", data, got, want)
		}
	})
}

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// repeats reports whether an object of the text has a name twice.
func repeats(text []byte) bool {
	twice := false
	var walk func(raw []byte)
	walk = func(raw []byte) {
		names := map[string]bool{}
		members(raw, func(key, value []byte) {
			twice = twice || names[string(key)]
			names[string(key)] = true
			walk(value)
		})
		elements(raw, func(value []byte) bool { walk(value); return true })
	}
	if json.Valid(text) && utf8.Valid(text) {
		walk(text)
	}
	return twice
}

// FuzzResponses feeds anything to plans with every feature: the answer must be valid JSON in valid UTF-8, whatever comes, and null data or a wrong
// body must have an error. The seeds are the responses of the goldens.
func FuzzResponses(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		seeds := map[string]string{}
		for _, section := range txtar.Parse(text).Files {
			if words := strings.Fields(section.Name); words[0] == "response" && len(words) > 1 {
				seeds[words[1]] = string(section.Data)
			}
		}
		f.Add(filepath.Base(filepath.Dir(file)), seeds["a"], seeds["b"], seeds["c"])
	}
	f.Fuzz(func(t *testing.T, name, a, b, c string) {
		build := plans[name]
		if build == nil {
			return
		}
		for _, mode := range []ErrorMode{Redact, Propagate, Wrap} {
			got, _ := build().run(map[string][]string{"a": {a}, "b": {b}, "c": {c}}, Options{ErrorMode: mode})
			if !json.Valid([]byte(got)) || !utf8.ValidString(got) {
				t.Fatalf("not JSON: %s", got)
			}
			if strings.HasPrefix(got, `{"data":null`) && !strings.Contains(got, `"errors":[{`) {
				t.Fatalf("no data and no error: %s", got)
			}
			if !json.Valid([]byte(a)) && !strings.Contains(got, `"errors":[{`) {
				t.Fatalf("garbage was taken: %s", got)
			}
		}
	})
}

// FuzzErrorPath holds paths of subgraph errors against what they may become: the path of the response's member that they lead to, or a beginning
// of it.
func FuzzErrorPath(f *testing.F) {
	for _, seed := range []string{`["_entities",0,"_lines",2,1,"_t"]`, `["_entities",1]`, `[]`, `null`, `["_entities",0,"_lines",99999999999999999999]`, `["_entities",-1,"x"]`, `["_entities","0"]`, `{"a":1}`, `["_entities",0,"_lines","_t"]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if !json.Valid([]byte(path)) {
			return
		}
		got, _ := chain().run(map[string][]string{
			"a": {`{"data":{"latest":{"id":"o"}}}`},
			"b": {`{"data":{"_entities":[{"_lines":[[{"sku":"a","_t":"A"}],null,[null,{"sku":"b","_t":"B"}]]}]},"errors":[{"message":"x","path":` + path + `}]}`},
			"c": {`{"data":{"_entities":[{"stock":1},{"stock":2}]}}`},
		}, Options{})
		var answer struct {
			Errors []struct{ Path []any }
		}
		decode(t, []byte(got), &answer)
		if len(answer.Errors) != 1 {
			t.Fatalf("%d errors: %s", len(answer.Errors), got)
		}
		names := []string{"latest", "lines", "title"}
		for _, step := range answer.Errors[0].Path {
			if name, ok := step.(string); ok {
				if len(names) == 0 || name != names[0] {
					t.Fatalf("path is not one of the response: %s", got)
				}
				names = names[1:]
			}
		}
		if len(names) == 3 {
			t.Fatalf("no path: %s", got)
		}
	})
}
