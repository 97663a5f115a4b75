package gateway

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the goldens")

func candidatesSchema(t testing.TB) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: documentsSDL})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestParameterize compares what becomes of each operation with the golden, and validates it.
func TestParameterize(t *testing.T) {
	s := candidatesSchema(t)
	files, err := filepath.Glob("testdata/candidates/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := parameterize(s, string(ar.Files[0].Data), "")
			if err != nil {
				t.Fatal(err)
			}
			if _, errs := gqlparser.LoadQueryWithRules(s, got, rules.NewDefaultRules()); len(errs) > 0 {
				t.Errorf("the candidate is not valid: %v\n%s", errs, got)
			}
			if again, _, err := parameterize(s, got, ""); err != nil || again != got {
				t.Errorf("a candidate's candidate is another:\n%s", again)
			}
			if *update {
				ar.Files = append(ar.Files[:1], txtar.File{Name: "candidate.graphql", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(ar.Files) < 2 || got != string(ar.Files[1].Data) {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

func FuzzParameterize(f *testing.F) {
	s := candidatesSchema(f)
	f.Add(`query A($f: Filter = {name: "SECRET"}) { users(filter: {any: [$f, {name: "SECRET"}]}, role: ADMIN) { ...F } } fragment F on User { friends(first: 77777) { id } }`)
	f.Add(`{ __type(name: "SECRET") { name } user(id: 77777) @skip(if: true) { id } }`)
	f.Fuzz(func(t *testing.T, text string) {
		if _, errs := gqlparser.LoadQueryWithRules(s, text, rules.NewDefaultRules()); len(errs) > 0 {
			return
		}
		got, _, err := parameterize(s, text, "")
		if err != nil {
			return
		}
		doc, errs := gqlparser.LoadQueryWithRules(s, got, rules.NewDefaultRules())
		if len(errs) > 0 {
			t.Fatalf("%q became invalid: %v\n%s", text, errs, got)
		}
		for _, op := range doc.Operations {
			noLiterals(t, op.SelectionSet)
		}
		for _, f := range doc.Fragments {
			noLiterals(t, f.SelectionSet)
		}
	})
}

func noLiterals(t *testing.T, set ast.SelectionSet) {
	t.Helper()
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			for _, a := range sel.Arguments {
				noLiteral(t, a.Value)
			}
			noLiterals(t, sel.SelectionSet)
		case *ast.InlineFragment:
			noLiterals(t, sel.SelectionSet)
		}
	}
}

func noLiteral(t *testing.T, v *ast.Value) {
	t.Helper()
	switch v.Kind {
	case ast.Variable, ast.ListValue, ast.ObjectValue, ast.NullValue, ast.EnumValue:
	default:
		t.Errorf("the value %s is left", v)
	}
	for _, c := range v.Children {
		noLiteral(t, c.Value)
	}
}

func TestCandidatesAreCountedByWhatTheyAsk(t *testing.T) {
	s, c := candidatesSchema(t), newCandidates(2)
	for i := range 50 {
		c.add(s, fmt.Sprintf(`query U { user(id: "%d") { name } }`, i), "")
	}
	c.add(s, "query U {\n user(id: \"a\")\n { name } # mine\n}", "U")
	c.add(s, `{ now }`, "")
	c.add(s, `{ users { id } }`, "")
	got := c.list()
	if len(got.Candidates) != 2 || got.Candidates[0].Count != 51 || got.Candidates[0].Name != "U" || got.Candidates[1].Count != 1 || got.Dropped != 1 {
		t.Errorf("got %+v", got)
	}
	if len(c.byText) > 2*textsPerCandidate {
		t.Errorf("%d texts are kept", len(c.byText))
	}
	var off *candidates
	off.add(s, `{ now }`, "")
	if off.list().Candidates == nil {
		t.Error("the list of no candidates must be an empty one")
	}
}

func TestAdminListener(t *testing.T) {
	for name, c := range map[string]struct {
		settings, method, path, host string
		header                       [2]string
		want                         int
	}{
		"a loopback caller is answered":                 {"", "GET", "/candidates", "127.0.0.1:4001", [2]string{}, 200},
		"a web page is not":                             {"", "GET", "/candidates", "localhost:4001", [2]string{"Origin", "https://evil.example"}, 401},
		"a name that was rebound to loopback is not":    {"", "GET", "/candidates", "evil.example", [2]string{}, 401},
		"the token opens":                               {"token = \"s3\"\n", "GET", "/candidates", "ops.example", [2]string{"Authorization", "Bearer s3"}, 200},
		"another token does not":                        {"token = \"s3\"\n", "GET", "/candidates", "127.0.0.1", [2]string{"Authorization", "Bearer s"}, 401},
		"no token does not, not even from the loopback": {"token = \"s3\"\n", "GET", "/candidates", "127.0.0.1", [2]string{}, 401},
		"other paths are not there":                     {"", "GET", "/", "127.0.0.1", [2]string{}, 404},
		"POST is not allowed":                           {"", "POST", "/candidates", "127.0.0.1", [2]string{}, 405},
	} {
		t.Run(name, func(t *testing.T) {
			g, _, err := documentsGateway(t, "[admin]\nenabled = true\n"+c.settings, nil)
			if err != nil {
				t.Fatal(err)
			}
			post(t, g, `{"query":"query Mine { user(id: \"alice@example.com\") { name } }"}`)
			post(t, g, `{"query":"{ unknown }"}`)
			r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil)
			r.Host = c.host
			if c.header[0] != "" {
				r.Header.Set(c.header[0], c.header[1])
			}
			w := httptest.NewRecorder()
			g.serveAdmin(w, r)
			if w.Code != c.want {
				t.Fatalf("got status %d, want %d: %s", w.Code, c.want, w.Body)
			}
			if c.want != http.StatusOK {
				if strings.Contains(w.Body.String(), "Mine") {
					t.Error("a refusal shows a candidate")
				}
				return
			}
			var list CandidateList
			if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list.Candidates) != 1 || list.Candidates[0].Name != "Mine" {
				t.Errorf("got %s, %v", w.Body, err)
			}
			if strings.Contains(w.Body.String(), "alice") {
				t.Error("a value got into the list")
			}
		})
	}
}
