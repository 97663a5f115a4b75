package federation

import "strings"

// Identities of the specifications: their URL without the version.
const (
	SpecDomain         = "https://specs.apollo.dev"
	LinkSpec           = SpecDomain + "/link"
	CoreSpec           = SpecDomain + "/core"
	FederationSpec     = SpecDomain + "/federation"
	JoinSpec           = SpecDomain + "/join"
	TagSpec            = SpecDomain + "/tag"
	InaccessibleSpec   = SpecDomain + "/inaccessible"
	AuthenticatedSpec  = SpecDomain + "/authenticated"
	RequiresScopesSpec = SpecDomain + "/requiresScopes"
	PolicySpec         = SpecDomain + "/policy"
	ContextSpec        = SpecDomain + "/context"
	CostSpec           = SpecDomain + "/cost"
	CacheTagSpec       = SpecDomain + "/cacheTag"
	ConnectSpec        = SpecDomain + "/connect"
	SourceSpec         = SpecDomain + "/source"
)

// Purpose is the value of the `for` argument of @link: what a consumer that does
// not know the feature loses. Empty when the feature may be ignored.
type Purpose string

// The purposes of the link specification v1.0.
const (
	NoPurpose Purpose = ""
	Security  Purpose = "SECURITY"
	Execution Purpose = "EXECUTION"
)

// Feature is a specification under which elements are printed in a supergraph.
type Feature struct {
	Identity string // URL without the version
	Version  Version
	Purpose  Purpose
}

// URL is the linked URL: identity and version.
func (f Feature) URL() string { return f.Identity + "/" + f.Version.String() }

// Name is the last segment of the identity, the default namespace of the
// feature's elements.
func (f Feature) Name() string { return SpecName(f.Identity) }

// SpecName is the last segment of a specification's identity.
func SpecName(identity string) string {
	return identity[strings.LastIndexByte(identity, '/')+1:]
}

// knownVersions lists, per supporting specification, the versions that may be
// linked by a subgraph. The federation specification itself is not in it: see
// Version.Known.
var knownVersions = map[string][]Version{
	LinkSpec:           {{1, 0}},
	CoreSpec:           {{0, 1}, {0, 2}},
	JoinSpec:           {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}},
	TagSpec:            {{0, 1}, {0, 2}, {0, 3}},
	InaccessibleSpec:   {{0, 1}, {0, 2}},
	AuthenticatedSpec:  {{0, 1}},
	RequiresScopesSpec: {{0, 1}},
	PolicySpec:         {{0, 1}},
	ContextSpec:        {{0, 1}},
	CostSpec:           {{0, 1}},
	CacheTagSpec:       {{0, 1}},
	ConnectSpec:        {{0, 1}, {0, 2}, {0, 3}, {0, 4}},
}

// KnownVersions are the versions of a supporting specification, oldest first;
// nil when this module does not know the specification. The caller must not
// write to the slice.
func KnownVersions(identity string) []Version { return knownVersions[identity] }

// connectNeeds is the federation version that brought each connect version.
var connectNeeds = map[Version]Version{
	{0, 1}: {2, 10},
	{0, 2}: {2, 11},
	{0, 3}: {2, 12},
	{0, 4}: {2, 13},
}

// ConnectNeeds is the federation version that a linked connect specification
// needs; false when the version is unknown.
func ConnectNeeds(connect Version) (Version, bool) {
	v, ok := connectNeeds[connect]
	return v, ok
}
