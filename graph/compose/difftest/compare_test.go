package difftest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/graph/compose"
)

// difference is how the two composers disagree on a set of subgraphs. The zero
// value is agreement.
type difference struct {
	kind   string // groups findings of one cause; the same before and after reduction
	detail string // for people
}

func (d difference) agrees() bool { return d.kind == "" }

// compare judges our result by the reference's.
func compare(got *compose.Result, want verdict) difference {
	if want.Crash != "" {
		// The reference has no verdict that could be compared.
		return difference{}
	}
	if d := compareErrors(got.Errors, want.Errors); !d.agrees() || len(got.Errors)+len(want.Errors) > 0 {
		return d
	}
	if d := compareSupergraphs(got.Supergraph, want.Supergraph); !d.agrees() {
		return d
	}
	return compareHints(got.Hints, want.Hints)
}

// compareErrors matches errors one to one by code and coordinate.
func compareErrors(got []*compose.Error, want []refError) difference {
	left, missing := got, want
	for _, same := range []func(refError, string) bool{quotes, names} {
		left, missing = unmatched(left, missing, same)
	}
	kinds := map[string]bool{}
	var detail strings.Builder
	further := slices.ContainsFunc(left, stricter)
	for _, w := range missing {
		if further || again(w, missing, want) || excused(w, got) {
			continue
		}
		if i := slices.IndexFunc(left, func(e *compose.Error) bool { return string(e.Code) == w.Code }); i >= 0 {
			kinds["@"+w.Code] = true
			fmt.Fprintf(&detail, "@ %s ours %q: %s\n     reference: %s\n", w.Code, left[i].Coordinate, left[i].Message, w.Message)
			left = slices.Delete(left, i, i+1)
			continue
		}
		kinds["-"+w.Code] = true
		fmt.Fprintf(&detail, "- %s %s\n", w.Code, w.Message)
	}
	for _, e := range left {
		if stricter(e) || moreOfTheSame(e, got, want) {
			continue
		}
		kinds["+"+string(e.Code)] = true
		fmt.Fprintf(&detail, "+ %s %s: %s\n", e.Code, e.Coordinate, e.Message)
	}
	return difference{kind: join(kinds), detail: detail.String()}
}

// again says whether an error that is missing is one that the reference reports more
// than once, and we at least once.
func again(w refError, missing, want []refError) bool {
	count := func(errs []refError) int {
		n := 0
		for _, e := range errs {
			if e.Code == w.Code && e.Message == w.Message {
				n++
			}
		}
		return n
	}
	return count(missing) < count(want)
}

// unmatched pairs errors of the same code and element, and returns what is left.
func unmatched(got []*compose.Error, want []refError, same func(refError, string) bool) ([]*compose.Error, []refError) {
	left := slices.Clone(got)
	var missing []refError
	for _, w := range want {
		if i := nearest(w, left, same); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else {
			missing = append(missing, w)
		}
	}
	return left, missing
}

// nearest is the index of the error that is most likely meant: of those of the same
// code, subgraph and element, the one whose element the message names first.
func nearest(w refError, errs []*compose.Error, same func(refError, string) bool) int {
	best, at := -1, 0
	for i, e := range errs {
		if string(e.Code) != w.Code || subgraphOf(e.Message) != subgraphOf(w.Message) || !same(w, e.Coordinate) || differ(fieldSetOf(e.Message), fieldSetOf(w.Message)) {
			continue
		}
		if pos := strings.Index(w.Message, strconv.Quote(e.Coordinate)); best < 0 || pos < at {
			best, at = i, pos
		}
	}
	return best
}

func differ(a, b string) bool { return a != "" && b != "" && a != b }

// subgraphOf is the name in brackets with which messages about one subgraph begin.
func subgraphOf(message string) string {
	name, _, ok := strings.Cut(message, "] ")
	if !ok || !strings.HasPrefix(name, "[") {
		return ""
	}
	return name[1:]
}

// quotes says whether a message quotes a coordinate.
func quotes(w refError, coordinate string) bool {
	return strings.Contains(w.Message, strconv.Quote(coordinate))
}

// dotted finds coordinates of members in messages, and typed names of types.
var (
	dotted = regexp.MustCompile(`"[_A-Za-z]\w*\.\w+(?:\(\w+:\))?"`)
	typed  = regexp.MustCompile(`type "[_A-Za-z]\w*"`)
	word   = regexp.MustCompile(`\w+`)
)

