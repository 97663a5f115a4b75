package gateway_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/sluice-gateway/sluice/"

// importRule says which packages of this module a package may import. The rule with the longest matching package holds.
// A package may always import what lies below it in its own internal folder.
type importRule struct {
	pkg string   // folder, with everything below it
	may []string // folders; one that ends in "/..." includes what is below it
	why string
}

var importRules = []importRule{
	{"cmd/sluice", []string{"cmd/sluice/cli", "extensions/standard"}, "users copy main.go for a build of their own, so it holds blank imports and one call"},
	{"cmd/sluice/cli", []string{"gateway/...", "extensions", "mcp/...", "graph/compose", "graph/plan", "graph/schema", "graph/trusted"}, "the command line calls the gateway and prints; an extension is linked by main.go alone"},
	{"gateway", []string{"gateway/config", "gateway/graphiql", "mcp", "mcp/search", "extensions", "extensions/tokenexchange", "graph/..."}, "the gateway knows extensions by their contract, never an implementation (tokenexchange is a client, no extension); the demo is a user of it"},
	{"gateway/config", nil, "what a configuration says must be known without starting any part"},
	{"gateway/graphiql", nil, "assets need nothing"},
	{"gateway/demo", []string{"gateway/demo/authserver"}, "the demo's subgraphs are foreign servers to the gateway"},
	{"gateway/demo/authserver", nil, "the demo's authorization server is a foreign server to the gateway"},
	{"mcp", []string{"mcp/search"}, "package mcp takes the graph by small interfaces of its own, so that it can serve any GraphQL API"},
	{"mcp/search", nil, "the index reads SDL and nothing else"},
	{"mcp/internal", nil, "the parts of package mcp stand alone"},
	{"extensions", nil, "third parties build against the contract: it needs the standard library only"},
	{"extensions/directives", []string{"extensions"}, "an extension sees the contract and nothing of the gateway"},
	{"extensions/extensionstest", []string{"extensions"}, "the authors' suite drives the contract"},
	{"extensions/jwt", []string{"extensions"}, "an extension sees the contract and nothing of the gateway"},
	{"extensions/oauthprotectedresource", []string{"extensions"}, "an extension sees the contract and nothing of the gateway"},
	{"extensions/signedidentity", []string{"extensions"}, "an extension sees the contract and nothing of the gateway"},
	{"extensions/tokenexchange", []string{"extensions"}, "an extension sees the contract and nothing of the gateway"},
	{"extensions/standard", []string{"extensions", "extensions/..."}, "blank imports of the built-ins"},
	{"graph", []string{"graph/federation", "graph/schema", "graph/operation", "graph/plan", "graph/exec", "graph/subgraph", "graph/introspection"}, "the façade serves requests; composing is done before, and never while serving"},
	{"graph/federation", nil, "the vocabulary is below everything"},
	{"graph/schema", []string{"graph/federation"}, "arrows inside graph point to what is known earlier"},
	{"graph/compose", []string{"graph/federation", "graph/schema", "graph/compose/satisfiability"}, "composition knows schemas, never operations"},
	{"graph/compose/satisfiability", []string{"graph/federation", "graph/schema"}, "what can be answered is judged from the schema alone"},
	{"graph/operation", []string{"graph/federation", "graph/schema"}, "operations know schemas, never plans"},
	{"graph/trusted", nil, "documents are texts with ids"},
	{"graph/plan", []string{"graph/federation", "graph/schema", "graph/operation"}, "plans are made before anything runs"},
	{"graph/exec", []string{"graph/federation", "graph/schema", "graph/operation", "graph/plan"}, "execution takes its fetcher by an interface"},
	{"graph/subgraph", []string{"graph/schema", "graph/operation", "graph/plan", "graph/exec"}, "the HTTP client implements what exec asks for"},
	{"graph/introspection", []string{"graph/schema", "graph/operation", "graph/exec"}, "introspection is answered from the schema, without a plan"},
	{"graph/graphtest", []string{"graph", "graph/..."}, "the test bench drives the engine; nothing that is shipped imports it"},
}

