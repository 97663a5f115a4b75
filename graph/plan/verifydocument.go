package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// readDocuments reads every request next to the Selections that tell how its response is read.
func (v *verifier) readDocuments() {
	v.fills, v.typed, v.created = map[slotAt][]fill{}, map[PositionID][]FetchID{}, map[PositionID][]created{}
	for i := range v.p.Fetches {
		f := &v.p.Fetches[i]
		doc, err := parser.ParseQuery(&ast.Source{Input: f.Document})
		if err != nil || len(doc.Operations) != 1 || len(doc.Fragments) > 0 {
			v.errorf("fetch %d: the document is not one operation: %v", i, err)
			continue
		}
		r := &reader{verifier: v, fetch: f, used: map[string]bool{}}
		if string(doc.Operations[0].Operation) != f.Kind.String() {
			v.errorf("fetch %d: kind %s, but the document is a %s", i, f.Kind, doc.Operations[0].Operation)
		}
		r.readRoots(doc.Operations[0].SelectionSet)
		r.checkVariables(doc.Operations[0].VariableDefinitions)
	}
}

// reader reads the document of one fetch.
type reader struct {
	*verifier
	fetch *Fetch
	part  *Part
	order int
	used  map[string]bool // variables
}

// scope is where a selection set of a document stands.
type scope struct {
	position PositionID
	// static is the subgraph's type there; 0 for the result of _entities.
	static schema.TypeID
	types  []schema.TypeID // the concrete types of the objects, sorted
	// sets hold what @provides of fields on the way adds.
	sets []schema.FieldSet
	// entity is set at the root of an entity part, where representations may meet requirements.
	entity bool
	// masked is set where the subgraph knows the objects as an @interfaceObject and cannot tell their types.
	masked bool
	// seen holds the fields of the selection set by response key.
	seen map[string][]asked
}

// asked is a field of a document.
type asked struct {
	name, args string
	types      []schema.TypeID
	home       schema.TypeRef
}

func (r *reader) errorf(format string, args ...any) {
	r.verifier.errorf("fetch %d (%s): "+format, append([]any{r.fetch.ID, r.s.Subgraphs[r.fetch.Subgraph].Name}, args...)...)
}

// readRoots matches the members of the response's data to parts.
func (r *reader) readRoots(set ast.SelectionSet) {
	byKey := map[string]ast.SelectionSet{}
	for _, sel := range set {
		f, ok := sel.(*ast.Field)
		if !ok {
			r.errorf("a fragment at the root")
			return
		}
		if f.Name == "_entities" {
			byKey[f.Alias] = f.SelectionSet
			r.checkEntitiesCall(f)
			continue
		}
		byKey[""] = append(byKey[""], f)
	}
	for i := range r.fetch.Parts {
		r.part = &r.fetch.Parts[i]
		body, ok := byKey[r.part.Key]
		if !ok || r.part.Selection == nil {
			r.errorf("part %d: the document has no %q", i, r.part.Key)
			continue
		}
		delete(byKey, r.part.Key)
		sc := &scope{position: r.part.Position, seen: map[string][]asked{}}
		root := r.p.Positions[r.part.Position].Type
		if r.part.Key == "" {
			if r.part.Variable != "" || root != r.s.Query && root != r.op.Root.Type {
				r.errorf("part %d: a root selection for objects of type %s", i, r.s.Type(root).Name)
			}
			sc.static, sc.types = root, []schema.TypeID{root}
		} else {
			sc.entity, sc.types = true, r.sent(r.part)
			sc.masked = r.namesInterfaceObject(r.part)
		}
		r.readSet(sc, r.part.Selection, body)
	}
	if len(byKey) > 0 {
		r.errorf("the document asks for what no part reads")
	}
}

