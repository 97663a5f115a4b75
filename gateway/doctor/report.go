package doctor

import (
	"fmt"
	"io"
	"strings"
)

// Report is what a walk found. Its JSON form is meant for scripts.
type Report struct {
	URL   string  `json:"url"`
	OK    bool    `json:"ok"` // no step has a fault; warnings do not count
	Steps []*Step `json:"steps"`
}

// Step is one station of the walk.
type Step struct {
	Name     string    `json:"step"`
	URL      string    `json:"url,omitempty"` // what was asked
	Status   Status    `json:"status"`
	Found    string    `json:"found,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// Status is how a step came out.
type Status string

// The outcomes. A warning is what only some clients stumble over.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Fault   Status = "fault"
	Skipped Status = "skipped"
)

// Problem is what is wrong, and what to do about it.
type Problem struct {
	Status Status `json:"status"` // Warning or Fault
	Fault  string `json:"fault"`
	Mend   string `json:"mend"`
}

func (s *Step) fault(fault, mend string) {
	s.Status = Fault
	s.Problems = append(s.Problems, Problem{Fault, fault, mend})
}

func (s *Step) warn(fault, mend string) {
	if s.Status != Fault {
		s.Status = Warning
	}
	s.Problems = append(s.Problems, Problem{Warning, fault, mend})
}

func (r *Report) step(name, url string) *Step {
	s := &Step{Name: name, URL: url, Status: OK}
	r.Steps = append(r.Steps, s)
	return s
}

// failed reports whether a step has a fault.
func (r *Report) failed() bool {
	for _, s := range r.Steps {
		if s.Status == Fault {
			return true
		}
	}
	return false
}

// marks stand before the steps.
var marks = map[Status]string{OK: "✓", Warning: "!", Fault: "✗", Skipped: "–"}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "%s %s", marks[s.Status], s.Name)
		if s.URL != "" {
			fmt.Fprintf(&b, "  %s", clean(s.URL, maxShown))
		}
		b.WriteByte('\n')
		if s.Found != "" {
			fmt.Fprintf(&b, "    %s\n", s.Found)
		}
		for _, p := range s.Problems {
			fmt.Fprintf(&b, "    %s: %s\n    mend: %s\n", p.Status, p.Fault, p.Mend)
		}
	}
	if r.OK {
		b.WriteString("\nNothing is wrong.\n")
	} else {
		b.WriteString("\nClients will not get in: see the steps marked ✗.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err //nolint:wrapcheck // the caller knows where it writes to
}

// maxShown bounds a server's words in a report.
const maxShown = 200

// quoted shows a server's words: printable, and not long.
func quoted(s string) string { return `"` + clean(s, maxShown) + `"` }

// clean replaces what could write on a terminal.
func clean(s string, limit int) string {
	cut := false
	if len(s) > limit {
		s, cut = s[:limit], true
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if cut {
		s += "…"
	}
	return s
}

func quotedList(list []string) string {
	const most = 10
	out := make([]string, 0, most)
	for i, s := range list {
		if i == most {
			out = append(out, "…")
			break
		}
		out = append(out, quoted(s))
	}
	return strings.Join(out, ", ")
}
