package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Context (federation v2.8, @context and @fromContext). A contextual argument takes its value from the nearest ancestor whose type sets the
// context. Before the search, withContexts selects what is needed there under hidden keys, so that it is planned like anything else;
// the field itself can only be asked in an entity fetch, whose variables carry the values. complete then ties the two together.

// hiddenKey starts the response keys of fields that the answer does not show. No client can write it.
const hiddenKey = "\x00"

func isHidden(f *operation.Field) bool { return strings.HasPrefix(f.Key, hiddenKey) }

// hasContexts reports whether some field of the schema has a contextual argument.
func hasContexts(s *schema.Schema) bool {
	return slices.ContainsFunc(s.Fields, func(f schema.Field) bool {
		return slices.ContainsFunc(f.Homes, func(h schema.FieldHome) bool { return len(h.Context) > 0 })
	})
}

// contextualizer copies a selection tree and adds the hidden fields.
type contextualizer struct {
	s     *schema.Schema
	count int
	limit int
}

// step is a group on the way from the root to a field.
type step struct {
	group  *operation.Group
	parent *step
}

// withContexts returns the selection set with the hidden fields, or the error that it became too large.
func (c *contextualizer) set(sel *operation.SelectionSet, parent *step) (*operation.SelectionSet, error) {
	if c.count++; c.count > c.limit {
		return nil, ErrTooComplex
	}
	out := &operation.SelectionSet{Type: sel.Type, Groups: slices.Clone(sel.Groups)}
	for i := range out.Groups {
		g := &out.Groups[i]
		g.Fields = slices.Clone(g.Fields)
		at := &step{g, parent}
		for j, n := 0, len(g.Fields); j < n; j++ {
			for _, t := range g.Types {
				c.demand(at, t, g.Fields[j].Name)
			}
			if g.Fields[j].Selection == nil {
				continue
			}
			below, err := c.set(g.Fields[j].Selection, at)
			if err != nil {
				return nil, err
			}
			g.Fields[j].Selection = below
		}
	}
	return out, nil
}

// demand selects what the field's contextual arguments need on the nearest ancestors that set the contexts.
func (c *contextualizer) demand(at *step, t schema.TypeID, name string) {
	id := c.s.FieldByName(t, name)
	if id == 0 {
		return
	}
	for i := range c.s.Field(id).Homes {
		for j := range c.s.Field(id).Homes[i].Context {
			ca := &c.s.Field(id).Homes[i].Context[j]
			for a := at; a != nil; a = a.parent {
				if setsContext(c.s, ca, a.group.Types) {
					c.add(a.group, ca)
					break
				}
			}
		}
	}
}

// setsContext reports whether objects of the types set the context.
func setsContext(s *schema.Schema, ca *schema.ContextArgument, types []schema.TypeID) bool {
	return slices.ContainsFunc(types, func(t schema.TypeID) bool {
		return slices.ContainsFunc(ca.Types, func(set schema.TypeID) bool {
			_, ok := slices.BinarySearch(s.Type(set).Possible, t)
			return ok
		})
	})
}

// add selects the context's value in the group, unless it is there already.
func (c *contextualizer) add(g *operation.Group, ca *schema.ContextArgument) {
	sel := contextSelection(c.s, ca, g.Types[0])
	if sel == nil {
		return
	}
	key := contextKey(sel)
	if !slices.ContainsFunc(g.Fields, func(f operation.Field) bool { return f.Key == key }) {
		g.Fields = append(g.Fields, c.field(g.Types[0], key, sel))
	}
}

// contextSelection returns the alternative of the context's selection for the type.
func contextSelection(s *schema.Schema, ca *schema.ContextArgument, t schema.TypeID) *schema.FieldSelection {
	for i := range ca.Selection {
		sel := &ca.Selection[i]
		if !slices.ContainsFunc(sel.On, func(on schema.TypeID) bool { return !slices.Contains(s.Type(on).Possible, t) }) {
			return sel
		}
	}
	return nil
}

// contextKey is the hidden key of a context's value: the path to it.
func contextKey(sel *schema.FieldSelection) string {
	var b strings.Builder
	b.WriteString(hiddenKey)
	for {
		b.WriteString(sel.Name + sel.Args.Text)
		if len(sel.Children) == 0 {
			return b.String()
		}
		b.WriteByte('.')
		sel = &sel.Children[0]
	}
}

// field turns a selection into a field of the IR.
func (c *contextualizer) field(t schema.TypeID, key string, sel *schema.FieldSelection) operation.Field {
	f := operation.Field{Key: key, Name: sel.Name, Args: sel.Args}
	if len(sel.Children) == 0 {
		return f
	}
	named := c.s.Type(c.s.Field(c.s.FieldByName(t, sel.Name)).Type.Named)
	f.Selection = &operation.SelectionSet{Type: named.ID}
	for _, p := range named.Possible {
		f.Selection.Groups = append(f.Selection.Groups, operation.Group{
			Types: []schema.TypeID{p}, Fields: []operation.Field{c.field(p, hiddenKey+sel.Children[0].Name, &sel.Children[0])},
		})
	}
	return f
}

