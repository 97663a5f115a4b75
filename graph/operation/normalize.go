package operation

import (
	"encoding/binary"
	"slices"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// Normalize builds the IR of one operation. values decides the Boolean variables that Conditions names; it is not called for
// others and may be nil when there are none. The error is an *Error: of CodeSelection when opName does not name an operation, or of
// CodeLimit when the operation expands beyond ParseLimits.Work.
func (d *Document) Normalize(opName string, values func(variable string) bool) (*Operation, error) {
	def, err := d.definition(opName)
	if err != nil {
		return nil, err
	}
	op := &Operation{Kind: def.kind, Name: def.name}
	for _, v := range def.variables {
		out := Variable{Name: v.Variable, Type: v.Type.String()}
		if v.DefaultValue != nil {
			out.Default = string(schema.AppendValue(nil, v.DefaultValue))
		}
		op.Variables = append(op.Variables, out)
	}
	n := normalizer{
		d: d, s: d.schema, values: values, work: d.work,
		memo: map[string]*SelectionSet{}, interned: map[string]*SelectionSet{}, ids: map[*SelectionSet]uint32{},
		seen: make([]int32, len(d.sets)),
	}
	op.Root = n.build(def.rootType, []setID{def.root})
	if n.deep {
		return nil, &Error{Message: "Maximum introspection depth exceeded", Code: CodeLimit, Failure: FailureLimit, Name: "introspection_depth"}
	}
	if n.work <= 0 {
		return nil, workError(d.work)
	}
	return op, nil
}

// normalizer builds the selection sets of one operation.
//
// Two tables keep the result small. memo finds a selection set by what it is built from (its type and the sets of the text), which
// makes fragments that spread others twice cost nothing. interned finds it by what it says, so that equal selections are one
// pointer however they are written.
type normalizer struct {
	d        *Document
	s        *schema.Schema
	values   func(string) bool
	memo     map[string]*SelectionSet
	interned map[string]*SelectionSet
	ids      map[*SelectionSet]uint32
	seen     []int32 // by setID: the last collection that opened it
	epoch    int32
	key      []byte
	work     int
	deep     bool // lists of introspection nest too deep
}

// collected is one response key of one group of concrete types, with all its occurrences.
type collected struct {
	first *node
	sets  []setID
}

// build returns the selection of the sets on an object whose static type is t.
func (n *normalizer) build(t schema.TypeID, sets []setID) *SelectionSet {
	n.key = binary.LittleEndian.AppendUint32(n.key[:0], uint32(t))
	for _, id := range sets {
		n.key = binary.LittleEndian.AppendUint32(n.key, uint32(id))
	}
	memoKey := string(n.key)
	if out, ok := n.memo[memoKey]; ok {
		return out
	}
	out := &SelectionSet{Type: t}
	for _, class := range n.classes(t, sets) {
		if n.work <= 0 {
			break
		}
		n.addGroup(out, Group{Types: class, Fields: n.fields(class, n.collect(class[0], sets))})
	}
	out = n.intern(out)
	n.memo[memoKey] = out
	return out
}

// classes partitions the visible concrete types of t by the type conditions in sets that they meet, in order of their smallest type.
func (n *normalizer) classes(t schema.TypeID, sets []setID) [][]schema.TypeID {
	possible := n.visible(t)
	if len(possible) < 2 {
		if len(possible) == 0 {
			return nil
		}
		return [][]schema.TypeID{possible}
	}
	conditions := n.narrowing(possible, sets)
	if len(conditions) == 0 {
		return [][]schema.TypeID{possible}
	}
	n.work -= len(possible) * len(conditions) / 8
	index := map[string]int{}
	var out [][]schema.TypeID
	met := make([]byte, len(conditions))
	for _, object := range possible {
		for i, on := range conditions {
			met[i] = 0
			if _, ok := slices.BinarySearch(n.s.Types[on].Possible, object); ok {
				met[i] = 1
			}
		}
		c, ok := index[string(met)]
		if !ok {
			c = len(out)
			index[string(met)] = c
			out = append(out, nil)
		}
		out[c] = append(out[c], object)
	}
	return out
}

func (n *normalizer) visible(t schema.TypeID) []schema.TypeID {
	possible := n.s.Types[t].Possible
	hidden := func(id schema.TypeID) bool { return n.s.Types[id].Inaccessible }
	if !slices.ContainsFunc(possible, hidden) {
		return possible
	}
	return slices.DeleteFunc(slices.Clone(possible), hidden)
}

// narrowing returns the type conditions in sets that some but not all of the possible types meet.
func (n *normalizer) narrowing(possible []schema.TypeID, sets []setID) []schema.TypeID {
	n.epoch++
	var out []schema.TypeID
	var open func(id setID)
	open = func(id setID) {
		if n.seen[id] == n.epoch {
			return
		}
		n.seen[id] = n.epoch
		nodes := n.d.selections(id)
		n.work -= len(nodes)
		for i := range nodes {
			f := &nodes[i]
			if f.key != "" || f.excluded(n.values) {
				continue
			}
			if f.on != 0 && !slices.Contains(out, f.on) && !covers(n.s.Types[f.on].Possible, possible) {
				out = append(out, f.on)
			}
			open(f.set)
		}
	}
	for _, id := range sets {
		open(id)
	}
	return out
}

// covers reports whether sorted a holds all of sorted b.
func covers(a, b []schema.TypeID) bool {
	for _, id := range b {
		i, ok := slices.BinarySearch(a, id)
		if !ok {
			return false
		}
		a = a[i+1:]
	}
	return true
}

// collect is §6.3.2 CollectFields for an object of the concrete type.
func (n *normalizer) collect(object schema.TypeID, sets []setID) []collected {
	n.epoch++
	var out []collected
	var index map[string]int
	var open func(id setID)
	open = func(id setID) {
		if n.seen[id] == n.epoch {
			return
		}
		n.seen[id] = n.epoch
		nodes := n.d.selections(id)
		n.work -= len(nodes)
		for i := range nodes {
			f := &nodes[i]
			if f.excluded(n.values) {
				continue
			}
			if f.key == "" {
				if f.on == 0 || n.meets(object, f.on) {
					open(f.set)
				}
				continue
			}
			out, index = add(out, index, f)
		}
	}
	for _, id := range sets {
		open(id)
	}
	return out
}

// smallSet is the number of response keys up to which a scan beats a map.
const smallSet = 12

// add merges an occurrence of a field into the collection. index is nil while the collection is small.
func add(out []collected, index map[string]int, f *node) ([]collected, map[string]int) {
	at := -1
	if index != nil {
		if i, ok := index[f.key]; ok {
			at = i
		}
	} else {
		at = slices.IndexFunc(out, func(c collected) bool { return c.first.key == f.key })
	}
	if at >= 0 {
		if f.set != noSet && !slices.Contains(out[at].sets[max(0, len(out[at].sets)-smallSet):], f.set) {
			out[at].sets = append(out[at].sets, f.set)
		}
		return out, index
	}
	c := collected{first: f}
	if f.set != noSet {
		c.sets = []setID{f.set}
	}
	out = append(out, c)
	switch {
	case index != nil:
		index[f.key] = len(out) - 1
	case len(out) > smallSet:
		index = make(map[string]int, 2*len(out))
		for i := range out {
			index[out[i].first.key] = i
		}
	}
	return out, index
}

func (n *normalizer) meets(object, on schema.TypeID) bool {
	if object == on || on == metaAbstract {
		return true
	}
	if isMeta(on) {
		return false
	}
	_, ok := slices.BinarySearch(n.s.Types[on].Possible, object)
	return ok
}

// fields turns what a class of types collects into IR fields.
func (n *normalizer) fields(class []schema.TypeID, all []collected) []Field {
	out := make([]Field, 0, len(all))
	for _, c := range all {
		f := Field{Key: c.first.key, Name: c.first.name, Args: c.first.args, Line: c.first.line, Column: c.first.col}
		switch {
		case len(c.sets) == 0:
		case c.first.field == 0: // of introspection
			f.Introspection = n.introspection(c.first, c.sets)
		default:
			f.Selection = n.build(n.resultType(class, c.first), c.sets)
		}
		out = append(out, f)
	}
	return out
}

// resultType returns the static type of a field's value for all types of a class: what their own definitions agree on, or else the
// type declared where the field is selected, to which all of them are subtypes.
func (n *normalizer) resultType(class []schema.TypeID, f *node) schema.TypeID {
	named := n.namedType(class[0], f)
	for _, object := range class[1:] {
		if n.namedType(object, f) != named {
			return n.s.Fields[f.field].Type.Named
		}
	}
	return named
}

func (n *normalizer) namedType(object schema.TypeID, f *node) schema.TypeID {
	if id := n.s.FieldByName(object, f.name); id != 0 {
		return n.s.Fields[id].Type.Named
	}
	return n.s.Fields[f.field].Type.Named
}

// addGroup adds a group, or its types to a group that asks for the same.
func (n *normalizer) addGroup(out *SelectionSet, g Group) {
	for i := range out.Groups {
		if slices.EqualFunc(out.Groups[i].Fields, g.Fields, sameField) {
			types := append(slices.Clone(out.Groups[i].Types), g.Types...)
			slices.Sort(types)
			out.Groups[i].Types = types
			return
		}
	}
	n.work -= len(out.Groups)
	out.Groups = append(out.Groups, g)
}

func sameField(a, b Field) bool {
	return a.Key == b.Key && a.Name == b.Name && a.Args.Text == b.Args.Text && a.Selection == b.Selection && a.Introspection == b.Introspection
}

// intern returns the selection set that says the same as out, if there is one.
func (n *normalizer) intern(out *SelectionSet) *SelectionSet {
	key := binary.LittleEndian.AppendUint32(n.key[:0], uint32(out.Type))
	for _, g := range out.Groups {
		key = binary.LittleEndian.AppendUint32(key, uint32(len(g.Types)))
		for _, t := range g.Types {
			key = binary.LittleEndian.AppendUint32(key, uint32(t))
		}
		key = binary.LittleEndian.AppendUint32(key, uint32(len(g.Fields)))
		for i := range g.Fields {
			f := &g.Fields[i]
			key = append(append(append(key, f.Key...), ':'), f.Name...)
			key = append(append(key, f.Args.Text...), f.Introspection...)
			key = append(key, 0)
			key = binary.LittleEndian.AppendUint32(key, n.ids[f.Selection])
		}
	}
	n.key = key
	if same, ok := n.interned[string(key)]; ok {
		return same
	}
	n.ids[out] = uint32(len(n.ids) + 1)
	n.interned[string(key)] = out
	return out
}
