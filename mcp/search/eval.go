package search

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// Case is one task of an evaluation: what an agent would search for, and what the answer must show.
type Case struct {
	ID       string     `json:"id"`
	Task     string     `json:"task"`     // in words; not read by the evaluation
	Keywords []string   `json:"keywords"` // what the agent sends
	Need     [][]string `json:"need"`     // groups of coordinates; one of each group must be visible
	Query    string     `json:"query"`    // an operation that solves the task; not read by the evaluation
	Tags     []string   `json:"tags"`
}

// maxCaseLine bounds one line of a cases file, in bytes.
const maxCaseLine = 1 << 20

// LoadCases reads cases in JSON Lines, one object a line; empty lines are skipped. A line that is no case, or has no
// keywords or needs nothing, is an error that names the line.
func LoadCases(r io.Reader) ([]Case, error) {
	var cases []Case
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxCaseLine)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		var c Case
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return nil, fmt.Errorf("cases: line %d: %w", n, err)
		}
		if len(c.Keywords) == 0 || len(c.Need) == 0 || slices.ContainsFunc(c.Need, func(g []string) bool { return len(g) == 0 }) {
			return nil, fmt.Errorf("cases: line %d: keywords and need must not be empty", n)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	return cases, nil
}

// EvalOptions say how to evaluate. The zero value searches with the default budget and counts by [EstimateTokens].
type EvalOptions struct {
	MaxTokens int              // budget of each search; 0 means [DefaultTokens]
	Hidden    Hidden           // what the caller may not see
	Count     func(string) int // counts the tokens of an answer; nil means [EstimateTokens]
}

// Report is the outcome of an evaluation.
type Report struct {
	Cases, Satisfied  int     // tasks; tasks with every group met
	Groups, GroupsMet int     // over all tasks
	MeanTokens        float64 // of an answer
	MaxTokens         int     // of the longest answer
	Misses            []Miss  // tasks not satisfied, in the order of the cases
}

// Miss is a task whose answer left something out.
type Miss struct {
	ID       string
	Keywords []string
	Missing  [][]string // the groups of which nothing was visible
}

// SatisfiedShare is the share of tasks that are satisfied, between 0 and 1.
func (r Report) SatisfiedShare() float64 { return share(r.Satisfied, r.Cases) }

// GroupShare is the share of groups that are met, between 0 and 1.
func (r Report) GroupShare() float64 { return share(r.GroupsMet, r.Groups) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Evaluate searches for each case and checks that the SDL of the answer shows what the case needs. It fails when an
// answer's SDL does not parse, since no agent could be expected to read it then.
func Evaluate(x *Index, cases []Case, opts EvalOptions) (Report, error) {
	if opts.Count == nil {
		opts.Count = EstimateTokens[string]
	}
	report := Report{Cases: len(cases)}
	total := 0
	for _, c := range cases {
		res := x.Search(Query{Keywords: c.Keywords, MaxTokens: opts.MaxTokens, Hidden: opts.Hidden})
		shown, err := coordinates(res.SDL)
		if err != nil {
			return report, fmt.Errorf("evaluate: case %s: %w", c.ID, err)
		}
		n := opts.Count(res.Text)
		total += n
		report.MaxTokens = max(report.MaxTokens, n)
		miss := Miss{ID: c.ID, Keywords: c.Keywords}
		for _, group := range c.Need {
			report.Groups++
			if slices.ContainsFunc(group, func(coordinate string) bool { return shown[coordinate] }) {
				report.GroupsMet++
			} else {
				miss.Missing = append(miss.Missing, group)
			}
		}
		if len(miss.Missing) == 0 {
			report.Satisfied++
		} else {
			report.Misses = append(report.Misses, miss)
		}
	}
	report.MeanTokens = float64(total) / float64(max(1, len(cases)))
	return report, nil
}

// coordinates are the schema coordinates that an SDL shows: Type.field, Type.field(arg:), Input.field, Enum.VALUE.
func coordinates(sdl string) (map[string]bool, error) {
	shown := make(map[string]bool)
	doc, err := parser.ParseSchema(&ast.Source{Name: "answer", Input: sdl})
	if err != nil {
		return nil, err
	}
	for _, def := range doc.Definitions {
		for _, f := range def.Fields {
			shown[def.Name+"."+f.Name] = true
			for _, a := range f.Arguments {
				shown[def.Name+"."+f.Name+"("+a.Name+":)"] = true
			}
		}
		for _, v := range def.EnumValues {
			shown[def.Name+"."+v.Name] = true
		}
	}
	return shown, nil
}
