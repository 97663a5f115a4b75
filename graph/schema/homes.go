package schema

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// loadTypeHomes reads @join__type and @join__owner. Keys are compiled later, by compileFieldSets.
func (ld *loader) loadTypeHomes() {
	ld.owners = map[TypeID]SubgraphID{}
	ld.contexts = map[string][]TypeID{}
	for id := range ld.s.Types {
		t, d := &ld.s.Types[id], ld.defs[id]
		if d == nil {
			continue
		}
		t.Homes = make([]TypeHome, 0, ld.homesIn(d.Directives))
		for _, dir := range d.Directives {
			switch dir.Name {
			case ld.names.typ:
				if sg, ok := ld.graph(dir, typeAt(t.Name)); ok {
					h := ld.typeHome(t, sg)
					h.InterfaceObject = h.InterfaceObject || argBool(dir, "isInterfaceObject", false)
				}
			case ld.names.owner:
				if sg, ok := ld.graph(dir, typeAt(t.Name)); ok {
					ld.owners[t.ID] = sg
					ld.typeHome(t, sg)
				}
			case ld.names.context:
				name := argString(dir, "name")
				ld.contexts[name] = append(ld.contexts[name], t.ID)
			}
		}
	}
	if ld.composed {
		return // every type is marked
	}
	for id := range ld.s.Types {
		if d := ld.defs[id]; d != nil {
			ld.impliedTypeHomes(&ld.s.Types[id], d)
		}
	}
}

// homesIn bounds the number of subgraphs that directives name as homes of a type.
func (ld *loader) homesIn(list ast.DirectiveList) int {
	n := 0
	for _, d := range list {
		if d.Name == ld.names.typ || d.Name == ld.names.owner {
			n++
		}
	}
	return n
}

// typeHome returns t's home in sg and makes it where it is missing.
func (ld *loader) typeHome(t *Type, sg SubgraphID) *TypeHome {
	i, ok := t.searchHome(sg)
	if !ok {
		t.Homes = slices.Insert(t.Homes, i, TypeHome{Subgraph: sg})
	}
	return &t.Homes[i]
}

// impliedTypeHomes adds the homes that only the marks of the fields tell, and settles where a type without any @join__type
// lives: in the subgraphs that its fields name, when all of them name one (root types of join v0.1), and else everywhere
// (value types of join v0.1).
func (ld *loader) impliedTypeHomes(t *Type, d *ast.Definition) {
	unmarked := len(t.Homes) == 0
	everywhere := len(d.Fields) == 0
	for _, f := range d.Fields {
		named := false
		for dir := range applied(f.Directives, ld.names.field) {
			if sg, ok := ld.graph(dir, fieldAt(t.Name, f.Name)); ok && !ld.behindInterfaceObject(t, sg) {
				named = true
				ld.typeHome(t, sg)
			}
		}
		everywhere = everywhere || !named
	}
	if !unmarked || !everywhere {
		return
	}
	t.Homes = nil
	for sg := range ld.s.Subgraphs {
		t.Homes = append(t.Homes, TypeHome{Subgraph: SubgraphID(sg)})
	}
}

// behindInterfaceObject reports whether sg knows t only through an @interfaceObject.
func (ld *loader) behindInterfaceObject(t *Type, sg SubgraphID) bool {
	return t.Home(sg) == nil && slices.ContainsFunc(t.Interfaces, func(i TypeID) bool {
		h := ld.s.Types[i].Home(sg)
		return h != nil && h.InterfaceObject
	})
}

// loadPossible computes the possible types of every composite type, in the supergraph and in each subgraph.
func (ld *loader) loadPossible() {
	s := ld.s
	for id := range s.Types {
		t, d := &s.Types[id], ld.defs[id]
		switch t.Kind {
		case Object:
			t.Possible = []TypeID{t.ID}
			for i := range t.Homes {
				t.Homes[i].Possible = t.Possible
			}
			ld.loadImplements(t, d)
		case Interface:
			ld.checkInterfaces(t, d)
		case Union:
			ld.loadMembers(t, d)
		case Scalar, Enum, InputObject:
		}
	}
	for id := range s.Types {
		t := &s.Types[id]
		t.Possible = sortedIDs(t.Possible)
		for i := range t.Homes {
			h := &t.Homes[i]
			if h.InterfaceObject {
				h.Possible = t.Possible
			} else {
				h.Possible = sortedIDs(h.Possible)
			}
		}
	}
}

// loadImplements adds object t to its interfaces.
func (ld *loader) loadImplements(t *Type, d *ast.Definition) {
	in := ld.implementations(t, d)
	for _, id := range t.Interfaces {
		iface := &ld.s.Types[id]
		iface.Possible = append(iface.Possible, t.ID)
		for _, own := range t.Homes {
			if h := iface.Home(own.Subgraph); h != nil && implementedIn(in, id, own.Subgraph) {
				h.Possible = append(h.Possible, t.ID)
			}
		}
	}
}

func (ld *loader) checkInterfaces(t *Type, d *ast.Definition) { ld.implementations(t, d) }

// implementation is a @join__implements: a type implements the interface in the subgraph.
type implementation struct {
	iface TypeID
	sg    SubgraphID
}

// implementations reads the @join__implements of t; valid until it reads those of the next type.
func (ld *loader) implementations(t *Type, d *ast.Definition) []implementation {
	in := ld.implemented[:0]
	for dir := range applied(d.Directives, ld.names.implements) {
		sg, ok := ld.graph(dir, typeAt(t.Name))
		if !ok {
			continue
		}
		name := argString(dir, "interface")
		iface := ld.s.typeByName[name]
		if !slices.Contains(t.Interfaces, iface) {
			ld.errorf(dir.Position, typeAt(t.Name), "@%s names %q, which the type does not implement", dir.Name, name)
			continue
		}
		in = append(in, implementation{iface, sg})
	}
	ld.implemented = in
	return in
}

// implementedIn reports whether the implementation of iface holds in sg. Without any mark it holds wherever both types exist
// (join v0.1 has no @join__implements).
func implementedIn(in []implementation, iface TypeID, sg SubgraphID) bool {
	marked := false
	for _, i := range in {
		if i.iface == iface && i.sg == sg {
			return true
		}
		marked = marked || i.iface == iface
	}
	return !marked
}

// loadMembers reads the members of union t and @join__unionMember.
func (ld *loader) loadMembers(t *Type, d *ast.Definition) {
	for _, name := range d.Types {
		if m := ld.s.typeByName[name]; m != 0 && ld.s.Types[m].Kind == Object {
			t.Possible = append(t.Possible, m)
		} else {
			ld.errorf(d.Position, typeAt(t.Name), "member %s is not an object type of the supergraph", name)
		}
	}
	marked := false
	for dir := range applied(d.Directives, ld.names.unionMember) {
		marked = true
		sg, ok := ld.graph(dir, typeAt(t.Name))
		if !ok {
			continue
		}
		name := argString(dir, "member")
		if m := ld.s.typeByName[name]; slices.Contains(t.Possible, m) {
			h := ld.typeHome(t, sg)
			h.Possible = append(h.Possible, m)
		} else {
			ld.errorf(dir.Position, typeAt(t.Name), "@%s names %q, which is not a member", dir.Name, name)
		}
	}
	if marked {
		return
	}
	for i := range t.Homes {
		h := &t.Homes[i]
		for _, m := range t.Possible {
			if ld.s.Types[m].Home(h.Subgraph) != nil {
				h.Possible = append(h.Possible, m)
			}
		}
	}
}
