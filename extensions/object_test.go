package extensions_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/extensions"
)

func TestObjectReadsMembersByType(t *testing.T) {
	o, err := extensions.ParseObject([]byte(` {"s":"a\u00e9\ud83d\ude00\n","n":-12,"f":1700000000.75,"t":true,"no":null,
		"list":["x","y"],"mixed":["x",1],"empty":[],"inner":{"k":"v"},"big":1e400} `))
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, want any) {
		t.Helper()
		if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
			t.Errorf("%s: got %#v, want %#v", name, got, want)
		}
	}
	s, ok := o.String("s")
	check("an escaped string is decoded", []any{s, ok}, []any{"aé😀\n", true})
	_, ok = o.String("n")
	check("a number is no string", ok, false)
	n, ok := o.Int("n")
	check("a whole number", []any{n, ok}, []any{int64(-12), true})
	_, ok = o.Int("f")
	check("a fraction is no whole number", ok, false)
	at, ok := o.Time("f")
	check("a date drops its fraction", []any{at.Equal(time.Unix(1700000000, 0)), ok}, []any{true, true})
	_, ok = o.Time("big")
	check("a number beyond every date", ok, false)
	_, ok = o.Time("n")
	check("a date before 1970", ok, false)
	list, ok := o.Strings("list")
	check("an array of strings", []any{list, ok}, []any{[]string{"x", "y"}, true})
	list, ok = o.Strings("s")
	check("one string counts as an array of one", []any{len(list), ok}, []any{1, true})
	list, ok = o.Strings("empty")
	check("an empty array", []any{list, ok}, []any{[]string{}, true})
	_, ok = o.Strings("mixed")
	check("an array with a number", ok, false)
	yes, ok := o.Bool("t")
	check("true", []any{yes, ok}, []any{true, true})
	_, ok = o.Bool("no")
	check("null is no boolean", ok, false)
	check("null is there", o.Has("no"), true)
	inner, _ := o.Object("inner")
	v, _ := inner.String("k")
	check("an inner object", v, "v")
	raw, ok := o.Raw("mixed")
	check("raw text", []any{raw, ok}, []any{`["x",1]`, true})
	check("names are sorted", slices.IsSorted(o.Names()) && o.Len() == 10, true)
}

func TestZeroObjectHasNothing(t *testing.T) {
	var o extensions.Object
	_, s := o.String("x")
	_, l := o.Strings("x")
	_, i := o.Int("x")
	_, b := o.Bool("x")
	_, d := o.Time("x")
	_, n := o.Object("x")
	_, r := o.Raw("x")
	if s || l || i || b || d || n || r || o.Has("x") || o.Len() != 0 {
		t.Error("a member was found in the zero Object")
	}
}

func TestParseObjectRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                          ``,
		"an array":                         `[]`,
		"a string":                         `"{}"`,
		"text after the object":            `{} {}`,
		"a trailing comma":                 `{"a":1,}`,
		"a leading comma":                  `{,"a":1}`,
		"a missing colon":                  `{"a" 1}`,
		"a missing value":                  `{"a":}`,
		"a name without quotes":            `{a:1}`,
		"a member named twice":             `{"aud":"a","aud":"b"}`,
		"a member named twice by escape":   `{"aud":"a","\u0061ud":"b"}`,
		"a number with a leading zero":     `{"a":01}`,
		"a number without digits":          `{"a":-}`,
		"a fraction without digits":        `{"a":1.}`,
		"an exponent without digits":       `{"a":1e}`,
		"a control character":              "{\"a\":\"\x00\"}",
		"a control character after escape": "{\"a\":\"\\n\x00\"}",
		"an unknown escape":                `{"a":"\x"}`,
		"a short unicode escape":           `{"a":"\u00"}`,
		"a signed unicode escape":          `{"a":"\u+123"}`,
		"an open string":                   `{"a":"`,
		"an open escape":                   `{"a":"\`,
		"invalid UTF-8":                    "{\"a\":\"\xff\"}",
		"nesting beyond the limit":         `{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := extensions.ParseObject([]byte(text)); !errors.Is(err, extensions.ErrNotObject) {
				t.Errorf("got %v, want ErrNotObject", err)
			}
		})
	}
}

// FuzzParseObject holds the scanner against encoding/json: what one takes for an object, the other does, member by
// member, but for the ambiguities that Object refuses.
func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":"\ud83d\ude00","b":[1,{"c":null}],"d":-1.5e+3}`, `{"a":1,"a":2}`, `[`, `{"a":"\ud83d"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := extensions.ParseObject(text)
		var want map[string]json.RawMessage
		wantErr := json.Unmarshal(text, &want)
		if err != nil {
			return // stricter than encoding/json is allowed, and covered by the table
		}
		if wantErr != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", wantErr)
		}
		if o.Len() != len(want) {
			t.Fatalf("got %d members, want %d", o.Len(), len(want))
		}
		for name, raw := range want {
			got, ok := o.Raw(name)
			if !ok || got != string(raw) {
				t.Fatalf("member %q: got %q, want %q", name, got, raw)
			}
			var s *string
			text, ok := o.String(name)
			if json.Unmarshal(raw, &s) == nil && s != nil && (!ok || text != *s) {
				t.Fatalf("member %q: got string %q, want %q", name, text, *s)
			}
		}
	})
}
