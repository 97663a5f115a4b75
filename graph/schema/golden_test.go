package schema_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sluice-gateway/sluice/graph/schema"
)

var update = flag.Bool("update", false, "write the goldens")

// TestGoldens loads supergraph.graphql and compares schema.txt (types and fields with their homes), api.graphql or errors.txt, whichever
// the golden has.
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
			var sdl string
			for _, f := range archive.Files {
				if f.Name == "supergraph.graphql" {
					sdl = string(f.Data)
				}
			}
			got := map[string]string{"schema.txt": "", "api.graphql": "", "errors.txt": ""}
			if s, err := schema.Load(sdl); err != nil {
				got["errors.txt"] = err.Error() + "\n"
			} else {
				got["schema.txt"], got["api.graphql"] = dump(s), s.APISDL
			}
			for i := range archive.Files {
				f := &archive.Files[i]
				text, ok := got[f.Name]
				if !ok {
					continue
				}
				if *update {
					f.Data = []byte(text)
				}
				if text != string(f.Data) {
					t.Errorf("%s: got\n%swant\n%s", f.Name, text, f.Data)
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// dump prints what the planner sees, but for built-in scalars.
func dump(s *schema.Schema) string {
	d := dumper{s: s}
	for i := range s.Types {
		if t := &s.Types[i]; len(t.Homes) > 0 {
			d.typ(t)
		}
	}
	return d.out.String()
}

type dumper struct {
	s   *schema.Schema
	out strings.Builder
}

func (d *dumper) names(ids []schema.TypeID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = d.s.Type(id).Name
	}
	return strings.Join(names, "|")
}

func flagText(set bool, text string) string {
	if set {
		return " " + text
	}
	return ""
}

func (d *dumper) typ(t *schema.Type) {
	fmt.Fprintf(&d.out, "%s%s%s\n", t.Name, flagText(t.Inaccessible, "inaccessible"), security(t.Security))
	if t.Abstract() {
		fmt.Fprintf(&d.out, "  possible %s\n", d.names(t.Possible))
	}
	for _, h := range t.Homes {
		fmt.Fprintf(&d.out, "  in %s%s", d.s.Subgraphs[h.Subgraph].Name, flagText(h.InterfaceObject, "as interface object"))
		if t.Abstract() {
			fmt.Fprintf(&d.out, " possible %s", d.names(h.Possible))
		}
		for _, k := range h.Keys {
			fmt.Fprintf(&d.out, " key(%s)%s", d.set(k.Fields), flagText(!k.Resolvable, "not resolvable"))
		}
		d.out.WriteByte('\n')
	}
	for _, id := range t.Fields {
		f := d.s.Field(id)
		fmt.Fprintf(&d.out, "  .%s: %s%s%s\n", f.Name, d.ref(f.Type), flagText(f.Inaccessible, "inaccessible"), security(f.Security))
		for _, h := range f.Homes {
			d.home(f, &h)
		}
	}
}

func (d *dumper) home(f *schema.Field, h *schema.FieldHome) {
	fmt.Fprintf(&d.out, "    %s%s", d.s.Subgraphs[h.Subgraph].Name, flagText(h.External, "external"))
	if h.Type != f.Type {
		fmt.Fprintf(&d.out, " as %s", d.ref(h.Type))
	}
	if h.Requires != nil {
		fmt.Fprintf(&d.out, " requires(%s)", d.set(h.Requires))
	}
	if h.Provides != nil {
		fmt.Fprintf(&d.out, " provides(%s)", d.set(h.Provides))
	}
	if h.Label != "" {
		fmt.Fprintf(&d.out, " when %s is %t", h.Label, h.LabelWhen)
	}
	if h.Interface != 0 {
		fmt.Fprintf(&d.out, " through %s", d.s.Type(h.Interface).Name)
	}
	for _, c := range h.Context {
		fmt.Fprintf(&d.out, " %s: %s from %s on %s (%s)", c.Name, c.Type, c.Context, d.names(c.Types), d.set(c.Selection))
	}
	d.out.WriteByte('\n')
}

func (d *dumper) ref(r schema.TypeRef) string {
	text := d.s.Type(r.Named).Name + flagMark(r, r.Lists)
	for i := int(r.Lists) - 1; i >= 0; i-- {
		text = "[" + text + "]" + flagMark(r, uint8(i))
	}
	return text
}

func flagMark(r schema.TypeRef, depth uint8) string {
	if r.IsNonNull(depth) {
		return "!"
	}
	return ""
}

func (d *dumper) set(set schema.FieldSet) string {
	parts := make([]string, len(set))
	for i, f := range set {
		text := f.Name + f.Args.Text
		if f.Children != nil {
			text += "{" + d.set(f.Children) + "}"
		}
		if f.On != nil {
			text = "on " + strings.ReplaceAll(d.names(f.On), "|", "&") + ":" + text
		}
		parts[i] = text
	}
	return strings.Join(parts, " ")
}

func security(sec *schema.Security) string {
	if sec == nil {
		return ""
	}
	text := flagText(sec.Authenticated, "authenticated")
	if sec.Scopes != nil {
		text += fmt.Sprintf(" scopes %q", sec.Scopes)
	}
	if sec.Policies != nil {
		text += fmt.Sprintf(" policies %q", sec.Policies)
	}
	return text
}

func TestLoadErrorsNameThePlace(t *testing.T) {
	_, err := schema.Load("enum join__Graph { A }\ntype Query { a: Int @join__field(graph: B) }")
	var e *schema.Error
	if !errors.As(err, &e) || e.Line != 2 || e.Column != 22 || e.Coordinate != "Query.a" {
		t.Errorf("got %+v", err)
	}
}

// FuzzLoad checks that any text is either refused or gives a schema whose ids hold together.
func FuzzLoad(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, sdl string) {
		s, err := schema.Load(sdl)
		if err != nil {
			var errs schema.Errors
			if !errors.As(err, &errs) || len(errs) == 0 {
				t.Fatalf("an error without faults: %v", err)
			}
			return
		}
		again, err := schema.Load(sdl)
		if err != nil || dump(s) != dump(again) || s.APISDL != again.APISDL {
			t.Fatalf("loading twice differs: %v", err)
		}
		for i := range s.Fields {
			fd := s.Field(schema.FieldID(i))
			if i > 0 && (fd.ID != schema.FieldID(i) || s.FieldByName(fd.Parent, fd.Name) != fd.ID || fd.Type.Named == 0) {
				t.Fatalf("field %d is %+v", i, fd)
			}
			for j := 1; j < len(fd.Homes); j++ {
				if fd.Homes[j-1].Subgraph >= fd.Homes[j].Subgraph {
					t.Fatalf("homes of %s are not sorted", s.Coordinate(fd.ID))
				}
			}
		}
	})
}
