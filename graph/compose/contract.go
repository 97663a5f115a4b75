package compose

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// ErrEmptyContract is returned for a contract that leaves no query.
var ErrEmptyContract = errors.New("the contract leaves no field of the query root")

// Contract returns the supergraph with everything hidden (@inaccessible) that a
// contract does not offer. An element with an excluded tag is hidden, whatever else
// it has. With included tags, a field of an object or interface is offered only if
// it or its type has one of them. What then has no use is hidden too: fields and
// arguments of hidden types, types, unions and inputs without anything visible, and
// with hideUnreachable every type that no visible field leads to. Planning still
// uses hidden elements, so keys need no tags.
//
// The error is ErrEmptyContract, or names a required argument or input field that
// the contract would hide. Source: tag specification v0.3, inaccessible
// specification v0.2.
func Contract(supergraphSDL string, include, exclude []string, hideUnreachable bool) (string, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "supergraph", Input: supergraphSDL})
	if err != nil {
		return "", fmt.Errorf("read supergraph: %w", err)
	}
	c := newContract(doc, include, exclude)
	c.byTag()
	for c.settle() {
	}
	if hideUnreachable {
		c.hideUnreachable()
	}
	if err := c.check(); err != nil {
		return "", err
	}
	c.mark()
	var b strings.Builder
	formatter.NewFormatter(&b).FormatSchemaDocument(doc)
	return b.String(), nil
}

// contract is the state of one Contract call. Elements are known by the addresses of their definitions.
type contract struct {
	doc              *ast.SchemaDocument
	include, exclude []string
	tag              string // names of the directives in this supergraph
	inaccessible     string
	linked           bool // @inaccessible is linked already

	types  map[string]*ast.Definition
	roots  map[string]bool // names of root types
	hidden map[any]bool
}

func newContract(doc *ast.SchemaDocument, include, exclude []string) *contract {
	c := &contract{
		doc: doc, include: include, exclude: exclude, tag: "tag", inaccessible: "inaccessible",
		types: map[string]*ast.Definition{}, roots: map[string]bool{"Query": true, "Mutation": true, "Subscription": true}, hidden: map[any]bool{},
	}
	for _, s := range append(slices.Clone(doc.Schema), doc.SchemaExtension...) {
		for _, o := range s.OperationTypes {
			c.roots[o.Type] = true
		}
		for _, d := range s.Directives.ForNames("link") {
			c.readLink(d)
		}
	}
	for _, t := range doc.Definitions {
		if !strings.HasPrefix(t.Name, "join__") && !strings.HasPrefix(t.Name, "link__") {
			c.types[t.Name] = t
			if c.has(t.Directives, c.inaccessible) {
				c.hidden[t] = true
			}
		}
	}
	return c
}

// readLink learns the local names of the two directives.
func (c *contract) readLink(d *ast.Directive) {
	url, as := stringArg(d, "url"), stringArg(d, "as")
	switch {
	case strings.Contains(url, "/tag/v") && as != "":
		c.tag = as
	case strings.Contains(url, "/inaccessible/v"):
		c.linked = true
		if as != "" {
			c.inaccessible = as
		}
	}
}

func stringArg(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value.Raw
	}
	return ""
}

func (c *contract) has(list ast.DirectiveList, name string) bool { return list.ForName(name) != nil }

// tagged reports whether one of the tags is applied.
func (c *contract) tagged(list ast.DirectiveList, tags []string) bool {
	return slices.ContainsFunc(list, func(d *ast.Directive) bool {
		return d.Name == c.tag && slices.Contains(tags, stringArg(d, "name"))
	})
}

// byTag hides what the tags say, and notes what is hidden already.
func (c *contract) byTag() {
	hide := func(element any, list ast.DirectiveList) {
		if c.tagged(list, c.exclude) || c.has(list, c.inaccessible) {
			c.hidden[element] = true
		}
	}
	for _, t := range c.types {
		hide(t, t.Directives)
		for _, v := range t.EnumValues {
			hide(v, v.Directives)
		}
		filtered := len(c.include) > 0 && (t.Kind == ast.Object || t.Kind == ast.Interface) && !c.tagged(t.Directives, c.include)
		for _, f := range t.Fields {
			hide(f, f.Directives)
			if filtered && !c.tagged(f.Directives, c.include) {
				c.hidden[f] = true
			}
			for _, a := range f.Arguments {
				hide(a, a.Directives)
			}
		}
	}
}

// settle hides what has become useless, and reports whether there was anything.
func (c *contract) settle() bool {
	changed := false
	hide := func(element any) {
		if !c.hidden[element] {
			c.hidden[element] = true
			changed = true
		}
	}
	for _, t := range c.types {
		visible := 0
		for _, f := range t.Fields {
			if c.hiddenType(f.Type) || c.implementedHidden(t, f) {
				hide(f)
			}
			for _, a := range f.Arguments {
				if c.hiddenType(a.Type) {
					hide(a)
				}
			}
			if !c.hidden[f] {
				visible++
			}
		}
		for _, m := range t.Types {
			if d := c.types[m]; d != nil && !c.hidden[d] {
				visible++
			}
		}
		for _, v := range t.EnumValues {
			if !c.hidden[v] {
				visible++
			}
		}
		if visible == 0 && t.Kind != ast.Scalar && !c.roots[t.Name] {
			hide(t)
		}
	}
	return changed
}

