package compose

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// inputSource is an argument or input field in one of the subgraphs that have
// it.
type inputSource struct {
	s  *subgraph
	in *input
}

func inputLocations(sources []inputSource) []Location {
	at := make([]Location, len(sources))
	for i, src := range sources {
		at[i] = src.s.at(src.in.pos)
	}
	return at
}

// mergeInput merges an argument or input field that is to stay.
func (m *merger) mergeInput(at coordinate, sources []inputSource, arg bool) *input {
	dest := m.parts.inputs.new()
	dest.name = sources[0].in.name
	texts, applied := m.scratch(len(sources))
	for i, src := range sources {
		texts[i] = described{src.s, src.in.description, src.in.pos}
		applied[i] = appliedSource{src.s, src.in.applied}
	}
	dest.description = m.mergeDescriptions(texts, at)
	dest.applied = m.mergeApplied(applied, at)
	dest.typ = m.mergeInputValueType(at, sources, arg)
	dest.def = m.literal(m.mergeDefault(at, sources, arg), dest.typ)
	m.useEnum(dest.typ, false, at)
	return dest
}

// mergeInputValueType takes the most specific type: what every subgraph accepts.
func (m *merger) mergeInputValueType(at coordinate, sources []inputSource, arg bool) *typeRef {
	typ, same, ok := sources[0].in.typ, true, true
	for _, src := range sources[1:] {
		switch t := src.in.typ; {
		case t.equal(typ):
			continue
		case m.subtype(t, typ):
			typ = t
		case m.subtype(typ, t):
		default:
			ok = false
		}
		same = false
	}
	if same {
		return typ
	}
	coordinate := at.String()
	var types variants
	for _, src := range sources {
		types.add("type \""+src.in.typ.String()+"\"", src.s.name)
	}
	code, hint, what := FieldArgumentTypeMismatch, HintArgumentType, "argument"
	if !arg {
		code, hint, what = FieldTypeMismatch, HintFieldType, "field"
	}
	if !ok {
		m.fail(code, coordinate, inputLocations(sources), "Type of %s %q is incompatible across subgraphs: it has %s", what, coordinate, types.describe())
	} else {
		m.hint(hint, coordinate, inputLocations(sources), "Type of %s %q is inconsistent but compatible across subgraphs: will use type %q in the supergraph; it has %s.", what, coordinate, typ, types.describe())
	}
	return typ
}

// mergeDefault keeps a default that all sources share.
func (m *merger) mergeDefault(at coordinate, sources []inputSource, arg bool) *value {
	if !slices.ContainsFunc(sources, func(src inputSource) bool { return src.in.def != nil }) {
		return nil
	}
	var defaults variants
	var found *value
	missing, equal := false, true
	for _, src := range sources {
		switch d := src.in.def; {
		case d == nil:
			missing = true
			defaults.add("no default value", src.s.name)
			continue
		case found == nil:
			found = d
		case !found.equal(d):
			equal = false
		}
		defaults.add("default value "+src.in.def.String(), src.s.name)
	}
	switch {
	case equal && !missing:
		return found
	case !equal:
		code, what := FieldArgumentDefault, "Argument"
		if !arg {
			code, what = InputFieldDefaultMismatch, "Input field"
		}
		m.fail(code, at.String(), inputLocations(sources), "%s %q has incompatible default values across subgraphs: it has %s", what, at, defaults.describe())
		return found
	}
	m.hint(HintDefaultPresence, at.String(), inputLocations(sources), "%q has a default value in only some subgraphs: will not use a default in the supergraph (it has %s).", at, defaults.describe())
	return nil
}

