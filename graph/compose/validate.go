package compose

// validator checks what federation's directives say within one subgraph, whose
// schema is valid GraphQL. Each rule is a file validate_*.go. What depends on
// other subgraphs is checked when merging.
type validator struct {
	*subgraph
	// broken are the field sets that do not read as one or name what does not exist:
	// what they select means nothing, so rules that compare field sets pass over them.
	broken map[*directive]bool
}

// validate checks the subgraph by every rule and reports all that is wrong. What
// the rules say of @external depends on @provides, so fields that cannot provide
// anything come first.
func (s *subgraph) validate() {
	s.markUses()
	v := validator{subgraph: s, broken: map[*directive]bool{}}
	before := len(s.errors)
	if v.checkProviders(); len(s.errors) > before {
		return
	}
	for _, t := range s.types {
		v.checkKeys(t)
		v.checkInterfaceObjectType(t)
		v.checkShareableType(t)
		v.checkAuthType(t)
		v.checkContextNames(t)
		for _, f := range t.fields {
			v.checkProvides(f)
			v.checkRequires(f)
			v.checkExternal(f)
			v.checkShareableField(f)
			v.checkCost(f)
			v.checkListSize(f)
			v.checkContextArguments(f)
		}
		v.checkContextKey(t)
	}
	v.checkContextDefinitions()
	v.checkInterfaceKeys()
}
