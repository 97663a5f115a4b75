package rawjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

func TestValueAcceptsWhatTheStandardAccepts(t *testing.T) {
	t.Parallel()
	for _, text := range seeds {
		_, err := rawjson.Value([]byte(text))
		if got, want := err == nil, json.Valid([]byte(text)); got != want {
			t.Errorf("Value(%q): accepted %v, want %v", text, got, want)
		}
		if err != nil && !errors.Is(err, rawjson.ErrSyntax) {
			t.Errorf("Value(%q) = %v, want an ErrSyntax", text, err)
		}
	}
}

func TestValueRefusesNestingBeyondTheLimit(t *testing.T) {
	t.Parallel()
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if _, err := rawjson.Value(deep(rawjson.MaxDepth)); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := rawjson.Value(deep(rawjson.MaxDepth + 1)); err == nil {
		t.Error("beyond the limit: accepted")
	}
}

func TestMembersDecodesKeysAndKeepsValues(t *testing.T) {
	t.Parallel()
	var got []string
	err := rawjson.Members([]byte(` { "a" : 1 , "\u0062\"" : [ {} ] } `), func(k, v []byte) error {
		got = append(got, string(k)+"="+string(v))
		return nil
	})
	if want := `a=1 b"=[ {} ]`; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestElementsEndsWithTheVisitorsError(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	seen := 0
	err := rawjson.Elements([]byte(`[1, 2, 3]`), func([]byte) error {
		if seen++; seen == 2 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || seen != 2 {
		t.Errorf("seen %d, err %v; want 2 and the visitor's error", seen, err)
	}
}

var seeds = []string{
	``, ` `, `null`, `nul`, `true`, `-0`, `01`, `1.`, `1e+`, `1.5E-3`, `"a`, `"\u12"`, `"\ud83d\ude00"`, `"\x"`,
	"\"\n\"", `[]`, `[1,]`, `{"a":1}`, `{"a" 1}`, `{"a":1,}`, `{a:1}`, `[[[{"x":[]}]]]`, `1 2`, `{"a":{"b":"c"}} x`,
}

// FuzzValue holds the scanner against encoding/json, and the quoting against
// the decoding.
func FuzzValue(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := rawjson.Value(text)
		if deep := bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > rawjson.MaxDepth; !deep && (err == nil) != json.Valid(text) {
			t.Fatalf("accepted %v, encoding/json %v", err == nil, json.Valid(text))
		}
		if err == nil && rawjson.KindOf(v) == rawjson.String && utf8.Valid(v) {
			var want string
			if json.Unmarshal(v, &want) == nil && rawjson.Text(v) != want {
				t.Fatalf("Text = %q, want %q", rawjson.Text(v), want)
			}
		}
		quoted := rawjson.AppendQuoted(nil, text)
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil {
			t.Fatalf("AppendQuoted gave %q: %v", quoted, err)
		}
		if utf8.Valid(text) && back != string(text) {
			t.Fatalf("quoted and decoded: %q, want %q", back, text)
		}
	})
}
