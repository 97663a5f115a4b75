package compose

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/graph/federation"
)

// companions are the elements of the small specifications that a subgraph may
// link instead of taking the directive from federation.
var companions = map[string][]string{
	federation.TagSpec:            {"@tag"},
	federation.InaccessibleSpec:   {"@inaccessible"},
	federation.AuthenticatedSpec:  {"@authenticated"},
	federation.RequiresScopesSpec: {"@requiresScopes", "Scope"},
	federation.PolicySpec:         {"@policy", "Policy"},
	federation.ContextSpec:        {"@context", "@fromContext", "ContextFieldValue"},
	federation.CostSpec:           {"@cost", "@listSize"},
	federation.CacheTagSpec:       {"@cacheTag"},
	federation.LinkSpec:           {"@link", "Import", "Purpose"},
}

// elements are those of a companion specification; nil for others.
func (f *feature) elements() []string {
	if !f.known() {
		return nil
	}
	return companions[f.identity]
}

// offers says whether the feature has an element ("@name" or "Name"). Features
// that are not known offer whatever is asked.
func (f *feature) offers(name string) bool {
	if f.identity != federation.FederationSpec {
		known := f.elements()
		return known == nil || slices.Contains(known, name)
	}
	if local, ok := strings.CutPrefix(name, "@"); ok {
		_, found := federation.Lookup(local, f.version)
		return found
	}
	return slices.Contains(federation.Scalars(f.version), name)
}
