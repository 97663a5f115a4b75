package extensions

import (
	"maps"
	"slices"
	"sync"
)

// registry is the one piece of global state: what the linked packages registered in init.
var registry = struct {
	sync.RWMutex
	factories map[string]Factory
}{factories: map[string]Factory{}}

// Register makes an extension available under id, the name of its table [extensions.<id>]. It is called from init, and
// panics on an empty id, a nil factory, or an id taken already: each is a mistake of the build, not of its user.
func Register(id string, f Factory) {
	if id == "" {
		panic("extensions: Register with an empty id")
	}
	if f == nil {
		panic("extensions: Register " + id + " with a nil factory")
	}
	registry.Lock()
	defer registry.Unlock()
	if _, taken := registry.factories[id]; taken {
		panic("extensions: Register " + id + " twice")
	}
	registry.factories[id] = f
}

// IDs returns the ids linked into this binary, sorted.
func IDs() []string {
	registry.RLock()
	defer registry.RUnlock()
	return slices.Sorted(maps.Keys(registry.factories))
}

// Lookup returns the factory registered under id.
func Lookup(id string) (Factory, bool) {
	registry.RLock()
	defer registry.RUnlock()
	f, ok := registry.factories[id]
	return f, ok
}
