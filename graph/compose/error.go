package compose

import (
	"cmp"
	"fmt"
	"strings"
)

// Location is a place in a subgraph's SDL. Line and Column count from 1 and are
// 0 when the place is not known.
type Location struct {
	Subgraph, File string
	Line, Column   int
}

// Error is one reason why subgraphs do not compose. Coordinate names the element
// ("Type.field(arg:)", "@directive") and is empty when the error is about a
// whole subgraph.
type Error struct {
	Code       Code
	Message    string
	Coordinate string
	Locations  []Location
}

// Error is the message behind its code.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Hint is something worth knowing about subgraphs that do compose. Level is
// "WARN", "INFO" or "DEBUG".
type Hint struct {
	Code       HintCode
	Level      string
	Message    string
	Coordinate string
	Locations  []Location
}

func compareErrors(a, b *Error) int {
	return cmp.Or(
		strings.Compare(string(a.Code), string(b.Code)),
		strings.Compare(a.Coordinate, b.Coordinate),
		compareLocations(a.Locations, b.Locations),
		strings.Compare(a.Message, b.Message),
	)
}

func compareHints(a, b Hint) int {
	return cmp.Or(
		strings.Compare(string(a.Code), string(b.Code)),
		strings.Compare(a.Coordinate, b.Coordinate),
		compareLocations(a.Locations, b.Locations),
		strings.Compare(a.Message, b.Message),
	)
}

func compareLocations(a, b []Location) int {
	for i := range min(len(a), len(b)) {
		if c := cmp.Or(
			strings.Compare(a[i].Subgraph, b[i].Subgraph),
			cmp.Compare(a[i].Line, b[i].Line),
			cmp.Compare(a[i].Column, b[i].Column),
		); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}
