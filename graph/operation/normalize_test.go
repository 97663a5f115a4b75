package operation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sluice-gateway/sluice/graph/operation"
	"github.com/sluice-gateway/sluice/graph/schema"
)

// collector is §6.3.2 CollectFields taken literally: the naive counterpart of Normalize.
type collector struct {
	s   *schema.Schema
	doc *ast.QueryDocument
	out strings.Builder
}

func (c *collector) collect(object string, sets []ast.SelectionSet, keys *[]string, fields map[string][]*ast.Field, visited map[string]bool) {
	meets := func(on string) bool {
		return on == "" || slices.Contains(c.s.Type(c.s.TypeByName(on)).Possible, c.s.TypeByName(object))
	}
	for _, set := range sets {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if fields[sel.Alias] == nil {
					*keys = append(*keys, sel.Alias)
				}
				fields[sel.Alias] = append(fields[sel.Alias], sel)
			case *ast.InlineFragment:
				if meets(sel.TypeCondition) {
					c.collect(object, []ast.SelectionSet{sel.SelectionSet}, keys, fields, visited)
				}
			case *ast.FragmentSpread:
				f := c.doc.Fragments.ForName(sel.Name)
				if !visited[sel.Name] && meets(f.TypeCondition) {
					visited[sel.Name] = true
					c.collect(object, []ast.SelectionSet{f.SelectionSet}, keys, fields, visited)
				}
			}
		}
	}
}

// object writes what is asked of one object, for each concrete type that its fields may have.
func (c *collector) object(object string, sets []ast.SelectionSet) {
	var keys []string
	fields := map[string][]*ast.Field{}
	c.collect(object, sets, &keys, fields, map[string]bool{})
	c.out.WriteString("{")
	for _, key := range keys {
		first := fields[key][0]
		fmt.Fprintf(&c.out, "%s:%s%s", key, first.Name, schema.CanonicalArguments(first.Arguments).Text)
		id := c.s.FieldByName(c.s.TypeByName(object), first.Name)
		if id != 0 && len(first.SelectionSet) > 0 {
			var below []ast.SelectionSet
			for _, f := range fields[key] {
				below = append(below, f.SelectionSet)
			}
			for _, t := range c.s.Type(c.s.Field(id).Type.Named).Possible {
				c.out.WriteString("<" + c.s.Type(t).Name + ">")
				c.object(c.s.Type(t).Name, below)
			}
		}
		c.out.WriteString(" ")
	}
	c.out.WriteString("}")
}

// printFor writes the IR in the same form.
func printFor(out *strings.Builder, s *schema.Schema, set *operation.SelectionSet, object schema.TypeID) {
	out.WriteString("{")
	for _, g := range set.Groups {
		if !slices.Contains(g.Types, object) {
			continue
		}
		for _, f := range g.Fields {
			fmt.Fprintf(out, "%s:%s%s", f.Key, f.Name, f.Args.Text)
			if f.Selection != nil {
				for _, t := range s.Type(s.Field(s.FieldByName(object, f.Name)).Type.Named).Possible {
					out.WriteString("<" + s.Type(t).Name + ">")
					printFor(out, s, f.Selection, t)
				}
			}
			out.WriteString(" ")
		}
	}
	out.WriteString("}")
}

func TestNormalizingAgreesWithCollectFields(t *testing.T) {
	s := load(t, mergeSDL)
	compared := 0
	for seed := range uint64(2000) {
		text := randomMergeDocument(seed)
		d, errs := operation.Parse(s, text, operation.ParseLimits{})
		if len(errs) > 0 {
			continue
		}
		compared++
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatal(err)
		}
		c := collector{s: s, doc: doc}
		c.object("Query", []ast.SelectionSet{doc.Operations[0].SelectionSet})
		var got strings.Builder
		printFor(&got, s, normalize(t, d, nil).Root, s.Query)
		if got.String() != c.out.String() {
			t.Fatalf("%s\ngot  %s\nwant %s", text, got.String(), c.out.String())
		}
	}
	if compared < 200 {
		t.Errorf("only %d documents were valid: the generator no longer tests anything", compared)
	}
}
