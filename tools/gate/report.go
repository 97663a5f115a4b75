package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// report is what the lines of a stage say.
type report struct {
	passed   int
	failures []string // names of tests
	leftOut  []string // what did not run, and why
	output   map[string]*strings.Builder
}

// event is one line of go test -json, as `go doc test2json` describes it.
type event struct {
	Action, Package, ImportPath, Test, Output string
	FailedBuild                               string // of a package's fail: what did not build, told before
}

// The summary lines of node --test: "ℹ pass 3" of the spec reporter.
var (
	nodePassed  = regexp.MustCompile(`^ℹ pass (\d+)$`)
	nodeFailed  = regexp.MustCompile(`^✖ (.+) \([\d.]+ms\)$`)
	nodeSkipped = regexp.MustCompile(`^\s*﹣ (.+) \([\d.]+ms\) # (.+)$`)
)

// read consumes all lines and passes on to w those that a reader needs.
func (r *report) read(in *bufio.Reader, w io.Writer) {
	r.output = map[string]*strings.Builder{}
	for {
		line, err := in.ReadString('\n')
		if line = strings.TrimRight(line, "\n"); line != "" {
			r.line(line, w)
		}
		if err != nil {
			return
		}
	}
}

func (r *report) line(line string, w io.Writer) {
	var e event
	if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &e) == nil && e.Action != "" {
		r.event(e, w)
		return
	}
	if m := nodePassed.FindStringSubmatch(line); m != nil {
		n, _ := strconv.Atoi(m[1]) // digits
		r.passed += n
	} else if m := nodeFailed.FindStringSubmatch(line); m != nil && !r.failedBefore(m[1]) {
		r.failures = append(r.failures, m[1])
	} else if m := nodeSkipped.FindStringSubmatch(line); m != nil {
		r.leftOut = append(r.leftOut, m[1]+": "+m[2])
	} else if why, ok := strings.CutPrefix(line, "left out: "); ok {
		r.leftOut = append(r.leftOut, why)
	}
	fmt.Fprintln(w, line)
}

// failedBefore: node lists failed tests where they ran and once more at its end.
func (r *report) failedBefore(name string) bool {
	return slices.Contains(r.failures, name)
}

// event counts a Go test. The output of a test is kept until its end, and shown only when it failed.
func (r *report) event(e event, w io.Writer) {
	key := e.Package + e.ImportPath + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		if r.output[key] == nil {
			r.output[key] = new(strings.Builder)
		}
		r.output[key].WriteString(e.Output)
		return
	case "pass", "skip":
		if e.Test == "" {
			if e.Action == "pass" {
				fmt.Fprintf(w, "ok   %s\n", e.Package)
			}
		} else if e.Action == "pass" {
			r.passed++
		} else {
			r.leftOut = append(r.leftOut, e.Package+" "+e.Test+": "+reason(r.output[key].String()))
		}
	case "fail", "build-fail":
		if r.output[key] != nil {
			fmt.Fprint(w, r.output[key].String())
		}
		name := strings.TrimSpace(key)
		switch {
		case e.Test != "":
			if !r.failedIn(name + "/") { // a subtest has failed, and is told
				r.failures = append(r.failures, name)
			}
		case e.Action == "build-fail", e.FailedBuild == "" && !r.failedIn(e.Package+" "):
			r.failures = append(r.failures, name)
		}
	default:
		return
	}
	delete(r.output, key)
}

// failedIn says whether a test whose name begins so has failed, which is then why its package or its parent did.
func (r *report) failedIn(prefix string) bool {
	return slices.ContainsFunc(r.failures, func(f string) bool { return strings.HasPrefix(f, prefix) })
}

// reason is what a test said when it skipped itself: the text after "file_test.go:12: ".
func reason(output string) string {
	for line := range strings.Lines(output) {
		if _, text, ok := strings.Cut(line, "_test.go:"); ok {
			if _, text, ok = strings.Cut(text, ": "); ok {
				return strings.TrimSpace(text)
			}
		}
	}
	return "no reason given"
}
