package compose

import (
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// isAuth says whether a canonical directive name is one of the authorization
// directives.
func isAuth(canon string) bool {
	return canon == federation.Authenticated || canon == federation.RequiresScopes || canon == federation.Policy
}

// settleAuth notes whether any authorization directive survives.
func (s *supergraph) settleAuth() {
	s.usesAuth = s.canonical[federation.Authenticated] != nil || s.canonical[federation.RequiresScopes] != nil || s.canonical[federation.Policy] != nil
}

func authOnly(applied []*directive) []*directive {
	var out []*directive
	for _, d := range applied {
		if isAuth(d.canon) {
			out = append(out, d)
		}
	}
	return out
}

// implementersAuth are the requirements that the implementations of an interface
// bring to it: who reads through the interface may meet any of them.
func (m *merger) implementersAuth(t *typeDef) []appliedSource {
	if t.kind != interfaceKind || !m.usesAuth {
		return nil
	}
	var out []appliedSource
	for _, impl := range m.implementers(t.name) {
		for _, src := range m.sources[impl.name] {
			if auth := authOnly(src.t.applied); auth != nil {
				out = append(out, appliedSource{src.s, auth})
			}
		}
	}
	return out
}

// relatedAuth are the requirements that a field takes over: an interface's field
// from its implementations, an object's field from the @interfaceObject that
// resolves it too.
func (m *merger) relatedAuth(f *field) []appliedSource {
	if !m.usesAuth {
		return nil
	}
	var out []appliedSource
	add := func(s *subgraph, g *field) {
		if auth := authOnly(g.applied); auth != nil {
			out = append(out, appliedSource{s, auth})
		}
	}
	if f.owner.kind == interfaceKind {
		for _, impl := range m.implementers(f.owner.name) {
			for _, src := range m.sources[impl.name] {
				if g := src.t.field(f.name); g != nil {
					add(src.s, g)
				}
			}
		}
		return out
	}
	for _, i := range f.owner.interfaces {
		for _, src := range m.abstract[i.name][f.name] {
			add(src.s, src.f)
		}
	}
	return out
}

// requirement is what a caller must hold to read an element.
type requirement struct {
	authenticated    bool
	scopes, policies dnf
}

func requirementOf(applied []*directive) requirement {
	var r requirement
	for _, d := range applied {
		switch d.canon {
		case federation.Authenticated:
			r.authenticated = true
		case federation.RequiresScopes:
			r.scopes = r.scopes.and(readDNF(d.arg("scopes")))
		case federation.Policy:
			r.policies = r.policies.and(readDNF(d.arg("policies")))
		}
	}
	return r
}

func (r requirement) and(s requirement) requirement {
	return requirement{r.authenticated || s.authenticated, r.scopes.and(s.scopes), r.policies.and(s.policies)}
}

func (r requirement) implies(s requirement) bool {
	return (r.authenticated || !s.authenticated) && r.scopes.implies(s.scopes) && r.policies.implies(s.policies)
}

// checkTransitiveAuth reports fields that read protected data through @requires
// or @fromContext without carrying the protection themselves.
func (c *composition) checkTransitiveAuth() {
	if !c.super.usesAuth {
		return
	}
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			for _, f := range t.fields {
				if merged := c.super.byName[t.name].field(f.name); merged != nil {
					c.checkFieldAuth(s, f, merged)
				}
			}
		}
	}
}

func (c *composition) checkFieldAuth(s *subgraph, f, merged *field) {
	own := requirementOf(merged.applied).and(requirementOf(merged.owner.applied))
	if d := find(f.applied, federation.Requires); d != nil {
		c.checkSelectionsAuth(s, f, d, own, c.super.byName[f.owner.name], d.fieldSet().selections, "@requires selection set.")
	}
	for _, a := range f.args {
		d := find(a.applied, federation.FromContext)
		if d == nil {
			continue
		}
		name, selections := splitContext(d.text("field"))
		for _, t := range s.types {
			for _, ctx := range t.applied {
				if ctx.canon == federation.Context && ctx.text("name") == name {
					c.checkSelectionsAuth(s, f, d, own, c.super.byName[t.name], selections, "@fromContext selection set.")
				}
			}
		}
	}
}

func (c *composition) checkSelectionsAuth(s *subgraph, f *field, d *directive, own requirement, t *typeDef, selections []*selection, source string) {
	if read := c.unprotected(own, t, selections); read != "" {
		message := []string{"Field %q does not specify necessary @authenticated, @requiresScopes and/or @policy auth requirements to access the transitive field %q data from", source}
		c.fail(MissingTransitiveAuth, f.coordinate(), []Location{s.at(d.pos)}, "["+strings.ReplaceAll(s.name, "%", "%%")+"] "+strings.Join(message, " "), f.coordinate(), read)
	}
}

// unprotected is the coordinate of the first selected element whose requirement
// own does not imply, "" for none.
func (c *composition) unprotected(own requirement, t *typeDef, selections []*selection) string {
	for _, sel := range selections {
		inner := t
		switch f := t.field(sel.name); {
		case sel.name == "":
			if sel.on != "" {
				inner = c.super.byName[sel.on]
			}
			if inner != nil && !own.implies(requirementOf(inner.applied)) {
				return inner.name
			}
		case f == nil:
			continue
		default:
			need := requirementOf(f.applied)
			inner = c.super.byName[f.typ.base()]
			if inner != nil {
				need = need.and(requirementOf(inner.applied))
			}
			if !own.implies(need) {
				return f.coordinate()
			}
		}
		if read := c.unprotected(own, inner, sel.sub); read != "" {
			return read
		}
	}
	return ""
}
