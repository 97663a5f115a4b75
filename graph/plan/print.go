package plan

import (
	"fmt"
	"strings"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Text prints the plan for people: one paragraph for each request, in the order of rounds, with what it waits for, where its
// results go and what its representations carry.
func (p *Plan) Text(s *schema.Schema) string {
	var b strings.Builder
	parts := 0
	for i := range p.Fetches {
		parts += len(p.Fetches[i].Parts)
	}
	fmt.Fprintf(&b, "%s, %s, %s", count(p.Waves, "round"), count(parts, "fetch"), count(len(p.Fetches), "request"))
	if !p.Optimal {
		b.WriteString(" (search cut short)")
	}
	b.WriteByte('\n')
	for i := range p.Fetches {
		f := &p.Fetches[i]
		fmt.Fprintf(&b, "\n#%d round %d: %s", f.ID, f.Wave, s.Subgraphs[f.Subgraph].Name)
		for j, d := range f.DependsOn {
			if j == 0 {
				b.WriteString(", after")
			}
			fmt.Fprintf(&b, " #%d", d)
		}
		b.WriteByte('\n')
		for j := range f.Parts {
			part := &f.Parts[j]
			if part.Variable == "" {
				continue
			}
			fmt.Fprintf(&b, "  at %s:", p.Path(part.Position))
			for k := range part.Representations {
				b.WriteByte(' ')
				writeRepresentation(&b, s, &part.Representations[k])
			}
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "  %s\n", f.Document)
	}
	for i := range p.Positions {
		for _, c := range p.Positions[i].Classes {
			for _, f := range c.Fields {
				if f.Kind == OutputError {
					fmt.Fprintf(&b, "\nnot asked: %s at %s: %s\n", f.Key, p.Path(PositionID(i)), f.Error.Message)
				}
			}
		}
	}
	return b.String()
}

// Path prints where a position stands: field names joined by dots, "@" for each level of a list.
func (p *Plan) Path(id PositionID) string {
	if id == 0 {
		return "root"
	}
	parent := &p.Positions[p.Positions[id].Parent]
	name := "?"
	for i := range parent.Slots {
		if sl := &parent.Slots[i]; sl.Child == id {
			name = sl.Field + strings.Repeat(".@", int(sl.Type.Lists))
		}
	}
	if parent.ID == 0 {
		return name
	}
	return p.Path(parent.ID) + "." + name
}

func representationText(s *schema.Schema, r *Representation) string {
	var b strings.Builder
	writeRepresentation(&b, s, r)
	return b.String()
}

func writeRepresentation(b *strings.Builder, s *schema.Schema, r *Representation) {
	b.WriteString(r.Typename)
	if len(r.Types) > 0 && (len(r.Types) > 1 || s.Type(r.Types[0]).Name != r.Typename) {
		b.WriteString(" for")
		for _, t := range r.Types {
			b.WriteString(" " + s.Type(t).Name)
		}
	}
	b.WriteString("{")
	for i := range r.Fields {
		f := &r.Fields[i]
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Name)
		for j := range f.Object {
			writeRepresentation(b, s, &f.Object[j])
		}
	}
	b.WriteString("}")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if strings.HasSuffix(what, "h") {
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
