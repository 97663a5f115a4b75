package config

import (
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checker collects the problems that Validate finds.
type checker struct {
	src      *source
	problems []*Error
}

func (c *checker) add(p path, format string, args ...any) {
	c.problems = append(c.problems, c.src.problem(p, format, args...))
}

// validator is a table with rules of its own, beyond those in its field tags.
type validator interface {
	validate(c *checker, p path)
}

// walk applies the tag rules and the validators of a value and of everything below it.
//
// Tags: oneof:"a|b" lists the allowed strings; check names an entry of checks. Both hold for each element of a slice
// and are skipped for the empty string. No number, size or duration may be negative.
func (c *checker) walk(p path, rv reflect.Value, tag reflect.StructTag) {
	if v, ok := reflect.TypeAssert[validator](rv); ok && rv.Kind() != reflect.Pointer {
		v.validate(c, p)
	}
	switch rv.Kind() {
	case reflect.String:
		c.text(p, rv.String(), tag)
	case reflect.Int, reflect.Int64:
		if rv.Int() < 0 {
			c.add(p, "must not be negative")
		}
	case reflect.Struct:
		if _, inner := tableBelow(p, rv.Type()); inner == nil {
			return
		}
		for _, f := range structFields(rv.Type()) {
			c.walk(p.child(f.name), rv.FieldByIndex(f.index), f.tag)
		}
	case reflect.Pointer:
		if !rv.IsNil() {
			c.walk(p, rv.Elem(), tag)
		}
	case reflect.Slice:
		for i := range rv.Len() {
			c.walk(p.index(i), rv.Index(i), tag)
		}
	case reflect.Map:
		keys := rv.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			c.walk(p.child(key.String()), rv.MapIndex(key), tag)
		}
	default: // booleans and floats have rules only in validators
	}
}

func (c *checker) text(p path, s string, tag reflect.StructTag) {
	if s == "" {
		return
	}
	if options := tag.Get("oneof"); options != "" {
		if known := strings.Split(options, "|"); !slices.Contains(known, s) {
			c.add(p, "must be %s", orList(known))
		}
	}
	if name := tag.Get("check"); name != "" {
		if rule := checks[name]; !rule.ok(s) {
			c.add(p, "must be %s", rule.form)
		}
	}
}

// orList renders `"a", "b" or "c"`.
func orList(options []string) string {
	var b strings.Builder
	for i, option := range options {
		switch {
		case i > 0 && i == len(options)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(option))
	}
	return b.String()
}

// check is a form that a string must have.
type check struct {
	form string // completes "must be …"
	ok   func(string) bool
}

// checks are the forms that a field can name in its check tag.
var checks = map[string]check{
	"address": {`an address such as "127.0.0.1:4000"`, isAddress},
	"url":     {"an absolute http or https URL", func(s string) bool { return isURL(s, "http", "https") }},
	"wsurl":   {"an absolute ws or wss URL", func(s string) bool { return isURL(s, "ws", "wss") }},
	"redis":   {"an absolute redis or rediss URL", func(s string) bool { return isURL(s, "redis", "rediss") }},
	"origin":  {`an origin such as "https://app.example.com", without a path`, isOrigin},
	"pattern": {`an origin such as "https://app.example.com" or "https://*.example.com", or "*"`, isOriginPattern},
	"path":    {`a path such as "/graphql", without query and trailing slash`, isURLPath},
	"header":  {"a header name", isHeaderName},
	"method":  {"an HTTP method in upper case", isMethod},
	"network": {`an IP address or a network such as "10.0.0.0/8"`, isNetwork},
	"host":    {`a host name such as "graph.example.com", without scheme and path`, isHost},
}

func isAddress(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535 && !strings.ContainsAny(host, "/ ")
}

func isURL(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Hostname() != "" && u.Fragment == ""
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && isURL(s, "http", "https") && u.Path == "" && u.RawQuery == "" && u.User == nil && !strings.HasSuffix(s, "?")
}

func isOriginPattern(s string) bool {
	if s == "*" || s == "any" || s == "null" {
		return true
	}
	scheme, host, ok := strings.Cut(s, "://")
	return ok && scheme != "" && host != "" && !strings.ContainsAny(host, "/?# @")
}

func isURLPath(s string) bool {
	return strings.HasPrefix(s, "/") && !strings.ContainsAny(s, "?#{} ") && !strings.Contains(s, "//") && (s == "/" || !strings.HasSuffix(s, "/"))
}

// isHeaderName tells an RFC 9110 §5.6.2 token.
func isHeaderName(s string) bool {
	for _, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", c) {
			return false
		}
	}
	return s != ""
}

func isMethod(s string) bool {
	return s == "*" || s == "any" || isHeaderName(s) && strings.ToUpper(s) == s
}

func isNetwork(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}

func isHost(s string) bool { return !strings.ContainsAny(s, "/?#@ ") }

// isLoopback reports whether a listen address accepts connections from this machine only. A name other than localhost
// could resolve to anything and is not.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// positive reports a duration that must not be zero.
func (c *checker) positive(p path, d time.Duration) {
	if d == 0 {
		c.add(p, "must be greater than zero")
	}
}

// unit reports a number outside of 0..1.
func (c *checker) unit(p path, f float64) {
	if !(f >= 0 && f <= 1) {
		c.add(p, "must be between 0 and 1")
	}
}

// unique reports the second and later appearance of a value among the keys in order.
func (c *checker) unique(what string, entries []entry) {
	first := map[string]path{}
	for _, e := range entries {
		if e.value == "" {
			continue
		}
		if other, taken := first[e.value]; taken {
			c.add(e.key, "has the same %s as %s", what, other)
			continue
		}
		first[e.value] = e.key
	}
}

// entry is a value and the key that holds it.
type entry struct {
	key   path
	value string
}
