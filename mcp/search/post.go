package search

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// posting says how strongly a field speaks of a term: the BM25F weight without the term's rarity.
type posting struct {
	field  fieldID
	impact float32
}

// Streams of BM25F: every field is a document made of what a reader would associate with it. A term's frequencies
// in all streams, each weighted and normalised by length, are added before they saturate (Robertson, Zaragoza,
// Taylor: Simple BM25 Extension to Multiple Weighted Fields, 2004).
const (
	boostName       = 6.0  // the field's own name
	boostHead       = 1.0  // share of a name's boost for its last word
	boostModifier   = 0.75 // and for the words before it
	boostOutput     = 2.5  // the name of the type it gives, list wrappers seen through
	boostParent     = 1.5  // the name of the type it belongs to
	boostArg        = 1.5  // names of its arguments
	boostInput      = 1.2  // names of the fields of its input objects, at any depth
	boostValue      = 0.9  // values of the enums it takes or gives
	boostMember     = 0.6  // names of the union members it may give
	boostDesc       = 1.8  // its description
	boostNestedDesc = 0.5  // descriptions of arguments and input fields
	boostOutputDesc = 0.5  // description of the type it gives
	saturation      = 2.5  // k1
	lengthName      = 0.5
	lengthDesc      = 0.6
	typicalName     = 2.5 // words
	typicalDesc     = 8
	maxNested       = 160 // input fields and enum values that one field speaks of
)

// post fills the postings of all output fields.
func (x *Index) post() {
	p := poster{x: x}
	for i := range x.types {
		t := &x.types[i]
		if t.def.Kind != ast.Object && t.def.Kind != ast.Interface {
			continue
		}
		for f := t.first; f < t.last; f++ {
			p.field(f)
		}
	}
}

// poster accumulates the term frequencies of one field at a time.
type poster struct {
	x       *Index
	freq    []float32 // by termID
	touched []termID
	queue   []typeID // input objects still to read
	seen    []typeID
	nested  int
	takes   []termID // words of what the argument at hand takes
}

func (p *poster) field(id fieldID) {
	x, f := p.x, &p.x.fields[id]
	p.addName(f.text.name, boostName)
	p.add(f.text.desc, boostDesc, lengthDesc, typicalDesc)
	p.addPairs(f.text.desc, boostDesc)
	p.add(x.types[f.parent].name, boostParent, lengthName, typicalName)
	p.output(f.out)
	p.arguments(f)
	p.flush(id)
}

func (p *poster) output(out typeID) {
	out = p.x.unwrap(out)
	if out == none {
		return
	}
	t := &p.x.types[out]
	if t.def.BuiltIn {
		return
	}
	p.addName(t.name, boostOutput)
	p.prose(t.def.Description, boostOutputDesc)
	p.values(t)
	if t.def.Kind == ast.Union {
		for _, m := range t.members {
			p.add(p.x.types[m].name, boostMember, lengthName, typicalName)
			p.addPairs(p.x.types[m].name, boostMember)
		}
	}
}

// arguments reads arguments and, breadth first, the input objects they take.
func (p *poster) arguments(f *fieldInfo) {
	p.queue, p.seen, p.nested = p.queue[:0], p.seen[:0], 0
	for i := range f.args {
		a := &f.args[i]
		if pagination(a.def.Name) {
			continue
		}
		p.add(a.text.name, boostArg, lengthName, typicalName)
		p.addPairs(a.text.name, boostArg)
		p.add(a.text.desc, boostNestedDesc, lengthDesc, typicalDesc)
		p.takes = nil
		p.input(a.typ)
		p.inputs()
		a.takes.name = p.takes
	}
}

// inputs reads the queued input objects.
func (p *poster) inputs() {
	for len(p.queue) > 0 && p.nested < maxNested {
		t := &p.x.types[p.queue[0]]
		p.queue = p.queue[1:]
		for g := t.first; g < t.last && p.nested < maxNested; g++ {
			in := &p.x.fields[g]
			p.nested++
			p.takes = append(p.takes, in.text.name...)
			p.add(in.text.name, boostInput, lengthName, typicalName)
			p.addPairs(in.text.name, boostInput)
			p.add(in.text.desc, boostNestedDesc, lengthDesc, typicalDesc)
			p.addPairs(in.text.desc, boostNestedDesc)
			p.input(in.out)
		}
	}
}

func (p *poster) input(id typeID) {
	if id == none || slices.Contains(p.seen, id) {
		return
	}
	t := &p.x.types[id]
	switch t.def.Kind {
	case ast.InputObject:
		p.seen = append(p.seen, id)
		p.queue = append(p.queue, id)
	case ast.Enum:
		p.seen = append(p.seen, id)
		p.values(t)
	case ast.Scalar, ast.Object, ast.Interface, ast.Union:
	}
}

func (p *poster) values(t *typeInfo) {
	for i := range t.values {
		p.nested++
		p.takes = append(p.takes, t.values[i].text.name...)
		p.add(t.values[i].text.name, boostValue, lengthName, typicalName)
		p.addPairs(t.values[i].text.name, boostValue)
	}
}

func (p *poster) prose(text string, boost float32) {
	p.add(p.x.vocab.addProse(nil, text), boost, lengthDesc, typicalDesc)
}

func (p *poster) add(terms []termID, boost, b, typical float32) {
	if len(terms) == 0 {
		return
	}
	weight := boost / (1 - b + b*float32(len(terms))/typical)
	for _, t := range terms {
		p.bump(t, weight)
	}
}

// addName adds the words of an identifier. The last one is the noun that the others qualify: commit comments are comments.
func (p *poster) addName(terms []termID, boost float32) {
	if n := len(terms); n > 1 {
		p.add(terms, boost*boostModifier, lengthName, typicalName)
		weight := boost * (boostHead - boostModifier) / (1 - lengthName + lengthName*float32(n)/typicalName)
		p.bump(terms[n-1], weight)
	} else {
		p.add(terms, boost, lengthName, typicalName)
	}
	p.addPairs(terms, boost)
}

func (p *poster) addPairs(terms []termID, boost float32) {
	for i := 0; i+1 < len(terms); i++ {
		p.bump(p.x.vocab.pair(terms[i], terms[i+1]), boost)
	}
}

func (p *poster) bump(t termID, weight float32) {
	for int(t) >= len(p.freq) {
		p.freq = append(p.freq, make([]float32, 1024)...)
	}
	if p.freq[t] == 0 {
		p.touched = append(p.touched, t)
	}
	p.freq[t] += weight
}

func (p *poster) flush(id fieldID) {
	x := p.x
	for len(x.postings) < len(x.vocab.terms) {
		x.postings = append(x.postings, nil)
	}
	for _, t := range p.touched {
		tf := p.freq[t]
		x.postings[t] = append(x.postings[t], posting{id, tf * (saturation + 1) / (tf + saturation)})
		x.vocab.df[t]++
		p.freq[t] = 0
	}
	p.touched = p.touched[:0]
}

// pagination tells whether an argument only pages through a list. Relay Cursor Connections, section "Arguments",
// and the usual offset style.
func pagination(arg string) bool {
	switch arg {
	case "after", "before", "first", "last", "limit", "offset", "skip", "take", "page", "pageSize", "perPage":
		return true
	}
	return false
}
