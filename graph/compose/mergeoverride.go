package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// settleOverrides decides, for every @override among the sources of a field,
// what becomes of the field in the subgraph it names.
func (m *merger) settleOverrides(t *typeDef, sources []fieldSource) {
	for i := range sources {
		d := find(sources[i].f.applied, federation.Override)
		if d == nil {
			continue
		}
		o := overriding{m, t, sources, &sources[i], d}
		if has(sources[i].f.owner.applied, federation.InterfaceObject) {
			o.fail(OverrideCollision, d.pos, "@override cannot be used on field %q on subgraph %q: it is not supported on fields of an @interfaceObject", o.coordinate(), o.target.s.name)
			continue
		}
		if t.kind == interfaceKind {
			o.fail(OverrideOnInterface, d.pos, "@override cannot be used on field %q on subgraph %q: @override is not supported on interface type fields.", o.coordinate(), o.target.s.name)
			continue
		}
		o.settle()
	}
}

// overriding is one @override being judged.
type overriding struct {
	*merger
	t       *typeDef
	sources []fieldSource
	target  *fieldSource // the field that carries @override
	d       *directive
}

func (o overriding) coordinate() string { return o.target.f.coordinate() }

func (o overriding) fail(code Code, at position, format string, args ...any) {
	o.merger.fail(code, o.coordinate(), []Location{o.target.s.at(at)}, format, args...)
}

func (o overriding) settle() {
	name, from := o.target.s.name, o.d.text("from")
	if from == name {
		o.fail(OverrideFromSelf, o.d.pos, "Source and destination subgraphs %q are the same for overridden field %q", name, o.coordinate())
		return
	}
	if !slices.ContainsFunc(o.subgraphs, func(s *subgraph) bool { return s.name == from }) {
		o.hint(HintFromSubgraphMissing, o.coordinate(), []Location{o.target.s.at(o.d.pos)}, "Source subgraph %q for field %q on subgraph %q does not exist.", from, o.coordinate(), name)
		return
	}
	i := slices.IndexFunc(o.sources, func(src fieldSource) bool { return src.s.name == from })
	if i < 0 {
		o.sourceLacksField(from)
		return
	}
	source := &o.sources[i]
	if has(source.f.applied, federation.Override) {
		o.fail(OverrideSourceHasOverride, o.d.pos, "Field %q on subgraph %q is also marked with directive @override in subgraph %q. Only one @override directive is allowed per field.", o.coordinate(), name, from)
		return
	}
	if o.collides(o.target, federation.External) || o.collides(source, federation.Requires, federation.Provides) {
		return
	}
	o.apply(source)
}

// collides reports a directive that excludes @override.
func (o overriding) collides(src *fieldSource, excluded ...string) bool {
	for _, canon := range excluded {
		d := find(src.f.applied, canon)
		if d == nil && !(canon == federation.External && src.external) {
			continue
		}
		o.fail(OverrideCollision, o.d.pos, "@override cannot be used on field %q on subgraph %q since %q on %q is marked with directive \"@%s\"", o.coordinate(), o.target.s.name, o.coordinate(), src.s.name, src.s.local(canon))
		return true
	}
	return false
}

// sourceLacksField deals with an @override from a subgraph that does not have
// the field, unless in an @interfaceObject standing for the type.
func (o overriding) sourceLacksField(from string) {
	for _, i := range o.t.interfaces {
		for _, src := range o.abstract[i.name][o.target.f.name] {
			if src.s.name == from {
				o.fail(OverrideCollision, o.d.pos, "Invalid @override on field %q of subgraph %q: source subgraph %q does not have field %q but abstract it in type %q and overriding abstracted fields is not supported.", o.coordinate(), o.target.s.name, from, o.coordinate(), i.name)
				return
			}
		}
	}
	o.hint(HintOverrideRemovable, o.coordinate(), []Location{o.target.s.at(o.d.pos)}, "Field %q on subgraph %q no longer exists in the from subgraph. The @override directive can be removed.", o.coordinate(), from)
}

// apply marks the source as overridden, or, under a label, as resolved here or
// there as decided for each request.
func (o overriding) apply(source *fieldSource) {
	at := []Location{source.s.at(source.f.pos)}
	label := o.d.text("label")
	if label != "" && !validLabel(label) {
		o.fail(OverrideLabelInvalid, o.d.arg("label").pos, "Invalid @override label %q on field %q on subgraph %q: labels must start with a letter and after that may contain alphanumerics, underscores, minuses, colons, periods, or slashes. Alternatively, labels may be of the form \"percent(x)\" where x is a float between 0-100 inclusive.", label, o.coordinate(), o.target.s.name)
		label = ""
	}
	if label != "" {
		source.label, o.target.label = label, label
	}
	if source.external {
		o.hint(HintOverrideRemovable, o.coordinate(), at, "Field %q on subgraph %q is not resolved anymore by the from subgraph (it is marked \"@%s\" in %q). The @override directive can be removed.", o.coordinate(), o.target.s.name, source.s.local(federation.External), source.s.name)
		return
	}
	source.overridden = overriddenUnused
	advice := "Consider removing it."
	if source.f.is(used) {
		source.overridden = overriddenUsed
		advice = "It is still used in some federation directive(s) (@key, @requires, and/or @provides) and/or to satisfy interface constraint(s), but consider marking it @external explicitly or removing it along with its references."
	}
	if label == "" {
		o.hint(HintOverriddenRemovable, o.coordinate(), at, "Field %q on subgraph %q is overridden. %s", o.coordinate(), source.s.name, advice)
		return
	}
	o.hint(HintOverrideMigration, o.coordinate(), at, "Field %q on subgraph %q is currently being migrated via progressive @override. Once the migration is complete: %s", o.coordinate(), source.s.name, advice)
}

// validLabel checks the label of a progressive override: a name, or
// "percent(x)" with x one or two digits and at most eight decimals, or 100.
func validLabel(label string) bool {
	if inner, ok := strings.CutPrefix(label, "percent("); ok {
		number, ok := strings.CutSuffix(inner, ")")
		return ok && validPercentage(number)
	}
	for i, r := range label {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789_-:./", r)) {
			return false
		}
	}
	return label != ""
}

func validPercentage(number string) bool {
	if number == "100" {
		return true
	}
	whole, decimals, point := strings.Cut(number, ".")
	if point && (decimals == "" || len(decimals) > 8) {
		return false
	}
	return whole != "" && len(whole) <= 2 && strings.Trim(whole+decimals, "0123456789") == ""
}
