package exec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// run is the state of one Run. Only its run loop touches it.
type run struct {
	store
	schema     *schema.Schema
	plan       *plan.Plan
	variables  Variables
	fetcher    Fetcher
	headers    func(schema.SubgraphID) http.Header
	introspect func([]byte, *operation.Field) []byte
	event      []byte
	options    Options
	root       uint32

	// Scheduling.
	waiting []int32        // by fetch: dependencies that are not merged
	left    []int32        // by fetch: calls that have not come back
	ready   []plan.FetchID // may start
	flying  []*call        // sent, in order
	unsent  []*call        // built in this round
	done    chan *call     // comes back
	landed  []*call        // came back; spans point into their bodies
	spare   []*call
	built   []*call // scratch
	queues  []queue // scratch

	// Reading responses and building requests.
	parser   parser
	flaws    []flaw
	stack    []uint64
	distinct distinct
	indexes  map[*plan.Selection]map[string]int
	// lastType is the concrete type that was found last where lastStatic was expected; 0 with 0.
	lastStatic, lastType schema.TypeID
	lastPosition         plan.PositionID
	lastOf               schema.TypeID
	lastClass            *plan.Class

	errors    []errorRecord
	errorText []byte
	causes    cause      // how many there are
	blame     cause      // of the last representation that was tainted
	seen      []bool     // by cause: the answer has a null because of it
	path      []byte     // scratch
	steps     []pathStep // scratch of the writer
	stats     []FetchStat
}

// call is one request and its response. While it is in flight it belongs to the goroutine that sends it.
type call struct {
	fetch    *plan.Fetch
	parts    []callPart
	buffer   *Buffer
	body     []byte // the request's body, in buffer
	request  Request
	follows  bool    // another call with the same body was in flight
	follower []*call // calls that share the answer

	start    time.Time
	duration time.Duration
	taken    *Response
	status   int
	response []byte
	err      error
}

// callPart is what a call carries of one part.
type callPart struct {
	plan    *plan.Part
	groups  []group // distinct representations, in the order in which they were sent
	targets []target
	seen    bool   // the key of the _entities call was there
	null    bool   // and its value was null
	problem string // why its value cannot be used
	blame   cause  // of the first error that is about it
}

// runs keeps runs with their slices between requests.
var runs = sync.Pool{New: func() any {
	return &run{distinct: distinct{seed: maphash.MakeSeed()}}
}}

func takeRun(in Input) *run {
	r := runs.Get().(*run)
	r.schema, r.plan, r.variables, r.fetcher = in.Schema, in.Plan, in.Variables, in.Fetcher
	r.headers, r.introspect, r.event, r.options = in.Headers, in.Introspect, in.Event, in.Options.withDefaults()
	r.slab = newSlab(512)
	r.words = r.slab.words

	n := len(in.Plan.Positions)
	r.wanted = zeroed(r.wanted, n)
	if cap(r.at) < n {
		r.at = make([][]uint32, n)
	}
	r.at = r.at[:n]
	r.wanted[0] = true
	for i := range in.Plan.Fetches {
		for k := range in.Plan.Fetches[i].Parts {
			r.wanted[in.Plan.Fetches[i].Parts[k].Position] = true
		}
	}
	r.root = r.newObject(&in.Plan.Positions[0], r.staticType(&in.Plan.Positions[0]), 0)

	r.waiting = zeroed(r.waiting, len(in.Plan.Fetches))
	r.left = zeroed(r.left, len(in.Plan.Fetches))
	r.stats = make([]FetchStat, 0, len(in.Plan.Fetches))
	for i := range in.Plan.Fetches {
		r.waiting[i] = int32(len(in.Plan.Fetches[i].DependsOn))
		if r.waiting[i] == 0 {
			r.ready = append(r.ready, plan.FetchID(i))
		}
	}
	return r
}

// zeroed returns a slice of n zero values, in the memory of s where it is large enough.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// hugeScratch is the length above which scratch space is not kept for the next request.
const hugeScratch = 1 << 16

