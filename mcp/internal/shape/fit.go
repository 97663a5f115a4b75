package shape

import (
	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// MinTokens is the smallest budget that Fit keeps; a smaller one counts as it.
const MinTokens = 64

// Budget is the room for one response.
type Budget struct {
	// Max is the most tokens that the response may take.
	Max int
	// Measure estimates the tokens of a text. It should grow about linearly
	// with the text's length.
	Measure func([]byte) int
	// Explain turns what was cut, in the order of the response, into the
	// sentences that end in extensions.truncated.
	Explain func([]Cut) []string
}

// Cut is what was left out at one place of the response. Places that differ
// only in list indices count as one.
type Cut struct {
	// Path is the place, the response keys from the root, with "[]" for the
	// items of a list.
	Path []string
	// Kept and Total are items for a list and bytes for a string; those of the
	// first list or string that was cut at Path.
	Kept, Total int
	// Places is how many lists or strings were cut at Path.
	Places int
	// Text is true for a string, false for a list.
	Text bool
	// Cursor is the `cursor` member of the last item that was kept, when it
	// has one: where a Relay connection goes on.
	Cursor string
}

// passes bounds how often Fit tries again with less room after an estimate
// that came out too low.
const passes = 6

// fallback is what remains when not even the emptied shape fits.
const fallback = `{"data":null,"extensions":{"truncated":["the response does not fit max_tokens even when emptied: select fewer fields"]}}`

// Fit returns body when it is within the budget, and otherwise a shorter
// response of the same shape with what was cut. The result may share body's
// memory.
func Fit(body []byte, budget Budget) ([]byte, []Cut) {
	budget.Max = max(budget.Max, MinTokens)
	full := budget.Measure(body)
	if full <= budget.Max && len(body) > 0 {
		return body, nil
	}
	tree, err := parse(body)
	if err != nil {
		return []byte(fallback), nil
	}
	room := int(int64(len(body)) * int64(budget.Max) / int64(max(full, 1)))
	for range passes {
		out, cuts, ok := tree.fit(room, budget.Explain)
		if !ok {
			break
		}
		tokens := budget.Measure(out)
		if tokens <= budget.Max {
			return out, cuts
		}
		room = int(int64(room) * int64(budget.Max) / int64(tokens) * 19 / 20)
	}
	return []byte(fallback), nil
}

// fit writes the tree into at most room bytes, the explanation included.
func (t *tree) fit(room int, explain func([]Cut) []string) ([]byte, []Cut, bool) {
	reserve := min(room/4, 1200)
	for _, lv := range []level{{floor: 1}, {floor: 1, trim: true}, {trim: true}} {
		t.measure(lv)
		if t.nodes[0].min > room-reserve {
			continue
		}
		w := writer{tree: t, level: lv, out: make([]byte, 0, room), seen: map[string]int{}}
		w.node(0, room-reserve)
		return appendNotes(t, &w, room, explain), w.cuts, true
	}
	return nil, nil, false
}

// appendNotes adds the explanation of the cuts to extensions.truncated, as many
// sentences as there is room for.
func appendNotes(t *tree, w *writer, room int, explain func([]Cut) []string) []byte {
	out := w.out
	if t.nodes[0].kind != rawjson.Object || len(w.cuts) == 0 || explain == nil {
		return out
	}
	open, closing := `"extensions":{`, "}}"
	end := len(out) - 1
	switch {
	case w.extensions > 0: // index of the closing brace of a present extensions object
		end, open, closing = w.extensions, "", string(out[w.extensions:])
		if out[end-1] != '{' {
			open = ","
		}
	case out[end-1] != '{':
		open = "," + open
	}
	notes := append([]byte(open), `"truncated":[`...)
	first := true
	for _, sentence := range explain(w.cuts) {
		note := rawjson.AppendQuoted(nil, sentence)
		if end+len(notes)+len(note)+len(closing)+2 > room {
			continue
		}
		if !first {
			notes = append(notes, ',')
		}
		notes, first = append(notes, note...), false
	}
	if first {
		return out
	}
	notes = append(append(notes, ']'), closing...)
	return append(out[:end], notes...)
}
