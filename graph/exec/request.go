package exec

import "github.com/sluice-gateway/sluice/graph/plan"

// batch is objects of one part that may travel in one request: they have the same context values.
type batch struct {
	objects []uint32
	context [][]byte // raw values, parallel to plan.Part.Context
}

// calls builds the requests of a fetch from what is stored now: none where nobody asks for anything, several where objects differ in their context
// or are too many for one request.
func (r *run) calls(f *plan.Fetch) []*call {
	queues := make([][]batch, len(f.Parts))
	for i := range f.Parts {
		queues[i] = r.batches(&f.Parts[i])
	}
	var calls []*call
	for {
		c := r.takeCall(f)
		if r.build(c, queues, len(calls) == 0) {
			calls = append(calls, c)
		} else {
			r.dropCall(c)
		}
		left := false
		for _, q := range queues {
			left = left || len(q) > 0
		}
		if !left {
			return calls
		}
	}
}

// batches returns the objects that a part is about.
func (r *run) batches(part *plan.Part) []batch {
	objects := r.at[part.Position]
	switch {
	case len(objects) == 0:
		return nil
	case len(part.Context) > 0:
		return r.contextBatches(part, objects)
	default:
		return []batch{{objects: objects}}
	}
}

// build writes the body of one request, taking what fits from the queues. Root parts travel in the first request only. It reports false
// where nothing is asked for.
func (r *run) build(c *call, queues [][]batch, first bool) bool {
	f := c.fetch
	asked := false
	body := r.openBody(c.buffer.B, f)
	for i := range f.Parts {
		part, own := &f.Parts[i], &c.parts[i]
		if part.Variable == "" {
			if len(queues[i]) > 0 && first {
				for _, o := range queues[i][0].objects {
					own.targets = append(own.targets, target{o, -1})
				}
				asked = asked || len(own.targets) > 0
			}
			queues[i] = nil
			continue
		}
		var now batch
		if len(queues[i]) > 0 {
			now = queues[i][0]
			queues[i] = queues[i][1:]
		}
		body = appendContext(body, part, now.context)
		body = appendName(body, part.Variable)
		var rest []uint32
		if body, rest = r.representations(body, own, now.objects); len(rest) > 0 {
			queues[i] = append([]batch{{rest, now.context}}, queues[i]...)
		}
		asked = asked || len(own.groups) > 0
	}
	body = append(body, '}', '}')
	c.buffer.B, c.body = body, body
	return asked
}

// representations appends the list of distinct representations of the objects, and returns the objects that found no room.
func (r *run) representations(body []byte, own *callPart, objects []uint32) (grown []byte, rest []uint32) {
	body = append(body, '[')
	r.distinct.reset(len(objects))
	for k, o := range objects {
		comma := len(body)
		if len(own.groups) > 0 {
			body = append(body, ',')
		}
		start := len(body)
		var v verdict
		body, v = r.represent(body, o, own.plan.Representations)
		if v != rendered {
			if v == tainted {
				r.taint(o, own.plan.Selection)
			}
			body = body[:comma]
			continue
		}
		var g int
		var old bool
		own.groups, g, old = r.distinct.find(own.groups, body, start)
		if old {
			body = body[:comma]
		} else if limit := r.options.MaxRepresentations; limit > 0 && len(own.groups) > limit {
			own.groups = own.groups[:limit]
			return append(body[:comma], ']'), objects[k:]
		}
		own.join(g, o)
	}
	return append(body, ']'), nil
}

// join adds an object to a group.
func (p *callPart) join(g int, o uint32) {
	at := int32(len(p.targets))
	p.targets = append(p.targets, target{o, -1})
	if last := p.groups[g].last; last >= 0 {
		p.targets[last].next = at
	} else {
		p.groups[g].first = at
	}
	p.groups[g].last = at
}

// openBody appends the beginning of a request body: the query and the client's variables.
func (r *run) openBody(dst []byte, f *plan.Fetch) []byte {
	dst = append(dst, `{"query":`...)
	dst = appendString(dst, f.Document)
	dst = append(dst, `,"variables":{`...)
	for _, name := range f.Variables {
		if r.variables == nil {
			break
		}
		if raw, ok := r.variables(name); ok {
			dst = append(appendName(dst, name), raw...)
		}
	}
	return dst
}

// appendName appends a member's name and its colon, and the comma before it.
func appendName(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(append(append(dst, '"'), name...), '"', ':')
}

// appendContext appends the variables that a part takes from ancestors.
func appendContext(dst []byte, part *plan.Part, values [][]byte) []byte {
	for i := range part.Context {
		dst = appendName(dst, part.Context[i].Variable)
		if i < len(values) {
			dst = append(dst, values[i]...)
		} else {
			dst = append(dst, "null"...)
		}
	}
	return dst
}

// contextBatches groups objects by the values that a part takes from their ancestors (federation v2.8, @fromContext).
func (r *run) contextBatches(part *plan.Part, objects []uint32) []batch {
	var (
		batches []batch
		groups  []group
		text    []byte // values of all groups, each closed by a comma: no valid JSON value is the beginning of another then
		ends    []int
	)
	r.distinct.reset(len(objects))
	for _, o := range objects {
		start := len(text)
		var v verdict
		ends = ends[:0]
		for i := range part.Context {
			if text, v = r.contextValue(text, o, &part.Context[i]); v != rendered {
				break
			}
			ends = append(ends, len(text))
			text = append(text, ',')
		}
		if v != rendered {
			r.taint(o, part.Selection)
			text = text[:start]
			continue
		}
		var g int
		var old bool
		groups, g, old = r.distinct.find(groups, text, start)
		if old {
			text = text[:start]
		} else {
			b := batch{}
			for at, end := range ends {
				from := start
				if at > 0 {
					from = ends[at-1] + 1
				}
				b.context = append(b.context, append([]byte(nil), text[from:end]...))
			}
			batches = append(batches, b)
		}
		batches[g].objects = append(batches[g].objects, o)
	}
	return batches
}

// contextValue appends the value that o takes from its ancestor: null where there is none, and tainted where it could not be had.
func (r *run) contextValue(dst []byte, o uint32, c *plan.ContextVariable) ([]byte, verdict) {
	for r.position(o) != c.Ancestor {
		if r.position(o) == 0 {
			return append(dst, "null"...), rendered
		}
		o = r.parent(o)
	}
	path := c.Path
	for {
		step := &path[0]
		v := r.slot(o, step.Slot)
		if v.isObject() && len(path) > 1 {
			o, path = v.index(), path[1:]
			continue
		}
		leaf := *step
		leaf.Required = false
		return r.representValue(dst, v, &leaf)
	}
}