// scratch returns s emptied for the next request, or nil if it is too large to keep.
func scratch[T any](s []T) []T {
	if cap(s) > hugeScratch {
		return nil
	}
	clear(s)
	return s[:0]
}

// giveBack returns everything to the pools. Nothing in flight may be left.
func (r *run) giveBack() {
	for i := range r.landed {
		r.dropCall(r.landed[i])
	}
	r.landed = scratch(r.landed)
	r.slab.words = r.words
	r.slab.release()
	r.slab, r.words = nil, nil
	for i := range r.at {
		r.at[i] = scratch(r.at[i])
	}
	r.buffers, r.long, r.journal, r.mark = scratch(r.buffers), scratch(r.long), scratch(r.journal), 0
	r.ready, r.unsent, r.flying = scratch(r.ready), scratch(r.unsent), scratch(r.flying)
	r.built, r.queues = scratch(r.built), scratch(r.queues)
	r.steps = scratch(r.steps)
	r.stack, r.flaws, r.errors, r.errorText = scratch(r.stack), scratch(r.flaws), scratch(r.errors), scratch(r.errorText)
	r.distinct.table = scratch(r.distinct.table)
	r.causes, r.blame, r.seen = 0, 0, scratch(r.seen)
	r.done, r.indexes, r.stats, r.parser = nil, nil, nil, parser{}
	r.lastStatic, r.lastType, r.lastPosition, r.lastOf, r.lastClass = 0, 0, 0, 0, nil
	r.schema, r.plan, r.variables, r.fetcher, r.headers, r.introspect, r.event = nil, nil, nil, nil, nil, nil, nil
	runs.Put(r)
}

// representationSize is the room that is set aside for the representation of an object.
const representationSize = 64

// takeCall returns a call of f with room for the representations of so many objects.
func (r *run) takeCall(f *plan.Fetch, objects int) *call {
	var c *call
	if n := len(r.spare); n > 0 {
		c = r.spare[n-1]
		r.spare = r.spare[:n-1]
	} else {
		c = new(call)
	}
	c.fetch = f
	c.buffer = NewBuffer(len(f.Document) + 256 + objects*representationSize)
	c.parts = slices.Grow(c.parts[:0], len(f.Parts))[:len(f.Parts)]
	for i := range c.parts {
		old := &c.parts[i]
		c.parts[i] = callPart{plan: &f.Parts[i], groups: scratch(old.groups), targets: scratch(old.targets)}
	}
	return c
}

// dropCall keeps a call for the next fetch. No span may point into its response any more.
func (r *run) dropCall(c *call) {
	c.buffer.Release()
	if c.taken != nil && c.taken.Body != nil {
		c.taken.Body.Release()
	}
	*c = call{parts: c.parts, follower: scratch(c.follower)}
	r.spare = append(r.spare, c)
}

// loop runs the fetches until none is left, and returns (or panics) when no goroutine is left either.
func (r *run) loop(ctx context.Context) {
	defer func() {
		for range r.flying {
			<-r.done
		}
	}()
	for {
		for at := 0; at < len(r.ready); at++ {
			r.prepare(&r.plan.Fetches[r.ready[at]])
		}
		r.ready = r.ready[:0]
		if len(r.flying) == 0 && len(r.unsent) == 1 {
			// Nobody else to wait for: no goroutine is needed.
			c := r.unsent[0]
			r.unsent = r.unsent[:0]
			c.send(ctx, r.fetcher)
			r.land(c)
			continue
		}
		if r.done == nil && len(r.unsent) > 0 {
			r.done = make(chan *call)
		}
		for _, c := range r.unsent {
			r.flying = append(r.flying, c)
			go func(done chan<- *call, fetcher Fetcher) {
				c.send(ctx, fetcher)
				done <- c
			}(r.done, r.fetcher)
		}
		r.unsent = r.unsent[:0]
		if len(r.flying) == 0 {
			return
		}
		c := <-r.done
		for i := range r.flying {
			if r.flying[i] == c {
				r.flying = append(r.flying[:i], r.flying[i+1:]...)
				break
			}
		}
		r.land(c)
	}
}

