package repair

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Codes of problems: those that the GraphQL endpoint gives.
const (
	CodeParse      = "OPERATION_PARSING_ERROR"
	CodeValidation = "OPERATION_VALIDATION_ERROR"
	CodeSelection  = "OPERATION_NOT_FOUND"
	CodeInput      = "VARIABLE_ERROR"
)

// MaxProblems is the most problems that Check reports.
const MaxProblems = 8

// View is a schema as one caller sees it.
type View struct {
	Schema *ast.Schema
	// Hidden reports whether the caller may not see a member of a type; with an
	// empty member, the type itself. Nil hides nothing.
	Hidden func(typeName, member string) bool
}

// Operation is what the caller wanted to run. Variables is a JSON object or empty.
type Operation struct {
	Query, Name string
	Variables   []byte
}

// Problem is one thing to mend.
type Problem struct {
	Code         string
	Message      string   // one sentence, the probable names included
	Line, Column int      // 1-based, in runes; 0 when the problem has no place in the text
	Hint         string   // what to do, when the message does not say it
	Edits        []Edit   // what would mend it; empty when that needs knowledge of the caller
	Types        []string // types, or coordinates of fields, whose SDL is worth reading
	Root         string   // the other root type whose field was asked for, if that is what is wrong
}

// Edit replaces the bytes from From to To of the operation's text.
type Edit struct {
	From, To int
	New      string
}

// checker holds one run of Check.
type checker struct {
	view     View
	op       Operation
	text     text
	doc      *ast.QueryDocument
	at       places
	problems []Problem

	unknownFragments bool
}

