package plan

import (
	"cmp"
	"slices"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// finish turns the lowered parts into the plan's fetches.
func (l *lowering) finish() error {
	l.complete()
	parts := slices.DeleteFunc(l.parts, (*part).empty)
	l.orderStages(parts)
	rounds := roundsOf(parts)
	slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Or(cmp.Compare(rounds[a], rounds[b]), cmp.Compare(a.n, b.n)) })

	fetchOf := map[*part]FetchID{}
	type batchKey struct {
		sg    schema.SubgraphID
		round int
		stage int
	}
	batches := map[batchKey]int{}
	var groups [][]*part
	for _, p := range parts {
		key := batchKey{p.sg, rounds[p], p.stage}
		batchable := !p.root && len(p.context) == 0 && l.s.opts.Batch != nil && l.s.opts.Batch(p.sg)
		if at, ok := batches[key]; ok && batchable {
			groups[at] = append(groups[at], p)
			fetchOf[p] = FetchID(at)
			continue
		}
		if batchable {
			batches[key] = len(groups)
		}
		fetchOf[p] = FetchID(len(groups))
		groups = append(groups, []*part{p})
	}
	l.plan.Fetches = make([]Fetch, len(groups))
	for i, g := range groups {
		l.plan.Fetches[i] = l.fetch(FetchID(i), g, rounds[g[0]], fetchOf)
		l.plan.Waves = max(l.plan.Waves, rounds[g[0]])
	}
	for i := range l.plan.Fetches {
		for _, d := range l.plan.Fetches[i].DependsOn {
			l.plan.Fetches[d].Dependents = append(l.plan.Fetches[d].Dependents, FetchID(i))
		}
	}
	l.plan.Optimal = l.s.optimal
	return nil
}

// orderStages makes every part of a mutation wait for all parts of the stages before.
func (l *lowering) orderStages(parts []*part) {
	for _, p := range parts {
		for _, q := range parts {
			if q.stage < p.stage {
				p.deps[q] = true
			}
		}
	}
}

// roundsOf counts, for each part, the length of the longest chain of parts that ends with it.
func roundsOf(parts []*part) map[*part]int {
	rounds := make(map[*part]int, len(parts))
	var visit func(p *part) int
	visit = func(p *part) int {
		if r, ok := rounds[p]; ok {
			return r
		}
		r := 0
		for d := range p.deps {
			r = max(r, visit(d))
		}
		rounds[p] = r + 1
		return r + 1
	}
	for _, p := range parts {
		visit(p)
	}
	return rounds
}

// fetch renders one request of one or more parts.
func (l *lowering) fetch(id FetchID, parts []*part, round int, fetchOf map[*part]FetchID) Fetch {
	f := Fetch{ID: id, Subgraph: parts[0].sg, Kind: operation.Query, Wave: round}
	if parts[0].root && parts[0].place.parent == nil {
		f.Kind = l.op.Kind
	}
	d := &document{l: l, s: l.s, op: l.op}
	for i, p := range parts {
		f.Parts = append(f.Parts, d.part(p, i, len(parts)))
		for q := range p.deps {
			f.DependsOn = append(f.DependsOn, fetchOf[q])
		}
	}
	slices.Sort(f.DependsOn)
	f.DependsOn = slices.Compact(f.DependsOn)
	for _, p := range parts {
		for _, c := range p.context {
			d.definitions = append(d.definitions, "$"+c.Variable+":"+c.typ)
		}
	}
	f.Document, f.Variables = d.text(f.Kind, f.Parts)
	return f
}
