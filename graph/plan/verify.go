package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Verify checks a plan against the rules of federation and against the operation that it is for, and returns everything that is wrong with
// it, joined. opts must be those that the plan was built with.
//
// It shares nothing with the search: it reads the requests as a subgraph would, notes which slot is filled by which request for which
// concrete types, and holds that against what representations and answer need. So it finds errors of the planner, and of plans that were
// stored. It is meant for tests and for samples in production, and may be called concurrently.
func Verify(s *schema.Schema, op *operation.Operation, p *Plan, opts Options) error {
	v := &verifier{s: s, op: op, p: p, opts: opts}
	v.checkPositions()
	v.checkGraph()
	if len(v.errs) == 0 { // what follows leans on the shape
		v.readDocuments()
		v.checkRepresentations()
		v.checkAnswer()
		v.checkSerial()
	}
	return errors.Join(v.errs...)
}

type verifier struct {
	s    *schema.Schema
	op   *operation.Operation
	p    *Plan
	opts Options
	errs []error

	before  []map[FetchID]bool // by FetchID: the fetches that are merged before this one is built
	sources [][]PositionID     // by PositionID: the positions above, nearest first
	fills   map[slotAt][]fill
	typed   map[PositionID][]FetchID // the fetches that read __typename
	created map[PositionID][]created
	checked map[answerAt]bool
	later   []func() // checks that wait until all documents are read
}

// slotAt is a slot of a position's objects.
type slotAt struct {
	position PositionID
	slot     SlotID
}

// fill says that a fetch fills a slot for objects of the types.
type fill struct {
	fetch FetchID
	order int // of the field among all that the fetch's document asks
	types []schema.TypeID
	name  string
	args  string
}

// created says that a fetch may bring objects of the types to a position, below parents of some types.
type created struct {
	fetch          FetchID
	types, parents []schema.TypeID
}

// answerAt is a selection set of the operation that is answered at a position.
type answerAt struct {
	sel      *operation.SelectionSet
	position PositionID
}

func (v *verifier) errorf(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

// checkPositions checks that positions form a tree whose edges are slots.
func (v *verifier) checkPositions() {
	if len(v.p.Positions) == 0 || v.p.Positions[0].Type != v.op.Root.Type {
		v.errorf("position 0: not the operation's root type")
		return
	}
	parents := make([]int, len(v.p.Positions))
	for i := range v.p.Positions {
		p := &v.p.Positions[i]
		if p.ID != PositionID(i) || int(p.Parent) > i {
			v.errorf("position %d: wrong id %d or parent %d", i, p.ID, p.Parent)
			return
		}
		for n, slot := range p.Slots {
			if slot.Child == 0 {
				continue
			}
			if int(slot.Child) >= len(v.p.Positions) || v.p.Positions[slot.Child].Parent != p.ID || v.p.Positions[slot.Child].Type != slot.Type.Named {
				v.errorf("position %d: slot %d leads to position %d, which has another parent or type", i, n, slot.Child)
				return
			}
			parents[slot.Child]++
		}
	}
	v.sources = make([][]PositionID, len(v.p.Positions))
	for i := 1; i < len(parents); i++ {
		if parents[i] != 1 {
			v.errorf("position %d: %d slots lead to it", i, parents[i])
			continue
		}
		parent := v.p.Positions[i].Parent
		v.sources[i] = append([]PositionID{parent}, v.sources[parent]...)
	}
}

// checkGraph checks the order of fetches: DependsOn without cycles, Dependents its inverse, Wave the length of the longest chain.
func (v *verifier) checkGraph() {
	fetches := v.p.Fetches
	inverse := make([][]FetchID, len(fetches))
	for i := range fetches {
		if fetches[i].ID != FetchID(i) {
			v.errorf("fetch %d: its id is %d", i, fetches[i].ID)
		}
		for n, d := range fetches[i].DependsOn {
			if int(d) >= len(fetches) || n > 0 && fetches[i].DependsOn[n-1] >= d {
				v.errorf("fetch %d: DependsOn %v is not a sorted list of fetches", i, fetches[i].DependsOn)
				return
			}
			inverse[d] = append(inverse[d], FetchID(i))
		}
	}
	waves := make([]int, len(fetches))
	v.before = make([]map[FetchID]bool, len(fetches))
	for range fetches { // each pass settles at least one fetch, or none is left that can be
		for i := range fetches {
			v.settle(i, waves)
		}
	}
	longest := 0
	for i := range fetches {
		f := &fetches[i]
		longest = max(longest, waves[i])
		switch {
		case v.before[i] == nil:
			v.errorf("fetch %d: depends on itself", i)
		case f.Wave != waves[i]:
			v.errorf("fetch %d: wave %d, but the longest chain has %d", i, f.Wave, waves[i])
		case !slices.Equal(sorted(f.Dependents), inverse[i]):
			v.errorf("fetch %d: Dependents %v, but DependsOn of the others says %v", i, f.Dependents, inverse[i])
		}
	}
	if v.p.Waves != longest {
		v.errorf("the plan has %d waves, but the longest chain has %d", v.p.Waves, longest)
	}
}

// settle computes a fetch's wave once those of its dependencies are known.
func (v *verifier) settle(i int, waves []int) {
	if v.before[i] != nil {
		return
	}
	before, wave := map[FetchID]bool{}, 0
	for _, d := range v.p.Fetches[i].DependsOn {
		if v.before[d] == nil {
			return
		}
		before[d] = true
		for x := range v.before[d] {
			before[x] = true
		}
		wave = max(wave, waves[d])
	}
	v.before[i], waves[i] = before, wave+1
}

func sorted(ids []FetchID) []FetchID {
	out := slices.Clone(ids)
	slices.Sort(out)
	return out
}

// checkSerial checks that the root fields of a mutation are asked exactly once and one after the other, and that a subscription has a
// single source.
func (v *verifier) checkSerial() {
	if v.op.Kind == operation.Query {
		return
	}
	var last *fill
	for _, c := range v.p.Positions[0].Classes {
		for _, f := range c.Fields {
			if f.Kind != OutputSlot {
				continue
			}
			fills := v.fills[slotAt{0, f.Slot}]
			if len(fills) != 1 || v.p.Fetches[fills[0].fetch].Kind != v.op.Kind {
				v.errorf("%s field %s: asked by %d fetches, must be one of kind %s", v.op.Kind, f.Key, len(fills), v.op.Kind)
				continue
			}
			now := &fills[0]
			if last != nil {
				v.checkAfter(f.Key, last, now)
			}
			last = now
		}
	}
}

// checkAfter checks that a root field runs after the one before: later in one request, or in a request that waits for the one before and
// for all that is below its fields.
func (v *verifier) checkAfter(key string, last, now *fill) {
	if last.fetch == now.fetch {
		if now.order < last.order {
			v.errorf("mutation field %s: runs before the field ahead of it", key)
		}
		return
	}
	if !v.before[now.fetch][last.fetch] {
		v.errorf("mutation field %s: fetch %d does not wait for fetch %d of the field ahead of it", key, now.fetch, last.fetch)
	}
	for i := range v.p.Fetches {
		id := FetchID(i)
		if v.before[id][last.fetch] && id != now.fetch && !v.before[id][now.fetch] && !v.before[now.fetch][id] {
			v.errorf("mutation field %s: fetch %d does not wait for fetch %d, which completes the field ahead of it", key, now.fetch, id)
		}
	}
}
