// Package graphiql serves the GraphiQL page from the binary: nothing is loaded from anywhere else.
//
// It owns the page and its files, which are unchanged distributions of GraphiQL and React (see assets/LICENSES.txt). It does not
// decide who sees the page: the gateway mounts it when introspection is on.
package graphiql
