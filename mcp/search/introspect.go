package search

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// IntrospectQuery asks for the SDL of types.
type IntrospectQuery struct {
	// Types are type names or coordinates: Type, Type.field, Type.field(arg:), Enum.VALUE. Type#51 is a type from its
	// 51st visible field on, which is how the rest of a huge type is asked for.
	Types      []string
	Depth      int      // how many references to follow from there, within the budget
	MaxTokens  int      // upper bound of the answer; 0 means [DefaultTokens]
	KnownTypes []string // types that following references need not send again
	Hidden     Hidden   // what the caller may not see; nil hides nothing
}

// Bounds of one introspection; what is beyond them is not read.
const (
	maxIntrospected = 50
	maxDepth        = 5
)

// wanted is a type to print, whole, from a field on, or some of its fields.
type wanted struct {
	typ    typeID
	from   int             // number of visible fields to skip
	only   map[string]bool // fields or values to print; nil prints all
	inputs bool            // what the fields take is needed too
}

// Introspect prints types as SDL: descriptions, arguments with defaults, deprecations with reasons, @oneOf, @specifiedBy and the
// directives that say what a caller must hold. When the budget is small descriptions go first, then the types that were only
// referred to; what a huge type has left is paged.
func (x *Index) Introspect(q IntrospectQuery) Result {
	if q.MaxTokens <= 0 {
		q.MaxTokens = DefaultTokens
	}
	s := x.scratch.Get().(*scratch)
	s.begin(q.Hidden)
	defer func() {
		s.end(&query{})
		x.scratch.Put(s)
	}()
	s.ways.find(x, s.visibleEdge, func(fieldID) float32 { return 1 })
	b := book{x: x, s: s, budget: float64(q.MaxTokens), printed: make(map[typeID]bool)}
	list := b.resolve(q.Types)
	for _, name := range q.KnownTypes {
		if id := x.lookup(name); id != none {
			b.printed[id] = true
		}
	}
	b.chooseDetail(list)
	for _, w := range list {
		b.print(w)
	}
	for range min(q.Depth, maxDepth) {
		list = b.references(list)
		for _, w := range list {
			b.printWhole(w)
		}
	}
	return b.result(q.MaxTokens)
}

// book collects the answer of an introspection.
type book struct {
	x       *Index
	s       *scratch
	notes   strings.Builder // unknown names, before the SDL
	sdl     strings.Builder
	budget  float64
	detail  detail
	printed map[typeID]bool
	omitted []string
	more    []string // entries that get the rest
}

// resolve reads the entries of a query. What does not exist, or not for this caller, is noted with the nearest names.
func (b *book) resolve(entries []string) []wanted {
	var list []wanted
	for _, entry := range entries[:min(len(entries), maxIntrospected)] {
		w, ok := b.resolveOne(strings.TrimSpace(clip(entry)))
		if !ok {
			b.unknown(entry)
			continue
		}
		if i := slices.IndexFunc(list, func(o wanted) bool { return o.typ == w.typ && o.from == w.from }); i >= 0 {
			list[i] = merge(list[i], w)
		} else {
			list = append(list, w)
		}
	}
	return list
}

// merge joins two requests for one type.
func merge(a, b wanted) wanted {
	a.inputs = a.inputs || b.inputs
	if a.only == nil || b.only == nil {
		a.only = nil
		return a
	}
	for name := range b.only {
		a.only[name] = true
	}
	return a
}

func (b *book) resolveOne(entry string) (wanted, bool) {
	name, page, paged := strings.Cut(entry, "#")
	name, member, dotted := strings.Cut(name, ".")
	id := b.x.lookup(name)
	if id == none || !b.s.visibleType(id) {
		return wanted{}, false
	}
	w := wanted{typ: id}
	if paged {
		n, err := strconv.Atoi(page)
		if err != nil || n < 1 {
			return wanted{}, false
		}
		w.from = n - 1
	}
	if dotted {
		member, _, _ = strings.Cut(member, "(")
		if !slices.Contains(b.members(id), member) {
			return wanted{}, false
		}
		w.only, w.inputs = map[string]bool{member: true}, true
	}
	return w, true
}

// members are the names of the visible fields or values of a type.
func (b *book) members(id typeID) []string {
	t := &b.x.types[id]
	var names []string
	for f := t.first; f < t.last; f++ {
		if b.s.visible(f) {
			names = append(names, b.x.fields[f].def.Name)
		}
	}
	for i := range t.values {
		if b.s.visibleValue(t, i) {
			names = append(names, t.values[i].def.Name)
		}
	}
	return names
}

func (b *book) unknown(entry string) {
	entry = echo(entry)
	near := b.x.suggest(entry, 5, b.s.hidden)
	b.notes.WriteString(`Unknown: "` + entry + `".`)
	if len(near) > 0 {
		b.notes.WriteString(" Did you mean " + strings.Join(near, ", ") + "?")
	}
	b.notes.WriteByte('\n')
	b.omitted = append(b.omitted, entry)
}

