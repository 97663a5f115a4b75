package search

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expectations of the golden files")

// A golden file has prose, "query" (the first line names a domain of testdata and the call, the others are its arguments, one
// a line: a keyword or type, "max_tokens=N", "depth=N", "known=T") and the answer.
func TestAnswersReadAsTheGoldenFilesSay(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := runGolden(t, string(section(a, "query").Data))
			want := section(a, "answer")
			if string(want.Data) == got {
				return
			}
			if !*update {
				t.Fatalf("got:\n%s\nwant:\n%s", got, want.Data)
			}
			want.Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func section(a *txtar.Archive, name string) *txtar.File {
	for i := range a.Files {
		if a.Files[i].Name == name {
			return &a.Files[i]
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name})
	return &a.Files[len(a.Files)-1]
}

func runGolden(t *testing.T, query string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(query), "\n")
	name, call, _ := strings.Cut(lines[0], " ")
	x, _ := domain(t, name)
	var words, known []string
	numbers := map[string]int{}
	for _, line := range lines[1:] {
		key, value, ok := strings.Cut(line, "=")
		switch {
		case !ok:
			words = append(words, line)
		case key == "known":
			known = append(known, value)
		default:
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			numbers[key] = n
		}
	}
	if call == "introspect" {
		return x.Introspect(IntrospectQuery{Types: words, Depth: numbers["depth"], MaxTokens: numbers["max_tokens"], KnownTypes: known}).Text
	}
	return x.Search(Query{Keywords: words, MaxTokens: numbers["max_tokens"], KnownTypes: known}).Text
}
