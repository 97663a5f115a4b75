package repair_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/mcp/internal/repair"
)

var update = flag.Bool("update", false, "rewrite the expectations of the golden files")

func schema(tb testing.TB) *ast.Schema {
	tb.Helper()
	sdl, err := os.ReadFile("testdata/schema.graphql")
	if err != nil {
		tb.Fatal(err)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(sdl)})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// hideSalary hides one field, as authorization or a contract would.
func hideSalary(typeName, member string) bool { return typeName == "User" && member == "salary" }

func print(problems []repair.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s %d:%d %s\n", p.Code, p.Line, p.Column, p.Message)
		if p.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", p.Hint)
		}
		if len(p.Types) > 0 {
			fmt.Fprintf(&b, "  types: %s\n", strings.Join(p.Types, " "))
		}
	}
	return b.String()
}

// TestCheckGoldens runs every file of testdata: `query.graphql`, optionally
// `variables.json` and `operation`, then the expected `problems` and, where the
// edits lead to one, the `mended` text, which must be valid.
func TestCheckGoldens(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	view := repair.View{Schema: schema(t), Hidden: hideSalary}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]string{}
			for _, f := range ar.Files {
				parts[f.Name] = string(f.Data)
			}
			op := repair.Operation{Query: parts["query.graphql"], Name: strings.TrimSpace(parts["operation"]), Variables: []byte(strings.TrimSpace(parts["variables.json"]))}
			problems := repair.Check(view, op)
			got := map[string]string{"problems": print(problems)}
			if mended, ok := repair.Mend(view, op, problems); ok && len(problems) > 0 {
				got["mended"] = mended
				if _, errs := gqlparser.LoadQueryWithRules(view.Schema, mended, rules.NewDefaultRules()); errs != nil {
					t.Errorf("the mended text is not valid: %v", errs)
				}
			}
			for i, f := range ar.Files {
				want, ok := got[f.Name]
				if !ok {
					continue
				}
				if *update {
					ar.Files[i].Data = []byte(want)
				} else if strings.TrimSpace(want) != strings.TrimSpace(string(f.Data)) {
					t.Errorf("%s: got\n%s\nwant\n%s", f.Name, want, f.Data)
				}
				delete(got, f.Name)
			}
			for name, data := range got {
				if !*update {
					t.Errorf("the golden lacks %s:\n%s", name, data)
				}
				ar.Files = append(ar.Files, txtar.File{Name: name, Data: []byte(data)})
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestHiddenFieldsAreNeverNamed(t *testing.T) {
	t.Parallel()
	view := repair.View{Schema: schema(t), Hidden: hideSalary}
	for _, query := range []string{`{ viewer { salry } }`, `{ viewer { salary(a: $b) { deep } } }`, `{ users { salary } }`} {
		problems := repair.Check(view, repair.Operation{Query: query})
		if len(problems) == 0 {
			t.Errorf("%s: no problem, want an unknown field", query)
		}
		if text := print(problems); strings.Contains(strings.ReplaceAll(text, `query field "salary"`, ""), "salary") || strings.Contains(text, "\x00") {
			t.Errorf("%s: the answer names the hidden field: %s", query, text)
		}
	}
}

// TestHiddenTypesAreUnknown: that a type exists must not be found out from the
// errors about its fields.
func TestHiddenTypesAreUnknown(t *testing.T) {
	t.Parallel()
	view := repair.View{Schema: schema(t), Hidden: func(typeName, _ string) bool { return typeName == "Repository" || typeName == "UserFilter" }}
	for _, query := range []string{
		`{ search(text: "x") { ... on Repository { nope } } }`,
		`{ search(text: "x") { ...R } } fragment R on Repository { nope }`,
		`query ($f: [UserFilter!]) { viewer { id nope } }`,
		`{ search(text: "x") { ... on Repo { id } } }`,
		`{ search(text: "x") { fullName } }`,
		`{ nope { ... on Repository { id(a: 1) zzz } } }`,
		`{ search(text: "x") { ... on Nope { ... on Repository { id { x } } } } }`,
		`{ users(nope: 1) { totalCount } }`,
	} {
		text := print(repair.Check(view, repair.Operation{Query: query}))
		for _, name := range []string{"Repository", "UserFilter"} {
			text = strings.ReplaceAll(text, `Unknown type "`+name+`".`, "")
			if strings.Contains(text, name) || strings.Contains(text, "\x00") {
				t.Errorf("%s: the answer knows %s: %s", query, name, text)
			}
		}
	}
}

// TestAHostileTextIsBoundedWork: the same fragment with thousands of wrong
// fields, from many operations.
func TestAHostileTextIsBoundedWork(t *testing.T) {
	t.Parallel()
	view := repair.View{Schema: schema(t)}
	hostile := func(operations, fields int) string {
		var b strings.Builder
		for i := range operations {
			fmt.Fprintf(&b, "query a%d { ...F } ", i)
		}
		b.WriteString("fragment F on Query {")
		for i := range fields {
			fmt.Fprintf(&b, " z%d", i)
		}
		return b.String() + " }"
	}
	start := time.Now()
	if problems := repair.Check(view, repair.Operation{Query: hostile(20, 4000)}); len(problems) != repair.MaxProblems {
		t.Errorf("%d problems, want %d", len(problems), repair.MaxProblems)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, query := range []string{hostile(80, 4000), hostile(1, 8000)} {
		if problems := repair.Check(view, repair.Operation{Query: query}); len(problems) != 0 {
			t.Errorf("a text of %d bytes that is too large was looked at: %v", len(query), problems)
		}
	}
}

func TestCheckLeavesTheSchemaAlone(t *testing.T) {
	t.Parallel()
	s := schema(t)
	view := repair.View{Schema: s, Hidden: hideSalary}
	repair.Check(view, repair.Operation{Query: `{ viewer { salary } }`})
	if s.Types["User"].Fields.ForName("salary") == nil {
		t.Error("the hidden field is gone from the schema")
	}
}

func TestWideTypesAreNotSentWhole(t *testing.T) {
	t.Parallel()
	var sdl strings.Builder
	sdl.WriteString("type Query {\n")
	for i := range 300 {
		fmt.Fprintf(&sdl, "  field%d: Int\n", i)
	}
	s := gqlparser.MustLoadSchema(&ast.Source{Input: sdl.String() + "}"})
	problems := repair.Check(repair.View{Schema: s}, repair.Operation{Query: "{ feild12 }"})
	if len(problems) != 1 || len(problems[0].Types) == 0 || problems[0].Types[0] != "Query.field12" {
		t.Errorf("got %+v, want the coordinates of what was meant", problems)
	}
}

// FuzzCheck wants no panic, and edits that lie within the text.
func FuzzCheck(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(ar.Files[0].Data), `{"input":{"id":1}}`)
	}
	view := repair.View{Schema: schema(f), Hidden: hideSalary}
	f.Fuzz(func(t *testing.T, query, variables string) {
		for _, p := range repair.Check(view, repair.Operation{Query: query, Variables: []byte(variables)}) {
			for _, e := range p.Edits {
				if e.From < 0 || e.To < e.From || e.To > len(query) {
					t.Fatalf("edit %+v outside of a text of %d bytes", e, len(query))
				}
			}
			repair.Apply(query, p.Edits)
		}
		repair.Mend(view, repair.Operation{Query: query}, repair.Check(view, repair.Operation{Query: query}))
	})
}
