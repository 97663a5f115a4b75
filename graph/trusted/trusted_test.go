package trusted_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/trusted"
)

var update = flag.Bool("update", false, "write the goldens")

// TestGolden loads the files of each archive from a folder and compares the manifest that comes of them, or the errors.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			kept := ar.Files[:0:0]
			want := map[string]string{}
			for _, f := range ar.Files {
				if f.Name == "manifest.golden" || f.Name == "errors.golden" {
					want[f.Name] = string(f.Data)
					continue
				}
				kept = append(kept, f)
				path := filepath.Join(dir, f.Name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, f.Data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got := outcome(t, dir)
			if *update {
				for _, name := range []string{"manifest.golden", "errors.golden"} {
					if got[name] != "" {
						kept = append(kept, txtar.File{Name: name, Data: []byte(got[name])})
					}
				}
				if err := os.WriteFile(file, txtar.Format(&txtar.Archive{Comment: ar.Comment, Files: kept}), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			for _, name := range []string{"manifest.golden", "errors.golden"} {
				if got[name] != want[name] {
					t.Errorf("%s:\ngot:\n%s\nwant:\n%s", name, got[name], want[name])
				}
			}
		})
	}
}

func outcome(t *testing.T, dir string) map[string]string {
	t.Helper()
	docs, loadErr := trusted.Load([]string{dir})
	store, storeErr := trusted.NewStore(docs)
	out := map[string]string{}
	for _, err := range []error{loadErr, storeErr} {
		if err != nil {
			out["errors.golden"] += strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") + "\n"
		}
	}
	if len(store.All()) == 0 {
		return out
	}
	data, err := trusted.Manifest(store.All())
	if err != nil {
		t.Fatal(err)
	}
	out["manifest.golden"] = string(data)
	again, err := trusted.Parse(data)
	if err != nil || len(again) != len(store.All()) {
		t.Errorf("the manifest that was written reads back as %d documents, %v", len(again), err)
	}
	return out
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"what is no JSON":                  {`{`, "neither a manifest nor an object of texts by id"},
		"an unknown format":                {`{"format":"x","version":1}`, `format "x" is not known`},
		"a later version":                  {`{"format":"apollo-persisted-query-manifest","version":2}`, "version 2"},
		"a misspelt key of a document":     {`{"format":"sluice-trusted-documents","version":1,"documents":[{"id":"a","text":"{a}","required_scope":["x"]}]}`, "required_scope"},
		"a document without a text":        {`{"format":"sluice-trusted-documents","version":1,"documents":[{"id":"a","text":" "}]}`, `document 0 ("a") has no text`},
		"an Apollo operation without body": {`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","name":"A"}]}`, "needs id and body"},
		"a Relay entry without a text":     {`{"abc":""}`, `"abc"`},
		"a list":                           {`[1]`, "neither a manifest"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := trusted.Parse([]byte(c.data))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error that says %q", err, c.want)
			}
		})
	}
}

func TestLoadTellsEveryProblemWithItsFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.json": `{"format":"sluice-trusted-documents","version":1,"documents":[{"id":"1","text":""},{"id":"2","text":""},{"id":"ok","text":"{a}"}]}`,
		"b.gql":  "query {",
		"c.txt":  "not looked at",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	docs, err := trusted.Load([]string{dir, filepath.Join(dir, "c.txt"), filepath.Join(dir, "absent.json")})
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 5 {
		t.Errorf("got %d problems, want 5:\n%v", len(lines), err)
	}
	for _, want := range []string{`a.json: document 0 ("1")`, `a.json: document 1 ("2")`, "b.gql: not a GraphQL document", "c.txt: neither", "absent.json"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no problem says %q:\n%v", want, err)
		}
	}
	if len(docs) != 1 || docs[0].ID != "ok" || filepath.Base(docs[0].Source) != "a.json" {
		t.Errorf("the good document is not there: %v", docs)
	}
}

func TestStoreFinds(t *testing.T) {
	s, err := trusted.NewStore([]*trusted.Document{{ID: "1", Text: "{a}\n"}, {Text: "query B {b}", Name: "B"}, {ID: "3", Text: "{c}", Name: "B"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]*trusted.Document{
		"by its id":                                    s.ByID("1"),
		"by its text without white space":              s.ByText(" {a}"),
		"by the hash of its text as id":                s.ByID(trusted.Hash("query B {b}")),
		"by the hash of its text beside an id":         s.ByID(trusted.Hash("{c}")),
		"by its hash in the form of GraphQL over HTTP": s.ByID("sha256:" + trusted.Hash("{c}")),
		"beside another with the same name":            s.ByID("3"),
		"by a text that was given without id ":         s.ByText("query B {b}"),
	} {
		if got == nil {
			t.Errorf("a document is not found %s", name)
		}
	}
	if s.ByID("2") != nil || s.ByText("{d}") != nil || s.ByText("") != nil {
		t.Error("a document is found that is not there")
	}
	var none *trusted.Store
	if none.All() != nil || none.ByID("") != nil || none.ByText("") != nil {
		t.Error("the nil store is not empty")
	}
}

func TestNewStoreLeavesItsInputAlone(t *testing.T) {
	d := &trusted.Document{Text: "{a}"}
	if _, err := trusted.NewStore([]*trusted.Document{d}); err != nil || d.ID != "" {
		t.Errorf("the document was given the id %q, %v", d.ID, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"abc":"query A {a}"}`))
	f.Add([]byte(`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","name":"A","type":"query","body":"query A {a}"}]}`))
	f.Add([]byte(`{"format":"sluice-trusted-documents","version":1,"documents":[{"id":"a","name":"A","text":"query A {a}","variables":{"x":"y"},"unlimited":true}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := trusted.Parse(data)
		if err != nil {
			return
		}
		store, err := trusted.NewStore(docs)
		if err != nil {
			return
		}
		for _, d := range store.All() {
			if d.ID == "" || store.ByID(d.ID) != d || store.ByText(d.Text) == nil {
				t.Fatalf("document %q is not found", d.ID)
			}
		}
		out, err := trusted.Manifest(store.All())
		if err != nil {
			t.Fatal(err)
		}
		again, err := trusted.Parse(out)
		if err != nil || len(again) != len(store.All()) {
			t.Fatalf("the manifest reads back as %d documents of %d, %v", len(again), len(store.All()), err)
		}
	})
}

func FuzzFromText(f *testing.F) {
	f.Add("# Says who.\nquery A($x: Int) {a(x: $x)}")
	f.Add("\"What it does.\" query A(\"how many\" $x: Int) {a(x: $x)}")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := trusted.FromText(text)
		if err == nil && (d.ID != trusted.Hash(text) || !d.Is(text)) {
			t.Fatal("the document is not its text")
		}
	})
}
