package introspection_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

var update = flag.Bool("update", false, "write the goldens")

// answer runs the introspection fields of an operation and returns the data object.
func answer(t testing.TB, s *schema.Schema, in *introspection.Schema, text, variables string) []byte {
	t.Helper()
	d, errs := operation.Parse(s, text, operation.ParseLimits{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	vars, errs := d.CoerceVariables("", []byte(variables))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	op, err := d.Normalize("", vars.Bool)
	if err != nil {
		t.Fatal(err)
	}
	out := []byte("{")
	for i, f := range op.Root.Groups[0].Fields {
		if f.Introspection == "" {
			continue
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(operation.AppendJSONString(out, f.Key), ':')
		if out, err = in.Append(out, &f, vars.Get); err != nil {
			t.Fatal(err)
		}
	}
	return append(out, '}')
}

// TestGoldens answers operation.graphql on schema.graphql. hidden, if there is such a file, lists what the caller may not see.
func TestGoldens(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]*txtar.File{}
			for i := range archive.Files {
				files[archive.Files[i].Name] = &archive.Files[i]
			}
			s, err := schema.Load(`enum join__Graph { A @join__graph(name: "a", url: "") }` + string(files["schema.graphql"].Data))
			if err != nil {
				t.Fatal(err)
			}
			var opts introspection.Options
			if f := files["hidden"]; f != nil {
				names := strings.Fields(string(f.Data))
				opts.Hidden = func(typeName, name string) bool {
					for _, n := range names {
						if n == typeName && name == "" || n == typeName+"."+name {
							return true
						}
					}
					return false
				}
			}
			query, variables := standardQuery, ""
			if f := files["operation.graphql"]; f != nil {
				query = string(f.Data)
			}
			if f := files["variables.json"]; f != nil {
				variables = string(f.Data)
			}
			in := introspection.New(s.API, opts)
			first := answer(t, s, in, query, variables)
			if again := answer(t, s, in, query, variables); !bytes.Equal(first, again) {
				t.Error("the second answer differs from the first")
			}
			var got bytes.Buffer
			if err := json.Indent(&got, first, "", " "); err != nil {
				t.Fatalf("%v in %s", err, first)
			}
			got.WriteByte('\n')
			want := files["answer.json"]
			if *update {
				want.Data = got.Bytes()
				if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got.String() != string(want.Data) {
				t.Errorf("got\n%s", got.String())
			}
		})
	}
}
