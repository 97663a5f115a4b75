package exec

import "math"

// envelope is what a response has beside its data.
type envelope struct {
	dataSeen, dataNull bool
	errors             []byte // raw; nil without a member errors
}

// maxBody is the largest body that spans can point into.
const maxBody = math.MaxUint32

// merge parses the body into the storage. It reports false where the body is no GraphQL response, and then the storage is as before.
func (r *run) merge(c *call, body []byte) (envelope, bool) {
	r.buffers = append(r.buffers, body)
	p := &r.parser
	if len(body) > maxBody {
		p.full = true
		return envelope{}, false
	}
	*p = parser{scanner: scanner{b: body, depth: r.options.MaxDepth}, r: r, buffer: uint32(len(r.buffers) - 1), entity: noObject}
	before := r.save()
	r.flaws = r.flaws[:0]
	e, ok := p.response(c)
	if !ok {
		r.rollback(before)
		r.flaws = r.flaws[:0]
		r.stack = r.stack[:0]
		return envelope{}, false
	}
	r.keep(before)
	return e, true
}

// response reads the whole body.
func (p *parser) response(c *call) (e envelope, ok bool) {
	p.space()
	if p.peek() != '{' {
		return e, false
	}
	filled, ok := p.open('}')
	for filled && ok {
		name, valid := p.name()
		if !valid || !p.colon() {
			return e, false
		}
		start := p.i
		switch {
		case string(name) == "data" && p.peek() == '{':
			e.dataSeen = true
			valid = p.data(c)
		case string(name) == "data":
			e.dataSeen, e.dataNull = true, true
			valid = p.literal("null")
		case string(name) == "errors":
			valid = p.value()
			e.errors = p.b[start:p.i]
		default:
			valid = p.value()
		}
		if !valid {
			return e, false
		}
		filled, ok = p.more('}')
	}
	p.space()
	if isNull(e.errors) {
		e.errors = nil
	}
	return e, ok && p.i == len(p.b) && (e.dataSeen || e.errors != nil)
}

// data reads the value of data.
func (p *parser) data(c *call) bool {
	if len(c.parts) == 1 && c.parts[0].plan.Variable == "" && len(c.parts[0].targets) == 1 {
		return p.object(c.parts[0].targets[0].object, c.parts[0].plan.Selection)
	}
	filled, ok := p.open('}')
	for filled && ok {
		name, valid := p.name()
		if !valid || !p.colon() || !p.member(c, name) {
			return false
		}
		filled, ok = p.more('}')
	}
	return ok
}

// member reads the value of a member of data for the part it belongs to.
func (p *parser) member(c *call, name []byte) bool {
	start, used := p.i, false
	for i := range c.parts {
		part := &c.parts[i]
		if part.plan.Variable != "" {
			if part.plan.Key == string(name) {
				return p.entities(part)
			}
			continue
		}
		at := p.r.lookup(part.plan.Selection, name)
		if at < 0 {
			continue
		}
		for _, t := range part.targets {
			p.i, used = start, true
			if !p.field(t.object, &p.r.plan.Positions[part.plan.Position], &part.plan.Selection.Fields[at]) {
				return false
			}
		}
	}
	return used || p.value()
}

// entities reads the result of an _entities call: one element for each group of equal representations.
func (p *parser) entities(part *callPart) bool {
	part.seen = true
	switch p.peek() {
	case 'n':
		part.null = true
		return p.value()
	case '[':
	default:
		part.problem = "the subgraph's entities are not a list"
		return p.value()
	}
	before, flaws := p.r.save(), len(p.r.flaws)
	n := 0
	filled, ok := p.open(']')
	for filled && ok {
		if n >= len(part.groups) {
			ok = p.value()
		} else {
			ok = p.group(part, part.groups[n].first)
		}
		if !ok {
			return false
		}
		n++
		filled, ok = p.more(']')
	}
	if ok && n != len(part.groups) {
		// Which result belongs to which representation is anybody's guess: nothing of it may be used.
		p.r.rollback(before)
		p.r.flaws = p.r.flaws[:flaws]
		part.problem = "the subgraph returned another number of entities than it was asked for"
		return true
	}
	p.r.keep(before)
	return ok
}