func (c *contract) hiddenType(t *ast.Type) bool {
	d := c.types[t.Name()]
	return d != nil && c.hidden[d]
}

// implementedHidden reports whether a visible implementor of interface t hides the field, so that the interface cannot promise it.
func (c *contract) implementedHidden(t *ast.Definition, f *ast.FieldDefinition) bool {
	if t.Kind != ast.Interface {
		return false
	}
	for _, o := range c.types {
		if slices.Contains(o.Interfaces, t.Name) && !c.hidden[o] {
			if own := o.Fields.ForName(f.Name); own != nil && c.hidden[own] {
				return true
			}
		}
	}
	return false
}

// hideUnreachable hides every type that no visible field leads to from a root.
func (c *contract) hideUnreachable() {
	reached := map[string]bool{}
	var queue []string
	reach := func(name string) {
		if d := c.types[name]; d != nil && !c.hidden[d] && !reached[name] {
			reached[name] = true
			queue = append(queue, name)
		}
	}
	for name := range c.roots {
		reach(name)
	}
	for len(queue) > 0 {
		t := c.types[queue[0]]
		queue = queue[1:]
		for _, f := range t.Fields {
			if c.hidden[f] {
				continue
			}
			reach(f.Type.Name())
			for _, a := range f.Arguments {
				if !c.hidden[a] {
					reach(a.Type.Name())
				}
			}
		}
		for _, name := range append(slices.Clone(t.Types), t.Interfaces...) {
			reach(name)
		}
		if t.Kind == ast.Interface {
			for _, o := range c.types {
				if slices.Contains(o.Interfaces, t.Name) {
					reach(o.Name)
				}
			}
		}
	}
	for name, t := range c.types {
		if !reached[name] {
			c.hidden[t] = true
		}
	}
}

// check refuses a contract that cannot be served.
func (c *contract) check() error {
	var errs []error
	for _, t := range c.doc.Definitions {
		if c.types[t.Name] == nil || c.hidden[t] {
			continue
		}
		for _, f := range t.Fields {
			if t.Kind == ast.InputObject && c.hidden[f] && f.Type.NonNull && f.DefaultValue == nil {
				errs = append(errs, fmt.Errorf("the contract hides the required input field %s.%s", t.Name, f.Name))
			}
			for _, a := range f.Arguments {
				if !c.hidden[f] && c.hidden[a] && a.Type.NonNull && a.DefaultValue == nil {
					errs = append(errs, fmt.Errorf("the contract hides the required argument %s.%s(%s:)", t.Name, f.Name, a.Name))
				}
			}
		}
	}
	query := c.types[c.queryRoot()]
	if query == nil || c.hidden[query] || !slices.ContainsFunc(query.Fields, func(f *ast.FieldDefinition) bool { return !c.hidden[f] }) {
		errs = append(errs, ErrEmptyContract)
	}
	return errors.Join(errs...)
}

func (c *contract) queryRoot() string {
	for _, s := range append(slices.Clone(c.doc.Schema), c.doc.SchemaExtension...) {
		for _, o := range s.OperationTypes {
			if o.Operation == ast.Query {
				return o.Type
			}
		}
	}
	return "Query"
}

// mark writes @inaccessible at everything hidden, and links it where that is new.
func (c *contract) mark() {
	apply := func(element any, list *ast.DirectiveList) {
		if c.hidden[element] && !c.has(*list, c.inaccessible) {
			*list = append(*list, &ast.Directive{Name: c.inaccessible})
		}
	}
	for _, t := range c.types {
		if c.roots[t.Name] && !slices.ContainsFunc(t.Fields, func(f *ast.FieldDefinition) bool { return !c.hidden[f] }) {
			c.hidden[t] = true // a mutation or subscription root with nothing left
		}
		apply(t, &t.Directives)
		for _, f := range t.Fields {
			apply(f, &f.Directives)
			for _, a := range f.Arguments {
				apply(a, &a.Directives)
			}
		}
		for _, v := range t.EnumValues {
			apply(v, &v.Directives)
		}
	}
	if !c.linked {
		c.link()
	}
}

// inaccessibleSDL is what a supergraph that does not use @inaccessible yet gets.
const inaccessibleSDL = `
extend schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`

func (c *contract) link() {
	extra, err := parser.ParseSchema(&ast.Source{Name: "inaccessible", Input: inaccessibleSDL})
	if err != nil {
		panic(err) // the text is a constant
	}
	if len(c.doc.Schema) > 0 {
		c.doc.Schema[0].Directives = append(c.doc.Schema[0].Directives, extra.SchemaExtension[0].Directives...)
	} else {
		c.doc.SchemaExtension = append(c.doc.SchemaExtension, extra.SchemaExtension...)
	}
	if c.doc.Directives.ForName(c.inaccessible) == nil {
		c.doc.Directives = append(c.doc.Directives, extra.Directives...)
	}
}
