package shape

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sluice-gateway/sluice/mcp/internal/rawjson"
)

// wholeItems is how many leading items of a list must fit whole for the list to
// be cut after them; where fewer fit, up to this many are cut inside instead, so
// that the reader sees more than one.
const wholeItems = 3

// writer writes a measured tree into a given number of bytes.
type writer struct {
	tree       *tree
	level      level
	out        []byte
	path       []string
	cuts       []Cut
	seen       map[string]int // joined path to index in cuts
	extensions int            // index in out of the closing brace of the root's extensions, 0 for none
}

// node writes nodes[i] into at most room bytes, which must be at least its min.
// A node that fits is copied whole when its text has no space to leave out.
func (w *writer) node(i int32, room int) {
	n := &w.tree.nodes[i]
	if int(n.full) <= room && n.end-n.start == n.full && i != 0 {
		w.out = append(w.out, w.tree.text[n.start:n.end]...)
		return
	}
	switch n.kind {
	case rawjson.Object:
		w.object(n, room, i == 0)
	case rawjson.Array:
		w.list(n, room)
	case rawjson.String:
		w.string(n, room)
	case rawjson.Invalid, rawjson.Null, rawjson.Bool, rawjson.Number:
		w.out = append(w.out, w.tree.text[n.start:n.end]...)
	}
}

func (w *writer) object(n *node, room int, root bool) {
	fixed := int(n.full)
	for c := n.child; c != 0; c = w.tree.nodes[c].next {
		fixed -= int(w.tree.nodes[c].full)
	}
	share := w.share(n.child, int(n.count), room-fixed)
	carry := 0
	w.out = append(w.out, '{')
	for c := n.child; c != 0; c = w.tree.nodes[c].next {
		child := &w.tree.nodes[c]
		if c != n.child {
			w.out = append(w.out, ',')
		}
		key := w.tree.text[child.keyFrom:child.keyTo]
		w.out = append(append(w.out, key...), ':')
		w.path = append(w.path, string(key[1:len(key)-1]))
		carry = w.child(c, share, carry)
		w.path = w.path[:len(w.path)-1]
		if root && child.kind == rawjson.Object && string(key) == `"extensions"` {
			w.extensions = len(w.out) - 1
		}
	}
	w.out = append(w.out, '}')
}

// child writes nodes[c] with its share of the room and what earlier siblings
// left, and returns what is left now.
func (w *writer) child(c int32, share, carry int) int {
	n := &w.tree.nodes[c]
	granted := min(int(n.full), max(int(n.min), share))
	before := len(w.out)
	w.node(c, granted+carry)
	return granted + carry - (len(w.out) - before)
}

// share returns the most bytes that every one of count siblings may take so
// that together they stay within room: small ones take what they need, large
// ones the same.
func (w *writer) share(first int32, count, room int) int {
	low, high := 0, room
	for low < high {
		mid := (low + high + 1) / 2
		sum := 0
		for c, k := first, 0; c != 0 && k < count && sum <= room; c, k = w.tree.nodes[c].next, k+1 {
			n := &w.tree.nodes[c]
			sum += min(int(n.full), max(int(n.min), mid))
		}
		if sum <= room {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

func (w *writer) list(n *node, room int) {
	keep, whole := w.fits(n, room-2)
	fixed := 2 + max(keep-1, 0)
	share, carry := room, 0
	if !whole {
		share = w.share(n.child, keep, room-fixed)
	}
	last := int32(0)
	w.out = append(w.out, '[')
	w.path = append(w.path, "[]")
	for c, k := n.child, 0; k < keep; c, k = w.tree.nodes[c].next, k+1 {
		if k > 0 {
			w.out = append(w.out, ',')
		}
		if whole {
			w.node(c, int(w.tree.nodes[c].full))
		} else {
			carry = w.child(c, share, carry)
		}
		last = c
	}
	w.path = w.path[:len(w.path)-1]
	w.out = append(w.out, ']')
	if keep < int(n.count) {
		w.cut(Cut{Kept: keep, Total: int(n.count), Cursor: w.cursor(last)})
	}
}

// fits decides how many leading items of a list are written into room bytes,
// and whether they fit whole.
func (w *writer) fits(n *node, room int) (keep int, whole bool) {
	used := 0
	for c := n.child; c != 0; c = w.tree.nodes[c].next {
		used += int(w.tree.nodes[c].full) + min(keep, 1)
		if used > room {
			break
		}
		keep++
	}
	few := min(int(n.count), wholeItems)
	if keep >= few {
		return keep, true
	}
	sum, cut := 0, 0
	for c := n.child; c != 0 && cut < few; c = w.tree.nodes[c].next {
		sum += int(w.tree.nodes[c].min) + min(cut, 1)
		if sum > room {
			break
		}
		cut++
	}
	if cut <= keep {
		return keep, true
	}
	return cut, false
}

// cursor is the value of the item's `cursor` member, empty when it has none.
func (w *writer) cursor(item int32) string {
	if item == 0 {
		return ""
	}
	for c := w.tree.nodes[item].child; c != 0; c = w.tree.nodes[c].next {
		n := &w.tree.nodes[c]
		if n.kind == rawjson.String && string(w.tree.text[n.keyFrom:n.keyTo]) == `"cursor"` {
			return rawjson.Text(w.tree.text[n.start:n.end])
		}
	}
	return ""
}

func (w *writer) string(n *node, room int) {
	text := w.tree.text[n.start:n.end]
	if len(text) <= room || !w.level.trim {
		w.out = append(w.out, text...)
		return
	}
	mark := "…[+" + strconv.Itoa(len(text)) + " bytes]" // as long as the longest mark of this string
	kept := whole(text[1:], max(room-len(mark)-2, 0))
	w.out = append(append(w.out, '"'), text[1:1+kept]...)
	w.out = append(append(w.out, "…[+"+strconv.Itoa(len(text)-2-kept)+" bytes]"...), '"')
	w.cut(Cut{Kept: kept, Total: len(text) - 2, Text: true})
}

// whole returns the largest index up to limit at which the inside of a JSON
// string can be cut without splitting an escape, a surrogate pair or a rune.
func whole(inner []byte, limit int) int {
	end := 0
	for i := 0; i < len(inner) && i <= limit; {
		end = i
		switch {
		case inner[i] == '\\' && i+1 < len(inner) && inner[i+1] == 'u':
			i += 6
			if high := inner[i-4] | 0x20; high == 'd' && inner[i-3]|0x20 >= '8' && i+1 < len(inner) && inner[i] == '\\' && inner[i+1] == 'u' {
				i += 6
			}
		case inner[i] == '\\':
			i += 2
		default:
			_, size := utf8.DecodeRune(inner[i:])
			i += size
		}
	}
	return end
}

// cut records what was left out at the current path.
func (w *writer) cut(c Cut) {
	joined := strings.Join(w.path, "\x00")
	if at, ok := w.seen[joined]; ok {
		w.cuts[at].Places++
		return
	}
	c.Path, c.Places = slices.Clone(w.path), 1
	w.seen[joined] = len(w.cuts)
	w.cuts = append(w.cuts, c)
}
