package config

import (
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestLinesOfKeys(t *testing.T) {
	const text = `a = 1 # [not.a.table]
"b c".d = '''
x = "
'''
e = ["""
one""", { f = 1,
  g = [ 2,
  3 ] } ] # comment
[t]
"quo\"te" = """\
"""""
[[list]]
x = 1
[list.sub]
y = 2
[[list]]
[[list.inner]]
z = { k = 'a]b' }
`
	got := indexLines(text)
	want := map[string]int{
		"a": 1, `"b c"`: 2, `"b c".d`: 2, "e": 5, "e[0]": 5, "e[1]": 6, "e[1].f": 6, "e[1].g": 7, "e[1].g[0]": 7, "e[1].g[1]": 8,
		"t": 9, `t."quo\"te"`: 10, "list": 12, "list[0]": 12, "list[0].x": 13, "list[0].sub": 14, "list[0].sub.y": 15,
		"list[1]": 16, "list[1].inner": 17, "list[1].inner[0]": 17, "list[1].inner[0].z": 18, "list[1].inner[0].z.k": 18,
	}
	for key, line := range want {
		if got[key] != line {
			t.Errorf("%s: line %d, want %d", key, got[key], line)
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("found a key that is not there: %s", key)
		}
	}
}

var elementIndex = regexp.MustCompile(`\[\d+\]`)

// FuzzLines: in whatever TOML the library accepts, the line of every key is found, and lies within the text.
func FuzzLines(f *testing.F) {
	for _, seed := range []string{
		"a.b = [1, {c = 2}]\n[[x]]\ny=1\n[x.z]\n", "a = \"\"\"\n\\\"\"\"\"\"\n'b' = '''x''''\n", "[a]\r\nb = 1979-05-27T07:32:00Z\r\n", "\"\\u00e9\" = 1",
		"a = [ # c\n 1, # d\n]\n", "x={a={b=[[],[{}]]}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		index := indexLines(text)
		var tree map[string]any
		meta, err := toml.Decode(text, &tree)
		if err != nil {
			return
		}
		known := map[string]bool{}
		for key, line := range index {
			known[elementIndex.ReplaceAllString(key, "")] = true
			if line < 1 || line > strings.Count(text, "\n")+1 {
				t.Errorf("%s is said to be on line %d of %q", key, line, text)
			}
		}
		for _, key := range meta.Keys() {
			if name := elementIndex.ReplaceAllString(path(key).String(), ""); !known[name] {
				t.Errorf("no line for %s in %q", name, text)
			}
		}
	})
}
