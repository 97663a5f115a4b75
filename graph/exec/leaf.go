package exec

import (
	"bytes"

	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// leaf writes a value that a subgraph gave for a scalar or enum field, raw and valid, or for a list of them; false means that null
// must bubble up.
func (w *writer) leaf(raw []byte, f *plan.OutputField, depth uint8) bool {
	start := len(w.out)
	var result outcome
	switch {
	case isNull(raw):
		result = empty
	case depth < f.Type.Lists:
		result = w.leafList(raw, f, depth)
	default:
		result = w.scalar(raw, &w.r.schema.Types[f.Type.Named])
	}
	return w.settle(result, f, depth, start)
}

func (w *writer) leafList(raw []byte, f *plan.OutputField, depth uint8) outcome {
	if raw[0] != '[' {
		return w.invalid("the value is not a list")
	}
	w.out = append(w.out, '[')
	s := scanner{b: raw, depth: w.r.options.MaxDepth}
	filled, ok := s.open(']')
	for i := 0; filled && ok; i++ {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		start := s.i
		s.value()
		w.path = append(w.path, pathStep{index: i})
		fine := w.leaf(raw[start:s.i], f, depth+1)
		w.path = w.path[:len(w.path)-1]
		if !fine {
			return excused
		}
		filled, ok = s.more(']')
	}
	w.out = append(w.out, ']')
	return written
}

// scalar writes one value, coerced to its type (GraphQL September 2025 §3.5 Scalars, result coercion). Nothing is decoded: what is right is copied.
func (w *writer) scalar(raw []byte, t *schema.Type) outcome {
	if t.Kind == schema.Enum {
		return w.enum(raw, t)
	}
	ok := true
	switch t.Name {
	case "String":
		ok = raw[0] == '"'
	case "Int":
		raw, ok = int32Of(raw)
	case "Float":
		ok = isNumber(raw)
	case "Boolean":
		ok = raw[0] == 't' || raw[0] == 'f'
	case "ID":
		if isNumber(raw) && isInteger(raw) {
			w.out = append(append(append(w.out, '"'), raw...), '"')
			return written
		}
		ok = raw[0] == '"'
	}
	if !ok {
		return w.invalid("the value is not one of type " + t.Name)
	}
	w.out = append(w.out, raw...)
	return written
}

func (w *writer) invalid(text string) outcome {
	w.fail(CodeInvalidValue, text)
	return excused
}

// enum writes a value of an enum. One that clients may not see (@inaccessible) is null and no error: the subgraph did nothing wrong, and
// an error would tell that there is something to hide. Names need no escape sequences; a string that has some is no value.
func (w *writer) enum(raw []byte, t *schema.Type) outcome {
	if raw[0] == '"' {
		for i := range t.Values {
			if t.Values[i].Name != string(raw[1:len(raw)-1]) {
				continue
			}
			if t.Values[i].Inaccessible {
				return empty
			}
			w.out = append(w.out, raw...)
			return written
		}
	}
	return w.invalid("the value is none of the enum's")
}

func isNumber(raw []byte) bool { return raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9' }

// int32Of returns the number without a fraction of zeros, and whether it is a whole number of 32 bits.
func int32Of(raw []byte) ([]byte, bool) {
	if !isNumber(raw) {
		return raw, false
	}
	if dot := bytes.IndexByte(raw, '.'); dot >= 0 {
		for _, c := range raw[dot+1:] {
			if c != '0' {
				return raw, false
			}
		}
		raw = raw[:dot]
	}
	n, limit := int64(0), int64(1<<31-1)
	digits := raw
	if raw[0] == '-' {
		digits, limit = raw[1:], 1<<31
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return raw, false
		}
		if n = n*10 + int64(c-'0'); n > limit {
			return raw, false
		}
	}
	return raw, true
}