func (r *reader) checkEntitiesCall(f *ast.Field) {
	at := slices.IndexFunc(r.fetch.Parts, func(p Part) bool { return p.Key == f.Alias })
	arg := f.Arguments.ForName("representations")
	if at < 0 || arg == nil || len(f.Arguments) != 1 || arg.Value.Kind != ast.Variable || arg.Value.Raw != r.fetch.Parts[at].Variable {
		r.errorf("%s does not take the representations of its part", f.Alias)
	}
	r.use(f.Arguments)
}

// sent lists the concrete types whose objects the part sends.
func (v *verifier) sent(p *Part) []schema.TypeID {
	var out []schema.TypeID
	for i := range p.Representations {
		out = union(out, v.serves(p.Position, &p.Representations[i]))
	}
	return out
}

// serves lists the concrete types of a representation.
func (v *verifier) serves(at PositionID, r *Representation) []schema.TypeID {
	if r.Types != nil {
		return r.Types
	}
	return v.s.Type(v.p.Positions[at].Type).Possible
}

func (r *reader) namesInterfaceObject(p *Part) bool {
	return slices.ContainsFunc(p.Representations, func(rep Representation) bool { return r.isMasked(r.s.TypeByName(rep.Typename)) })
}

// isMasked reports whether the subgraph has the type as an @interfaceObject.
func (r *reader) isMasked(t schema.TypeID) bool {
	h := r.s.Type(t).Home(r.fetch.Subgraph)
	return h != nil && h.InterfaceObject
}

// possible lists the concrete types that the subgraph can return for a type.
func (r *reader) possible(t schema.TypeID) []schema.TypeID {
	if h := r.s.Type(t).Home(r.fetch.Subgraph); h != nil {
		return h.Possible
	}
	return nil
}

// readSet reads a selection set and the Selection that mirrors it.
func (r *reader) readSet(sc *scope, sel *Selection, set ast.SelectionSet) {
	r.readFields(sc, sel, set)
	for i := range sel.Fields {
		if f := &sel.Fields[i]; len(sc.seen[f.Key]) == 0 {
			r.errorf("position %d: %q is read but not asked", sc.position, f.Key)
		}
		if slices.ContainsFunc(sel.Fields[:i], func(x SelectionField) bool { return x.Key == sel.Fields[i].Key }) {
			r.errorf("position %d: %q is read twice", sc.position, sel.Fields[i].Key)
		}
	}
}

func (r *reader) readFields(sc *scope, sel *Selection, set ast.SelectionSet) {
	for _, x := range set {
		switch x := x.(type) {
		case *ast.Field:
			r.readField(sc, sel, x)
		case *ast.InlineFragment:
			r.readFragment(sc, sel, x)
		default:
			r.errorf("a named fragment")
		}
	}
}

func (r *reader) readFragment(sc *scope, sel *Selection, x *ast.InlineFragment) {
	cond := r.s.TypeByName(x.TypeCondition)
	if cond == 0 || r.s.Type(cond).Home(r.fetch.Subgraph) == nil {
		r.errorf("position %d: ... on %s, which the subgraph does not know", sc.position, x.TypeCondition)
		return
	}
	if sc.static != 0 && len(intersect(r.possible(sc.static), r.possible(cond))) == 0 {
		r.errorf("position %d: ... on %s never applies to a %s", sc.position, x.TypeCondition, r.s.Type(sc.static).Name)
		return
	}
	inner := *sc
	inner.static, inner.types = cond, intersect(sc.types, r.possible(cond))
	r.readFields(&inner, sel, x.SelectionSet)
}

