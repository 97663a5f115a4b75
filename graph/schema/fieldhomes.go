package schema

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// loadFieldHomes reads @join__field.
func (ld *loader) loadFieldHomes() {
	for id := range ld.s.Fields {
		if id == 0 {
			continue
		}
		f := &ld.s.Fields[id]
		marks := 0
		for range applied(ld.fields[id].Directives, ld.names.field) {
			marks++
		}
		if marks == 0 {
			ld.unmarkedField(f)
			continue
		}
		f.Homes = ld.room(marks)
		for dir := range applied(ld.fields[id].Directives, ld.names.field) {
			// A mark without a subgraph is a field that an @interfaceObject gives: see interfaceObjects.
			if sg, ok := ld.graph(dir, ld.at(f)); ok {
				ld.markedField(f, sg, dir)
			}
		}
	}
}

// unmarkedField places a field without @join__field: in every subgraph of its type, except that with an owner (join v0.1) it is
// the owner's.
func (ld *loader) unmarkedField(f *Field) {
	if owner, ok := ld.owners[f.Parent]; ok {
		f.Homes = []FieldHome{{Subgraph: owner, Type: f.Type}}
		return
	}
	homes := ld.s.Types[f.Parent].Homes
	f.Homes = ld.room(len(homes))
	for i := range homes {
		f.Homes = append(f.Homes, FieldHome{Subgraph: homes[i].Subgraph, Type: f.Type})
	}
}

// room is an empty list with room for n homes. There is one for every field, and they live equally long, so they share memory.
func (ld *loader) room(n int) []FieldHome {
	if n > len(ld.homes) {
		ld.homes = make([]FieldHome, max(n, 128))
	}
	out := ld.homes[:0:n]
	ld.homes = ld.homes[n:]
	return out
}

func (ld *loader) markedField(f *Field, sg SubgraphID, dir *ast.Directive) {
	i, ok := f.searchHome(sg)
	if ok {
		ld.errorf(dir.Position, ld.at(f), "@%s names subgraph %q twice", dir.Name, ld.s.Subgraphs[sg].Name)
		return
	}
	if ld.s.Types[f.Parent].Home(sg) == nil {
		return // the mark repeats what an @interfaceObject gives: see interfaceObjects
	}
	h := FieldHome{Subgraph: sg, Type: f.Type, Label: argString(dir, "overrideLabel")}
	if text := argString(dir, "type"); text != "" {
		h.Type = ld.parseTypeRef(text, ld.at(f), dir.Position)
	}
	// The overriding field carries both override and label, the overridden one only the label.
	h.LabelWhen = h.Label != "" && argString(dir, "override") != ""
	// While a label may send the field back to the subgraph it was taken from, that subgraph does resolve it.
	h.External = argBool(dir, "external", false) || (argBool(dir, "usedOverridden", false) && h.Label == "")
	f.Homes = slices.Insert(f.Homes, i, h)
}

// parseTypeRef reads type text, by way of the only place where gqlparser accepts one by itself.
func (ld *loader) parseTypeRef(text string, at Coordinate, p *ast.Position) TypeRef {
	doc, err := parser.ParseQuery(&ast.Source{Input: "query($t:" + text + "){t}"})
	if err != nil || len(doc.Operations) != 1 || len(doc.Operations[0].VariableDefinitions) != 1 || strings.ContainsAny(text, ",$=@{}()") {
		ld.errorf(p, at, "%q is not a type", text)
		return TypeRef{}
	}
	return ld.typeRef(doc.Operations[0].VariableDefinitions[0].Type, at, p)
}

// compileFieldSets compiles every selection string of the join directives.
func (ld *loader) compileFieldSets() {
	for id := range ld.s.Types {
		if d := ld.defs[id]; d != nil {
			for dir := range applied(d.Directives, ld.names.typ) {
				ld.compileKey(&ld.s.Types[id], dir)
			}
		}
	}
	for id := range ld.s.Fields {
		if id == 0 {
			continue
		}
		f := &ld.s.Fields[id]
		for dir := range applied(ld.fields[id].Directives, ld.names.field) {
			if sg, ok := ld.graph(dir, ld.at(f)); ok {
				if h := f.Home(sg); h != nil {
					ld.compileField(f, h, dir)
				}
			}
		}
	}
}

func (ld *loader) compileKey(t *Type, dir *ast.Directive) {
	text := argString(dir, "key")
	sg, ok := ld.graph(dir, typeAt(t.Name))
	if text == "" || !ok {
		return
	}
	h := ld.typeHome(t, sg)
	h.Keys = append(h.Keys, Key{
		Fields:     ld.fieldSet(text, t.Possible, []TypeID{t.ID}, typeAt(t.Name), dir.Position),
		Resolvable: argBool(dir, "resolvable", true),
	})
}

func (ld *loader) compileField(f *Field, h *FieldHome, dir *ast.Directive) {
	at := ld.at(f)
	parent, result := &ld.s.Types[f.Parent], &ld.s.Types[f.Type.Named]
	if text := argString(dir, "requires"); text != "" {
		h.Requires = ld.fieldSet(text, parent.Possible, []TypeID{parent.ID}, at, dir.Position)
	}
	if text := argString(dir, "provides"); text != "" {
		h.Provides = ld.fieldSet(text, result.Possible, []TypeID{result.ID}, at, dir.Position)
	}
	for _, v := range argList(dir, "contextArguments") {
		c := ContextArgument{Name: childString(v, "name"), Type: childString(v, "type"), Context: childString(v, "context")}
		c.Types = sortedIDs(slices.Clone(ld.contexts[c.Context]))
		if len(c.Types) == 0 {
			ld.errorf(dir.Position, at, "no type sets the context %q", c.Context)
			continue
		}
		var possible []TypeID
		for _, t := range c.Types {
			possible = append(possible, ld.s.Types[t].Possible...)
		}
		c.Selection = ld.fieldSet(childString(v, "selection"), sortedIDs(possible), c.Types, at, dir.Position)
		h.Context = append(h.Context, c)
	}
}
