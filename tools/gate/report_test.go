package main

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestReportCountsBothKindsOfTests(t *testing.T) {
	const lines = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA/one","Output":"    a_test.go:3: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: no data here\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"fail","Package":"p"}
{"Action":"build-output","ImportPath":"q","Output":"q.go:1: syntax error\n"}
{"Action":"build-fail","ImportPath":"q"}
{"Action":"fail","Package":"uses/q","FailedBuild":"q"}
✔ lists tools (1.5ms)
﹣ opens a page (0.1ms) # no browser
✖ calls a tool (2.5ms)
ℹ pass 1
ℹ fail 1
✖ calls a tool (2.5ms)
left out: the moon
`
	var r report
	var shown strings.Builder
	r.read(bufio.NewReader(strings.NewReader(lines)), &shown)
	if r.passed != 2 {
		t.Errorf("passed: got %d, want 2", r.passed)
	}
	if want := []string{"p TestA/one", "q", "calls a tool"}; !slices.Equal(r.failures, want) {
		t.Errorf("failures: got %q, want %q", r.failures, want)
	}
	if want := []string{"p TestC: no data here", "opens a page: no browser", "the moon"}; !slices.Equal(r.leftOut, want) {
		t.Errorf("left out: got %q, want %q", r.leftOut, want)
	}
	for _, want := range []string{"a_test.go:3: wrong", "q.go:1: syntax error", "lists tools"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("shown: %q is missing in\n%s", want, shown.String())
		}
	}
}

func TestSummaryFailsAStageThatBrokeWithoutATest(t *testing.T) {
	all := []stage{{target: "build"}, {target: "lint", err: io.ErrUnexpectedEOF}}
	var out strings.Builder
	if got := summarize(&out, all); got != 1 {
		t.Errorf("failed: got %d, want 1", got)
	}
	if !strings.HasSuffix(out.String(), "\n1 passed, 1 failed\n") {
		t.Errorf("last line is not the count:\n%s", out.String())
	}
}
