package compose

import (
	"cmp"
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// appliedSource is the directives applied to an element in one subgraph.
type appliedSource struct {
	s       *subgraph
	applied []*directive
}

// scratch gives room to collect the descriptions and directives of one element;
// valid until it is asked for again.
func (m *merger) scratch(n int) ([]described, []appliedSource) {
	m.texts = slices.Grow(m.texts[:0], n)[:n]
	m.sourced = slices.Grow(m.sourced[:0], n)[:n]
	return m.texts, m.sourced
}

// application is one application of a surviving directive.
type application struct {
	s *subgraph
	d *directive
}

// mergeApplied merges the directives applied to an element: repeatable ones by
// union, others by their strategy or else by majority.
func (m *merger) mergeApplied(sources []appliedSource, at coordinate) []*directive {
	m.found = m.found[:0]
	for _, src := range sources {
		for _, d := range src.applied {
			sv := m.survivorOf(src.s, d)
			if sv == nil {
				continue
			}
			if d.canon == federation.Context {
				d = qualifiedContext(src.s, d)
			}
			e := m.applicationsOf(sv)
			e.found = append(e.found, application{src.s, d})
		}
	}
	var out []*directive
	for _, e := range m.found {
		if slices.ContainsFunc(e.found, func(a application) bool { return e.sv.keptBy(a.s) }) {
			out = append(out, m.mergeApplication(e.sv, e.found, at)...)
		}
	}
	return append(out, m.parts.joinDirectives(sources)...)
}

// applications are those of one surviving directive at an element.
type applications struct {
	sv    *survivor
	found []application
}

// applicationsOf is where those of a directive are collected, in order of first
// appearance.
func (m *merger) applicationsOf(sv *survivor) *applications {
	for i := range m.found {
		if m.found[i].sv == sv {
			return &m.found[i]
		}
	}
	n := len(m.found)
	if n < cap(m.found) { // what has been there before has room to collect in
		m.found = m.found[:n+1]
		m.found[n] = applications{sv, m.found[n].found[:0]}
	} else {
		m.found = append(m.found, applications{sv: sv})
	}
	return &m.found[n]
}

func (m *merger) mergeApplication(sv *survivor, found []application, at coordinate) []*directive {
	distinct := distinctApplications(found)
	if sv.def.repeatable {
		out := make([]*directive, len(distinct))
		for i, e := range distinct {
			out[i] = m.applying(sv, e.d.args)
		}
		return out
	}
	if len(distinct) == 1 {
		return []*directive{m.applying(sv, distinct[0].d.args)}
	}
	if strategies[sv.canon] != nil {
		args := found[0].d.args
		for _, e := range found[1:] {
			args = combineArguments(sv.canon, args, e.d.args)
		}
		m.hint(HintMergedNonRepeatableArguments, at.String(), applicationLocations(found), "Directive @%s is applied to %q in multiple subgraphs with different arguments. Merging strategies used by arguments: %s", sv.name, at, strategyText(sv.canon))
		return []*directive{m.applying(sv, args)}
	}
	best := slices.MaxFunc(distinct, func(a, b counted) int { return cmp.Compare(a.count, b.count) })
	m.hint(HintNonRepeatableArguments, at.String(), applicationLocations(found), "Non-repeatable directive @%s is applied to %q in multiple subgraphs but with incompatible arguments. The supergraph will use the most frequent ones.", sv.name, at)
	return []*directive{m.applying(sv, best.d.args)}
}

// applying is an application of a directive in the supergraph.
func (m *merger) applying(sv *survivor, args []argument) *directive {
	d := m.parts.directives.new()
	d.name, d.canon, d.args = sv.name, sv.canon, args
	return d
}

func applicationLocations(found []application) []Location {
	at := make([]Location, len(found))
	for i, e := range found {
		at[i] = e.s.at(e.d.pos)
	}
	return at
}

type counted struct {
	application
	count int
}

// distinctApplications groups applications that mean the same, defaults
// included.
func distinctApplications(found []application) []counted {
	var out []counted
	for _, e := range found {
		i := slices.IndexFunc(out, func(o counted) bool { return o.same(e) })
		if i < 0 {
			out = append(out, counted{e, 1})
		} else {
			out[i].count++
		}
	}
	return out
}

// same says whether two applications mean the same, each by the definition of its
// own subgraph.
func (a application) same(b application) bool {
	da, db := a.s.directiveNamed(a.d.name), b.s.directiveNamed(b.d.name)
	if da == nil || db == nil || len(da.args) != len(db.args) {
		return da == db
	}
	for _, in := range da.args {
		other := db.arg(in.name)
		if other == nil || !a.d.given(in).equal(b.d.given(other)) {
			return false
		}
	}
	return true
}

// given is the value of an argument in an application, its default if need be.
func (d *directive) given(in *input) *value {
	if v := d.arg(in.name); v != nil {
		return v
	}
	return in.def
}
