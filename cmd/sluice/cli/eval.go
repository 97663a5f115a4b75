package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sluice-gateway/sluice/gateway"
	"github.com/sluice-gateway/sluice/mcp/search"
)

func evalCommand() command {
	const args = "--schema FILE --cases FILE.jsonl [--max-tokens N] [--format text|json]"
	return command{
		name: "eval", args: "--schema S --cases C.jsonl", summary: "measure how well search finds what tasks need, on your schema",
		run: func(_ context.Context, env *environment, a []string) error {
			f := env.flags("eval", args)
			schemaFile := f.String("schema", "", "`FILE` with the schema: SDL, a supergraph, or an introspection result")
			casesFile := f.String("cases", "", "`FILE` with the tasks, one JSON object a line")
			maxTokens := f.Int("max-tokens", 0, "budget of each answer; 0 means the default of the search tool")
			format := f.String("format", "text", "`text` or json")
			if _, err := env.parse(f, a, 0, 0); err != nil {
				return err
			}
			if *schemaFile == "" || *casesFile == "" || *format != "text" && *format != "json" {
				return misused(env, f, "--schema and --cases are needed, and --format is text or json")
			}
			report, err := evaluate(*schemaFile, *casesFile, *maxTokens)
			if err != nil {
				return err
			}
			if *format == "json" {
				return writeReportJSON(env.stdout, report)
			}
			return writeReport(env.stdout, report)
		},
	}
}

func evaluate(schemaFile, casesFile string, maxTokens int) (search.Report, error) {
	sdl, err := os.ReadFile(schemaFile)
	if err != nil {
		return search.Report{}, fmt.Errorf("schema: %w", err)
	}
	schema, err := gateway.ClientSchema(sdl)
	if err != nil {
		return search.Report{}, err //nolint:wrapcheck // it says what is wrong with the schema
	}
	f, err := os.Open(casesFile)
	if err != nil {
		return search.Report{}, fmt.Errorf("cases: %w", err)
	}
	defer f.Close()
	cases, err := search.LoadCases(f)
	if err != nil {
		return search.Report{}, err //nolint:wrapcheck // it names the line
	}
	return search.Evaluate(search.Build(schema, search.BuildOptions{}), cases, search.EvalOptions{MaxTokens: maxTokens}) //nolint:wrapcheck // it names the case
}

func writeReport(w io.Writer, r search.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "tasks satisfied   %d of %d   %.1f %%\n", r.Satisfied, r.Cases, 100*r.SatisfiedShare())
	fmt.Fprintf(&b, "groups found      %d of %d   %.1f %%\n", r.GroupsMet, r.Groups, 100*r.GroupShare())
	fmt.Fprintf(&b, "tokens an answer  %.0f mean, %d most\n", r.MeanTokens, r.MaxTokens)
	for _, m := range r.Misses {
		fmt.Fprintf(&b, "\n%s  %s\n", m.ID, strings.Join(m.Keywords, ", "))
		for _, group := range m.Missing {
			fmt.Fprintf(&b, "  missing: %s\n", strings.Join(group, " or "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err //nolint:wrapcheck // standard output says enough
}

// reportJSON is the form of --format json.
type reportJSON struct {
	Cases          int        `json:"cases"`
	Satisfied      int        `json:"satisfied"`
	SatisfiedShare float64    `json:"satisfied_share"`
	Groups         int        `json:"groups"`
	GroupsMet      int        `json:"groups_met"`
	GroupShare     float64    `json:"group_share"`
	MeanTokens     float64    `json:"mean_tokens"`
	MaxTokens      int        `json:"max_tokens"`
	Misses         []missJSON `json:"misses"`
}

type missJSON struct {
	ID       string     `json:"id"`
	Keywords []string   `json:"keywords"`
	Missing  [][]string `json:"missing"`
}

func writeReportJSON(w io.Writer, r search.Report) error {
	out := reportJSON{
		Cases: r.Cases, Satisfied: r.Satisfied, SatisfiedShare: r.SatisfiedShare(),
		Groups: r.Groups, GroupsMet: r.GroupsMet, GroupShare: r.GroupShare(),
		MeanTokens: r.MeanTokens, MaxTokens: r.MaxTokens, Misses: []missJSON{},
	}
	for _, m := range r.Misses {
		out.Misses = append(out.Misses, missJSON(m))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