// Check returns what is wrong with op as far as its text, the schema and the
// variables tell: nothing about a text that is too large to be read again.
func Check(v View, op Operation) []Problem {
	doc, err := Parse(op.Query)
	if errors.Is(err, ErrTooLarge) {
		return nil
	}
	c := checker{view: v, op: op, text: newText(op.Query), doc: doc}
	if err != nil {
		return []Problem{c.syntax(err)}
	}
	if len(doc.Operations) == 0 {
		return []Problem{{Code: CodeParse, Message: "The document has no operation.", Hint: "Write one, for example: query { __typename }"}}
	}
	c.mask()
	errs := c.validate()
	c.at = locate(doc)
	for _, e := range errs {
		if len(c.problems) == MaxProblems { // looking for what was meant takes time, and nobody reads the rest
			break
		}
		c.add(e)
	}
	if len(c.problems) == 0 {
		c.selectOperation()
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return c.problems[:min(len(c.problems), MaxProblems)]
}

func firstPlace(e *gqlerror.Error) (line, column int) {
	if len(e.Locations) == 0 {
		return 0, 0
	}
	return e.Locations[0].Line, e.Locations[0].Column
}

// add turns one validation error into a problem, mended by the rule it broke.
func (c *checker) add(e *gqlerror.Error) {
	p := Problem{Code: CodeValidation, Message: strings.ReplaceAll(e.Message, hiddenMark, "")}
	if len(e.Locations) > 0 {
		p.Line, p.Column = e.Locations[0].Line, e.Locations[0].Column
	}
	where := place{p.Line, p.Column}
	switch e.Rule {
	case rules.FieldsOnCorrectTypeRule.Name:
		c.unknownField(&p, c.at.fields[where])
	case rules.ScalarLeafsRule.Name:
		c.selection(&p, c.at.fields[where])
	case rules.KnownArgumentNamesRule.Name:
		c.unknownArgument(&p, where)
	case rules.ProvidedRequiredArgumentsRule.Name:
		c.missingArgument(&p, c.at.fields[where])
	case rules.KnownTypeNamesRule.Name:
		c.unknownType(&p)
	case rules.KnownDirectivesRule.Name:
		c.unknownDirective(&p, c.at.directives[where])
	case rules.ValuesOfCorrectTypeRule.Name:
		c.wrongValue(&p, where)
	case rules.NoUndefinedVariablesRule.Name:
		c.undefinedVariable(&p, c.at.values[where])
	case rules.NoUnusedVariablesRule.Name:
		c.unusedVariable(&p, c.at.variables[where])
	case rules.VariablesInAllowedPositionRule.Name:
		c.variableType(&p, c.at.values[where])
	case rules.KnownFragmentNamesRule.Name:
		c.unknownFragment(&p)
	case rules.NoUnusedFragmentsRule.Name:
		if c.unknownFragments { // the spread that would use it is misspelt
			return
		}
		p.Hint = "Spread the fragment where its fields are wanted, or remove it."
	case rules.LoneAnonymousOperationRule.Name:
		p.Hint = "Give every operation a name, and pass the one to run as operationName."
	}
	if p.Message == "" || slices.ContainsFunc(c.problems, func(q Problem) bool { return q.Message == p.Message && q.Line == p.Line && q.Column == p.Column }) {
		return // the place may have been corrected, to one with the same problem
	}
	c.problems = append(c.problems, p)
}

// syntax explains an error of the parser.
func (c *checker) syntax(err error) Problem {
	p := Problem{Code: CodeParse, Message: "Syntax error."}
	if e, ok := errors.AsType[*gqlerror.Error](err); ok {
		p.Message = "Syntax error: " + e.Message
		if len(e.Locations) > 0 {
			p.Line, p.Column = e.Locations[0].Line, e.Locations[0].Column
		}
	}
	open := c.text.unclosed()
	switch trimmed := strings.TrimSpace(c.op.Query); {
	case trimmed == "":
		p.Hint = "The query is empty: pass a GraphQL document."
	case strings.HasPrefix(trimmed, `{"`):
		p.Hint = "The query looks like JSON: pass only the GraphQL text, and variables as their own argument."
	case strings.HasPrefix(trimmed, "```"):
		p.Hint = "Pass the GraphQL text without a code fence."
	case open != "":
		p.Hint = "A bracket is not closed: the text lacks " + open + " at its end."
		end := len(strings.TrimRight(c.op.Query, " \t\r\n"))
		p.Edits = []Edit{{From: end, To: end, New: " " + open}}
	case strings.Contains(p.Message, "Expected Name, found }"), strings.Contains(p.Message, "at least one definition, found }"):
		p.Hint = "A selection { } needs at least one field."
	case strings.Contains(p.Message, "Expected Name, found )"):
		p.Hint = "Leave the parentheses out when there are no arguments."
	case strings.Contains(p.Message, "String"):
		p.Hint = `Strings take double quotes, and """ when they span lines; names of fields and enum values take none.`
	}
	if _, err := parser.ParseQuery(&ast.Source{Input: Apply(c.op.Query, p.Edits)}); err != nil {
		p.Edits = nil
	}
	return p
}

// selectOperation finds the operation that would run, as GraphQL October 2021
// §6.1 GetOperation says, and checks its variables.
func (c *checker) selectOperation() {
	var names []string
	for _, op := range c.doc.Operations {
		if op.Name == c.op.Name || c.op.Name == "" && len(c.doc.Operations) == 1 {
			c.checkVariables(op)
			return
		}
		names = append(names, op.Name)
	}
	p := Problem{Code: CodeSelection, Message: "The document has several operations: operationName must name one of " + quoted(names) + "."}
	if c.op.Name != "" {
		p.Message = `There is no operation named "` + c.op.Name + `"; the document has ` + quoted(names) + "."
	}
	c.problems = append(c.problems, p)
}

// mendRounds is how often Mend looks at its own result again: a renamed field
// may have another type, whose fields are then wrong.
const mendRounds = 4

// Mend makes the edits of problems, then those of what is wrong after that, and
// so on. It reports false when the text does not become valid; variables that
// it declares have no value yet, which is no matter here.
func Mend(v View, op Operation, problems []Problem) (string, bool) {
	for range mendRounds {
		var edits []Edit
		for _, p := range problems {
			if len(p.Edits) == 0 {
				return "", false
			}
			edits = append(edits, p.Edits...)
		}
		op.Query = Apply(op.Query, edits)
		problems = slices.DeleteFunc(Check(v, op), func(p Problem) bool { return p.Code == CodeInput })
		if len(problems) == 0 {
			return op.Query, true
		}
	}
	return "", false
}

// Apply returns text with edits made. Edits must not overlap.
func Apply(text string, edits []Edit) string {
	sorted := slices.SortedStableFunc(slices.Values(edits), func(a, b Edit) int { return cmp.Compare(a.From, b.From) })
	var b strings.Builder
	done := 0
	for _, e := range sorted {
		if e.From < done {
			continue
		}
		b.WriteString(text[done:e.From])
		b.WriteString(e.New)
		done = e.To
	}
	b.WriteString(text[done:])
	return b.String()
}