// forTests are imports that only _test.go files may have, besides those of their package.
var forTests = map[string][]string{
	"cmd/sluice": {"extensions/standard", "gateway/demo"},
	"gateway":    {"extensions/...", "gateway/demo/...", "gateway/demo"},
	"mcp":        {"gateway/demo"},
	"extensions": {"extensions/..."},
	"graph":      {"graph", "graph/..."},
}

// libraries are dependencies that belong to few packages.
var libraries = []struct {
	path string
	in   []string
	why  string
}{
	{"github.com/mark3labs/mcp-go", []string{"mcp", "cmd/sluice"}, "MCP is package mcp's business; scripts drive the binary with its client"},
	{"github.com/lestrrat-go/jwx", []string{"extensions/jwt"}, "jwx v2 is no longer maintained, so that replacing it must touch one package"},
	{"github.com/prometheus", []string{"gateway"}, "metrics are registered where the parts meet"},
	{"go.opentelemetry.io", []string{"gateway"}, "traces are made where the parts meet"},
	{"github.com/redis/go-redis", []string{"gateway"}, "what replicas share is the gateway's"},
	{"github.com/coder/websocket", []string{"graph/subgraph", "gateway"}, "sockets are transport"},
	{"github.com/vektah/gqlparser", []string{"graph", "mcp", "gateway"}, "extensions and the command line see coordinates and texts, not syntax trees"},
}

// source is one Go file of the module.
type source struct {
	file, pkg string // slash-separated, from the root
	test      bool
	syntax    *ast.File
	lines     int
}

func TestImportsFollowTheHouse(t *testing.T) {
	for _, s := range sources(t) {
		rule, ok := ruleFor(s.pkg)
		if !ok {
			t.Errorf("%s: package %s has no import rule; add one with its reason", s.file, s.pkg)
			continue
		}
		for _, spec := range s.syntax.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if own, ok := strings.CutPrefix(name, module); ok {
				if !mayImport(s, rule, own) {
					t.Errorf("%s imports %s: %s", s.file, own, rule.why)
				}
				continue
			}
			for _, l := range libraries {
				if within(name, l.path) && !slices.ContainsFunc(l.in, func(p string) bool { return within(s.pkg, p) }) {
					t.Errorf("%s imports %s: %s", s.file, name, l.why)
				}
			}
			if s.pkg == "extensions" && !s.test && strings.Contains(name, ".") {
				t.Errorf("%s imports %s: %s", s.file, name, rule.why)
			}
		}
	}
}

func TestEveryPackageHasOneDocComment(t *testing.T) {
	docs := map[string][]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		if docs[s.pkg] == nil {
			docs[s.pkg] = []string{}
		}
		if s.syntax.Doc != nil {
			docs[s.pkg] = append(docs[s.pkg], s.file)
			if path.Base(s.file) != "doc.go" && s.syntax.Name.Name != "main" {
				t.Errorf("%s: what a package owns stands in its doc.go", s.file)
			}
		}
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types"}, s.syntax.Name.Name) {
			t.Errorf("%s: a package is called by what it owns, not %s", s.file, s.syntax.Name.Name)
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(docs)) {
		if len(docs[pkg]) != 1 {
			t.Errorf("package %s has %d doc comments %v, want one that says what it owns", pkg, len(docs[pkg]), docs[pkg])
		}
	}
}

func TestFilesAreShortEnoughToRead(t *testing.T) {
	const most = 700
	for _, s := range sources(t) {
		if s.lines > most && !ast.IsGenerated(s.syntax) {
			t.Errorf("%s has %d lines, more than %d: split it by concept", s.file, s.lines, most)
		}
	}
}