// prepare builds the calls of a fetch that became ready.
func (r *run) prepare(f *plan.Fetch) {
	calls := r.calls(f)
	r.left[f.ID] = int32(len(calls))
	if len(calls) == 0 {
		r.complete(f)
		return
	}
	for _, c := range calls {
		if f.Kind == operation.Subscription {
			c.status, c.response, c.start = http.StatusOK, r.event, time.Now()
			r.land(c)
			continue
		}
		if leader := r.leader(c); leader != nil {
			c.follows = true
			leader.follower = append(leader.follower, c)
			continue
		}
		c.request = Request{Subgraph: f.Subgraph, Fetch: f.ID, Kind: f.Kind, Body: c.body}
		if r.headers != nil {
			c.request.Header = r.headers(f.Subgraph)
		}
		r.unsent = append(r.unsent, c)
	}
}

// leader returns the call whose answer c can share, or nil. What is in flight is only compared, which its goroutine allows: it reads the body, too.
func (r *run) leader(c *call) *call {
	if r.options.NoCoalescing || c.fetch.Kind != operation.Query {
		return nil
	}
	for _, other := range r.unsent {
		if other.fetch.Subgraph == c.fetch.Subgraph && bytes.Equal(other.body, c.body) {
			return other
		}
	}
	for _, other := range r.flying {
		if other.fetch.Subgraph == c.fetch.Subgraph && bytes.Equal(other.body, c.body) {
			return other
		}
	}
	return nil
}

// send does the call's I/O.
func (c *call) send(ctx context.Context, fetcher Fetcher) {
	defer func() {
		c.duration = time.Since(c.start)
		if p := recover(); p != nil {
			c.err = &FetchError{CodeInternal, fmt.Errorf("fetcher panicked: %v", p)}
		}
	}()
	c.start = time.Now()
	if c.err = ctx.Err(); c.err != nil {
		return
	}
	c.taken, c.err = fetcher.Fetch(ctx, &c.request)
	if c.err == nil {
		c.status, c.response = c.taken.Status, c.taken.Body.B
	}
}

// land merges a call that came back, and those that share its answer.
func (r *run) land(c *call) {
	r.landed = append(r.landed, c)
	r.finish(c)
	for _, f := range c.follower {
		f.start, f.duration, f.status, f.response, f.err = c.start, c.duration, c.status, c.response, c.err
		r.landed = append(r.landed, f)
		r.finish(f)
		r.arrive(f.fetch)
	}
	r.arrive(c.fetch)
}

// arrive counts a call of a fetch down.
func (r *run) arrive(f *plan.Fetch) {
	if r.left[f.ID]--; r.left[f.ID] == 0 {
		r.complete(f)
	}
}

// complete lets the dependents of a fetch start.
func (r *run) complete(f *plan.Fetch) {
	for _, d := range f.Dependents {
		if r.waiting[d]--; r.waiting[d] == 0 {
			r.ready = append(r.ready, d)
		}
	}
}

// codeOf returns the code for an error of a Fetcher.
func codeOf(err error) string {
	var fe *FetchError
	switch {
	case errors.As(err, &fe):
		return fe.Code
	case errors.Is(err, context.DeadlineExceeded):
		return CodeSubrequestTimeout
	case errors.Is(err, context.Canceled):
		return CodeSubrequestCanceled
	default:
		return CodeSubrequestHTTP
	}
}

// textOf returns the message that clients see for a code.
func textOf(code string) string {
	switch code {
	case CodeSubrequestTimeout:
		return "the subgraph did not answer in time"
	case CodeSubrequestCanceled:
		return "the request was canceled"
	case CodeSubrequestInvalid:
		return "the subgraph's answer is not a GraphQL response"
	case CodeSubrequestTooLarge:
		return "the subgraph's answer is too large"
	case CodeSubrequestRejected:
		return "the subgraph has too many requests already"
	case CodeInternal:
		return "internal error"
	default:
		return "the request to the subgraph failed"
	}
}
