package config

import "reflect"

// Keys lists the dotted form of every key that a file may have, tables included.
func Keys() []string {
	var keys []string
	walkKeys(nil, reflect.TypeFor[Config](), func(p path, _ field) { keys = append(keys, keyPattern(p)) })
	return keys
}

// Fresh makes an addressable value of a table type with its defaults.
func Fresh(t reflect.Type) reflect.Value { return fresh(t) }
