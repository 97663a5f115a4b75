package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Error is one problem of a configuration. Its message never holds a configured value, which may be a secret; the path
// of a missing file is the exception.
type Error struct {
	Key     string // dotted TOML key, such as `subgraphs."my graph".headers[0].name`; empty when the file as a whole is at fault
	File    string // as given to Load or Parse; empty for a Config that was built in Go
	Line    int    // 1-based; 0 when unknown, as for a key that is missing from the file
	Message string // lower case, without key, file or line
}

// Error renders the problem as `file:line: key: message`, leaving out what is unknown.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.File != "" && e.Line > 0:
		fmt.Fprintf(&b, "%s:%d: ", e.File, e.Line)
	case e.File != "":
		b.WriteString(e.File + ": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// Problems lists the configuration problems inside err, in file order; nil when there are none.
func Problems(err error) []*Error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Error
		for _, e := range joined.Unwrap() {
			all = append(all, Problems(e)...)
		}
		return all
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return []*Error{e}
	}
	return nil
}

// join sorts the problems by file position, drops repeats of a key, and makes one error of them.
func join(problems []*Error) error {
	slices.SortStableFunc(problems, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	problems = slices.CompactFunc(problems, func(a, b *Error) bool { return *a == *b })
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// path is the place of a value in the tree: table and key names, and `[n]` for the elements of arrays.
type path []string

func (p path) child(name string) path { return append(slices.Clip(p), name) }

func (p path) index(i int) path { return append(slices.Clip(p), fmt.Sprintf("[%d]", i)) }

// String renders the path the way TOML writes keys: segments that are not bare keys are quoted.
func (p path) String() string {
	var b strings.Builder
	for i, segment := range p {
		if strings.HasPrefix(segment, "[") && i > 0 {
			b.WriteString(segment)
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		if isBareKey(segment) {
			b.WriteString(segment)
		} else {
			fmt.Fprintf(&b, "%q", segment)
		}
	}
	return b.String()
}

func isBareKey(s string) bool {
	for _, c := range s {
		if !isBareKeyRune(c) {
			return false
		}
	}
	return s != ""
}

func isBareKeyRune(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}