// forbidden are texts that no file may contain.
var forbidden = []struct {
	text *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`), "what is left to do is an issue, not a comment"},
	{regexp.MustCompile(`(^|[\s"'` + "`" + `(=])/(home|root|tmp|work|Users)/`), "paths of one machine mean nothing on another"},
	{regexp.MustCompile(`https?://(registry|proxy|sum)\.`), "where packages come from is the machine's configuration"},
}

func TestNoFileHasForbiddenText(t *testing.T) {
	readable := []string{".go", ".md", ".toml", ".graphql", ".txtar", ".js", ".json", ".jsonl", ".yml", ".mod", ".html", ""}
	walk(t, func(file string, content []byte) {
		if !slices.Contains(readable, path.Ext(file)) || strings.HasPrefix(file, "gateway/graphiql/assets/") {
			return
		}
		n := 0
		for line := range strings.Lines(string(content)) {
			n++
			for _, f := range forbidden {
				if found := f.text.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: %s", file, n, strings.TrimSpace(found), f.why)
				}
			}
		}
	})
}

// ruleFor finds the rule of a package: the one with the longest name that contains it.
func ruleFor(pkg string) (importRule, bool) {
	best, found := importRule{}, false
	for _, r := range importRules {
		if within(pkg, r.pkg) && len(r.pkg) >= len(best.pkg) {
			best, found = r, true
		}
	}
	return best, found
}

func mayImport(s source, rule importRule, imported string) bool {
	if s.test {
		if imported == s.pkg {
			return true // an external test package
		}
		for pkg, may := range forTests {
			if within(s.pkg, pkg) && slices.ContainsFunc(may, func(p string) bool { return covers(p, imported) }) {
				return true
			}
		}
	}
	if before, _, ok := strings.Cut(imported, "/internal"); ok {
		return within(s.pkg, before)
	}
	return slices.ContainsFunc(rule.may, func(p string) bool { return covers(p, imported) })
}

// covers says whether an entry of a rule names a package.
func covers(entry, pkg string) bool {
	if folder, ok := strings.CutSuffix(entry, "/..."); ok {
		return within(pkg, folder)
	}
	return entry == pkg
}

// within says whether a package is a folder or below it.
func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// sources parses every Go file of the module. It reads the files rather than asking `go list`, whose answer go test would cache.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	walk(t, func(file string, content []byte) {
		if path.Ext(file) != ".go" || strings.Contains(file, "testdata/") || within(file, "tools") {
			return // modules of their own
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{
			file: file, pkg: path.Dir(file), test: strings.HasSuffix(file, "_test.go"),
			syntax: syntax, lines: strings.Count(string(content), "\n"),
		})
	})
	if len(all) == 0 {
		t.Fatal("no Go files found")
	}
	return all
}

// walk visits every file of the checkout that a person wrote.
func walk(t *testing.T, visit func(file string, content []byte)) {
	t.Helper()
	root := ".."
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", ".tools", "bin", "node_modules"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		file, err := filepath.Rel(root, name)
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(file), content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportRulesTrip(t *testing.T) {
	tests := []struct {
		name     string
		pkg      string
		test     bool
		imported string
		want     bool
	}{
		{"siblings are strangers", "mcp", false, "graph/plan", false},
		{"arrows point down", "graph/schema", false, "graph/plan", false},
		{"the gateway composes", "gateway", false, "graph/compose", true},
		{"the façade does not compose", "graph", false, "graph/compose", false},
		{"an implementation is linked by main alone", "gateway", false, "extensions/jwt", false},
		{"unless a test needs it", "gateway", true, "extensions/jwt", true},
		{"internal packages serve the folder they are in", "mcp", false, "mcp/internal/shape", true},
		{"and no other", "gateway", false, "mcp/internal/shape", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rule, ok := ruleFor(tt.pkg)
			if got := ok && mayImport(source{pkg: tt.pkg, test: tt.test}, rule, tt.imported); got != tt.want {
				t.Errorf("%s imports %s: got %t, want %t", tt.pkg, tt.imported, got, tt.want)
			}
		})
	}
}
