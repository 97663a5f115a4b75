package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/sluice-gateway/sluice/gateway"
	"github.com/sluice-gateway/sluice/graph/compose"
)

func composeCommand() command {
	const args = "-c gateway.toml [-o FILE] [--api] [--format text|json]"
	return command{
		name: "compose", args: "-c gateway.toml [flags]", summary: "print the supergraph, or every composition error",
		run: func(ctx context.Context, env *environment, a []string) error {
			f := env.flags("compose", args)
			file := f.String("c", "gateway.toml", "configuration `file`")
			out := f.String("o", "", "write to `FILE` instead of standard output")
			api := f.Bool("api", false, "print the API schema, which clients see")
			format := f.String("format", "text", "`text` or json")
			if _, err := env.parse(f, a, 0, 0); err != nil {
				return err
			}
			if *format != "text" && *format != "json" {
				fmt.Fprintln(env.stderr, "sluice compose: --format must be text or json")
				return errUsage
			}
			cfg, err := env.load(*file)
			if err != nil {
				return err
			}
			sdl, hints, err := gateway.Supergraph(ctx, cfg)
			var failed *gateway.CompositionError
			if err != nil && !errors.As(err, &failed) {
				return err //nolint:wrapcheck // it names the subgraph
			}
			if failed == nil && *api {
				if sdl, err = compose.APISchema(sdl); err != nil {
					return err //nolint:wrapcheck // it says what is wrong with the supergraph
				}
			}
			w, done, err := env.output(*out)
			if err != nil {
				return err
			}
			if *format == "json" {
				err = writeJSON(w, sdl, failed, hints)
			} else if failed == nil {
				_, err = io.WriteString(w, sdl)
			}
			if err := errors.Join(err, done()); err != nil {
				return err
			}
			if *format == "text" {
				for _, h := range hints {
					fmt.Fprintf(env.stderr, "%s: %s %s\n", strings.ToLower(h.Level), h.Code, h.Message)
				}
			}
			if failed != nil {
				if *format == "text" {
					writeErrors(env.stderr, failed.Errors, failed.Subgraphs)
				}
				return errReported
			}
			return nil
		},
	}
}

// output opens the file to write to, or standard output.
func (e *environment) output(file string) (io.Writer, func() error, error) {
	if file == "" {
		return e.stdout, func() error { return nil }, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, nil, fmt.Errorf("write: %w", err)
	}
	return f, f.Close, nil
}

// The form of --format json.
type (
	resultJSON struct {
		Supergraph *string       `json:"supergraph"`
		Errors     []problemJSON `json:"errors"`
		Hints      []problemJSON `json:"hints"`
	}
	problemJSON struct {
		Code       string      `json:"code"`
		Level      string      `json:"level,omitempty"`
		Message    string      `json:"message"`
		Coordinate string      `json:"coordinate"`
		Subgraphs  []placeJSON `json:"subgraphs"`
	}
	placeJSON struct {
		Name   string `json:"name"`
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
	}
)

func writeJSON(w io.Writer, sdl string, failed *gateway.CompositionError, hints []compose.Hint) error {
	out := resultJSON{Errors: []problemJSON{}, Hints: []problemJSON{}}
	if failed == nil {
		out.Supergraph = &sdl
	} else {
		for _, e := range failed.Errors {
			out.Errors = append(out.Errors, problemJSON{string(e.Code), "", e.Message, e.Coordinate, places(e.Locations)})
		}
	}
	for _, h := range hints {
		out.Hints = append(out.Hints, problemJSON{string(h.Code), h.Level, h.Message, h.Coordinate, places(h.Locations)})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func places(list []compose.Location) []placeJSON {
	out := []placeJSON{}
	for _, l := range list {
		out = append(out, placeJSON{l.Subgraph, l.File, l.Line, l.Column})
	}
	return out
}

// writeErrors shows errors as a compiler does: the message, then for each place the source line with a caret.
func writeErrors(w io.Writer, errs []*compose.Error, subgraphs []compose.Subgraph) {
	sources := map[string][]string{}
	for _, s := range subgraphs {
		sources[s.Name] = strings.Split(s.SDL, "\n")
	}
	for _, e := range errs {
		fmt.Fprintf(w, "error: %s: %s\n", e.Code, e.Message)
		for _, l := range e.Locations {
			name := l.File
			if name == "" {
				name = "subgraph " + l.Subgraph
			}
			if l.Line == 0 {
				fmt.Fprintf(w, "  --> %s\n", name)
				continue
			}
			fmt.Fprintf(w, "  --> %s:%d:%d (%s)\n", name, l.Line, l.Column, l.Subgraph)
			if lines := sources[l.Subgraph]; l.Line <= len(lines) {
				line, caret := excerpt(strings.TrimRight(lines[l.Line-1], "\r"), l.Column-1)
				number := fmt.Sprintf("%5d", l.Line)
				fmt.Fprintf(w, "%s | %s\n%s | %s\n", number, line, strings.Repeat(" ", len(number)), caret)
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%d composition error(s)\n", len(errs))
}

// excerpt is what is shown of a line, and the caret to put below it. SDL that a program printed may be one long line, so only what is around
// the column, counted in bytes from 0, is shown.
func excerpt(line string, column int) (shown, caret string) {
	const before, after = 100, 100
	column = min(max(column, 0), len(line))
	start, end := max(column-before, 0), min(column+after, len(line))
	for start > 0 && !utf8.RuneStart(line[start]) {
		start--
	}
	for end < len(line) && !utf8.RuneStart(line[end]) {
		end++
	}
	shown, lead := line[start:end], line[start:column]
	if start > 0 {
		shown, lead = "…"+shown, "…"+lead
	}
	if end < len(line) {
		shown += "…"
	}
	blank := func(r rune) rune {
		if r == '\t' {
			return '\t'
		}
		return ' '
	}
	return shown, strings.Map(blank, lead) + "^"
}
