package operation

import (
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// scalarValue reports whether a JSON value fits a scalar (GraphQL September 2025 §3.5, "Input Coercion" of each). Custom scalars take
// any value.
func scalarValue(name string, value []byte, kind jsonKind) bool {
	switch name {
	case "Int":
		return kind == jsonInt && fitsInt32(value)
	case "Float":
		if kind != jsonInt && kind != jsonFloat {
			return false
		}
		f, err := strconv.ParseFloat(string(value), 64)
		return err == nil && !math.IsInf(f, 0)
	case "String":
		return kind == jsonString
	case "Boolean":
		return kind == jsonBool
	case "ID":
		return kind == jsonString || kind == jsonInt
	}
	return true
}

func fitsInt32(digits []byte) bool {
	if len(digits) > len("-2147483648") {
		return false
	}
	_, err := strconv.ParseInt(string(digits), 10, 32)
	return err == nil
}

func appendIndex(path []byte, i int) []byte {
	return append(strconv.AppendInt(append(path, '['), int64(i), 10), ']')
}

// appendJSON appends a constant literal as JSON; enum values become strings.
func appendJSON(dst []byte, v *ast.Value) []byte {
	switch v.Kind {
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return AppendJSONString(dst, v.Raw)
	case ast.ListValue:
		dst = append(dst, '[')
		for i, c := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, c.Value)
		}
		return append(dst, ']')
	case ast.ObjectValue:
		dst = append(dst, '{')
		for i, c := range v.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(AppendJSONString(dst, c.Name), ':')
			dst = appendJSON(dst, c.Value)
		}
		return append(dst, '}')
	case ast.IntValue, ast.FloatValue, ast.BooleanValue, ast.NullValue:
		return append(dst, v.Raw...)
	case ast.Variable: // a default is constant (§2.10)
	}
	return append(dst, "null"...)
}

// AppendJSONString appends s as a JSON string (RFC 8259 §7). s must be valid UTF-8.
func AppendJSONString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[start:]...), '"')
}
