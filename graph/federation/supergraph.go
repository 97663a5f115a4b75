package federation

// supergraphFeatures maps a federation directive that survives composition to
// the specification under which a supergraph carries it.
var supergraphFeatures = map[string]Feature{
	Tag:            {TagSpec, Version{0, 3}, NoPurpose},
	Inaccessible:   {InaccessibleSpec, Version{0, 2}, Security},
	Authenticated:  {AuthenticatedSpec, Version{0, 1}, Security},
	RequiresScopes: {RequiresScopesSpec, Version{0, 1}, Security},
	Policy:         {PolicySpec, Version{0, 1}, Security},
	Context:        {ContextSpec, Version{0, 1}, Security},
	FromContext:    {ContextSpec, Version{0, 1}, Security},
	Cost:           {CostSpec, Version{0, 1}, NoPurpose},
	ListSize:       {CostSpec, Version{0, 1}, NoPurpose},
}

// SupergraphFeature is the specification under which a supergraph carries a
// directive; false for a directive that composition consumes (@key,
// @requires...) or that travels in @join__directive (@cacheTag).
func SupergraphFeature(directive string) (Feature, bool) {
	f, ok := supergraphFeatures[directive]
	return f, ok
}
