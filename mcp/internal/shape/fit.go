package shape

import (
	"strconv"

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
	if len(body) > 0 && len(body) <= budget.Max { // no tokenizer makes more tokens than bytes
		return body, nil
	}
	room := sampled(body, budget)
	if room == 0 {
		full := budget.Measure(body)
		if full <= budget.Max && len(body) > 0 {
			return body, nil
		}
		room = int(int64(len(body)) * int64(budget.Max) / int64(max(full, 1)))
	}
	tree, err := parse(body)
	if err != nil {
		return []byte(fallback), nil
	}
	defer tree.free()
	for range passes {
		out, cuts, ok := tree.fit(room, budget.Explain)
		if !ok {
			break
		}
		tokens := budget.Measure(out)
		if tokens <= budget.Max {
			return out, cuts
		}
		room = int(int64(room) * int64(budget.Max) / int64(tokens) * 39 / 40)
	}
	return []byte(fallback), nil
}

// sampled is the room for a body that is far too long, from a sample of it, so
// that it need not be measured whole; 0 when it is not far too long. A token
// has about four bytes.
func sampled(body []byte, budget Budget) int {
	const bytesPerToken, sample = 8, 4096
	if len(body) < bytesPerToken*budget.Max || len(body) < 4*sample {
		return 0
	}
	middle := len(body)/2 - sample/2
	tokens := budget.Measure(body[:sample]) + budget.Measure(body[middle:middle+sample])
	return int(int64(2*sample) * int64(budget.Max) / int64(max(tokens, 1)))
}

// fit writes the tree into at most room bytes, the explanation included. How
// much room the explanation needs is known after the first writing, so that
// there may be a second.
func (t *tree) fit(room int, explain func([]Cut) []string) ([]byte, []Cut, bool) {
	reserve := min(room/4, 1200)
	for _, lv := range []level{{floor: 1}, {floor: 1, trim: true}, {trim: true}} {
		t.measure(lv)
		if int(t.nodes[0].min) > room-reserve {
			continue
		}
		w := t.write(lv, room-reserve)
		if len(w.cuts) == 0 || t.nodes[0].kind != rawjson.Object {
			return w.out, w.cuts, true
		}
		notes := sentences(w.cuts, explain)
		if need := min(size(notes), room/2); need > reserve && int(t.nodes[0].min) <= room-need {
			w = t.write(lv, room-need)
			notes = sentences(w.cuts, explain)
		}
		return w.withNotes(notes, room), w.cuts, true
	}
	return nil, nil, false
}

func (t *tree) write(lv level, room int) *writer {
	w := &writer{tree: t, level: lv, out: make([]byte, 0, room), seen: map[string]int{}}
	w.node(0, room)
	return w
}

// sentences are the explanations of cuts as JSON strings, the last a plain one
// for when there is no room for the others.
func sentences(cuts []Cut, explain func([]Cut) []string) [][]byte {
	var out [][]byte
	if explain != nil {
		for _, s := range explain(cuts) {
			out = append(out, rawjson.AppendQuoted(nil, s))
		}
	}
	plain := strconv.Itoa(cuts[0].Kept) + " of " + strconv.Itoa(cuts[0].Total)
	return append(out, rawjson.AppendQuoted(nil, plain))
}

// frame is the most that the members around the notes take.
const frame = len(`,"extensions":{"truncated":[]}`)

// size is the room that notes need, with some for numbers that grow.
func size(notes [][]byte) int {
	n := frame
	for _, s := range notes[:max(len(notes)-1, 1)] {
		n += len(s) + 8
	}
	return n
}

// withNotes adds notes to extensions.truncated: as many as there is room for,
// and the plain one only when no other fits.
func (w *writer) withNotes(notes [][]byte, room int) []byte {
	out, end := w.out, len(w.out)-1
	open, closing := `"extensions":{`, "}}"
	switch {
	case w.extensions > 0: // the closing brace of an extensions object that is there
		end, open, closing = w.extensions, "", string(out[w.extensions:])
		if out[end-1] != '{' {
			open = ","
		}
	case out[end-1] != '{':
		open = "," + open
	}
	tail := append([]byte(open), `"truncated":[`...)
	empty := len(tail)
	for i, note := range notes {
		if end+len(tail)+len(note)+len(closing)+2 > room || i == len(notes)-1 && len(tail) > empty {
			continue
		}
		if len(tail) > empty {
			tail = append(tail, ',')
		}
		tail = append(tail, note...)
	}
	tail = append(append(tail, ']'), closing...)
	return append(out[:end], tail...)
}
