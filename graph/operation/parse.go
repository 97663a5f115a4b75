package operation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sluice-gateway/sluice/graph/schema"
)

// ParseLimits bound what Parse reads. The zero value takes every default.
type ParseLimits struct {
	Bytes  int // of the text; 0 means 32 KiB
	Tokens int // lexical tokens; 0 means 15,000
	// Work bounds the fields visited by the field-merge check and by each Normalize, to which hostile fragments can give
	// exponential work, and an eighth of those visited by the other rules, which walk every fragment from every definition; 0
	// means 150,000, some tens of milliseconds.
	Work int
}

func (l ParseLimits) withDefaults() ParseLimits {
	return ParseLimits{
		Bytes:  cmp.Or(l.Bytes, 32<<10),
		Tokens: cmp.Or(l.Tokens, 15_000),
		Work:   cmp.Or(l.Work, 150_000),
	}
}

// maxErrors bounds the error list: nobody reads more, and a hostile document could have thousands.
const maxErrors = 50

// Parse reads and validates a document (GraphQL September 2025 §5 Validation). The Document is complete and immutable; it is nil
// when there are errors. Errors carry no suggestions, so that the result does not depend on who asks.
func Parse(s *schema.Schema, text string, lim ParseLimits) (*Document, ErrorList) {
	lim = lim.withDefaults()
	source := &ast.Source{Name: "operation", Input: text}
	d := &Document{schema: s, text: text, work: lim.Work}
	if err := d.scan(source, lim); err != nil {
		return nil, ErrorList{err}
	}
	doc, err := parser.ParseQuery(source)
	if err != nil {
		return nil, ErrorList{parseError(err)}
	}
	if walked(doc) > 8*lim.Work {
		return nil, ErrorList{workError(lim.Work)}
	}
	if len(doc.Operations) == 0 {
		return nil, ErrorList{{Message: "The document has no operation.", Code: CodeParsing, Failure: FailureOperation}}
	}
	if errs := validate(s, doc); len(errs) > 0 {
		return nil, errs
	}
	d.compile(doc)
	if errs := d.checkMerge(); len(errs) > 0 {
		return nil, errs
	}
	return d, nil
}

// walked returns how many selections validation visits at most.
func walked(doc *ast.QueryDocument) int {
	own, shared := 0, 0
	for _, op := range doc.Operations {
		own += countSelections(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		shared += countSelections(f.SelectionSet)
	}
	return own + shared*(len(doc.Operations)+len(doc.Fragments))
}

// scan counts tokens before any tree is built.
func (d *Document) scan(source *ast.Source, lim ParseLimits) *Error {
	if len(source.Input) > lim.Bytes {
		return limitError("executable_document_limit", len(source.Input), lim.Bytes)
	}
	if !utf8.ValidString(source.Input) {
		return &Error{Message: "The document is not valid UTF-8.", Code: CodeParsing, Failure: FailureSyntax}
	}
	lex := lexer.New(source)
	for {
		token, err := lex.ReadToken()
		if err != nil {
			return parseError(err)
		}
		switch token.Kind {
		case lexer.EOF:
			return nil
		case lexer.At:
			d.directives++
		case lexer.Comment:
			continue
		default:
		}
		if d.tokens++; d.tokens > lim.Tokens {
			return limitError("tokens", d.tokens, lim.Tokens)
		}
	}
}

func parseError(err error) *Error {
	e := &Error{Message: err.Error(), Code: CodeParsing, Failure: FailureSyntax}
	if ge, ok := errors.AsType[*gqlerror.Error](err); ok {
		e.Message, e.Locations = ge.Message, locations(ge)
	}
	return e
}

func locations(ge *gqlerror.Error) []Location {
	var out []Location
	for _, l := range ge.Locations {
		out = append(out, Location{Line: l.Line, Column: l.Column})
	}
	return out
}

func limitError(name string, value, maximum int) *Error {
	return &Error{
		Message: fmt.Sprintf("The operation exceeds the limit %s: it has %d, the maximum is %d.", name, value, maximum),
		Code:    CodeLimit, Failure: FailureLimit, Name: name,
	}
}

func workError(maximum int) *Error {
	return &Error{
		Message: fmt.Sprintf("The operation is too complex: its fragments lead to more than %d field visits.", maximum),
		Code:    CodeLimit, Failure: FailureLimit, Name: "work",
	}
}

// foreignRules are gqlparser's rules that are taken as they are. Left out are OverlappingFieldsCanBeMerged, whose cost grows with the
// square of the document (see checkMerge), and those that ownRules states with the facts a caller needs to mend the operation.
var foreignRules = []struct {
	rule    core.Rule
	failure Failure
}{
	{rules.FragmentsOnCompositeTypesRule, FailureFragment},
	{rules.KnownDirectivesRule, FailureOther},
	{rules.KnownFragmentNamesRule, FailureFragment},
	{rules.KnownRootTypeRule, FailureOperation},
	{rules.LoneAnonymousOperationRule, FailureOperation},
	{rules.MaxIntrospectionDepth, FailureLimit},
	{rules.NoFragmentCyclesRule, FailureFragment},
	{rules.NoUndefinedVariablesRule, FailureVariable},
	{rules.NoUnusedFragmentsRule, FailureFragment},
	{rules.NoUnusedVariablesRule, FailureVariable},
	{rules.PossibleFragmentSpreadsRule, FailureFragment},
	{rules.SingleFieldSubscriptionsRule, FailureOperation},
	{rules.UniqueArgumentNamesRule, FailureOther},
	{rules.UniqueDirectivesPerLocationRule, FailureOther},
	{rules.UniqueFragmentNamesRule, FailureFragment},
	{rules.UniqueInputFieldNamesRule, FailureOther},
	{rules.UniqueOperationNamesRule, FailureOperation},
	{rules.UniqueVariableNamesRule, FailureVariable},
	{rules.VariablesAreInputTypesRule, FailureVariable},
	{rules.VariablesInAllowedPositionRule, FailureVariable},
}

// validate runs the rules in one walk. It writes definitions into the tree, so doc must not be shared before it returns.
func validate(s *schema.Schema, doc *ast.QueryDocument) ErrorList {
	var errs ErrorList
	add := func(e *Error) {
		if len(errs) < maxErrors {
			e.Code = CodeValidation
			errs = append(errs, e)
		}
	}
	var events core.Events
	for _, r := range foreignRules {
		r.rule.RuleFunc(&events, func(options ...core.ErrorOption) {
			if len(errs) >= maxErrors {
				return
			}
			var ge gqlerror.Error
			for _, o := range options {
				o(&ge)
			}
			add(&Error{Message: ge.Message, Locations: locations(&ge), Failure: r.failure})
		})
	}
	for _, rule := range ownRules {
		rule(&events, add)
	}
	core.Walk(s.API, doc, &events)
	slices.SortStableFunc(errs, func(a, b *Error) int { return slices.CompareFunc(a.Locations, b.Locations, compareLocations) })
	// A fragment is walked from every operation that spreads it, and by itself.
	return slices.CompactFunc(errs, func(a, b *Error) bool {
		return a.Message == b.Message && slices.Equal(a.Locations, b.Locations)
	})
}

func compareLocations(a, b Location) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
