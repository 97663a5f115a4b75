package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-gateway/sluice/extensions/extensionstest"
)

// protectedSDL has security directives at every kind of place.
const protectedSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@authenticated", "@requiresScopes", "@policy"])
type Query {
  open: String
  secretField: String @requiresScopes(scopes: [["secret"]])
  secretObject: Vault
  node: Node
  named: Named
  mood: Mood
  code: Code
  known: String @authenticated
  either: String @requiresScopes(scopes: [["a", "b"], ["c"]])
}
type Vault @requiresScopes(scopes: [["secret"]]) { id: ID gold: Int }
interface Node { id: ID }
type Plain implements Node { id: ID note: String }
type Guarded implements Node @requiresScopes(scopes: [["secret"]]) { id: ID note: String }
interface Named { name: String }
type Person implements Named @authenticated { name: String }
enum Mood @requiresScopes(scopes: [["secret"]]) { HAPPY SAD }
scalar Code @requiresScopes(scopes: [["secret"]])
`

// protectedBench serves protectedSDL, whose subgraph knows an answer to every field.
func protectedBench(t *testing.T, more string) (*bench, *extensionstest.AuthServer, *spy) {
	t.Helper()
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"open":"o","secretField":"s","secretObject":{"id":"1","gold":9},"node":{"__typename":"Guarded","id":"g","note":"n"},
			"named":{"__typename":"Person","name":"p"},"mood":"HAPPY","code":"c","known":"k","either":"e"}}`)
	}))
	t.Cleanup(upstream.Close)
	s := newSpy(t, upstream.URL)
	dir := t.TempDir()
	b := &bench{t: t, logs: &lockedBuffer{}, file: filepath.Join(dir, "gateway.toml"), client: &http.Client{Transport: &http.Transport{}}}
	writeFile(t, filepath.Join(dir, "s.graphql"), protectedSDL)
	writeFile(t, b.file, fmt.Sprintf("[network]\nlisten_address = \"127.0.0.1:0\"\npublic_url = %q\n[graph]\nintrospection = true\n[subgraphs.s]\nurl = %q\nschema_path = \"s.graphql\"\n[authentication]\ndefault = \"anonymous\"\n%s",
		publicURL, s.server.URL, authConfig(as, more)))
	if err := b.start(); err != nil {
		t.Fatal(err)
	}
	return b, as, s
}

func TestDirectivesAreEnforcedAtEveryPlace(t *testing.T) {
	b, as, s := protectedBench(t, "")
	token := func(scope string) []string {
		return []string{"Authorization", "Bearer " + as.Token(map[string]any{"aud": publicURL + "/graphql", "scope": scope})}
	}
	for name, c := range map[string]struct {
		query  string
		header []string
		data   string
		denied int    // errors
		absent string // not asked from the subgraph
	}{
		"an open field":                           {`{open}`, nil, `{"open":"o"}`, 0, ""},
		"a field":                                 {`{open secretField}`, nil, `{"open":"o","secretField":null}`, 1, "secretField"},
		"a field under another name":              {`{open a:secretField}`, nil, `{"open":"o","a":null}`, 1, "secretField"},
		"a field in a fragment":                   {`{open ...F} fragment F on Query{secretField}`, nil, `{"open":"o","secretField":null}`, 1, "secretField"},
		"a field with the scope":                  {`{secretField}`, token("secret"), `{"secretField":"s"}`, 0, ""},
		"a field with another scope":              {`{secretField}`, token("other"), `{"secretField":null}`, 1, "secretField"},
		"an object":                               {`{open secretObject{gold}}`, token("other"), `{"open":"o","secretObject":null}`, 1, "gold"},
		"an implementor by fragment":              {`{open node{id ... on Guarded{note}}}`, token("other"), `{"open":"o","node":{"id":null}}`, 1, "note"},
		"an interface":                            {`{open named{name}}`, nil, `{"open":"o","named":null}`, 1, "name"},
		"an interface to someone known":           {`{named{name}}`, token("other"), `{"named":{"name":"p"}}`, 0, ""},
		"an enum":                                 {`{open mood}`, token("other"), `{"open":"o","mood":null}`, 1, "mood"},
		"a scalar":                                {`{open code}`, token("other"), `{"open":"o","code":null}`, 1, "code"},
		"authenticated":                           {`{open known}`, nil, `{"open":"o","known":null}`, 1, "known"},
		"an alternative":                          {`{either}`, token("c"), `{"either":"e"}`, 0, ""},
		"half of an alternative":                  {`{open either}`, token("a"), `{"open":"o","either":null}`, 1, "either"},
		"a whole alternative":                     {`{either}`, token("a b"), `{"either":"e"}`, 0, ""},
		"a field that a variable leaves out":      {`query($x:Boolean=false){open secretField@include(if:$x)}`, nil, `{"open":"o"}`, 0, "secretField"},
		"an operation that is denied all it asks": {`{secretField mood}`, nil, `{"secretField":null,"mood":null}`, 2, "secretField"},
	} {
		t.Run(name, func(t *testing.T) {
			s.take()
			a := b.query(c.query, c.header...)
			if !strings.Contains(a.body, `"data":`+c.data) && c.denied == 0 || strings.Count(a.body, `"code":`) < c.denied {
				t.Errorf("got %d %s, want %s and %d errors", a.status, a.body, c.data, c.denied)
			}
			if c.denied > 0 && name != "an implementor by fragment" && !strings.Contains(a.body, `"data":`+c.data) {
				t.Errorf("got %s, want data %s", a.body, c.data)
			}
			for _, seen := range s.take() {
				if c.absent != "" && strings.Contains(seen.body, c.absent) {
					t.Errorf("the subgraph was asked for %s: %s", c.absent, seen.body)
				}
			}
			for _, leak := range []string{"gold\":9", "\"note\":\"n\""} {
				if c.denied > 0 && strings.Contains(a.body, leak) {
					t.Errorf("leaked %s: %s", leak, a.body)
				}
			}
		})
	}
}