func (r *reader) readField(sc *scope, sel *Selection, x *ast.Field) {
	r.order++
	if len(x.Directives) > 0 {
		r.errorf("position %d: directives on %s", sc.position, x.Alias)
	}
	at := slices.IndexFunc(sel.Fields, func(f SelectionField) bool { return f.Key == x.Alias })
	if x.Name == "__typename" {
		sc.seen[x.Alias] = append(sc.seen[x.Alias], asked{name: x.Name, types: sc.types})
		switch {
		case at < 0: // a filler
		case !sel.Fields[at].Typename:
			r.errorf("position %d: %q is __typename, but read as a field", sc.position, x.Alias)
		case sc.masked:
			r.errorf("position %d: __typename of an @interfaceObject is taken for the object's type", sc.position)
		default:
			r.typed[sc.position] = append(r.typed[sc.position], r.fetch.ID)
		}
		return
	}
	onType := r.s.Field(r.s.FieldByName(sc.static, x.Name)).Home(r.fetch.Subgraph)
	switch {
	case sc.static == 0 || onType == nil:
		r.errorf("position %d: the subgraph has no field %s there", sc.position, x.Name)
		return
	case at < 0 || sel.Fields[at].Typename:
		r.errorf("position %d: %q is asked but not read", sc.position, x.Alias)
		return
	}
	read := &sel.Fields[at]
	args := r.arguments(sc, x)
	r.checkConflict(sc, x.Alias, asked{x.Name, args, sc.types, onType.Type})
	below := r.checkHomes(sc, x, args)
	if int(read.Slot) >= len(r.p.Positions[sc.position].Slots) {
		r.errorf("position %d: %q is read into slot %d, which does not exist", sc.position, x.Alias, read.Slot)
		return
	}
	slot := r.p.Positions[sc.position].Slots[read.Slot]
	key := slotAt{sc.position, read.Slot}
	r.fills[key] = append(r.fills[key], fill{r.fetch.ID, r.order, sc.types, x.Name, args})
	composite := r.s.Type(onType.Type.Named).Composite()
	if slot.Field != x.Name || (slot.Child != 0) != composite || (read.Child != nil) != composite || composite && slot.Type.Lists != onType.Type.Lists {
		r.errorf("position %d: %q is read into slot %d, which is for another field or shape", sc.position, x.Alias, read.Slot)
		return
	}
	if composite {
		r.created[slot.Child] = append(r.created[slot.Child], created{r.fetch.ID, r.possible(onType.Type.Named), sc.types})
		r.descend(below, slot.Child, onType.Type.Named, read.Child, x)
	}
}

func (r *reader) descend(below []schema.FieldSet, position PositionID, t schema.TypeID, sel *Selection, x *ast.Field) {
	r.readSet(&scope{position: position, static: t, types: r.possible(t), sets: below, masked: r.isMasked(t), seen: map[string][]asked{}}, sel, x.SelectionSet)
}

// arguments returns the canonical arguments of a field without those that come from contexts, which it checks.
func (r *reader) arguments(sc *scope, x *ast.Field) string {
	r.use(x.Arguments)
	var own ast.ArgumentList
	for _, a := range x.Arguments {
		bound := a.Value.Kind == ast.Variable && slices.ContainsFunc(r.part.Context, func(c ContextVariable) bool { return c.Variable == a.Value.Raw })
		if !bound {
			own = append(own, a)
			continue
		}
		for _, t := range sc.types {
			h := r.s.Field(r.s.FieldByName(t, x.Name)).Home(r.fetch.Subgraph)
			if !sc.entity || h == nil || !slices.ContainsFunc(h.Context, func(c schema.ContextArgument) bool { return c.Name == a.Name }) {
				r.errorf("position %d: argument %s of %s takes a context that it is not for", sc.position, a.Name, x.Name)
				break
			}
		}
	}
	return schema.CanonicalArguments(own).Text
}

func (r *reader) use(args ast.ArgumentList) {
	for _, name := range schema.CanonicalArguments(args).Variables {
		r.used[name] = true
	}
}

// checkConflict checks that a response key means one thing (GraphQL September 2025 §5.3.2 Field Selection Merging).
func (r *reader) checkConflict(sc *scope, key string, a asked) {
	for _, b := range sc.seen[key] {
		same := a.name == b.name && a.args == b.args
		if !same && len(intersect(a.types, b.types)) > 0 || a.home.Lists != b.home.Lists || a.home.NonNull != b.home.NonNull {
			r.errorf("position %d: %q is asked with two meanings", sc.position, key)
			break
		}
	}
	sc.seen[key] = append(sc.seen[key], a)
}

