package repair

import (
	"cmp"
	"errors"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Bounds of what is read again after a refusal. They are below those that the
// GraphQL endpoint has for texts it runs, for this is only help.
const (
	maxBytes  = 32 << 10
	maxTokens = 15_000
	maxWalked = 150_000 // selections, each counted as often as validation comes past
	maxErrors = 64      // different ones
)

// ErrTooLarge says that a text is not read again.
var ErrTooLarge = errors.New("too large to be looked at again")

// Parse reads a text that is small enough to be looked at. Other errors than
// ErrTooLarge are the parser's.
func Parse(query string) (*ast.QueryDocument, error) {
	if len(query) > maxBytes {
		return nil, ErrTooLarge
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, maxTokens)
	if err != nil {
		return nil, err
	}
	if walked(doc) > maxWalked {
		return nil, ErrTooLarge
	}
	return doc, nil
}

// walked is how many selections a walk visits at most: every fragment again
// from every definition.
func walked(doc *ast.QueryDocument) int {
	own, shared := 0, 0
	for _, op := range doc.Operations {
		own += selections(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		shared += selections(f.SelectionSet)
	}
	return own + shared*(len(doc.Operations)+len(doc.Fragments))
}

func selections(set ast.SelectionSet) int {
	n := len(set)
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			n += selections(s.SelectionSet)
		case *ast.InlineFragment:
			n += selections(s.SelectionSet)
		}
	}
	return n
}

// validate returns the different errors of the document, by place. A fragment
// is validated from every operation that spreads it, with the same errors.
func (c *checker) validate() []*gqlerror.Error {
	type identity struct {
		place
		rule, message string
	}
	seen := map[identity]bool{}
	var errs []*gqlerror.Error
	var events core.Events
	set := ruleSet().GetInner()
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		set[name](&events, func(options ...core.ErrorOption) {
			if len(errs) >= maxErrors {
				return
			}
			e := &gqlerror.Error{Rule: name}
			for _, o := range options {
				o(e)
			}
			line, column := firstPlace(e)
			id := identity{place{line, column}, name, e.Message}
			if !seen[id] {
				seen[id] = true
				errs = append(errs, e)
			}
		})
	}
	core.Walk(c.view.Schema, c.doc, &events)
	slices.SortStableFunc(errs, func(a, b *gqlerror.Error) int {
		la, ca := firstPlace(a)
		lb, cb := firstPlace(b)
		return cmp.Or(cmp.Compare(la, lb), cmp.Compare(ca, cb))
	})
	return errs
}

// ruleSet is the GraphQL October 2021 §5 rules without suggestions, which would
// name hidden members, and without the quadratic one.
func ruleSet() *rules.Rules {
	r := rules.NewDefaultRules()
	r.RemoveRule(rules.OverlappingFieldsCanBeMergedRule.Name)
	r.RemoveRule(rules.MaxIntrospectionDepth.Name)
	for _, quiet := range []struct{ loud, quiet core.Rule }{
		{rules.FieldsOnCorrectTypeRule, rules.FieldsOnCorrectTypeRuleWithoutSuggestions},
		{rules.KnownArgumentNamesRule, rules.KnownArgumentNamesRuleWithoutSuggestions},
		{rules.KnownTypeNamesRule, rules.KnownTypeNamesRuleWithoutSuggestions},
		{rules.ScalarLeafsRule, rules.ScalarLeafsRuleWithoutSuggestions},
		{rules.ValuesOfCorrectTypeRule, rules.ValuesOfCorrectTypeRuleWithoutSuggestions},
	} {
		r.RemoveRule(quiet.loud.Name)
		r.AddRule(quiet.loud.Name, quiet.quiet.RuleFunc)
	}
	return r
}