// namesWhatIsRead are codes whose messages name what a directive reads rather than
// the element it stands on, which is the coordinate here.
var namesWhatIsRead = []string{"LIST_SIZE_APPLIED_TO_NON_LIST", "LIST_SIZE_INVALID_SIZED_FIELD", "LIST_SIZE_INVALID_SLICING_ARGUMENT", "CONTEXT_NOT_SET", "TYPE_DEFINITION_INVALID"}

// names says whether a message of the reference is about the element with a
// coordinate: it has every name in the coordinate. A message that has no
// coordinate may be about anything.
func names(w refError, coordinate string) bool {
	if slices.Contains(namesWhatIsRead, w.Code) || !dotted.MatchString(w.Message) && (w.Code == "INVALID_GRAPHQL" || !typed.MatchString(w.Message)) {
		return true
	}
	words := word.FindAllString(w.Message, -1)
	for _, name := range word.FindAllString(coordinate, -1) {
		if !slices.Contains(words, name) {
			return false
		}
	}
	return true
}

func join(set map[string]bool) string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func compareSupergraphs(got, want string) difference {
	if got == want {
		return difference{}
	}
	theirs, err := canonical(want)
	if err != nil {
		return difference{}
	}
	ours, err := canonical(got)
	if err != nil {
		return difference{kind: "supergraph does not parse", detail: err.Error()}
	}
	plus, minus := onlyIn(ours, theirs), slices.DeleteFunc(onlyIn(theirs, ours), leaked.MatchString)
	if len(plus)+len(minus) == 0 {
		return difference{}
	}
	kinds := map[string]bool{}
	var detail strings.Builder
	for _, list := range []struct {
		sign  string
		lines []string
	}{{"+", plus}, {"-", minus}} {
		for _, line := range list.lines {
			kinds[shape(line)] = true
			fmt.Fprintf(&detail, "%s %s\n", list.sign, line)
		}
	}
	return difference{kind: "supergraph: " + join(kinds), detail: detail.String()}
}

// shape is what kind of line of a canonical supergraph a line is.
func shape(line string) string {
	if _, dir, ok := strings.Cut(line, " @"); ok {
		name, _, _ := strings.Cut(dir, "(")
		name, _, _ = strings.Cut(name, " ")
		return "@" + name
	}
	head, _, _ := strings.Cut(line, " ")
	if strings.Contains(head, ".") || strings.Contains(line, ": ") {
		return "field"
	}
	if strings.HasPrefix(head, `"`) {
		return "description"
	}
	if slices.Contains([]string{"type", "interface", "union", "enum", "input", "scalar", "directive", "schema"}, head) {
		return head
	}
	return "member"
}

func compareHints(got []compose.Hint, want []refHint) difference {
	var ours, theirs []string
	for _, h := range got {
		ours = append(ours, string(h.Code))
	}
	for _, h := range want {
		theirs = append(theirs, h.Code)
	}
	// The reference repeats some hints for every path to a field.
	slices.Sort(ours)
	slices.Sort(theirs)
	ours, theirs = slices.Compact(ours), slices.Compact(theirs)
	kinds := map[string]bool{}
	var detail strings.Builder
	for _, code := range onlyIn(ours, theirs) {
		kinds["+"+code] = true
		for _, h := range got {
			if string(h.Code) == code {
				fmt.Fprintf(&detail, "+ %s %s: %s\n", h.Code, h.Coordinate, h.Message)
			}
		}
	}
	for _, code := range onlyIn(theirs, ours) {
		kinds["-"+code] = true
		for _, h := range want {
			if h.Code == code {
				fmt.Fprintf(&detail, "- %s %s: %s\n", h.Code, h.Coordinate, h.Message)
			}
		}
	}
	if len(kinds) == 0 {
		return difference{}
	}
	return difference{kind: "hints: " + join(kinds), detail: detail.String()}
}

// onlyIn is the multiset difference of two sorted lists.
func onlyIn(a, b []string) []string {
	var out []string
	for i, j := 0, 0; i < len(a); {
		switch {
		case j == len(b) || a[i] < b[j]:
			out = append(out, a[i])
			i++
		case a[i] > b[j]:
			j++
		default:
			i, j = i+1, j+1
		}
	}
	return out
}
