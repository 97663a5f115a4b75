package extensions

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Claims are the claims of a token (RFC 7519 §4).
type Claims = Object

// Object is an immutable JSON object whose members are read by type. Its zero value has no members. It refuses what two
// readers could understand in two ways: a member named twice, text that is not UTF-8, nesting beyond 32 levels.
type Object struct {
	members map[string]string // name -> raw JSON, cut from one string
}

// ErrNotObject is the condition of every error of ParseObject.
var ErrNotObject = errors.New("not a JSON object")

// ParseObject reads one JSON object (RFC 8259). The text is copied.
func ParseObject(text []byte) (Object, error) {
	if !utf8.Valid(text) {
		return Object{}, fmt.Errorf("%w: invalid UTF-8", ErrNotObject)
	}
	s := scanner{text: string(text)}
	members := map[string]string{}
	duplicate := false
	s.space()
	err := s.object(func(name, raw string) {
		_, seen := members[name]
		duplicate = duplicate || seen
		members[name] = raw
	})
	s.space()
	switch {
	case err != nil:
		return Object{}, fmt.Errorf("%w: %w", ErrNotObject, err)
	case duplicate:
		return Object{}, fmt.Errorf("%w: a member is named twice", ErrNotObject)
	case s.pos != len(s.text):
		return Object{}, fmt.Errorf("%w: text after it", ErrNotObject)
	}
	return Object{members: members}, nil
}

// Len returns the number of members.
func (o Object) Len() int { return len(o.members) }

// Names returns the member names, sorted.
func (o Object) Names() []string { return slices.Sorted(maps.Keys(o.members)) }

// Has reports whether there is a member of that name, whatever its value.
func (o Object) Has(name string) bool {
	_, ok := o.members[name]
	return ok
}

// Raw returns the member's JSON text as it was written.
func (o Object) Raw(name string) (string, bool) {
	raw, ok := o.members[name]
	return raw, ok
}

// String returns a member that is a string.
func (o Object) String(name string) (string, bool) {
	s := scanner{text: o.members[name]}
	v, err := s.str()
	return v, err == nil
}

// Strings returns a member that is an array of strings, or a single string as a slice of one: "aud" comes in both forms
// (RFC 7519 §4.1.3). An array with an element of another type is not one of strings.
func (o Object) Strings(name string) ([]string, bool) {
	raw := o.members[name]
	if one, ok := o.String(name); ok {
		return []string{one}, true
	}
	if raw == "" || raw[0] != '[' {
		return nil, false
	}
	values, ok := []string{}, true
	s := scanner{text: raw}
	if err := s.array(func(element string) {
		e := scanner{text: element}
		v, err := e.str()
		ok = ok && err == nil
		values = append(values, v)
	}); err != nil || !ok {
		return nil, false
	}
	return values, true
}

// Int returns a member that is a whole number written without fraction or exponent.
func (o Object) Int(name string) (int64, bool) {
	v, err := strconv.ParseInt(o.members[name], 10, 64)
	return v, err == nil
}

// Bool returns a member that is true or false.
func (o Object) Bool(name string) (value, ok bool) {
	switch o.members[name] {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// maxNumericDate is the last second of the year 9999.
const maxNumericDate = 253402300799

// Time returns a member that is a NumericDate: seconds since 1970, with or without a fraction (RFC 7519 §2), until the
// end of the year 9999. The fraction is dropped.
func (o Object) Time(name string) (time.Time, bool) {
	raw := o.members[name]
	if raw == "" || raw[0] == '"' {
		return time.Time{}, false
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || v < 0 || v > maxNumericDate {
		return time.Time{}, false
	}
	return time.Unix(int64(math.Floor(v)), 0), true
}

// Object returns a member that is an object itself.
func (o Object) Object(name string) (Object, bool) {
	v, err := ParseObject([]byte(o.members[name]))
	return v, err == nil
}
