package schema

// Coordinate names an element of a schema: "Type", "Type.part", "Type.part(arg:)", "@directive" or "@directive(arg:)" (GraphQL September 2025
// §3.13 Schema Coordinates). Composing and loading pass one along for every element and spell few of them out, so it is not yet text.
type Coordinate struct{ Owner, Part, Arg string }

// String is the coordinate as messages and results show it.
func (c Coordinate) String() string {
	s := c.Owner
	if c.Part != "" {
		s += "." + c.Part
	}
	if c.Arg != "" {
		s += "(" + c.Arg + ":)"
	}
	return s
}

// Argument is the coordinate of an argument of the element.
func (c Coordinate) Argument(name string) Coordinate {
	c.Arg = name
	return c
}

// schemaAt stands for the schema definition.
var schemaAt = Coordinate{Owner: "schema"}

func typeAt(name string) Coordinate { return Coordinate{Owner: name} }

func fieldAt(typ, field string) Coordinate { return Coordinate{Owner: typ, Part: field} }

// at is the coordinate of a field.
func (ld *loader) at(f *Field) Coordinate { return fieldAt(ld.s.Types[f.Parent].Name, f.Name) }
