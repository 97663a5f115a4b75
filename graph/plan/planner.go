package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Planner plans operations of one schema. It holds tables derived from the schema and is safe for concurrent use.
type Planner struct {
	schema *schema.Schema
	facts  *facts
}

// New prepares a planner for the schema.
func New(s *schema.Schema) *Planner {
	return &Planner{schema: s, facts: newFacts(s)}
}

// Build plans the operation. The error is ErrTooComplex or an *UnplannableError; a single field that cannot be planned is no error but
// an OutputError in the plan.
func (p *Planner) Build(op *operation.Operation, opts Options) (*Plan, error) {
	if opts.MaxPositions == 0 {
		opts.MaxPositions = defaultMaxPositions
	}
	if opts.MaxWork == 0 {
		opts.MaxWork = defaultMaxWork
	}
	root := op.Root
	if p.facts.contexts {
		var err error
		if root, err = (&contextualizer{s: p.schema, limit: opts.MaxPositions}).set(root, nil); err != nil {
			return nil, err
		}
	}
	s := newSearch(p.schema, p.facts, opts)
	l := newLowering(s, op)
	if op.Kind == operation.Query {
		if err := l.addRoot(root, false); err != nil {
			return nil, err
		}
	} else if err := l.addSerial(root); err != nil {
		return nil, err
	}
	if err := l.finish(); err != nil {
		return nil, err
	}
	return l.plan, nil
}

// facts are per-schema tables of the planner: signatures by which types that behave alike are planned together.
type facts struct {
	schema *schema.Schema
	// home[f] is the signature of a field: equal exactly when two fields are resolved by the same subgraphs in the same way.
	home []uint32
	// entity[t] is the signature of a type: equal exactly when two types are entered by the same keys, whose fields have equal
	// signatures.
	entity []uint32
	// contexts is set where some field has a contextual argument.
	contexts bool
	// ioOf[t] lists the interfaces of t that some subgraph treats as an object.
	ioOf [][]schema.TypeID
}

func newFacts(s *schema.Schema) *facts {
	f := &facts{
		schema: s, contexts: hasContexts(s), home: make([]uint32, len(s.Fields)),
		entity: make([]uint32, len(s.Types)), ioOf: make([][]schema.TypeID, len(s.Types)),
	}
	intern := newInterner()
	for i := 1; i < len(s.Fields); i++ {
		f.home[i] = intern.id(f.homeSignature(&s.Fields[i]))
	}
	for i := 1; i < len(s.Types); i++ {
		t := &s.Types[i]
		for _, in := range t.Interfaces {
			if f.hasInterfaceObject(in) {
				f.ioOf[i] = append(f.ioOf[i], in)
			}
		}
	}
	for i := 1; i < len(s.Types); i++ {
		if t := &s.Types[i]; t.Kind == schema.Object {
			f.entity[i] = intern.id(f.entitySignature(t))
		}
	}
	return f
}

// hasInterfaceObject reports whether some subgraph treats interface t as an object.
func (f *facts) hasInterfaceObject(t schema.TypeID) bool {
	return slices.ContainsFunc(f.schema.Type(t).Homes, func(h schema.TypeHome) bool { return h.InterfaceObject })
}

func (f *facts) homeSignature(fd *schema.Field) string {
	var b strings.Builder
	writeInt(&b, int(fd.Type.Named), int(fd.Type.Lists))
	for i := range fd.Homes {
		h := &fd.Homes[i]
		writeInt(&b, int(h.Subgraph), int(h.Type.Named), int(h.Type.Lists), int(h.Type.NonNull), int(h.Interface))
		b.WriteString(strconv.FormatBool(h.External))
		b.WriteString(h.Label)
		b.WriteString(strconv.FormatBool(h.LabelWhen))
		writeFieldSet(&b, f.schema, h.Requires)
		b.WriteByte('|')
		writeFieldSet(&b, f.schema, h.Provides)
		for _, c := range h.Context {
			b.WriteString(c.Name + "=" + c.Context)
		}
	}
	return b.String()
}

func (f *facts) entitySignature(t *schema.Type) string {
	var b strings.Builder
	seen := map[string]bool{}
	write := func(homes []schema.TypeHome, owner schema.TypeID) {
		for i := range homes {
			h := &homes[i]
			writeInt(&b, int(h.Subgraph), int(owner))
			for _, k := range h.Keys {
				b.WriteString(strconv.FormatBool(k.Resolvable))
				writeFieldSet(&b, f.schema, k.Fields)
				for _, sel := range k.Fields {
					seen[sel.Name] = true
				}
			}
		}
	}
	write(t.Homes, 0)
	for _, in := range f.ioOf[t.ID] {
		write(f.schema.Type(in).Homes, in)
	}
	for _, id := range t.Fields {
		for i := range f.schema.Field(id).Homes {
			for _, sel := range f.schema.Field(id).Homes[i].Requires {
				seen[sel.Name] = true
			}
		}
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		b.WriteString(n)
		writeInt(&b, int(f.home[f.schema.FieldByName(t.ID, n)]))
	}
	return b.String()
}

// interner gives equal strings equal small numbers, starting at 1.
type interner struct{ ids map[string]uint32 }

func newInterner() *interner { return &interner{ids: map[string]uint32{}} }

func (n *interner) id(s string) uint32 {
	if id, ok := n.ids[s]; ok {
		return id
	}
	id := uint32(len(n.ids) + 1)
	n.ids[s] = id
	return id
}

func writeInt(b *strings.Builder, vs ...int) {
	for _, v := range vs {
		b.WriteString(strconv.Itoa(v))
		b.WriteByte(',')
	}
}

// writeFieldSet prints a field set; equal text means equal meaning.
func writeFieldSet(b *strings.Builder, s *schema.Schema, set schema.FieldSet) {
	for i, sel := range set {
		if i > 0 {
			b.WriteByte(' ')
		}
		for _, on := range sel.On {
			b.WriteString("...on " + s.Type(on).Name + " ")
		}
		b.WriteString(sel.Name)
		b.WriteString(sel.Args.Text)
		if sel.Children != nil {
			b.WriteByte('{')
			writeFieldSet(b, s, sel.Children)
			b.WriteByte('}')
		}
	}
}
