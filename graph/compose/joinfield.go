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
	dest.applied = slices.Grow(dest.applied, len(sources))
	for _, src := range sources {
		if src.overridden == overriddenUnused && src.label == "" {
			continue
		}
		args := []argument{graphArg(src.s)}
		args = appendText(args, "requires", find(src.f.applied, federation.Requires), "fields")
		args = appendText(args, "provides", find(src.f.applied, federation.Provides), "fields")
		args = appendText(args, "override", find(src.f.applied, federation.Override), "from")
		if !sameType {
			args = append(args, argument{"type", textValue(src.f.typ.String())})
		}
		if src.external {
			args = append(args, argument{"external", flagValue(true)})
		}
		if src.overridden == overriddenUsed {
			args = append(args, argument{"usedOverridden", flagValue(true)})
		}
		if src.label != "" {
			args = append(args, argument{"overrideLabel", textValue(src.label)})
		}
		if contextual := contextArguments(src); contextual != nil {
			args = append(args, argument{"contextArguments", contextual})
		}
		dest.applied = append(dest.applied, join("field", args...))
	}
}

func appendText(args []argument, name string, d *directive, arg string) []argument {
	if d == nil {
		return args
	}
	return append(args, argument{name, textValue(d.text(arg))})
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
