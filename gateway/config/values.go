package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes. In TOML it is a whole number of bytes or a string such as "2MiB" or "500 KB".
type Size int64

// The binary units of Size.
const (
	KiB Size = 1 << (10 * (iota + 1))
	MiB
	GiB
)

// sizeUnits is ordered so that a suffix is tried before its own suffixes ("kib" before "b").
var sizeUnits = []struct {
	suffix string
	bytes  int64
}{
	{"kib", 1 << 10},
	{"mib", 1 << 20},
	{"gib", 1 << 30},
	{"kb", 1e3},
	{"mb", 1e6},
	{"gb", 1e9},
	{"b", 1},
	{"", 1},
}

var errSize = errors.New(`expected a size such as "2MiB"`)

// ParseSize reads a size such as "2MiB", "500KB", "1.5 GiB" or "1024". Letter case does not matter.
func ParseSize(s string) (Size, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	for _, unit := range sizeUnits {
		number, ok := strings.CutSuffix(text, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(n >= 0 && n*float64(unit.bytes) < 1<<62) {
			return 0, errSize
		}
		return Size(n * float64(unit.bytes)), nil
	}
	return 0, errSize
}

// String renders the size in the largest binary unit that divides it, in the form that ParseSize reads.
func (s Size) String() string {
	for _, unit := range []struct {
		size Size
		name string
	}{{GiB, "GiB"}, {MiB, "MiB"}, {KiB, "KiB"}} {
		if s != 0 && s%unit.size == 0 {
			return fmt.Sprintf("%d%s", s/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%dB", int64(s))
}

// parseDuration reads what time.ParseDuration does, and whole days ("7d").
func parseDuration(s string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, true
		}
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0
}

const redacted = "[redacted]"

// Secret is a string that does not print: every fmt verb, JSON, text and slog show "[redacted]", or nothing when
// it is empty. Reveal gives the value. Secrets compare with ==.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value, for the one place that sends or compares it.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.value == "" }

// String implements fmt.Stringer without the value.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter, so that no verb or flag, not even %#v, shows the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements encoding.TextMarshaler, which encoding/json uses too, without the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements slog.LogValuer without the value.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Path is a file, a folder or a glob pattern, relative to the folder of the configuration file unless it is absolute.
type Path struct {
	Raw string // as written, for messages
	Dir string // absolute folder that Raw is relative to; empty means the working directory
}

// IsZero reports whether no path is set.
func (p Path) IsZero() bool { return p.Raw == "" }

// String returns the path as written.
func (p Path) String() string { return p.Raw }

// Abs returns the absolute path, or "" when none is set.
func (p Path) Abs() string {
	switch {
	case p.Raw == "":
		return ""
	case filepath.IsAbs(p.Raw):
		return filepath.Clean(p.Raw)
	}
	return filepath.Join(p.Dir, p.Raw)
}

// Glob returns the existing files that the path names, sorted. Only Raw is a pattern: brackets and stars in the
// name of the folder around it are taken as they are.
func (p Path) Glob() ([]string, error) {
	if p.IsZero() {
		return nil, nil
	}
	pattern := p.Raw
	if !filepath.IsAbs(p.Raw) {
		escaped := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(p.Dir)
		pattern = filepath.Join(escaped, p.Raw)
	}
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("file pattern: %s: %w", p.Raw, err)
	}
	slices.Sort(files)
	return files, nil
}
