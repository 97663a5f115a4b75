package exec

import "github.com/sluice-gateway/sluice/graph/plan"

// batch is objects of one part that may travel in one request: they have the same context values.
type batch struct {
	objects []uint32
	context [][]byte // raw values, parallel to plan.Part.Context
}

// queue is what is left to send of one part: the objects of next, and then the other batches.
type queue struct {
	next  batch
	other []batch
}

// take returns the next batch, which is empty where nothing is left.
func (q *queue) take() batch {
	b := q.next
	q.next = batch{}
	if len(q.other) > 0 {
		q.next, q.other = q.other[0], q.other[1:]
	}
	return b
}

// putBack returns objects that found no room in a request.
func (q *queue) putBack(b batch) {
	if len(q.next.objects) > 0 {
		q.other = append([]batch{q.next}, q.other...)
	}
	q.next = b
}

// calls builds the requests of a fetch from what is stored now: none where nobody asks for anything, several where objects differ in their context
// or are too many for one request. The list is valid until the next call.
func (r *run) calls(f *plan.Fetch) []*call {
	r.queues = zeroed(r.queues, len(f.Parts))
	for i := range f.Parts {
		r.queues[i] = r.queue(&f.Parts[i])
	}
	r.built = r.built[:0]
	for left := true; left; {
		objects := 0
		for i := range r.queues {
			objects += r.atMost(len(r.queues[i].next.objects))
		}
		c := r.takeCall(f, objects)
		if r.build(c, len(r.built) == 0) {
			r.built = append(r.built, c)
		} else {
			r.dropCall(c)
		}
		left = false
		for i := range r.queues {
			left = left || len(r.queues[i].next.objects) > 0
		}
	}
	return r.built
}

// queue returns the objects that a part is about.
func (r *run) queue(part *plan.Part) queue {
	objects := r.at[part.Position]
	if len(part.Context) == 0 {
		return queue{next: batch{objects: objects}}
	}
	q := queue{other: r.contextBatches(part, objects)}
	q.take()
	return q
}

// build writes the body of one request, taking what fits from the queues. Root parts travel in the first request only. It reports false
// where nothing is asked for.
func (r *run) build(c *call, first bool) bool {
	f := c.fetch
	asked := false
	body := r.openBody(c.buffer.B, f)
	for i := range f.Parts {
		part, own := &f.Parts[i], &c.parts[i]
		now := r.queues[i].take()
		if part.Variable == "" {
			for _, o := range now.objects {
				own.targets = append(own.targets, target{o, -1})
			}
			asked = asked || first && len(own.targets) > 0
			continue
		}
		body = appendContext(body, part, now.context)
		body = appendName(body, part.Variable)
		var rest []uint32
		if body, rest = r.representations(body, own, now.objects); len(rest) > 0 {
			r.queues[i].putBack(batch{rest, now.context})
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
	r.distinct.reset(r.atMost(len(objects)))
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
				r.taint(o, own.plan.Selection, r.blame)
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

// atMost returns how many different representations of so many objects a request has room for, counting the first that finds none.
func (r *run) atMost(objects int) int {
	if limit := r.options.MaxRepresentations; limit > 0 {
		return min(objects, limit+1)
	}
	return objects
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
	dst = AppendString(dst, f.Document)
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
			r.taint(o, part.Selection, r.blame)
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