// literal is a default value as the type is written: subgraphs may give the name
// of an enum value as a string, and a string as a bare name.
func (m *merger) literal(v *value, t *typeRef) *value {
	if v == nil {
		return nil
	}
	for v.kind != listValue && t.elem != nil { // a single value stands for a list of one
		t = t.elem
	}
	switch v.kind {
	case stringValue:
		if def := m.byName[t.name]; def != nil && def.kind == enumKind {
			return &value{kind: enumLiteral, raw: v.raw, pos: v.pos}
		}
	case enumLiteral:
		if t.name == "String" || t.name == "ID" {
			return &value{kind: stringValue, raw: v.raw, pos: v.pos}
		}
	case listValue:
		if t.elem == nil {
			return v
		}
		out := &value{kind: listValue, pos: v.pos}
		for _, item := range v.items {
			out.items = append(out.items, m.literal(item, t.elem))
		}
		return out
	case objectValue:
		out := &value{kind: objectValue, pos: v.pos}
		for _, f := range v.fields {
			item := f.value
			if in := m.inputField(t.name, f.name); in != nil {
				item = m.literal(item, in.typ)
			}
			out.fields = append(out.fields, argument{f.name, item})
		}
		return out
	default: // the same under every type
	}
	return v
}

// inputField finds a field of an input object in any subgraph that has it, since
// input objects merge in no particular order.
func (m *merger) inputField(typeName, name string) *input {
	for _, src := range m.sources[typeName] {
		if in := src.t.input(name); in != nil {
			return in
		}
	}
	return nil
}

// mergeInputType keeps the fields that every subgraph has, and the @inaccessible
// ones, which no client can send.
func (m *merger) mergeInputType(t *typeDef) {
	sources := m.sources[t.name]
	index := map[string]int{}
	var byField [][]inputSource
	for _, src := range sources {
		for _, in := range src.t.inputs {
			i, ok := index[in.name]
			if !ok {
				i = len(byField)
				index[in.name] = i
				byField = append(byField, nil)
			}
			byField[i] = append(byField[i], inputSource{src.s, in})
		}
	}
	for _, fs := range byField {
		m.mergeInputField(t, fs)
	}
	if len(t.inputs) == 0 {
		m.fail(EmptyMergedInputType, t.name, m.typeLocations(t.name), "None of the fields of input object type %q are consistently defined in all the subgraphs defining that type. As only fields common to all subgraphs are merged, this would result in an empty type.", t.name)
	}
}

func (m *merger) mergeInputField(t *typeDef, fs []inputSource) {
	sources := m.sources[t.name]
	at := coordinate{Owner: t.name, Part: fs[0].in.name}
	hidden := false
	for _, src := range fs {
		hidden = hidden || has(src.in.applied, federation.Inaccessible)
	}
	dest := m.mergeInput(at, fs, false) // even when it is dropped: the enum it names is an input
	if len(fs) < len(sources) && !hidden {
		m.dropInputField(t, at.String(), fs)
		return
	}
	t.addInput(dest)
	same := len(fs) == len(sources)
	sameType := true
	for _, src := range fs {
		sameType = sameType && src.in.typ.equal(dest.typ)
	}
	if same && sameType {
		return
	}
	for _, src := range fs {
		m.args = append(m.args[:0], graphArg(src.s))
		if !sameType {
			m.args = append(m.args, argument{"type", textValue(src.in.typ.String())})
		}
		dest.applied = append(dest.applied, m.parts.directive("join__field", m.args...))
	}
}

func (m *merger) dropInputField(t *typeDef, coordinate string, fs []inputSource) {
	var with, required, without []string
	for _, src := range m.sources[t.name] {
		switch in := src.t.input(fs[0].in.name); {
		case in == nil:
			without = append(without, src.s.name)
			continue
		case in.required():
			required = append(required, src.s.name)
		}
		with = append(with, src.s.name)
	}
	if len(required) > 0 {
		m.fail(RequiredInputFieldMissing, coordinate, inputLocations(fs), "Input object field %q is required in some subgraphs but does not appear in all subgraphs: it is required in %s but does not appear in %s", coordinate, subgraphList(required), subgraphList(without))
		return
	}
	m.hint(HintInputField, coordinate, inputLocations(fs), "Input object field %q will not be added to %q in the supergraph as it does not appear in all subgraphs: it is defined in %s but not in %s.", fs[0].in.name, t.name, subgraphList(with), subgraphList(without))
}
