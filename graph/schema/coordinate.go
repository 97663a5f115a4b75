package schema

// coordinate names an element of the supergraph for errors: "Type", "Type.part"
// or "Type.part(arg:)" (GraphQL September 2025 §3.13 Schema Coordinates). Loading
// passes one along for every element and spells few of them out, so it is not yet
// text.
type coordinate struct{ typ, part, arg string }

// schemaAt stands for the schema definition.
var schemaAt = coordinate{typ: "schema"}

func typeAt(name string) coordinate { return coordinate{typ: name} }

func fieldAt(typ, field string) coordinate { return coordinate{typ: typ, part: field} }

// at is the coordinate of a field.
func (ld *loader) at(f *Field) coordinate { return fieldAt(ld.s.Types[f.Parent].Name, f.Name) }

// argument is the coordinate of an argument of the element.
func (c coordinate) argument(name string) coordinate {
	c.arg = name
	return c
}

func (c coordinate) String() string {
	s := c.typ
	if c.part != "" {
		s += "." + c.part
	}
	if c.arg != "" {
		s += "(" + c.arg + ":)"
	}
	return s
}
