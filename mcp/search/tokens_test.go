package search

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// testdata/tokens.jsonl holds texts with the number of tokens that the real o200k tokenizer cuts them into.
func TestTokensAreEstimatedCloseToTheRealTokenizer(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "tokens.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	estimated, counted := 0, 0
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var sample struct {
			O200k int    `json:"o200k"`
			Text  string `json:"text"`
		}
		if err := json.Unmarshal(lines.Bytes(), &sample); err != nil {
			t.Fatal(err)
		}
		got := EstimateTokens(sample.Text)
		estimated, counted = estimated+got, counted+sample.O200k
		t.Logf("%4d for %4d: %.40q", got, sample.O200k, sample.Text)
		if ratio := float64(got) / float64(sample.O200k); ratio < 0.9 || ratio > 1.4 {
			t.Errorf("estimated %d tokens where the tokenizer has %d: %.60q", got, sample.O200k, sample.Text)
		}
	}
	if ratio := float64(estimated) / float64(counted); ratio < 1 || ratio > 1.1 {
		t.Errorf("estimated %d tokens in all where the tokenizer has %d: want between 0 and 10 %% more", estimated, counted)
	}
}

func TestTokensOfNothingAreNone(t *testing.T) {
	if got := EstimateTokens(""); got != 0 {
		t.Errorf("got %d", got)
	}
}

func BenchmarkEstimateTokens(b *testing.B) {
	text, err := os.ReadFile(filepath.Join("testdata", "shop.graphql"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		EstimateTokens(string(text))
	}
}
