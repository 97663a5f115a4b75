package config

import (
	"slices"
	"strings"
)

// foreignKey says what becomes of a Grafbase Gateway key that has no counterpart here.
type foreignKey struct {
	// fatal: doing without it could open the graph or break a subgraph, so that the file must be changed.
	fatal bool
	// unless the value is this one, which asks for nothing. Nil: whatever the value.
	unless any
	// message says why it is not needed or what to do instead.
	message string
}

// foreignKeys are keys of Grafbase Gateway; one that names a table stands for all of it. `*` is any subgraph or extension.
var foreignKeys = map[string]foreignKey{
	"wasm":                               {message: "ignored: extensions are compiled in"},
	"hooks":                              {fatal: true, message: "is not supported: rules written as hooks would be lost; write an extension instead"},
	"websockets":                         {message: "ignored: the payload of connection_init is not forwarded"},
	"entity_caching":                     {message: "ignored: entities are not cached"},
	"subgraphs.*.entity_caching":         {message: "ignored: entities are not cached"},
	"traffic_shaping":                    {message: "ignored: every request makes its own subgraph requests"},
	"gateway.access_logs":                {message: "ignored: see telemetry.logs.access"},
	"gateway.message_signatures":         {fatal: true, message: "is not supported: subgraphs that check signatures would refuse every request"},
	"subgraphs.*.message_signatures":     {fatal: true, message: "is not supported: a subgraph that checks signatures would refuse every request"},
	"gateway.retry.retry_mutations":      {unless: false, message: "ignored: a mutation is never sent twice"},
	"subgraphs.*.retry.retry_mutations":  {unless: false, message: "ignored: a mutation is never sent twice"},
	"graph.contracts.cache":              {message: "ignored: a contract is composed once"},
	"mcp.transport":                      {unless: "streaming-http", fatal: true, message: `must be left out: Streamable HTTP is the only transport, at the same path`},
	"operation_caching.redis":            {message: "ignored: plans are kept in memory and warmed on reload"},
	"extensions.*.version":               {message: "ignored: extensions are compiled in"},
	"extensions.*.path":                  {message: "ignored: extensions are compiled in"},
	"extensions.*.networking":            {message: "ignored: extensions run in the gateway's process"},
	"extensions.*.stdout":                {message: "ignored: extensions run in the gateway's process"},
	"extensions.*.stderr":                {message: "ignored: extensions run in the gateway's process"},
	"extensions.*.environment_variables": {message: "ignored: use {{ env.NAME }} in the settings"},
	"extensions.*.max_pool_size":         {message: "ignored: extensions run in the gateway's process"},
}

// foreign handles a key that is Grafbase's and not ours; false means that it is neither.
func (d *decoder) foreign(p path, value any) bool {
	generic := slices.Clone(p)
	if len(p) > 2 && (p[0] == "subgraphs" || p[0] == "extensions") {
		generic[1] = "*"
	}
	key, ok := foreignKeys[strings.Join(generic, ".")]
	switch {
	case !ok:
		return false
	case key.unless != nil && value == key.unless:
	case key.fatal:
		d.problem(p, "%s", key.message)
	default:
		d.warn(p, "%s", key.message)
	}
	return true
}
