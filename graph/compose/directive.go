package compose

// directiveDef is the definition of a directive.
type directiveDef struct {
	name        string
	description string
	args        []*input
	locations   []string
	repeatable  bool
	machinery   bool // defined by a linked specification
	broken      bool // reported as unlike its specification: uses are not checked
	pos         position
}

func (d *directiveDef) arg(name string) *input {
	for _, a := range d.args {
		if a.name == name {
			return a
		}
	}
	return nil
}

// directive is an application of a directive.
type directive struct {
	name  string // as written, without "@"
	canon string // canonical name when it is one of a federation specification, else ""
	args  []argument
	pos   position
	ext   bool
	block int32 // on types: which of the type's declarations it stands on, from 0

	fields *fieldSet // parsed argument "fields", nil before it is asked for
}

type argument struct {
	name  string
	value *value
}

// arg is the value given for an argument, nil when it is not given.
func (d *directive) arg(name string) *value {
	for _, a := range d.args {
		if a.name == name {
			return a.value
		}
	}
	return nil
}

// text is the string given for an argument, "" when it is absent or not a string.
func (d *directive) text(name string) string {
	if v := d.arg(name); v != nil && v.kind == stringValue {
		return v.raw
	}
	return ""
}

// flag is the boolean given for an argument, or fallback.
func (d *directive) flag(name string, fallback bool) bool {
	if v := d.arg(name); v != nil && v.kind == boolValue {
		return v.raw == "true"
	}
	return fallback
}

// find is the first application of a federation directive, nil for none.
func find(applied []*directive, canon string) *directive {
	for _, d := range applied {
		if d.canon == canon {
			return d
		}
	}
	return nil
}

// has says whether a federation directive is applied.
func has(applied []*directive, canon string) bool { return find(applied, canon) != nil }