// bindContexts gives the part's contextual fields their arguments and the part the variables that carry the values.
func (l *lowering) bindContexts(p *part) {
	for _, f := range p.sel.fields {
		c := p.place.classOf(f.types[0])
		h := p.place.homeOf(c, f.name, p.sg)
		if h == nil {
			continue
		}
		for i := range h.Context {
			ca := &h.Context[i]
			v, ok := l.contextVariable(p, ca)
			if !ok {
				continue // no ancestor sets it: the argument stays out, and its default holds
			}
			at := slices.IndexFunc(p.context, func(x contextBinding) bool {
				return x.Ancestor == v.Ancestor && equalMembers(x.Path, v.Path) && x.typ == ca.Type
			})
			if at < 0 {
				v.Variable = l.freeVariable("_c" + strconv.Itoa(l.contexts))
				l.contexts++
				p.context = append(p.context, contextBinding{v, ca.Type})
				at = len(p.context) - 1
			}
			f.args = withArgument(f.args, ca.Name, p.context[at].Variable)
		}
	}
}

// usedContexts returns those bindings whose variables the part's fields use.
func usedContexts(p *part, all []contextBinding) []contextBinding {
	var out []contextBinding
	for _, c := range all {
		if slices.ContainsFunc(p.sel.fields, func(f *selected) bool {
			return strings.Contains(f.args.Text+",", ":$"+c.Variable+",") || strings.HasSuffix(f.args.Text, ":$"+c.Variable+")")
		}) {
			out = append(out, c)
		}
	}
	return out
}

// contextBinding is a ContextVariable with its GraphQL type.
type contextBinding struct {
	ContextVariable
	typ string
}

func (pl *place) classOf(t schema.TypeID) *class {
	for i := range pl.fr.st.site.classes {
		if c := &pl.fr.st.site.classes[i]; slices.Contains(c.types, t) {
			return c
		}
	}
	return nil
}

// contextVariable finds the nearest place that sets the context, and the slots that lead to the value there.
func (l *lowering) contextVariable(p *part, ca *schema.ContextArgument) (ContextVariable, bool) {
	for pl := p.place; pl != nil; pl = pl.parent {
		for i := range pl.fr.st.site.classes {
			c := &pl.fr.st.site.classes[i]
			if !setsContext(l.s.schema, ca, c.types) {
				continue
			}
			sel := contextSelection(l.s.schema, ca, c.t)
			if sel == nil {
				return ContextVariable{}, false
			}
			path, ok := l.contextPath(pl, c, contextKey(sel), sel, p.deps)
			return ContextVariable{Ancestor: pl.pos, Path: path}, ok
		}
	}
	return ContextVariable{}, false
}

func (l *lowering) contextPath(pl *place, c *class, key string, sel *schema.FieldSelection, deps map[*part]bool) ([]RepresentationField, bool) {
	if len(sel.Children) == 0 {
		at := pl.fr.best(c, sel.Name, pl.fr.budget)
		if at < 0 {
			return nil, false
		}
		slot, from := l.leaf(pl, c, at, sel.Name, sel.Name, sel.Args)
		deps[from] = true
		return []RepresentationField{{Name: sel.Name, Slot: slot}}, true
	}
	for i := range pl.groups {
		g := &pl.groups[i]
		if g.field == nil || g.field.Key != key {
			continue
		}
		kid := pl.kids[i]
		deps[l.selection(kid, kid.primary()).part] = true
		rest, ok := l.contextPath(kid, &kid.fr.st.site.classes[0], hiddenKey+sel.Children[0].Name, &sel.Children[0], deps)
		return append([]RepresentationField{{Name: sel.Name, Slot: kid.slot}}, rest...), ok
	}
	return nil, false
}

// freeVariable makes a variable name that the client's operation does not use.
func (l *lowering) freeVariable(name string) string {
	for slices.ContainsFunc(l.op.Variables, func(v operation.Variable) bool { return v.Name == name }) {
		name = "_" + name
	}
	return name
}

// withArgument adds an argument whose value is a variable that the gateway binds.
func withArgument(a schema.Arguments, name, variable string) schema.Arguments {
	text := name + ":$" + variable
	if a.Text == "" {
		return schema.Arguments{Text: "(" + text + ")"}
	}
	return schema.Arguments{Text: a.Text[:len(a.Text)-1] + "," + text + ")", Variables: a.Variables}
}
