// Command gate runs make targets one after the other, counts what passed, and says what was left out.
//
// It is what `make test` is: every stage runs, also after one has failed, so that one run shows all there is to mend. A stage
// is a make target that writes lines. Of those, gate understands the events of go test -json, the summary of node --test,
// and "left out: REASON"; everything else is passed on. A stage without tests counts as one.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	limit := flag.Duration("limit", 19*time.Minute, "end everything after this `time`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, *limit, fmt.Errorf("the gate's limit of %s is over", *limit))
	defer cancel()
	var all []stage
	for _, target := range flag.Args() {
		all = append(all, run(ctx, target))
	}
	if summarize(os.Stdout, all) > 0 {
		os.Exit(1)
	}
}

// stage is a make target and how it went.
type stage struct {
	target string
	report report
	err    error // why it ended badly, nil when it did not
	took   time.Duration
}

// run makes one target in a process group of its own, so that nothing it started outlives the gate.
func run(ctx context.Context, target string) stage {
	fmt.Printf("\n=== %s\n", target)
	started := time.Now()
	s := stage{target: target}
	if err := context.Cause(ctx); err != nil {
		s.err = fmt.Errorf("not started: %w", err)
		return s
	}
	cmd := exec.CommandContext(ctx, "make", "--no-print-directory", target)
	cmd.Env = append(os.Environ(), "GATE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	read := make(chan struct{})
	go func() {
		defer close(read)
		s.report.read(bufio.NewReader(out), os.Stdout)
	}()
	s.err = cmd.Run()
	in.Close()
	<-read
	if ctx.Err() != nil {
		s.err = context.Cause(ctx)
	}
	s.took = time.Since(started)
	return s
}

// summarize prints the outcome of every stage, what was left out, and the counts on the last line. It returns how many failed.
func summarize(w io.Writer, all []stage) int {
	fmt.Fprintf(w, "\n=== summary\n")
	passed, failed := 0, 0
	for _, s := range all {
		p, f := s.report.passed, len(s.report.failures)
		if s.err != nil && f == 0 {
			f = 1
		} else if s.err == nil && p == 0 {
			p = 1
		}
		verdict := "ok"
		if f > 0 {
			verdict = "FAILED"
		}
		fmt.Fprintf(w, "%-12s %-7s %5d passed %3d failed %6.0fs\n", s.target, verdict, p, f, s.took.Seconds())
		passed, failed = passed+p, failed+f
	}
	list(w, "failed:", all, func(s stage) []string {
		if s.err != nil && len(s.report.failures) == 0 {
			return []string{s.target + ": " + s.err.Error()}
		}
		return s.report.failures
	})
	list(w, "left out:", all, func(s stage) []string { return s.report.leftOut })
	fmt.Fprintf(w, "\n%d passed, %d failed\n", passed, failed)
	return failed
}

func list(w io.Writer, title string, all []stage, lines func(stage) []string) {
	for _, s := range all {
		for _, line := range lines(s) {
			if title != "" {
				fmt.Fprintf(w, "\n%s\n", title)
				title = ""
			}
			fmt.Fprintf(w, "  %s\n", line)
		}
	}
}