// checkHomes checks for every concrete type that the subgraph resolves the field, and returns what is provided below it.
func (r *reader) checkHomes(sc *scope, x *ast.Field, args string) []schema.FieldSet {
	var below []schema.FieldSet
	if len(sc.types) == 0 {
		r.errorf("position %d: %s is asked of no type", sc.position, x.Name)
	}
	for _, t := range sc.types {
		f := r.s.Field(r.s.FieldByName(t, x.Name))
		h := f.Home(r.fetch.Subgraph)
		if h == nil {
			r.errorf("position %d: the subgraph does not have %s.%s", sc.position, r.s.Type(t).Name, x.Name)
			continue
		}
		coordinate := r.s.Coordinate(f.ID)
		if h.External && !provided(r.s, sc.sets, t, x.Name) {
			r.errorf("position %d: %s is external there and not provided on the way", sc.position, coordinate)
		}
		if h.Label != "" && (r.opts.Label != nil && r.opts.Label(h.Label)) != h.LabelWhen {
			r.errorf("position %d: %s is resolved elsewhere while label %q is %t", sc.position, coordinate, h.Label, !h.LabelWhen)
		}
		if len(h.Requires) > 0 {
			r.checkRequirement(sc, t, coordinate, h.Requires)
		}
		for _, set := range sc.sets {
			for i := range set {
				if set[i].Name == x.Name && len(set[i].Children) > 0 && satisfies(r.s, t, set[i].On) {
					below = append(below, set[i].Children)
				}
			}
		}
		if len(h.Provides) > 0 {
			below = append(below, h.Provides)
		}
	}
	return below
}

func provided(s *schema.Schema, sets []schema.FieldSet, t schema.TypeID, name string) bool {
	return slices.ContainsFunc(sets, func(set schema.FieldSet) bool {
		return slices.ContainsFunc(set, func(sel schema.FieldSelection) bool { return sel.Name == name && satisfies(s, t, sel.On) })
	})
}

// satisfies reports whether objects of concrete type t meet all type conditions.
func satisfies(s *schema.Schema, t schema.TypeID, on []schema.TypeID) bool {
	return !slices.ContainsFunc(on, func(c schema.TypeID) bool { return !slices.Contains(s.Type(c).Possible, t) })
}

// checkVariables checks that the document declares and the fetch sends exactly the variables which the document uses.
func (r *reader) checkVariables(defs ast.VariableDefinitionList) {
	own := map[string]string{}
	for i := range r.fetch.Parts {
		p := &r.fetch.Parts[i]
		if p.Variable != "" {
			own[p.Variable] = "[_Any!]!"
		}
		for _, c := range p.Context {
			own[c.Variable] = ""
		}
	}
	for _, d := range defs {
		if !r.used[d.Variable] {
			r.errorf("variable $%s is declared but not used", d.Variable)
		}
		delete(r.used, d.Variable)
		typ, internal := own[d.Variable]
		at := slices.IndexFunc(r.op.Variables, func(x operation.Variable) bool { return x.Name == d.Variable })
		switch {
		case internal:
			if at >= 0 || typ != "" && typ != d.Type.String() {
				r.errorf("variable $%s is of the wrong type, or the client's", d.Variable)
			}
		case at < 0 || r.op.Variables[at].Type != d.Type.String() || !slices.Contains(r.fetch.Variables, d.Variable):
			r.errorf("variable $%s is not the client's, or not sent", d.Variable)
		}
	}
	for name := range r.used {
		r.errorf("variable $%s is used but not declared", name)
	}
	for _, name := range r.fetch.Variables {
		if defs.ForName(name) == nil {
			r.errorf("variable $%s is sent but not declared", name)
		}
	}
}