func TestWhatACallerMayNotSeeDoesNotExist(t *testing.T) {
	b, as, _ := protectedBench(t, "")
	holder := []string{"Authorization", "Bearer " + as.Token(map[string]any{"scope": "secret"})}
	web := []string{"Authorization", "Bearer " + as.Token(map[string]any{"scope": "secret", "aud": publicURL + "/graphql"})}
	secret := []string{"secretField", "secretObject", "Vault", "gold", "Guarded", "HAPPY", "mood"}
	probes := map[string]func(header, web []string) string{
		"search": func(h, _ []string) string {
			return withoutQuotes(b.tool("/mcp", "search", args{"keywords": []string{"secret vault gold mood guarded happy"}}, h...).text)
		},
		"introspect": func(h, _ []string) string {
			return b.tool("/mcp", "introspect", args{"types": []string{"Query", "Node"}}, h...).text
		},
		"introspect of the type itself": func(h, _ []string) string {
			return strings.ReplaceAll(b.tool("/mcp", "introspect", args{"types": []string{"Vaul", "Gold"}}, h...).text, "Gold", "")
		},
		"a tool's suggestions": func(h, _ []string) string {
			return b.tool("/mcp", "execute", args{"query": `{secretFiel secretObjec{id} node{... on Guarde{id}}}`}, h...).text
		},
		"messages of validation": func(_, h []string) string {
			return b.query(`{secretFiel moo node{... on Guarde{id}} ... on Vaul{id}}`, h...).body
		},
		"__schema": func(_, h []string) string {
			return b.query(`{__schema{types{name fields{name} enumValues{name} possibleTypes{name}}}}`, h...).body
		},
		"__type": func(_, h []string) string {
			return b.query(`{__type(name:"Vault"){fields{name}} n:__type(name:"Node"){possibleTypes{name}}}`, h...).body
		},
	}
	for name, probe := range probes {
		text := probe(nil, nil)
		for _, word := range secret {
			if strings.Contains(text, `"`+word+`"`) || containsWord(text, word) {
				t.Errorf("%s tells of %s:\n%s", name, word, text)
			}
		}
		if text := probe(holder, web); !strings.Contains(text, "secret") && !strings.Contains(text, "Vault") && !strings.Contains(text, "gold") {
			t.Errorf("%s tells nothing to those who may know:\n%s", name, text)
		}
	}
}

// withoutQuotes leaves out the line that repeats what was searched for.
func withoutQuotes(text string) string {
	if line, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(line, "Nothing matches") {
		return rest
	}
	return text
}

// containsWord reports whether a text has a word that stands by itself.
func containsWord(text, word string) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z')
	}
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		if at += i; !letter(at-1) && !letter(at+len(word)) {
			return true
		}
		at++
	}
}

func TestMarkedFieldsAreShownWithTheirScopes(t *testing.T) {
	b, as, _ := protectedBench(t, "[mcp]\nhidden_fields = \"mark\"\n")
	text := b.tool("/mcp", "introspect", args{"types": []string{"Query"}}, "Authorization", "Bearer "+as.Token(nil)).text
	if !strings.Contains(text, "secretField") || !strings.Contains(text, "requiresScopes") {
		t.Errorf("got %s", text)
	}
}

func TestASchemaWhoseDirectivesNobodyEnforcesDoesNotStart(t *testing.T) {
	as := extensionstest.NewAuthServer(t, extensionstest.AuthServerOptions{})
	for _, missing := range []string{"requires-scopes", "authenticated"} {
		text := strings.Replace(authConfig(as, ""), "[extensions."+missing+"]\n", "", 1)
		_, err := openBench(t, benchSetup{auth: true, network: fmt.Sprintf("public_url = %q", publicURL), config: text})
		if err == nil || !strings.Contains(err.Error(), "[extensions."+missing+"]") {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}
