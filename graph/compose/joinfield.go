package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// joinField adds the join__field applications of a field. They are left out when
// they would say nothing: the field is plain in every subgraph that has the type
// (join specification v0.3, join__field).
func (m *merger) joinField(t *typeDef, dest *field, sources []fieldSource, sameType bool) {
	needed := !sameType || len(sources) < len(m.sources[t.name]) || slices.ContainsFunc(sources, fieldSource.notable)
	if !needed {
		return
	}
	dest.applied = append(m.parts.directiveLists.take(len(dest.applied) + len(sources))[:0], dest.applied...)
	for _, src := range sources {
		if src.overridden == overriddenUnused && src.label == "" {
			continue
		}
		m.args = append(m.args[:0], graphArg(src.s))
		m.joinText("requires", find(src.f.applied, federation.Requires), "fields")
		m.joinText("provides", find(src.f.applied, federation.Provides), "fields")
		m.joinText("override", find(src.f.applied, federation.Override), "from")
		if !sameType {
			m.args = append(m.args, argument{"type", m.parts.text(src.f.typ.String())})
		}
		if src.external {
			m.args = append(m.args, argument{"external", flagValue(true)})
		}
		if src.overridden == overriddenUsed {
			m.args = append(m.args, argument{"usedOverridden", flagValue(true)})
		}
		if src.label != "" {
			m.args = append(m.args, argument{"overrideLabel", m.parts.text(src.label)})
		}
		if contextual := contextArguments(src); contextual != nil {
			m.args = append(m.args, argument{"contextArguments", contextual})
		}
		d := src.s.joinField
		if len(m.args) > 1 {
			d = m.parts.directive("join__field", m.args...)
		}
		dest.applied = append(dest.applied, d)
	}
}

// joinText adds an argument that repeats one of a directive of the field.
func (m *merger) joinText(name string, d *directive, arg string) {
	if d != nil {
		m.args = append(m.args, argument{name, m.parts.text(d.text(arg))})
	}
}

// notable says whether a join__field must be written for the source.
func (src fieldSource) notable() bool {
	if src.external || src.overridden != notOverridden || src.label != "" {
		return true
	}
	for _, d := range src.f.applied {
		switch d.canon {
		case federation.Requires, federation.Provides:
			return true
		}
	}
	return slices.ContainsFunc(src.f.args, func(a *input) bool { return has(a.applied, federation.FromContext) })
}

// contextArguments is the value of join__field(contextArguments:), nil when no
// argument is set from a context.
func contextArguments(src fieldSource) *value {
	var items []*value
	for _, a := range src.f.args {
		d := find(a.applied, federation.FromContext)
		if d == nil {
			continue
		}
		name, selection := contextText(d.text("field"))
		items = append(items, &value{kind: objectValue, fields: []argument{
			{"context", textValue(contextName(src.s, name))},
			{"name", textValue(a.name)},
			{"type", textValue(a.typ.String())},
			{"selection", textValue(selection)},
		}})
	}
	if items == nil {
		return nil
	}
	return listOf(items...)
}
