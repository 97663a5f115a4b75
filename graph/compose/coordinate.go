package compose

import graph "github.com/sluice-gateway/sluice/graph/schema"

// coordinate names an element of a schema; merging and checking spell few of them
// out.
type coordinate = graph.Coordinate

// at is the coordinate of a field.
func (f *field) at() coordinate { return coordinate{Owner: f.owner.name, Part: f.name} }

// inputAt is the coordinate of an argument of owner, or else of its input field.
func inputAt(owner coordinate, name string, arg bool) coordinate {
	if arg {
		return owner.Argument(name)
	}
	owner.Part = name
	return owner
}
