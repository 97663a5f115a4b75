package federation

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is the version of a specification, as in the last segment of its URL
// ("v2.3"). The zero value means "no version".
type Version struct {
	Major, Minor int
}

// LatestFederation is the newest federation specification that this module
// composes. A subgraph that links a later one is refused.
var LatestFederation = Version{2, 14}

// ParseVersion reads "v<major>.<minor>". The second result is false when text is
// anything else.
func ParseVersion(text string) (Version, bool) {
	digits, ok := strings.CutPrefix(text, "v")
	if !ok {
		return Version{}, false
	}
	major, minor, ok := strings.Cut(digits, ".")
	if !ok {
		return Version{}, false
	}
	a, okMajor := parseNumber(major)
	b, okMinor := parseNumber(minor)
	return Version{a, b}, okMajor && okMinor
}

func parseNumber(text string) (int, bool) {
	if text == "" || (len(text) > 1 && text[0] == '0') || text[0] == '+' || text[0] == '-' {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// String is the form used in URLs: "v2.3".
func (v Version) String() string { return fmt.Sprintf("v%d.%d", v.Major, v.Minor) }

// Compare orders versions: negative when v is older than other.
func (v Version) Compare(other Version) int {
	if c := cmp.Compare(v.Major, other.Major); c != 0 {
		return c
	}
	return cmp.Compare(v.Minor, other.Minor)
}

// AtLeast says whether v is other or newer.
func (v Version) AtLeast(other Version) bool { return v.Compare(other) >= 0 }

// Known says whether v is a version of federation 2 that this module composes.
func (v Version) Known() bool {
	return v.Major == LatestFederation.Major && v.Minor >= 0 && LatestFederation.AtLeast(v)
}

// Join is the version of the join specification that a supergraph of federation
// version v needs at least: overrideLabel came with federation 2.7, context
// arguments with 2.8.
func (v Version) Join() Version {
	switch {
	case v.AtLeast(Version{2, 8}):
		return Version{0, 5}
	case v.AtLeast(Version{2, 7}):
		return Version{0, 4}
	default:
		return Version{0, 3}
	}
}
