package graph

import (
	"slices"

	"github.com/sluice-gateway/sluice/graph/exec"
	"github.com/sluice-gateway/sluice/graph/introspection"
	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/plan"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// Config is how an Engine behaves. The zero value of a field means what its comment says.
type Config struct {
	// Fetcher sends requests to the subgraphs of the schema; it must be set.
	Fetcher exec.Fetcher
	// Parse bounds the texts that are read.
	Parse operation.ParseLimits
	// Limits bound the operations that are run.
	Limits operation.Limits
	// Cost bounds the static cost of operations by @cost and @listSize.
	Cost CostControl
	// Exec are the settings of execution.
	Exec exec.Options
	// Batch reports whether fetches of a subgraph that become ready together share one request; nil means all do.
	Batch func(sg schema.SubgraphID) bool
	// MaxPositions and MaxWork are plan.Options'.
	MaxPositions, MaxWork int
	// DocumentCacheBytes and PlanCacheBytes bound the caches, by an estimate of what their values hold; 0 means 64 MiB each.
	DocumentCacheBytes, PlanCacheBytes int64
	// Introspection answers introspection fields, of which it may leave some out. Those, and all when it is nil, are refused. The schema must
	// have __search and __definitions where it answers them (schema.Schema.AddSearchIntrospection).
	Introspection *introspection.Schema
}

// CostControl says what is done about the cost of operations. The zero value does not compute it.
type CostControl struct {
	Measure  bool // tell it in Prepared.Cost
	Limit    int  // refuse operations that cost more; 0 refuses none
	ListSize int  // what is assumed of lists that do not tell their size; 0 means operation.DefaultListSize
}

// Engine prepares and executes operations on one schema.
type Engine struct {
	cfg     Config
	schema  *schema.Schema
	planner *plan.Planner
	labels  []string // of progressive overrides, sorted

	documents *cache[string, *document]
	shapes    *cache[shapeKey, *shape]
	plans     *cache[planKey, *planned]
}

const defaultCacheBytes = 64 << 20

// New makes an engine for the schema.
func New(s *schema.Schema, cfg Config) *Engine {
	if cfg.DocumentCacheBytes == 0 {
		cfg.DocumentCacheBytes = defaultCacheBytes
	}
	if cfg.PlanCacheBytes == 0 {
		cfg.PlanCacheBytes = defaultCacheBytes
	}
	if cfg.Batch == nil {
		cfg.Batch = func(schema.SubgraphID) bool { return true }
	}
	return &Engine{
		cfg: cfg, schema: s, planner: plan.New(s), labels: labelsOf(s),
		documents: newCache[string, *document](cfg.DocumentCacheBytes / 2),
		shapes:    newCache[shapeKey, *shape](cfg.DocumentCacheBytes / 2),
		plans:     newCache[planKey, *planned](cfg.PlanCacheBytes),
	}
}

// Schema returns the engine's schema.
func (e *Engine) Schema() *schema.Schema { return e.schema }

// Texts returns the texts of the operations in the document cache, most recently used first: what a successor should be warmed with.
func (e *Engine) Texts() []string { return e.documents.keys() }

// PlanStats returns how many operations found their plan in the cache, and how many had to be planned.
func (e *Engine) PlanStats() (hits, misses uint64) { return e.plans.stats() }

func labelsOf(s *schema.Schema) []string {
	var out []string
	for i := range s.Fields {
		for j := range s.Fields[i].Homes {
			if l := s.Fields[i].Homes[j].Label; l != "" {
				out = append(out, l)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
