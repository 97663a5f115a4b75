package schema

import "slices"

// interfaceObjects copies the fields that a subgraph resolves on an @interfaceObject to the implementors, so that a field's homes
// are complete by themselves. Composers mark such fields with a @join__field without subgraph, or leave the mark out; the
// interface's own homes tell the same and more, so those are what is read.
func (ld *loader) interfaceObjects() {
	s := ld.s
	for id := range s.Types {
		iface := &s.Types[id]
		for _, h := range iface.Homes {
			if !h.InterfaceObject {
				continue
			}
			for _, object := range iface.Possible {
				ld.copyFields(iface, &s.Types[object], h.Subgraph)
			}
		}
	}
}

func (ld *loader) copyFields(iface, object *Type, sg SubgraphID) {
	if object.Home(sg) != nil {
		return // the subgraph knows the object itself
	}
	for _, id := range iface.Fields {
		from := ld.s.Fields[id].Home(sg)
		to := ld.s.FieldByName(object.ID, ld.s.Fields[id].Name)
		if from == nil || to == 0 {
			continue
		}
		f := &ld.s.Fields[to]
		if i, ok := f.searchHome(sg); !ok {
			h := *from
			h.Interface = iface.ID
			f.Homes = slices.Insert(f.Homes, i, h)
		}
	}
}

// impliedHomes adds the homes that join v0.1 does not print: a subgraph defines the fields of its keys, and those which it
// provides or requires as external ones.
func (ld *loader) impliedHomes() {
	if !ld.fed1 {
		return
	}
	s := ld.s
	for id := range s.Types {
		t := &s.Types[id]
		for i := range t.Homes {
			for _, k := range t.Homes[i].Keys {
				ld.imply(t, t.Homes[i].Subgraph, k.Fields, false)
			}
		}
	}
	for id := range s.Fields {
		f := &s.Fields[id]
		for _, h := range slices.Clone(f.Homes) {
			ld.imply(&s.Types[f.Parent], h.Subgraph, h.Requires, true)
			ld.imply(&s.Types[f.Type.Named], h.Subgraph, h.Provides, true)
		}
	}
}

func (ld *loader) imply(t *Type, sg SubgraphID, set FieldSet, external bool) {
	for _, sel := range set {
		on := []TypeID{t.ID}
		if len(sel.On) > 0 {
			on = sel.On
		}
		for _, parent := range on {
			id := ld.s.FieldByName(parent, sel.Name)
			if id == 0 {
				continue
			}
			f := &ld.s.Fields[id]
			if i, ok := f.searchHome(sg); !ok {
				f.Homes = slices.Insert(f.Homes, i, FieldHome{Subgraph: sg, Type: f.Type, External: external})
			}
			ld.imply(&ld.s.Types[f.Type.Named], sg, sel.Children, external)
		}
	}
}