// chooseDetail takes the fullest detail with which everything asked for fits.
func (b *book) chooseDetail(list []wanted) {
	b.budget -= tokens(b.notes.String())
	for b.detail = fullDetail; b.detail > noDescriptions; b.detail-- {
		var total float64
		for _, w := range list {
			total += tokens(b.way(w)) + tokens(b.text(w, b.detail, nil))
		}
		if total <= b.budget {
			return
		}
	}
}

// footerPrice is kept for the lines that say what is left.
const footerPrice = 60

// print prints what was asked for, as many fields as the budget holds.
func (b *book) print(w wanted) {
	b.printed[w.typ] = true
	way := b.way(w)
	text := b.text(w, b.detail, nil)
	name := b.x.types[w.typ].def.Name
	if tokens(way)+tokens(text) > b.budget {
		left := b.budget - tokens(way) - footerPrice
		page := pageOf{budget: left}
		text = b.text(w, b.detail, &page)
		if page.shown == 0 {
			b.omit(name)
			return
		}
		b.more = append(b.more, name+"#"+strconv.Itoa(w.from+page.shown+1))
	}
	b.write(way + text)
	if w.inputs {
		for _, in := range b.inputsOf(w) {
			b.printWhole(in)
		}
	}
}

// printWhole prints a type that was only referred to, if all of it fits.
func (b *book) printWhole(w wanted) {
	if b.printed[w.typ] {
		return
	}
	text := b.text(w, b.detail, nil)
	if tokens(text) > b.budget-footerPrice {
		b.omit(b.x.types[w.typ].def.Name)
		return
	}
	b.printed[w.typ] = true
	b.write(text)
}

func (b *book) write(text string) {
	b.budget -= tokens(text)
	b.sdl.WriteString(text)
}

func (b *book) omit(name string) {
	if !slices.Contains(b.omitted, name) {
		b.omitted = append(b.omitted, name)
		b.more = append(b.more, name)
	}
}

// way is a comment with the shortest way to a type.
func (b *book) way(w wanted) string {
	if !b.x.composite(w.typ) || b.s.ways.dist[w.typ] > maxCost || b.s.ways.via[w.typ] == none {
		return ""
	}
	return "# " + b.x.pathText(b.s.ways.path(b.x, w.typ, nil)) + "\n"
}

// inputsOf are the input objects and enums that the wanted fields take, nested ones included.
func (b *book) inputsOf(w wanted) []wanted {
	var list []wanted
	seen := map[typeID]bool{w.typ: true}
	add := func(id typeID) {
		if id == none || seen[id] || !b.s.visibleType(id) {
			return
		}
		if kind := b.x.types[id].def.Kind; kind == ast.InputObject || kind == ast.Enum {
			seen[id] = true
			list = append(list, wanted{typ: id})
		}
	}
	b.eachField(w, func(f *fieldInfo) {
		for i := range f.args {
			add(f.args[i].typ)
		}
		add(f.out)
	})
	for i := 0; i < len(list) && len(list) < maxIntrospected; i++ {
		b.eachField(list[i], func(f *fieldInfo) { add(f.out) })
	}
	return list
}

// eachField visits the visible wanted fields.
func (b *book) eachField(w wanted, visit func(*fieldInfo)) {
	t := &b.x.types[w.typ]
	for f := t.first; f < t.last; f++ {
		field := &b.x.fields[f]
		if b.s.visible(f) && (w.only == nil || w.only[field.def.Name]) {
			visit(field)
		}
	}
}

// references are the types that the listed ones refer to and that are not printed yet.
func (b *book) references(list []wanted) []wanted {
	var next []wanted
	seen := make(map[typeID]bool)
	add := func(id typeID) {
		if id == none || seen[id] || b.printed[id] || !b.s.visibleType(id) || b.x.types[id].def.BuiltIn {
			return
		}
		seen[id] = true
		next = append(next, wanted{typ: id})
	}
	for _, w := range list {
		b.eachField(w, func(f *fieldInfo) {
			for i := range f.args {
				add(f.args[i].typ)
			}
			add(f.out)
		})
		for _, m := range b.x.types[w.typ].members {
			add(m)
		}
	}
	return next
}

// result puts notes, SDL and what is left together.
func (b *book) result(budget int) Result {
	const named = 12
	text := b.notes.String() + b.sdl.String()
	if len(b.more) > 0 {
		text += "# More: " + call("introspect", b.more[:min(len(b.more), named)]) + "\n"
	}
	if text == "" {
		text = "Nothing was asked for: types is empty.\n"
	}
	res := Result{Text: text, SDL: b.sdl.String(), Omitted: b.omitted, Tokens: EstimateTokens(text)}
	if res.Tokens > budget {
		return cutText(res, budget)
	}
	return res
}