// group reads one entity, once for each target of its group.
func (p *parser) group(part *callPart, target int32) bool {
	start := p.i
	switch p.peek() {
	case 'n':
		return p.value()
	case '{':
	default:
		for ; target >= 0; target = part.targets[target].next {
			p.spoilt(part, part.targets[target].object, "the subgraph's entity is not an object")
		}
		return p.value()
	}
	for ; target >= 0; target = part.targets[target].next {
		o := part.targets[target].object
		p.i, p.entity, p.mistyped = start, o, false
		before, flaws := p.r.save(), len(p.r.flaws)
		if !p.object(o, part.plan.Selection) {
			return false
		}
		p.entity = noObject
		if p.mistyped {
			p.r.rollback(before)
			p.r.flaws = p.r.flaws[:flaws]
			p.spoilt(part, o, "the subgraph's entity is of another type")
			continue
		}
		p.r.keep(before)
	}
	return true
}

// spoilt gives up one target of a part.
func (p *parser) spoilt(part *callPart, o uint32, text string) {
	why := p.flaw(subject{object: o, slot: noSlot, sel: part.plan.Selection}, text)
	p.r.taint(o, part.plan.Selection, why)
}

// finish takes a call that came back.
func (r *run) finish(c *call) {
	stat := FetchStat{
		Fetch: c.fetch.ID, Subgraph: c.fetch.Subgraph, Start: c.start, Duration: c.duration,
		RequestBytes: len(c.body), Coalesced: c.follows,
	}
	for i := range c.parts {
		stat.Representations += len(c.parts[i].groups)
		if c.parts[i].plan.Variable != "" {
			stat.Objects += len(c.parts[i].targets)
		}
	}
	if c.err != nil {
		stat.Code, stat.Err = codeOf(c.err), c.err
		r.failCall(c, stat.Code, textOf(stat.Code))
	} else {
		stat.Status, stat.ResponseBytes = c.status, len(c.response)
		r.receive(c, &stat)
	}
	r.stats = append(r.stats, stat)
}

// receive merges the response of a call and reports what is wrong with it.
func (r *run) receive(c *call, stat *FetchStat) {
	invalid := CodeSubrequestInvalid
	if c.status < 200 || c.status > 299 {
		invalid = CodeSubrequestHTTP // whatever the body is, the status says that no GraphQL server is to blame for it
	}
	e, ok := r.merge(c, c.response)
	if !ok {
		if r.parser.full {
			invalid = CodeSubrequestTooLarge
		}
		stat.Code = invalid
		r.failCall(c, invalid, textOf(invalid))
		return
	}
	stat.Errors = r.subgraphErrors(c, e.errors)
	if e.errors != nil && e.errors[0] != '[' {
		stat.Code = invalid
		r.failCall(c, invalid, "the subgraph's errors are not a list")
	}
	for i := range c.parts {
		part := &c.parts[i]
		missing := e.dataNull || !e.dataSeen || part.plan.Variable != "" && (!part.seen || part.null)
		switch {
		case part.problem != "":
			stat.Code = invalid
			r.fail(c, i, invalid, part.problem)
		case len(part.targets) == 0 || !missing:
		case part.blame != 0:
			r.taintPart(part, part.blame)
		default:
			stat.Code = invalid
			r.fail(c, i, invalid, "the subgraph's response has no data")
		}
	}
	for _, f := range r.flaws {
		stat.Code = invalid
		r.addError(c.fetch, f.subject, nil, CodeSubrequestInvalid, f.text)
	}
	r.flaws = r.flaws[:0]
}

// failCall reports that a call gave nothing, for each of its parts.
func (r *run) failCall(c *call, code, text string) {
	for i := range c.parts {
		if len(c.parts[i].targets) > 0 {
			r.fail(c, i, code, text)
		}
	}
}

// fail reports that a part of a call gave nothing.
func (r *run) fail(c *call, part int, code, text string) {
	why := r.newCause()
	c.parts[part].blame = why
	r.taintPart(&c.parts[part], why)
	r.addError(c.fetch, subject{cause: why, call: c, part: part}, nil, code, text)
}

func (r *run) taintPart(part *callPart, why cause) {
	for _, t := range part.targets {
		r.taint(t.object, part.plan.Selection, why)
	}
}
