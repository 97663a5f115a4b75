package gateway

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/introspection"
)

// TestSearchIntrospectionOverHTTP posts request.json to /graphql of a gateway on the demo.
func TestSearchIntrospectionOverHTTP(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "searchintrospection", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	b := newBench(t, benchSetup{config: "[graph]\nsearch_introspection = true\n"})
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			request, want := &archive.Files[0], &archive.Files[1]
			var body, got bytes.Buffer
			if err := json.Compact(&body, request.Data); err != nil {
				t.Fatal(err)
			}
			if err := json.Indent(&got, []byte(b.do("POST", "/graphql", body.String()).body), "", " "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
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

func TestSearchIntrospectionHasASwitchOfItsOwn(t *testing.T) {
	const (
		search  = `{__search(query:"brand name",first:1){coordinate}}`
		schema  = `{__schema{queryType{name}}}`
		unknown = `Cannot query field \"__search\" on type \"Query\".`
		found   = `{"data":{"__search":[{"coordinate":"Brand.name"}]}}`
		shown   = `{"data":{"__schema":{"queryType":{"name":"Query"}}}}`
	)
	for name, c := range map[string]struct{ config, search, schema string }{
		"neither":            {"", unknown, "INTROSPECTION"},
		"introspection only": {"introspection = true", unknown, shown},
		"search only":        {"search_introspection = true", found, "INTROSPECTION"},
		"both":               {"introspection = true\nsearch_introspection = true", found, shown},
		"without MCP":        {"search_introspection = true\n[mcp]\nenabled = false", found, "INTROSPECTION"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, benchSetup{config: "[graph]\n" + c.config + "\n"})
			for query, want := range map[string]string{search: c.search, schema: c.schema} {
				if got := b.query(query).body; !strings.Contains(got, want) {
					t.Errorf("%s: got %s", query, got)
				}
			}
			if strings.Contains(b.query(introspection.Query).body, "__SearchResult") {
				t.Error("the schema lists types that clients do not know")
			}
		})
	}
}

func TestSearchIntrospectionShowsWhatItsCallerMaySee(t *testing.T) {
	b, as := newAuthBench(t, "[graph]\nsearch_introspection = true\n")
	const query = `{__search(query:"email address of the user",first:100){coordinate pathsToRoot definition{__typename}} __definitions(coordinates:["User.email","User.username","User.addresses"]){...on __Field{name}}}`
	ask := func(scope string) (coordinates, names []string, body string) {
		token := as.Token(as.Claims(map[string]any{"aud": publicURL + "/graphql", "scope": scope}))
		body = b.query(query, "Authorization", "Bearer "+token).body
		var answer struct {
			Data struct {
				Search []struct {
					Coordinate  string
					PathsToRoot [][]string
					Definition  *struct{}
				} `json:"__search"`
				Definitions []struct{ Name string } `json:"__definitions"`
			}
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		for _, hit := range answer.Data.Search {
			coordinates = append(coordinates, hit.Coordinate)
		}
		for _, d := range answer.Data.Definitions {
			names = append(names, d.Name)
		}
		return coordinates, names, body
	}
	if coordinates, names, body := ask("accounts:read"); !slices.Contains(coordinates, "User.email") || !slices.Equal(names, []string{"email", "username", "addresses"}) {
		t.Errorf("with the scope: %s", body)
	}
	coordinates, names, body := ask("")
	if len(coordinates) == 0 || strings.Contains(body, "User.email") || strings.Contains(body, "User.addresses") || !slices.Equal(names, []string{"username"}) {
		t.Errorf("without the scope: %s", body)
	}
}
