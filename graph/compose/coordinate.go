package compose

// coordinate names an element of a schema: "Type", "Type.part",
// "Type.part(arg:)", "@directive" or "@directive(arg:)". Merging passes
// coordinates along for every element and spells few of them out, so it is not
// yet text.
type coordinate struct {
	owner, part, arg string
}

// String is the coordinate as messages and results show it.
func (c coordinate) String() string {
	s := c.owner
	if c.part != "" {
		s += "." + c.part
	}
	if c.arg != "" {
		s += "(" + c.arg + ":)"
	}
	return s
}

// at is the coordinate of a field.
func (f *field) at() coordinate { return coordinate{owner: f.owner.name, part: f.name} }

// input is the coordinate of an argument of the element, or else of an input field
// of the type.
func (c coordinate) input(name string, arg bool) coordinate {
	if arg {
		return c.argument(name)
	}
	c.part = name
	return c
}

// argument is the coordinate of an argument of the element.
func (c coordinate) argument(name string) coordinate {
	c.arg = name
	return c
}
