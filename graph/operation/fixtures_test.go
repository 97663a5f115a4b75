package operation_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// data returns the path of shared test data, or skips the test where a clone has none.
func data(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv("SLUICE_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skip("shared test data is not here; set SLUICE_DATA to its folder")
	}
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func load(t testing.TB, sdl string) *schema.Schema {
	t.Helper()
	s, err := schema.Load(sdl)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, s *schema.Schema, text string) *operation.Document {
	t.Helper()
	d, errs := operation.Parse(s, text, operation.ParseLimits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return d
}

func normalize(t testing.TB, d *operation.Document, values func(string) bool) *operation.Operation {
	t.Helper()
	op, err := d.Normalize("", values)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// supergraphHeader makes the SDL after it a supergraph of one subgraph.
const supergraphHeader = `enum join__Graph { A @join__graph(name: "a", url: "http://a") }
`
