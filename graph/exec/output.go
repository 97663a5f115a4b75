package exec

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// writer writes the answer by walking the plan's positions. A null where none may be truncates what was written back to the nearest
// ancestor that may be null (GraphQL September 2025 §6.4.4 Handling Execution Errors).
type writer struct {
	r    *run
	out  []byte
	path []pathStep // where the writer is
	full bool       // the answer is too large: everything bubbles up
}

type pathStep struct {
	key   string // "" for an index
	index int
}

// outcome is what became of a value.
type outcome uint8

const (
	written outcome = iota
	empty           // null, and nobody has said why
	excused         // null, and an error says why
)

// write renders the response.
func (r *run) write() *Result {
	size := 256
	for _, b := range r.buffers {
		size += len(b)
	}
	buffer := NewBuffer(size + size/8)
	w := writer{r: r, out: append(buffer.B, `{"data":`...), path: r.steps}
	start := len(w.out)
	r.seen = zeroed(r.seen, int(r.causes)+1)
	class := r.class(&r.plan.Positions[0], r.typeOf(r.root))
	hasData := class != nil && w.members(r.root, class)
	r.steps = w.path
	if !hasData {
		w.out = append(w.out[:start], "null"...)
	}
	if w.full {
		r.errors = r.errors[:0]
		r.addError(nil, r.atRoot(), nil, CodeResponseTooLarge, "the response is too large")
	}
	if r.sortErrors(); len(r.errors) > 0 {
		w.out = r.appendErrors(append(w.out, `,"errors":`...))
	}
	buffer.B = append(w.out, '}')
	return &Result{Body: buffer.B, HasData: hasData, Errors: len(r.errors), Fetches: r.stats, buffer: buffer}
}

// class returns what the answer holds for objects of the type at a position, 0 being a type that is not known; nil where nothing may stand there.
func (r *run) class(position *plan.Position, t schema.TypeID) *plan.Class {
	if r.lastClass != nil && r.lastPosition == position.ID && r.lastOf == t {
		return r.lastClass
	}
	if t == 0 && len(position.Classes) == 1 {
		return &position.Classes[0]
	}
	for i := range position.Classes {
		if _, ok := slices.BinarySearch(position.Classes[i].Types, t); ok {
			r.lastPosition, r.lastOf, r.lastClass = position.ID, t, &position.Classes[i]
			return r.lastClass
		}
	}
	return nil
}

// object writes an object, by the class of its type. One whose type clients may not see (@inaccessible) is null and no error, as with enum values.
func (w *writer) object(o uint32) outcome {
	position := &w.r.plan.Positions[w.r.position(o)]
	class := w.r.class(position, w.r.typeOf(o))
	if class == nil {
		if w.r.hidden(o) {
			return empty
		}
		w.fail(CodeInvalidValue, "the object's type is unknown or not one that may stand here")
		return excused
	}
	if !w.members(o, class) {
		return excused
	}
	return written
}

// members writes the fields of an object. It reports false where one of them is null and may not be; then an error has been added.
func (w *writer) members(o uint32, class *plan.Class) bool {
	w.out = append(w.out, '{')
	for i := range class.Fields {
		f := &class.Fields[i]
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(append(append(w.out, '"'), f.Key...), '"', ':')
		w.path = append(w.path, pathStep{key: f.Key})
		ok := w.field(o, class, f)
		w.path = w.path[:len(w.path)-1]
		if !ok {
			return false
		}
	}
	w.out = append(w.out, '}')
	return true
}

// field writes the value of a field; false means that null must bubble up.
func (w *writer) field(o uint32, class *plan.Class, f *plan.OutputField) bool {
	switch f.Kind {
	case plan.OutputTypename:
		t := w.r.typeOf(o)
		if t == 0 && len(class.Types) == 1 {
			t = class.Types[0]
		}
		if t == 0 {
			w.fail(CodeInvalidValue, "the object's type is not known")
			return false
		}
		w.out = append(append(append(w.out, '"'), w.r.schema.Types[t].Name...), '"')
		return true
	case plan.OutputIntrospection:
		w.out = w.r.introspect(w.out, f.Introspection)
		return true
	case plan.OutputError:
		w.fail(f.Error.Code, f.Error.Message)
		return w.settle(excused, f, 0, len(w.out))
	default:
		return w.value(w.r.slot(o, f.Slot), f, 0)
	}
}

// value writes a value at a list depth of a field's type; false means that null must bubble up.
func (w *writer) value(v value, f *plan.OutputField, depth uint8) bool {
	start := len(w.out)
	var result outcome
	switch {
	case v.isFailed():
		w.r.seen[v.cause()] = true
		result = excused
	case v.isNothing():
		result = empty
	case v.isSpan():
		return w.leaf(w.r.bytes(v), f, depth)
	case v.isObject():
		result = w.object(v.index())
	default:
		result = w.list(v, f, depth)
	}
	return w.settle(result, f, depth, start)
}

func (w *writer) list(v value, f *plan.OutputField, depth uint8) outcome {
	w.out = append(w.out, '[')
	for i := range v.length() {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.path = append(w.path, pathStep{index: int(i)})
		ok := w.value(w.r.get(v.index()+i), f, depth+1)
		w.path = w.path[:len(w.path)-1]
		if !ok {
			return excused
		}
	}
	w.out = append(w.out, ']')
	return written
}

// settle turns what became of the value that was written from start on into null where that may be.
func (w *writer) settle(result outcome, f *plan.OutputField, depth uint8, start int) bool {
	if limit := w.r.options.MaxResponseBytes; limit > 0 && len(w.out) > limit {
		w.full = true
	}
	if w.full {
		return false
	}
	if result == written {
		return true
	}
	w.out = w.out[:start]
	if f.Type.IsNonNull(depth) {
		if result == empty {
			w.fail(CodeNonNull, "null where the schema allows none")
		}
		return false
	}
	w.out = append(w.out, "null"...)
	return true
}

// fail adds an error at the writer's path.
func (w *writer) fail(code, text string) {
	if !w.r.roomForError() {
		return
	}
	path := w.r.path[:0]
	for _, s := range w.path {
		if s.key != "" {
			path = appendKey(path, s.key)
		} else {
			path = appendIndex(path, s.index)
		}
	}
	w.r.path = path
	w.r.addError(nil, w.r.atRoot(), path, code, text)
}
