package config_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sluice-gateway/sluice/gateway/config"
)

const referenceFile = "../../docs/configuration.md"

const referenceHead = `# Configuration

Every key of the configuration file, table by table. The file [gateway.toml](../gateway.toml) shows them all in use.
This page is made from the comments of the package ` + "`gateway/config`" + ` (` + "`go test ./gateway/config -update`" + `); change those, not this.

- The format is [TOML](https://toml.io/en/v1.0.0). Unknown keys and wrong types are errors; all problems of a file are
  told in one run, each with its key and line: ` + "`sluice check -c gateway.toml`" + `.
- ` + "`{{ env.NAME }}`" + ` in any string stands for the environment variable ` + "`NAME`" + `. A variable that is not set is an error.
- Durations are strings with a unit: ` + "`\"500ms\"`, `\"5s\"`, `\"2m\"`, `\"1h\"`, `\"7d\"`" + `; a whole number counts seconds.
- Sizes are strings with a unit, ` + "`\"2MiB\"` or `\"500KB\"`" + `, or a whole number of bytes.
- File paths are relative to the folder of the configuration file.
- Where a list of strings is expected, one string will do.
- Where Grafbase Gateway has a key for the same thing, it has the same name and meaning here. Its keys without a
  counterpart are either ignored with a warning or, where ignoring one could do harm, an error that says what to do.
`

// TestTheReferenceIsUpToDate compares docs/configuration.md with what the structs say; -update rewrites it.
func TestTheReferenceIsUpToDate(t *testing.T) {
	r := &reference{t: t, docs: comments(t), seen: map[reflect.Type]string{}}
	r.out.WriteString(referenceHead)
	c := config.Default()
	r.table("", reflect.ValueOf(&c).Elem())
	if *update {
		if err := os.MkdirAll(filepath.Dir(referenceFile), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(referenceFile, r.out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	committed, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, r.out.Bytes()) {
		t.Error("docs/configuration.md is out of date: go test ./gateway/config -update")
	}
}

// comments maps "Type" and "Type.Field" to their doc comments in the source of the package.
func comments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			decl, ok := n.(*ast.GenDecl)
			if !ok || decl.Tok != token.TYPE {
				return true
			}
			for _, spec := range decl.Specs {
				typ := spec.(*ast.TypeSpec)
				docs[typ.Name.Name] = firstParagraph(decl.Doc.Text())
				if s, ok := typ.Type.(*ast.StructType); ok {
					for _, field := range s.Fields.List {
						for _, name := range field.Names {
							docs[typ.Name.Name+"."+name.Name] = firstParagraph(field.Doc.Text())
						}
					}
				}
			}
			return true
		})
	}
	return docs
}

// firstParagraph is what concerns the user; paragraphs after it are for those who read the code.
func firstParagraph(s string) string {
	first, _, _ := strings.Cut(s, "\n\n")
	return strings.Join(strings.Fields(first), " ")
}

type reference struct {
	t    *testing.T
	docs map[string]string
	seen map[reflect.Type]string // where a table type was documented first
	out  bytes.Buffer
}

// inner is a table that is documented after the one it stands in.
type inner struct {
	heading string
	value   reflect.Value
}

// table writes the section of a struct and then those of the tables in it.
func (r *reference) table(heading string, v reflect.Value) {
	name := strings.NewReplacer("[[", "", "]]", "").Replace(heading)
	if heading == "" {
		r.out.WriteString("\n## Top of the file\n")
	} else {
		if !strings.HasPrefix(heading, "[") {
			heading = "[" + heading + "]"
		}
		fmt.Fprintf(&r.out, "\n## `%s`\n", heading)
		if about := sentence(r.docs[v.Type().Name()]); about != "" {
			r.out.WriteString("\n" + about + "\n")
		}
	}
	r.seen[v.Type()] = heading
	r.out.WriteString("\n| key | form | default | meaning |\n|---|---|---|---|\n")
	var tables []inner
	for i := range v.NumField() {
		field := v.Type().Field(i)
		key := field.Tag.Get("toml")
		if key == "" {
			continue
		}
		doc := r.docs[v.Type().Name()+"."+field.Name]
		if doc == "" || !strings.HasSuffix(doc, ".") {
			r.t.Errorf("%s.%s needs a doc comment that is a sentence", v.Type().Name(), field.Name)
		}
		form, below := r.form(strings.TrimPrefix(name+"."+key, "."), field, v.Field(i))
		if below != nil {
			tables = append(tables, *below)
		}
		fmt.Fprintf(&r.out, "| `%s` | %s | %s | %s |\n", key, form, literal(v.Field(i)), strings.ReplaceAll(doc, "|", "\\|"))
	}
	for _, below := range tables {
		if _, documented := r.seen[below.value.Type()]; !documented {
			r.table(below.heading, below.value)
		}
	}
}

