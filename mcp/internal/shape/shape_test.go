package shape_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/mcp/internal/shape"
)

var update = flag.Bool("update", false, "rewrite the expectations of the golden files")

func explain(cuts []shape.Cut) []string {
	var out []string
	for _, c := range cuts {
		unit := "items"
		if c.Text {
			unit = "bytes"
		}
		line := fmt.Sprintf("%s: %d of %d %s", strings.Join(c.Path, "."), c.Kept, c.Total, unit)
		if c.Places > 1 {
			line += fmt.Sprintf(" (and %d more like it)", c.Places-1)
		}
		if c.Cursor != "" {
			line += " up to " + c.Cursor
		}
		out = append(out, line)
	}
	return out
}

func quarter(b []byte) int { return (len(b) + 3) / 4 }

// TestFitGoldens runs every file of testdata: `max` tokens of four bytes each,
// `input.json`, and the expected `output.json`.
func TestFitGoldens(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range ar.Files {
				parts[f.Name] = strings.TrimSpace(string(f.Data))
			}
			limit, err := strconv.Atoi(parts["max"])
			if err != nil {
				t.Fatal(err)
			}
			out, _ := shape.Fit([]byte(parts["input.json"]), shape.Budget{Max: limit, Measure: quarter, Explain: explain})
			if quarter(out) > limit {
				t.Errorf("%d tokens, over the budget of %d", quarter(out), limit)
			}
			if *update {
				for i := range ar.Files {
					if ar.Files[i].Name == "output.json" {
						ar.Files[i].Data = append(out, '\n')
					}
				}
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got := string(out); got != parts["output.json"] {
				t.Errorf("got\n%s\nwant\n%s", got, parts["output.json"])
			}
		})
	}
}

func TestFitKeepsTheShapeOfEveryObject(t *testing.T) {
	t.Parallel()
	body := library(40, 12, 300)
	for _, limit := range []int{200, 500, 1000, 3000, 8000} {
		out, cuts := shape.Fit(body, shape.Budget{Max: limit, Measure: quarter, Explain: explain})
		if len(cuts) == 0 {
			t.Errorf("max %d: nothing was cut", limit)
		}
		if used := quarter(out); used > limit || used < limit/3 {
			t.Errorf("max %d: used %d tokens, want most of the budget and no more", limit, used)
		}
		var got struct {
			Data struct {
				Authors []map[string]any `json:"authors"`
			} `json:"data"`
			Extensions struct {
				Truncated []string `json:"truncated"`
			} `json:"extensions"`
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("max %d: %v in %s", limit, err, out)
		}
		if len(got.Data.Authors) == 0 || len(got.Extensions.Truncated) == 0 {
			t.Errorf("max %d: no author or no note in %s", limit, out)
		}
		for _, author := range got.Data.Authors {
			if len(author) != 3 {
				t.Errorf("max %d: author has members %v, want all three", limit, author)
			}
		}
	}
}

// library is a response with authors, each with books, each with a text.
func library(authors, books, text int) []byte {
	var b strings.Builder
	b.WriteString(`{"data":{"authors":[`)
	for a := range authors {
		if a > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"%d","name":"Author %d","books":[`, a, a)
		for k := range books {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"title":"Book %d","blurb":%q}`, k, strings.Repeat("word ", text/5))
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}}`)
	return []byte(b.String())
}

// FuzzFit holds Fit to its two promises: valid JSON, within the budget.
func FuzzFit(f *testing.F) {
	f.Add([]byte(`{"data":{"a":[1,2,3],"s":"\ud83d\ude00 ünïcode \\ \u0041"},"extensions":{"x":[[],[{}]]}}`), 10)
	f.Add(library(3, 4, 60), 100)
	f.Add([]byte(`[[[["`+strings.Repeat("é", 200)+`"]]]]`), 5)
	f.Add([]byte(`{"extensions":{},"data":[`+strings.Repeat("1,", 500)+`1]}`), 70)
	f.Add([]byte(`not json`), 1)
	f.Fuzz(func(t *testing.T, body []byte, limit int) {
		limit = max(limit%5000, shape.MinTokens)
		out, cuts := shape.Fit(body, shape.Budget{Max: limit, Measure: quarter, Explain: explain})
		if len(cuts) > 0 && out[0] == '{' && !strings.Contains(string(out), `"truncated":[`) {
			t.Fatalf("cut without a word: %s", out)
		}
		if quarter(body) <= limit && len(body) > 0 {
			if string(out) != string(body) {
				t.Fatal("a body within the budget was changed")
			}
			return
		}
		if !json.Valid(out) {
			t.Fatalf("not JSON: %q", out)
		}
		if quarter(out) > limit {
			t.Fatalf("%d tokens, over the budget of %d", quarter(out), limit)
		}
	})
}

func BenchmarkFit(b *testing.B) {
	body := library(100, 12, 120)
	for _, bc := range []struct {
		name string
		max  int
	}{{"within the budget", len(body)}, {"cut to 10000 tokens", 10000}} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				shape.Fit(body, shape.Budget{Max: bc.max, Measure: quarter, Explain: explain})
			}
		})
	}
}
