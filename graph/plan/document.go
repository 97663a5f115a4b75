package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// document prints the operation text of one fetch, and builds in the same pass the Selections by which its response is read.
type document struct {
	l    *lowering
	s    *search
	op   *operation.Operation
	b    strings.Builder
	vars []string
	// definitions are those of variables that are bound to contexts.
	definitions []string
}

// part prints a part's selection and returns the part.
func (d *document) part(p *part, i, n int) Part {
	out := Part{Position: p.place.pos, Representations: p.reps}
	if i > 0 {
		d.b.WriteByte(' ')
	}
	if p.root {
		out.Selection = d.fields(p.sel, nil)
		return out
	}
	out.Key, out.Variable = "_entities", d.l.freeVariable("representations")
	if n > 1 {
		out.Key, out.Variable = "_e"+strconv.Itoa(i), d.l.freeVariable("r"+strconv.Itoa(i))
		d.b.WriteString(out.Key + ":")
	}
	d.b.WriteString("_entities(representations:$" + out.Variable + "){")
	for _, c := range p.context {
		out.Context = append(out.Context, c.ContextVariable)
	}
	out.Selection = d.entities(p)
	d.b.WriteByte('}')
	return out
}

// entities prints what is asked of the objects that _entities returns: one fragment for each type that representations name.
func (d *document) entities(p *part) *Selection {
	out := &Selection{}
	if p.on != 0 {
		d.b.WriteString("...on " + d.s.schema.Type(p.on).Name + "{")
		on := *p.sel
		on.typ = p.on
		out = d.fields(&on, nil)
		d.b.WriteByte('}')
		return out
	}
	if p.sel.typename {
		d.typename(out)
	}
	d.fragments(p.sel.fields, typesOf(p.sel.fields), out)
	return out
}

func typesOf(fields []*selected) []schema.TypeID {
	var out []schema.TypeID
	for _, f := range fields {
		out = union(out, f.types)
	}
	return out
}

// fields prints the members of a selection without the braces.
func (d *document) fields(sel *selection, out *Selection) *Selection {
	if out == nil {
		out = &Selection{}
	}
	start := d.b.Len()
	if sel.typename && !sel.io {
		d.typename(out)
	}
	t := d.s.schema.Type(sel.typ)
	if sel.io || !t.Abstract() && !sel.mixed {
		for _, f := range sel.fields {
			d.field(f, out)
		}
	} else {
		local := t.Possible
		if h := t.Home(sel.sg); h != nil {
			local = h.Possible
		}
		var rest []*selected
		for _, f := range sel.fields {
			if d.onInterface(sel, f, local) {
				d.field(f, out)
			} else {
				rest = append(rest, f)
			}
		}
		if sel.mixed {
			local = typesOf(rest)
		}
		d.fragments(rest, local, out)
	}
	if d.b.Len() == start {
		d.b.WriteString("__typename")
	}
	return out
}

// onInterface reports whether a field can be asked on the subgraph's interface itself: it is selected on all types that the
// subgraph can return there, and the interface has it with the same type.
func (d *document) onInterface(sel *selection, f *selected, local []schema.TypeID) bool {
	if sel.mixed || len(intersect(local, f.types)) != len(local) {
		return false
	}
	id := d.s.schema.FieldByName(sel.typ, f.name)
	if id == 0 {
		return false
	}
	h := d.s.schema.Field(id).Home(sel.sg)
	return h != nil && h.Type == f.home
}

// fragments prints fields that are selected on some types only.
func (d *document) fragments(fields []*selected, local []schema.TypeID, out *Selection) {
	for _, t := range local {
		first := true
		for _, f := range fields {
			if _, ok := slices.BinarySearch(f.types, t); !ok {
				continue
			}
			if first {
				d.space()
				d.b.WriteString("...on " + d.s.schema.Type(t).Name + "{")
			}
			read := out
			if slices.ContainsFunc(out.Fields, func(x SelectionField) bool { return x.Key == f.key }) {
				read = &Selection{} // printed before under another type, and read in the same way
			}
			if !first {
				d.b.WriteByte(' ')
			}
			d.fieldText(f, read)
			first = false
		}
		if !first {
			d.b.WriteByte('}')
		}
	}
}

func (d *document) typename(out *Selection) {
	d.space()
	d.b.WriteString("__typename")
	out.Fields = append(out.Fields, SelectionField{Key: "__typename", Typename: true})
}

func (d *document) field(f *selected, out *Selection) {
	d.space()
	d.fieldText(f, out)
}

// space separates a member from the one before.
func (d *document) space() {
	if s := d.b.String(); len(s) > 0 && s[len(s)-1] != '{' && s[len(s)-1] != ' ' {
		d.b.WriteByte(' ')
	}
}

func (d *document) fieldText(f *selected, out *Selection) {
	if f.key != f.name {
		d.b.WriteString(f.key + ":")
	}
	d.b.WriteString(f.name)
	d.b.WriteString(f.args.Text)
	d.vars = append(d.vars, f.args.Variables...)
	read := SelectionField{Key: f.key, Slot: f.slot}
	if f.child != nil {
		d.b.WriteByte('{')
		read.Child = d.fields(f.child, nil)
		d.b.WriteByte('}')
	}
	out.Fields = append(out.Fields, read)
}

// text returns the whole operation and the client variables that it uses.
func (d *document) text(kind operation.Kind, parts []Part) (string, []string) {
	slices.Sort(d.vars)
	vars := slices.Compact(d.vars)
	defs := d.definitions
	for _, p := range parts {
		if p.Variable != "" {
			defs = append(defs, "$"+p.Variable+":[_Any!]!")
		}
	}
	for _, v := range vars {
		at := slices.IndexFunc(d.op.Variables, func(x operation.Variable) bool { return x.Name == v })
		if at >= 0 {
			def := "$" + v + ":" + d.op.Variables[at].Type
			if d.op.Variables[at].Default != "" { // it makes a nullable variable fit where null does not
				def += "=" + d.op.Variables[at].Default
			}
			defs = append(defs, def)
		}
	}
	head := ""
	if len(defs) > 0 {
		head = "(" + strings.Join(defs, ",") + ")"
	}
	if kind != operation.Query || head != "" {
		head = kind.String() + head
	}
	return head + "{" + d.b.String() + "}", vars
}