// sentence drops the Go name that a type's comment starts with: "X is the [x] table: …" becomes what follows.
func sentence(doc string) string {
	if _, rest, ok := strings.Cut(doc, "] table: "); ok {
		return strings.ToUpper(rest[:1]) + rest[1:]
	}
	if _, rest, ok := strings.Cut(doc, "] element: "); ok {
		return strings.ToUpper(rest[:1]) + rest[1:]
	}
	for _, end := range []string{" table. ", " element. "} {
		if _, rest, ok := strings.Cut(doc, end); ok {
			return rest
		}
	}
	return ""
}

// form says how a value is written, and which table it opens.
func (r *reference) form(key string, field reflect.StructField, v reflect.Value) (string, *inner) {
	if options := field.Tag.Get("oneof"); options != "" {
		quoted := "`\"" + strings.ReplaceAll(options, "|", "\"`, `\"") + "\"`"
		if v.Kind() == reflect.Slice {
			return "list of " + quoted, nil
		}
		return quoted, nil
	}
	t := v.Type()
	switch t {
	case reflect.TypeFor[time.Duration]():
		return "duration", nil
	case reflect.TypeFor[config.Size]():
		return "size", nil
	case reflect.TypeFor[config.Secret]():
		return "string, secret", nil
	case reflect.TypeFor[config.Path]():
		return "file", nil
	case reflect.TypeFor[[]config.Path]():
		return "list of files", nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean", nil
	case reflect.Int:
		return "whole number", nil
	case reflect.Float64:
		return "number", nil
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return r.ref("tables", "[["+key+"]]", t.Elem())
		}
		return "list of strings", nil
	case reflect.Map:
		if t.Elem().Kind() == reflect.Struct && t.Elem() != reflect.TypeFor[config.Secret]() {
			return r.ref("tables", key+".<name>", t.Elem())
		}
		return "table", nil
	case reflect.Struct:
		return r.refTo("table", key, v)
	case reflect.Pointer:
		return r.ref("table", key, t.Elem())
	}
	return "string", nil
}

func (r *reference) ref(what, heading string, t reflect.Type) (string, *inner) {
	if t.Kind() != reflect.Struct {
		return "boolean", nil
	}
	return r.refTo(what, heading, config.Fresh(t))
}

func (r *reference) refTo(what, heading string, v reflect.Value) (string, *inner) {
	if first, documented := r.seen[v.Type()]; documented {
		return fmt.Sprintf("%s, as `%s`", what, first), nil
	}
	return what + ", below", &inner{heading, v}
}

// literal writes a default as TOML; "–" stands for none.
func literal(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return "`\"" + duration(x) + "\"`"
	case config.Size:
		return "`\"" + x.String() + "\"`"
	case config.Secret:
		if !x.IsZero() {
			return "`\"" + x.Reveal() + "\"`"
		}
		return "–"
	case string:
		if x != "" {
			return "`\"" + x + "\"`"
		}
		return "–"
	case []string:
		if x != nil {
			return "`" + strings.ReplaceAll(fmt.Sprintf("%q", x), "\" \"", "\", \"") + "`"
		}
		return "–"
	case bool, int, float64:
		return fmt.Sprintf("`%v`", x)
	}
	return "–"
}

// duration drops the zero parts that time.Duration prints.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	return s
}
